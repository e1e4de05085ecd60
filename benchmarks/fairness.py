"""Weeks of a zone in batch mode with too few seats: who is refused, with fair shares and without.

Residents of the sample scheme ask for their habitual outings week after week. The same
wishes are decided twice by the real batch: among equals first whoever was refused before
and who has no other way (`fair`), and by what a journey is for alone (`without`).
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, Final

from benchmarks.common.plainly import plainly
from benchmarks.fair import shares
from benchmarks.fair.weeks import Given, Told, ask_for_everything, live_through
from benchmarks.figures import Figure, add_save, keep
from booking.services.fairness import FAIR, FairShares
from routing.optimise import Stop
from routing.warming import warm

WAYS: Final = {"without": FairShares(0.0, 0.0), "fair": FAIR}


@plainly
def main() -> None:
    """Live through the weeks once each way, and show what became of everybody."""
    words = _read()
    kept = keep(words.pop("save"))
    command = "./run bench fairness " + " ".join(f"--{name} {said}" for name, said in words.items())
    stop = Stop(iterations=words.pop("rounds"))
    given = Given(**words)
    warm()
    waiting = ask_for_everything(given)
    for way, weights in WAYS.items():
        began = time.monotonic()
        told = live_through(waiting, stop, weights)
        took = round(time.monotonic() - began, 1)
        of = f"{given.zone}, {given.residents} residents, {given.buses} buses, {way}"
        for name, value, unit in _figures(told, waiting.no_other_way):
            Figure(name, value, unit, of, given.seed, took, command, kept).show(way=way)


def _read() -> dict[str, Any]:
    """The options by name."""
    parser = argparse.ArgumentParser(prog="bench fairness", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zone", default="MEL1", help="a zone of the sample scheme (MEL1)")
    parser.add_argument("--weeks", type=int, default=12, help="three service days each (12)")
    parser.add_argument("--residents", type=int, default=60, help="who ask (60)")
    parser.add_argument("--buses", type=int, default=2, help="out on each service day (2)")
    parser.add_argument("--rounds", type=int, default=2000, help="of search each evening (2000)")
    add_save(parser)
    return vars(parser.parse_args())


def _figures(told: Told, no_other_way: frozenset[int]) -> list[tuple[str, float, str]]:
    everybody = list(told.stories.values())
    stuck = shares.of(told.stories, no_other_way)
    others = shares.of(told.stories, frozenset(told.stories) - no_other_way)
    least, most = shares.tenths(everybody)
    asked = sum(map(len, everybody))
    return [
        ("asked", asked, "requests"),
        ("carried", asked - sum(map(sum, everybody)), "requests"),
        ("rides promised", told.rides, "bookings"),
        ("refused", _percent(shares.refused(everybody)), "%"),
        ("refused twice in a row", _percent(shares.twice_in_a_row(everybody)), "% of pairs"),
        ("met it at least once", _percent(shares.met_it(everybody)), "% of residents"),
        ("longest run of refusals", shares.longest_run(everybody), "requests"),
        ("refused, the tenth refused least", _percent(least), "%"),
        ("refused, the tenth refused most", _percent(most), "%"),
        ("refused, no other way", _percent(shares.refused(stuck)), "%"),
        ("twice in a row, no other way", _percent(shares.twice_in_a_row(stuck)), "% of pairs"),
        ("refused, all others", _percent(shares.refused(others)), "%"),
        *(
            (f"refused, {kind.value}", _percent(shares.refused([was])), "%")
            for kind, was in sorted(told.purposes.items())
        ),
    ]


def _percent(share: float) -> float:
    return round(share * 100, 1)


if __name__ == "__main__":
    sys.exit(main())
