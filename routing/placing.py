"""What one route costs in time, with its breaks put where they cost least, compiled.

Breaks have no place of their own, so they are not part of the order of visits:
for a given order every way to take them, in the order listed and with nobody on
board, is tried among the moments their windows allow. Imports flat and timing.
"""

from __future__ import annotations

import numpy as np

from routing.compiled import compiled, inner
from routing.flat import Flat
from routing.timing import Desk, find_earliest, find_latest, lay_out, settle

NEVER = np.inf


@compiled
def time_cost(f: Flat, desk: Desk, v: int, m: int, settled: bool) -> float:
    """Cost of time of the order `desk.base[:m]` of vehicle v, NEVER if it cannot be driven.

    Where `settled`, or where time costs anything, the chosen timetable is left in
    `desk.path` as the latest one; otherwise the answer is only 0.0 or NEVER.
    """
    breaks = f.vehicles[v].breaks
    settled = settled or f.per_duration > 0.0 or f.per_excess > 0.0
    for k in range(m):
        desk.path[k].node = desk.base[k]
    if breaks == 0:
        return _timed(f, desk, v, m, settled)[0]
    lay_out(f, desk, v, m)
    if not find_earliest(desk.path, m):
        return NEVER
    find_latest(desk.path, m)
    if not _list_options(f, desk, v, m):
        return NEVER
    return _try_options(f, desk, v, m, settled)


@inner
def _timed(f: Flat, desk: Desk, v: int, m: int, settled: bool) -> tuple[float, int]:
    """Cost of time and duration of the path as it stands."""
    lay_out(f, desk, v, m)
    if not find_earliest(desk.path, m):
        return NEVER, 0
    if not settled:
        return 0.0, 0
    duration, excess = settle(f, desk, v, m)
    return f.per_duration * duration + f.per_excess * excess, duration


@inner
def _list_options(f: Flat, desk: Desk, v: int, m: int) -> bool:
    """After which visits each break may stand, going by the timetables without breaks."""
    breaks, first = f.vehicles[v].breaks, f.vehicles[v].first_break
    on_board = 0
    for r in range(f.n):
        on_board += f.requests[r].boarded == v
    for b in range(breaks):
        desk.options[b, -1] = 0
    for g in range(m - 1):
        x = desk.base[g]
        if x < 2 * f.n:
            on_board += 1 if x < f.n else -1
        if on_board > 0:
            continue
        here, after = desk.path[g], desk.path[g + 1]
        for b in range(breaks):
            rest = f.nodes[first + b]
            opens = max(rest.early, here.early + here.service)
            closes = min(rest.late, after.late - after.hop - rest.service)
            if opens <= closes:
                desk.options[b, desk.options[b, -1]] = g
                desk.options[b, -1] += 1
    for b in range(breaks):  # noqa: SIM110 - compiled
        if desk.options[b, -1] == 0:
            return False
    return True


@inner
def _try_options(f: Flat, desk: Desk, v: int, m: int, settled: bool) -> float:
    """Try every combination of options; leave the best one (cheap, then short) timed."""
    breaks = f.vehicles[v].breaks
    trial, chosen = desk.choice[0], desk.choice[1]
    best, shortest = NEVER, 0
    for b in range(breaks):
        trial[b] = 0
    more = True
    while more:
        if _merge_breaks(f, desk, v, m):
            cost, duration = _timed(f, desk, v, m + breaks, settled)
            if cost < best or (cost == best and cost < NEVER and duration < shortest):
                best, shortest = cost, duration
                for b in range(breaks):
                    chosen[b] = trial[b]
                if not settled:
                    return best
        more = _next_trial(desk, breaks)
    if best < NEVER:
        for b in range(breaks):
            trial[b] = chosen[b]
        _merge_breaks(f, desk, v, m)
        _timed(f, desk, v, m + breaks, settled)
    return best


@inner
def _next_trial(desk: Desk, breaks: int) -> bool:
    """Count up: the next combination of options, False after the last."""
    trial = desk.choice[0]
    b = breaks - 1
    while b >= 0 and trial[b] + 1 == desk.options[b, -1]:
        trial[b] = 0
        b -= 1
    if b < 0:
        return False
    trial[b] += 1
    return True


@inner
def _merge_breaks(f: Flat, desk: Desk, v: int, m: int) -> bool:
    """Write `desk.base` with the breaks on trial into the path; False if they are out of order."""
    breaks, first = f.vehicles[v].breaks, f.vehicles[v].first_break
    trial = desk.choice[0]
    b, at = 0, 0
    for g in range(m):
        desk.path[at].node = desk.base[g]
        at += 1
        while b < breaks and desk.options[b, trial[b]] == g:
            desk.path[at].node = first + b
            at += 1
            b += 1
    return bool(b == breaks)
