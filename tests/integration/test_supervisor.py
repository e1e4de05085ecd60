"""`outabout demo`: starts everything, keeps it up, stops it all, and survives being killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from booking.embedded.children import free_port, is_ours, lives
from booking.embedded.supervisor import CannotStart, Supervisor
from tests.integration.parts import until

PARTS = {"valkey", "web", "worker", "beat"}


@dataclass
class Demo:
    """A demo in a folder of the test's own, without the sample scheme."""

    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None

    def start(self, *words: str) -> None:
        """Start it and wait until all parts are up: its own, not those of one that was killed."""
        self.process = subprocess.Popen(self.command(*words), stdout=subprocess.DEVNULL, text=True)
        assert until(self.is_up)

    def is_up(self) -> bool:
        """Whether the process that was started has all parts up."""
        pids = self.pids()
        ours = self.process is not None and pids.get("supervisor") == self.process.pid
        return ours and set(pids) == PARTS | {"supervisor"} and self.ready()

    def command(self, *words: str) -> list[str]:
        """The command line that starts it."""
        where = ["--empty", "--port", str(self.port), "--data", str(self.folder)]
        return [sys.executable, "-m", "booking.cli", "demo", *where, *words]

    def try_to_start(self, *words: str) -> tuple[int, str]:
        """Start it where it cannot; exit status and what it complained of."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=120)
        return done.returncode, done.stderr

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a page; (0, None) when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as page:
                return page.status, json.load(page)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except (OSError, ValueError):
            return 0, None

    def ready(self) -> bool:
        """Whether it says so itself."""
        return self.get("/readyz")[0] == 200

    def pids(self) -> dict[str, int]:
        """The processes as it wrote them down."""
        try:
            known: dict[str, int] = json.loads((self.folder / "pids.json").read_text())
        except (OSError, ValueError):
            return {}
        return known

    def end(self) -> None:
        """Ctrl-C, and the last resort."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()


@contextmanager
def running(folder: Path) -> Iterator[Demo]:
    """A demo that is up, ended at the end."""
    demo = Demo(folder, free_port())
    demo.start()
    try:
        yield demo
    finally:
        demo.end()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for the tests that leave it running."""
    with running(tmp_path_factory.mktemp("demo") / "data") as demo:
        yield demo


def test_it_answers_and_is_ready(demo: Demo) -> None:
    """/healthz and /readyz answer, the latter for database, queue and engine by name."""
    assert demo.get("/healthz") == (200, {"ok": True})
    found = {"ready": True, "database": True, "queue": True, "engine": True}
    assert demo.get("/readyz") == (200, found)


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_that_is_killed_comes_back(demo: Demo, part: str) -> None:
    """SIGKILL any part: the supervisor starts it again and everything is ready."""
    before = demo.pids()[part]
    os.kill(before, signal.SIGKILL)
    assert until(lambda: demo.pids().get(part, before) != before)
    assert until(lambda: lives(demo.pids()[part]) and demo.ready())


def test_a_second_one_in_the_same_folder_is_refused(demo: Demo) -> None:
    """One clear line, exit 1, and the one that runs is not disturbed."""
    before = demo.pids()
    status, complained = Demo(demo.folder, free_port()).try_to_start()
    assert status == 1
    assert complained.startswith("The demo is already running here")
    assert complained.count("\n") == 1
    assert demo.pids() == before
    assert demo.ready()


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    """Somebody listens there: exit 1 and which port to try."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, complained = Demo(tmp_path / "data", port).try_to_start()
    assert status == 1
    assert complained == f"Port {port} is in use. Choose another: ./run demo --port {port + 1}\n"


def test_fresh_never_removes_what_is_not_the_demos(tmp_path: Path) -> None:
    """--fresh on a folder with other things in it: refused, and they are still there."""
    (tmp_path / "letters.txt").write_text("dear")
    status, complained = Demo(tmp_path, free_port()).try_to_start("--fresh")
    assert status == 1
    assert "--data" in complained
    assert (tmp_path / "letters.txt").read_text() == "dear"


@pytest.mark.fault
def test_a_killed_supervisor_leaves_nothing_that_stops_the_next(tmp_path: Path) -> None:
    """SIGKILL it: a new start works at once, on the same data; Ctrl-C then ends every part."""
    folder = tmp_path / "data"
    with running(folder) as demo:
        assert demo.process is not None
        old, secret = demo.pids(), (folder / "secret").read_text()
        demo.process.kill()
        demo.process.wait(10)
        demo.start()
        assert (folder / "secret").read_text() == secret
        assert not any(lives(pid) for pid in old.values())
        new = demo.pids()
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(60) == 0
        assert not any(lives(pid) for pid in new.values())
        assert not (folder / "pids.json").exists()


def test_a_leftover_is_ended_at_the_next_start(tmp_path: Path) -> None:
    """A part that outlived its supervisor is found by its pid file and ended."""
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "celery"])
    pids = {"supervisor": 0, "worker": left.pid}
    (tmp_path / "pids.json").write_text(json.dumps(pids))
    Supervisor(tmp_path, free_port(), print).check_free()
    assert left.wait(10) != 0


def test_a_process_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    """Control: a number in the pid file that somebody else's process has now is not touched."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        (tmp_path / "pids.json").write_text(json.dumps({"supervisor": 0, "web": other.pid}))
        Supervisor(tmp_path, free_port(), print).check_free()
        assert lives(other.pid)
    finally:
        other.kill()
        other.wait(10)


def test_a_live_supervisor_is_respected(tmp_path: Path) -> None:
    """A pid file whose supervisor lives stops the start, with its number."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "booking.cli"])
    try:
        assert until(lambda: is_ours(other.pid, "booking.cli"))
        (tmp_path / "pids.json").write_text(json.dumps({"supervisor": other.pid}))
        with pytest.raises(CannotStart, match=str(other.pid)):
            Supervisor(tmp_path, free_port(), print).check_free()
    finally:
        other.kill()
        other.wait(10)
