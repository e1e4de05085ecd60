"""What one route costs in time, with its breaks put where they cost least, compiled.

Breaks have no place of their own, so they are not part of the order of visits:
for a given order every way to take them, in the order listed and with nobody on
board, is tried among the moments their windows allow. Imports flat and timing.
"""

from __future__ import annotations

import numpy as np

from routing.compiled import compiled
from routing.flat import Flat
from routing.timing import Desk, find_earliest, find_latest, lay_out, settle

NEVER = np.inf


@compiled
def time_cost(f: Flat, desk: Desk, v: int, m: int, settled: bool) -> float:
    """Cost of time of the order `desk.base[:m]` of vehicle v, NEVER if it cannot be driven.

    Where `settled`, or where time costs anything, the chosen timetable is left in
    `desk.late` for the path `desk.node`; otherwise the
    answer is only 0.0 or NEVER.
    """
    breaks = f.break_first[v + 1] - f.break_first[v]
    settled = settled or f.per_duration > 0.0 or f.per_excess > 0.0
    desk.node[:m] = desk.base[:m]
    if breaks == 0:
        return _timed(f, desk, v, m, settled)[0]
    lay_out(f, desk, v, m)
    if not find_earliest(desk, m):
        return NEVER
    find_latest(desk, m)
    if not _list_options(f, desk, v, m, breaks):
        return NEVER
    return _try_options(f, desk, v, m, breaks, settled)


@compiled
def _timed(f: Flat, desk: Desk, v: int, m: int, settled: bool) -> tuple[float, int]:
    """Cost of time and duration of the path `desk.node[:m]`."""
    lay_out(f, desk, v, m)
    if not find_earliest(desk, m):
        return NEVER, 0
    if not settled:
        return 0.0, 0
    duration, excess = settle(f, desk, v, m)
    return f.per_duration * duration + f.per_excess * excess, duration


@compiled
def _list_options(f: Flat, desk: Desk, v: int, m: int, breaks: int) -> bool:
    """Where each break may stand, going by the timetables without breaks."""
    on_board = 0
    for r in range(f.n):
        on_board += f.boarded[r] == v
    desk.options[:breaks] = 0
    for g in range(m - 1):
        x = desk.base[g]
        if x < f.n:
            on_board += 1
        elif x < 2 * f.n:
            on_board -= 1
        if on_board > 0:
            continue
        for b in range(breaks):
            rest = 2 * f.n + 2 * f.vehicles + f.break_first[v] + b
            first = max(f.early[rest], desk.early[g] + desk.service[g])
            last = min(f.late[rest], desk.late[g + 1] - desk.hop[g + 1] - f.service[rest])
            if first <= last:
                desk.option[b, desk.options[b]] = g
                desk.options[b] += 1
    return bool(desk.options[:breaks].min() > 0)


@compiled
def _try_options(f: Flat, desk: Desk, v: int, m: int, breaks: int, settled: bool) -> float:
    """Try every combination of options; leave the best one (cheap, then short) timed."""
    best, shortest = NEVER, 0
    desk.trial[:breaks] = 0
    more = True
    while more:
        if _rising(desk, breaks):
            merge_breaks(f, desk, v, m, breaks)
            cost, duration = _timed(f, desk, v, m + breaks, settled)
            if cost < best or (cost == best and cost < NEVER and duration < shortest):
                best, shortest = cost, duration
                desk.gap[:breaks] = desk.trial[:breaks]
                if not settled:
                    return best
        more = _next_trial(desk, breaks)
    if best < NEVER:
        desk.trial[:breaks] = desk.gap[:breaks]
        merge_breaks(f, desk, v, m, breaks)
        _timed(f, desk, v, m + breaks, settled)
    return best


@compiled
def _next_trial(desk: Desk, breaks: int) -> bool:
    """Count up: the next combination of options, False after the last."""
    b = breaks - 1
    while b >= 0 and desk.trial[b] + 1 == desk.options[b]:
        desk.trial[b] = 0
        b -= 1
    if b < 0:
        return False
    desk.trial[b] += 1
    return True


@compiled
def _rising(desk: Desk, breaks: int) -> bool:
    for b in range(1, breaks):
        if desk.option[b, desk.trial[b]] < desk.option[b - 1, desk.trial[b - 1]]:
            return False
    return True


@compiled
def merge_breaks(f: Flat, desk: Desk, v: int, m: int, breaks: int) -> None:
    """Write `desk.base` with the trial's breaks into `desk.node`."""
    b, at = 0, 0
    for g in range(m):
        desk.node[at] = desk.base[g]
        at += 1
        while b < breaks and desk.option[b, desk.trial[b]] == g:
            desk.node[at] = 2 * f.n + 2 * f.vehicles + f.break_first[v] + b
            at += 1
            b += 1
