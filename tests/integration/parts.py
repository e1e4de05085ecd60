"""Real parts of the service as processes of a test's own, to be killed, frozen and flushed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import redis

from booking.embedded.children import start, stop
from booking.embedded.valkey import start_valkey
from tests.world import HOURS

POLL_SECONDS = 0.25


def until(done: Callable[[], bool], *, polls: int = 480) -> bool:
    """Wait until it is so, for a bounded number of looks; whether it came to be so."""
    for _ in range(polls):
        if done():
            return True
        time.sleep(POLL_SECONDS)
    return done()


def real_now() -> datetime:
    """The time that workers in processes of their own go by."""
    return datetime.now(UTC).replace(microsecond=0)


def day_ahead(days: int = 6) -> date:
    """A day the bus runs, some days from today."""
    day = real_now().date() + timedelta(days=days)
    while not HOURS.get(day.strftime("%a").lower()):
        day += timedelta(days=1)
    return day


@dataclass
class Broker:
    """A Valkey of one test's own."""

    folder: Path
    url: str = ""
    process: subprocess.Popen[bytes] | None = None
    frozen: bool = False

    def start(self) -> None:
        """Start it, on the port it had before."""
        port = int(self.url.rsplit(":", 1)[1].split("/")[0]) if self.url else None
        self.process, self.url = start_valkey(self.folder, port)

    def kill(self) -> None:
        """SIGKILL: no time to write anything down."""
        assert self.process is not None
        self.thaw()
        self.process.kill()
        self.process.wait(10)

    def freeze(self) -> None:
        """Stop it from answering; connections stay open."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        self.frozen = True

    def thaw(self) -> None:
        """Let it go on."""
        if self.frozen and self.process is not None:
            self.process.send_signal(signal.SIGCONT)
        self.frozen = False

    def flush(self) -> None:
        """Forget everything in it."""
        with self.client() as client:
            client.flushall()

    def waiting(self, queue: str = "outabout") -> int:
        """How many tasks lie in a queue."""
        with self.client() as client:
            return int(client.llen(queue))  # type: ignore[arg-type]

    def client(self) -> redis.Redis:
        """A connection for the test itself."""
        return redis.Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=5)

    def close(self) -> None:
        """End it."""
        if self.process is not None and self.process.poll() is None:
            self.kill()


@dataclass
class Parts:
    """Worker, beat and web of one test, each `outabout NAME` in a process of its own."""

    folder: Path
    database_url: str
    broker_url: str
    settings: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """Start a part; its log is in the test's folder."""
        env = {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.broker_url,
            "SECRET_KEY": "k" * 40,
            "OUTABOUT_DATA_DIR": str(self.folder),
            **self.settings,
        }
        command = [sys.executable, "-m", "booking.cli", name, *words]
        self.running[name] = start(command, self.folder / f"{name}.log", env)
        return self.running[name]

    def kill(self, name: str) -> None:
        """SIGKILL: it cannot tidy up."""
        process = self.running.pop(name)
        process.kill()
        process.wait(10)

    def log(self, name: str) -> str:
        """What it wrote."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def close(self) -> None:
        """End all of them."""
        for process in self.running.values():
            stop(process, seconds=5)
        self.running.clear()
