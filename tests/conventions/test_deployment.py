"""The files for production: valid by the compose schema and its own parser, safe by default."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SECRETS = ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY", "PUBLIC_URL")
GIVEN = {
    **dict.fromkeys(SECRETS, "only-for-this-test"),
    "SCHEME_NAME": "Test bus",
    "SCHEME_PHONE": "01632 960000",
    "SCHEME_EMAIL": "bus@example.org",
}


def tool(*words: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment in the project's folder."""
    return subprocess.run(
        [str(BIN / words[0]), *map(str, words[1:])],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def compose(file: Path = ROOT / "docker-compose.yml", **changes: str) -> dict[str, Any]:
    """The file as the compose parser reads it, every profile on; fails on any complaint."""
    answer = tool(
        "docker-compose", "-f", file, "--profile", "*", "config", "--format", "json",
        env={**GIVEN, **changes},
    )  # fmt: skip
    # It exits 0 on errors: what it says counts.
    assert answer.stderr == ""
    read: dict[str, Any] = json.loads(answer.stdout)
    return read


def test_the_compose_file_keeps_to_the_schema() -> None:
    """The published JSON schema of compose files accepts it."""
    answer = tool(
        "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"
    )
    assert answer.returncode == 0, answer.stdout


def test_a_broken_compose_file_is_noticed(tmp_path: Path) -> None:
    """Control: both checks complain about a file with a mistake in it."""
    text = (ROOT / "docker-compose.yml").read_text()
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(text.replace("depends_on:", "depends_upon:"))
    answer = tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", wrong)
    assert answer.returncode != 0
    wrong.write_text(text.replace("networks: [inside]", "networks: [nowhere]"))
    with pytest.raises(AssertionError):
        compose(wrong)


@pytest.mark.parametrize("missing", [*SECRETS, "SCHEME_NAME", "SCHEME_PHONE", "SCHEME_EMAIL"])
def test_nothing_starts_without_its_secrets(missing: str) -> None:
    """A secret that is not set stops compose with its name; there is no default to forget."""
    env = {name: value for name, value in GIVEN.items() if name != missing}
    assert missing in tool("docker-compose", "config", env=env).stderr


def test_every_part_is_there_with_a_health_check_and_comes_back() -> None:
    """Web, worker, beat, the databases: each is looked after and restarted."""
    services = compose()["services"]
    parts = {"migrate", "web", "worker", "beat", "postgres", "redis", "osrm"}
    assert set(services) == parts
    for name in parts - {"migrate"}:
        assert services[name]["restart"] == "unless-stopped", name
    for name in parts - {"migrate", "web"}:  # the web's check is the image's own
        assert services[name]["healthcheck"]["test"], name
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    for name in ("web", "worker", "beat"):
        waits = services[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully", name


def test_only_the_web_is_reached_from_outside() -> None:
    """The databases publish no port, and the web one only on this machine unless told."""
    services = compose()["services"]
    open_to = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert list(open_to) == ["web"]
    assert open_to["web"][0]["host_ip"] == "127.0.0.1"
    for name in ("postgres", "redis", "osrm"):
        assert list(services[name]["networks"]) == ["inside"]


def test_the_queue_keeps_its_tasks_on_disk() -> None:
    """Redis runs with its append-only file, on a volume."""
    redis = compose()["services"]["redis"]
    assert redis["command"][redis["command"].index("--appendonly") + 1] == "yes"
    assert [volume["target"] for volume in redis["volumes"]] == ["/data"]


def test_roads_are_a_profile_of_their_own() -> None:
    """OSRM starts only when it is asked for."""
    answer = tool("docker-compose", "config", "--services", env=GIVEN)
    assert "osrm" not in answer.stdout.split()
    assert "web" in answer.stdout.split()


def test_the_commands_of_the_parts_exist() -> None:
    """What each part runs is a command of ours, so that a rename here is noticed."""
    from booking.cli import parser

    for name in ("migrate", "web", "worker", "beat"):
        command = compose()["services"][name]["command"]
        assert command[0] == "outabout"
        parser().parse_args(command[1:])


def test_the_settings_of_the_file_are_settings_of_ours() -> None:
    """The service starts with what the file gives it, and reads each name in it."""
    from booking.config import Settings

    given = compose(SECRET_KEY="k" * 40, PUBLIC_URL="https://bus.example.org")
    env = given["services"]["web"]["environment"]
    settings = Settings.from_environment(env)
    assert settings.database_url.startswith("postgresql://outabout:")
    assert not settings.demo
    assert settings.secure_cookies
    source = (ROOT / "booking" / "config.py").read_text()
    assert [name for name in env if f'"{name}"' not in source] == []


def test_the_image_is_built_as_it_should_be() -> None:
    """hadolint has nothing to say of the Dockerfile."""
    answer = tool("hadolint", "Dockerfile")
    assert (answer.returncode, answer.stdout) == (0, "")


def test_the_image_runs_as_nobody_special() -> None:
    """The last stage leaves root before anything runs."""
    last = (ROOT / "Dockerfile").read_text().rsplit("FROM ", 1)[1]
    users = [line.split()[1] for line in last.splitlines() if line.startswith("USER ")]
    assert users
    assert all(user not in ("0", "root") for user in users)


def test_what_the_image_copies_is_sent_to_its_builder() -> None:
    """Every folder the Dockerfile copies exists and is let through by .dockerignore."""
    let_through = (ROOT / ".dockerignore").read_text().split()
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        words = line.split()
        if words[:1] != ["COPY"] or words[1].startswith("--from"):
            continue
        for name in words[1:-1]:
            assert f"!{name}" in let_through, name
