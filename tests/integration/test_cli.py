"""The command line: helpful, and one clear line when something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from booking.cli import main, parser
from booking.migrate import migrate
from booking.models import Area, Zone, ZoneDay
from tests.world import DAY, HOURS, SQUARE, make_context

Run = Callable[..., tuple[int, str, str]]


def commands() -> list[str]:
    """The names of all commands."""
    actions = parser()._subparsers._group_actions  # type: ignore[union-attr]
    return sorted(actions[0].choices)  # type: ignore[arg-type]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Right settings for a database of this test's own; a test may spoil them."""
    given = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'cli.db'}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "k" * 40,
        "OUTABOUT_DATA_DIR": str(tmp_path),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


@pytest.fixture
def run(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process: exit status, what it printed, what it complained of."""

    def go(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(list(words))
        said = capsys.readouterr()
        return status, said.out, said.err

    return go


@pytest.fixture
def a_day(environment: dict[str, str], tmp_path: Path) -> None:
    """A migrated database with one zone and one empty day in it."""
    migrate(environment["DATABASE_URL"])
    ctx = make_context(environment["DATABASE_URL"], tmp_path)
    with ctx.db.writing() as session:
        area = Area(code="MEL", name="Melton")
        session.add(area)
        session.flush()
        zone = Zone(code="MEL1", name="Melton 1", area_id=area.id, boundary=SQUARE, hours=HOURS)
        session.add(zone)
        session.flush()
        session.add(ZoneDay(zone_id=zone.id, service_date=DAY, version=0, planning_progress=""))
    ctx.db.close()


@pytest.mark.parametrize("name", commands())
def test_every_command_has_its_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--help says how it is used, what it is for and what every option means."""
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert said.startswith(f"usage: outabout {name}")
    summary = {a.dest: a.help for a in _choices()}[name]
    assert summary


def _choices() -> list[object]:
    return list(parser()._subparsers._group_actions[0]._choices_actions)  # type: ignore[union-attr,attr-defined]


def test_every_option_is_explained() -> None:
    """No option of any command is left without a word of help."""
    choices = parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    silent = [
        (name, action.dest)
        for name, one in choices.items()  # type: ignore[union-attr]
        for action in one._actions
        if not action.help
    ]
    assert silent == []


@pytest.mark.parametrize("words", [[], ["fly"], ["plan"], ["serve", "--port", "many"]])
def test_wrong_words_end_with_the_usage(words: list[str], run: Run) -> None:
    """Unknown or missing words: exit 2 and the usage, never a traceback."""
    with pytest.raises(SystemExit) as ended:
        run(*words)
    assert ended.value.code == 2


WRONG = [
    ("DATABASE_URL", "mysql://somewhere/db", "DATABASE_URL"),
    ("DATABASE_URL", "", "DATABASE_URL"),
    ("REDIS_URL", "http://somewhere", "REDIS_URL"),
    ("SECRET_KEY", "short", "SECRET_KEY"),
    ("PLAN_SECONDS", "soon", "PLAN_SECONDS"),
    ("OUTABOUT_DEMO", "perhaps", "OUTABOUT_DEMO"),
    ("MESSAGES", "pigeon", "MESSAGES"),
    ("MESSAGES", "notify", "NOTIFY_API_KEY"),
    ("OSRM_URL", "localhost:5000", "OSRM_URL"),
    ("ROADS_FILE", "/nowhere/roads.npz", "ROADS_FILE"),
]


@pytest.mark.parametrize(("name", "value", "named"), WRONG)
@pytest.mark.parametrize("command", ["serve", "worker", "beat", "migrate", "doctor"])
def test_a_wrong_setting_stops_every_part_with_one_line(
    command: str, name: str, value: str, named: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line that names the setting, exit 2, nothing started."""
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("it started all the same"))
    monkeypatch.setenv(name, value)
    status, said, complained = run(command)
    assert (status, said) == (2, "")
    assert complained.count("\n") == 1
    assert named in complained


def test_as_a_program_it_says_the_same(environment: dict[str, str]) -> None:
    """`outabout` run for real: one line on stderr, exit 2, no traceback."""
    answer = subprocess.run(
        [sys.executable, "-m", "booking.cli", "doctor"],
        env={**os.environ, **environment, "SECRET_KEY": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert answer.stderr.startswith("Settings: SECRET_KEY")
    assert "Traceback" not in answer.stderr


def test_right_settings_start_the_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: with right settings it becomes the web server, on the port asked for."""
    started: list[list[str]] = []

    def become(_program: str, command: list[str]) -> None:
        started.append(command)
        raise SystemExit(0)

    monkeypatch.setattr(os, "execv", become)
    with pytest.raises(SystemExit):
        run("serve", "--port", "8123")
    assert "127.0.0.1:8123" in started[0]


def test_migrate_makes_the_tables(run: Run) -> None:
    """A new database is brought up to date, and the person is told so."""
    status, said, _ = run("migrate")
    assert (status, said) == (0, "The database is up to date.\n")


def test_a_database_nobody_can_reach_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """No server at DATABASE_URL: one line that says so, exit 1, no traceback."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    status, said, complained = run("migrate")
    assert (status, said) == (1, "")
    assert complained.count("\n") == 1
    assert "database" in complained
    assert "DATABASE_URL" in complained


@pytest.mark.usefixtures("a_day")
def test_planning_an_unknown_zone_is_refused_in_words(run: Run) -> None:
    """A zone or day nobody knows: exit 1 and a sentence."""
    status, _, complained = run("plan", "NOWHERE", "2026-12-08")
    assert status == 1
    assert "NOWHERE" in complained
    assert complained.count("\n") == 1


@pytest.mark.usefixtures("a_day")
@pytest.mark.parametrize("word", ["tomorrow", "2026-02-30", "08/12/2026", ""])
def test_planning_on_a_bad_date_says_how_to_write_it(word: str, run: Run) -> None:
    """A date that is none: exit 1, and how a date is written."""
    status, _, complained = run("plan", "MEL1", word)
    assert status == 1
    assert "2026-12-08" in complained


@pytest.mark.usefixtures("a_day")
def test_planning_an_empty_day_says_so(run: Run) -> None:
    """A day without bookings: exit 0 and no invented saving."""
    status, said, _ = run("plan", "MEL1", DAY.isoformat())
    assert status == 0
    assert said == "There is nothing to plan in MEL1 on 2026-12-08.\n"


@pytest.mark.usefixtures("a_day")
def test_the_doctor_names_what_is_wrong(run: Run) -> None:
    """The queue is not there: BAD by its name, the rest ok, exit 1."""
    status, said, _ = run("doctor")
    lines = dict(reversed(line.split(":")[0].split()) for line in said.splitlines())
    assert status == 1
    assert lines["queue"] == "BAD"
    assert lines["database"] == "ok"
    assert lines["schema"] == "ok"
    assert lines["engine"] == "ok"


def test_the_doctor_finds_an_empty_database(run: Run) -> None:
    """A database that was never migrated is BAD, with the command that mends it."""
    status, said, _ = run("doctor")
    schema = next(line for line in said.splitlines() if "schema" in line)
    assert status == 1
    assert schema.startswith("BAD")
    assert "outabout migrate" in schema


def test_importing_what_is_not_there_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    """A folder that does not exist: exit 1 and its name, no traceback."""
    run("migrate")
    status, said, complained = run("import", str(tmp_path / "nowhere"))
    assert status == 1
    assert "nowhere" in said + complained


def test_a_command_works_on_the_demo_it_is_told_of(
    environment: dict[str, str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--demo FOLDER` takes that demo's settings; where none was started it says so."""
    migrate(environment["DATABASE_URL"])
    told = {name: environment[name] for name in ("DATABASE_URL", "SECRET_KEY")}
    (tmp_path / "settings.json").write_text(json.dumps(told))
    for name in told:
        monkeypatch.delenv(name)
    code, _, said = run("plan", "XYZ", DAY.isoformat(), "--demo", str(tmp_path))
    assert (code, "Settings" in said) == (1, False)
    code, _, said = run("doctor", "--demo", str(tmp_path / "elsewhere"))
    assert code == 2
    assert "No demo was started" in said


@pytest.mark.parametrize("port", ["0", "99999", "80x", "-1"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line that says what a port is, before anything is started."""
    with pytest.raises(SystemExit) as ended:
        main(["demo", f"--port={port}"])
    assert ended.value.code == 2
    assert "is not a port" in capsys.readouterr().err
