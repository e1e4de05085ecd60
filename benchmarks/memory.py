"""What the running service takes: web, worker and beat as real processes, after some work."""

from __future__ import annotations

import sys
import tempfile
import urllib.request
from dataclasses import replace
from pathlib import Path

from benchmarks.common.plainly import plainly
from benchmarks.service import busy_day, read_bench, the_day
from booking.embedded.children import free_port
from booking.migrate import migrate
from booking.models import ZoneDay
from booking.services.plan import request_planning
from tests.integration.parts import Broker, Parts, real_now, until
from tests.world import make_context

PARTS = ("serve", "worker", "beat")


@plainly
def main() -> None:
    """Start them, ask for pages, let the day be planned, then add up."""
    given = read_bench("memory", __doc__)
    bench = replace(given, instance="web, worker and beat after pages and a planning")
    folder = Path(tempfile.mkdtemp(prefix="outabout-memory-"))
    url = f"sqlite:///{folder / 'bench.db'}"
    migrate(url)
    ctx = make_context(url, folder)
    busy_day(ctx, bench.seed)
    broker = Broker(folder)
    broker.start()
    parts = Parts(folder, url, broker.url, {"OUTABOUT_DEMO": "1", "PLAN_SECONDS": "5"})
    try:
        port = free_port()
        parts.start("serve", "--port", str(port))
        parts.start("worker")
        parts.start("beat")
        request_planning(ctx, the_day(ctx).id, now=real_now())
        use(port)

        def planned() -> bool:
            with ctx.db.reading() as session:
                return session.get_one(ZoneDay, the_day(ctx).id).wants_planning_since is None

        assert until(planned), parts.log("worker")
        use(port)
        together = {"Pss": 0.0, "Rss": 0.0}
        for name in PARTS:
            pids = family(parts.running[name].pid)
            for kind in ("Pss", "Rss"):
                value = round(sum(megabytes(pid, kind) for pid in pids), 1)
                bench.show(f"{name} {kind.upper()}", value, "MB", 0)
                together[kind] += value if name != "beat" else 0
        for kind, value in together.items():
            bench.show(f"web and worker together {kind.upper()}", round(value, 1), "MB", 0)
    finally:
        parts.close()
        broker.close()
        ctx.db.close()


def use(port: int) -> None:
    """Look at some pages once the web answers."""

    def answers() -> bool:
        try:
            for path in ("/healthz", "/readyz", "/", "/sign-in", "/accessibility", "/sent"):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20):
                    pass
        except OSError:
            return False
        return True

    assert until(answers), "the web does not answer"


def family(pid: int) -> list[int]:
    """The process and all that it started."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += family(int(child))
    return found


def megabytes(pid: int, kind: str) -> float:
    """Memory of a process: Rss counts what it shares in full, Pss its share of it (Linux)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no {kind} of {pid}")


if __name__ == "__main__":
    sys.exit(main())
