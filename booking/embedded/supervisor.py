"""The supervisor of the demo: starts everything, keeps it up, stops it all on Ctrl-C.

Children die with it (by the kernel's hand where that is possible); what an
earlier one left behind is found by its pid file and ended at the next start.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Final

from booking.embedded.children import end_group, is_ours, lives, port_is_free, start, stop
from booking.embedded.valkey import start_valkey

READY_SECONDS: Final = 180
"""A web server that fails is noticed at once; one on a crowded machine is only slow."""
SETTINGS: Final = "settings.json"
TOLD: Final = (
    "OUTABOUT_DEMO",
    "OUTABOUT_DATA_DIR",
    "OUTABOUT_TIME_SHIFT",
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "PUBLIC_URL",
    "ROADS_FILE",
    "OSRM_URL",
)
STOP_ORDER: Final = ("beat", "worker", "web", "valkey")
Say = Callable[[str], None]


class CannotStart(Exception):
    """The demo cannot start; the message says why and what to do."""


class Supervisor:
    """The embedded stack in one data folder."""

    def __init__(self, folder: Path, port: int, say: Say) -> None:
        self.folder = folder
        self.port = port
        self.say = say
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.failures: dict[str, int] = {}
        self.stopping = False
        self.ours = False
        """Whether the folder is ours to tidy up, and not another supervisor's."""
        self.env: dict[str, str] = {}

    def check_free(self) -> None:
        """Clear away what a killed supervisor left.

        Raises CannotStart when another one is running here or the port is taken.
        """
        self._clear_leftovers()
        if not port_is_free(self.port):
            raise CannotStart(
                f"Port {self.port} is in use. Choose another: ./run demo --port {self.port + 1}"
            )

    def prepare(self) -> None:
        """Make the folder and start the queue."""
        self.ours = True
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.children["valkey"], redis_url = start_valkey(self.folder)
        except (OSError, RuntimeError) as error:
            raise CannotStart(str(error)) from error
        self.env = {
            **os.environ,
            "OUTABOUT_DEMO": "1",
            "OUTABOUT_DATA_DIR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.folder / 'outabout.db'}",
            "REDIS_URL": redis_url,
            "SECRET_KEY": _secret(self.folder / "secret"),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }
        self._remember()
        self._tell_settings()

    def start_service(self) -> None:
        """Start the web, and once it answers the worker and the beat.

        Side by side all three would be later: there are often two cores only.
        """
        self._start("web")
        self._remember()
        self._wait_for_web()
        for name in ("worker", "beat"):
            self._start(name)
        self._remember()

    def run(self) -> None:
        """Keep everything up until Ctrl-C or SIGTERM."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        while not self.stopping:
            self._look_after_children()
            time.sleep(0.5)

    def close(self) -> None:
        """Stop every child and forget them; the queue last, and all others side by side."""
        for name, child in self.children.items():
            if name != "valkey" and child.poll() is None:
                child.terminate()
        for name in STOP_ORDER:
            if name in self.children:
                stop(self.children.pop(name))
        if self.ours:
            self._pids.unlink(missing_ok=True)

    @property
    def _pids(self) -> Path:
        return self.folder / "pids.json"

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _command(self, name: str) -> list[str]:
        outabout = [sys.executable, "-m", "booking.cli"]
        if name == "web":
            return [*outabout, "serve", "--port", str(self.port)]
        return [*outabout, name]

    def _start(self, name: str) -> None:
        if name == "valkey":
            port = int(self.env["REDIS_URL"].rsplit(":", 1)[1].split("/")[0])
            self.children[name], _ = start_valkey(self.folder, port)
            return
        self.children[name] = start(self._command(name), self.folder / f"{name}.log", {**self.env})

    def _look_after_children(self) -> None:
        for name, child in list(self.children.items()):
            if child.poll() is None:
                continue
            end_group(child.pid)  # a web server's own children would keep the port
            failures = self.failures[name] = self.failures.get(name, 0) + 1
            self.say(f"{name} stopped by itself; starting it again (its log: {name}.log)")
            time.sleep(min(0.2 * 2 ** min(failures, 6), 10))
            if not self.stopping:
                self._start(name)
                self._remember()

    def _remember(self) -> None:
        pids = {name: child.pid for name, child in self.children.items()}
        self._pids.write_text(json.dumps({"supervisor": os.getpid(), **pids}))

    def _tell_settings(self) -> None:
        """Write down what `outabout COMMAND --demo` needs to work on this very demo."""
        file = self.folder / SETTINGS
        file.touch(mode=0o600)
        file.write_text(json.dumps({name: self.env[name] for name in TOLD if name in self.env}))

    def _clear_leftovers(self) -> None:
        try:
            pids: dict[str, int] = json.loads(self._pids.read_text())
        except (OSError, ValueError):
            return
        supervisor = pids.pop("supervisor", 0)
        if supervisor and supervisor != os.getpid() and is_ours(supervisor, "booking.cli"):
            raise CannotStart(
                f"The demo is already running here (process {supervisor}). "
                "Stop it with Ctrl-C where it runs, or use another folder."
            )
        for name, pid in pids.items():
            if is_ours(pid, "valkey" if name == "valkey" else "booking.cli") or is_ours(
                pid, "celery"
            ):
                _end(pid)
        self._pids.unlink(missing_ok=True)

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.children["web"].poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise CannotStart(f"The web server did not start. Its log is {self.folder / 'web.log'}.")


def _secret(file: Path) -> str:
    """This demo's secret key, made once and kept."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


def _end(pid: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        for _ in range(50):
            if not lives(pid):
                end_group(pid)
                return
            time.sleep(0.1)
