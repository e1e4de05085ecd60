"""Bookings one by one: their order, their promises, and what is noticed when one is broken."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import online
from benchmarks.day.arrivals import arrivals
from benchmarks.day.booking import BookedDay, Habits
from benchmarks.day.promises import Promises
from routing.model import Action, Window
from routing.optimise import Stop
from tests.unit.routing.test_instances import CSV, write
from tests.unit.routing.village import CHURCH, SHOP, ask, bus, day, drive, plan

ROUNDS = Habits(every=2, pause=Stop(iterations=20))


def test_everybody_arrives_once_and_the_seed_decides_the_order() -> None:
    """The same seed the same order, another seed another one."""
    requests = [ask(f"{k}") for k in range(50)]
    first = arrivals(requests, "random", 1)
    assert sorted(first) == list(range(50))
    assert first == arrivals(requests, "random", 1) != arrivals(requests, "random", 2)
    assert first != list(range(50))


def test_booking_numbers_are_compared_as_numbers() -> None:
    """9 was booked before 10."""
    requests = [ask("10"), ask("9"), ask("x")]
    assert arrivals(requests, "id", 1) == [1, 0, 2]
    with pytest.raises(ValueError, match="no order"):
        arrivals(requests, "backwards", 1)


def test_a_broken_promise_is_counted() -> None:
    """Picked up too late, too early, or not at all; also where the problem has forgotten it."""
    promised = ask("Ada", CHURCH, SHOP, pickup_window=Window(100, 130))
    promises = Promises()
    promises.make(promised)
    stops = (Action.PICKUP, 0), (Action.DROPOFF, 0)
    kept = day(promised)
    assert promises.broken(kept, plan(kept, drive(kept, *stops))) == []
    for moved in (Window(0, 90), Window(140, 200)):
        problem = day(replace(promised, pickup_window=moved))
        assert promises.broken(problem, plan(problem, drive(problem, *stops))) == ["Ada"]
    assert promises.broken(kept, plan(kept)) == ["Ada"]
    nobody = day()
    assert promises.broken(nobody, plan(nobody)) == ["Ada"]
    with pytest.raises(ValueError, match="already"):
        promises.make(promised)


def test_who_fits_is_promised_and_who_does_not_is_refused() -> None:
    """One bus cannot be at two ends of the village at once; the promised stay required."""
    booked = BookedDay(day(), ROUNDS, seed=1)
    here = ask("Ada", 1, 2, pickup_window=Window(100, 100))
    there = ask("Bill", 3, 2, pickup_window=Window(100, 100))
    later = ask("Cy", 3, 1, pickup_window=Window(300, 330))
    booked.book([here, there, later])
    assert booked.tally.refused == ["Bill"]
    assert [r.id for r in booked.inserter.problem.requests] == ["Ada", "Cy"]
    assert all(request.required for request in booked.inserter.problem.requests)
    assert len(booked.promises) == 2
    assert len(booked.tally.answers) == 3
    assert (booked.tally.checks, booked.tally.broken) == (1, 0)


def test_a_plan_that_loses_a_promise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: a planner that forgets somebody does not get away with it."""
    booked = BookedDay(day(), ROUNDS, seed=1)
    booked.book([ask("Ada", 1, 2)])
    monkeypatch.setattr(booked, "_solved", lambda problem, start, stop: plan(problem))
    booked.improve(Stop(iterations=1))
    assert booked.tally.broken == 1


def test_thought_finds_room_that_one_insertion_does_not() -> None:
    """Two buses: the one that takes everybody is not the one the last booking needs."""
    buses = bus("big", configurations=((4,),)), bus("small", configurations=((1,),))
    first = ask("Ada", 1, 2, pickup_window=Window(100, 100))
    party = ask("Party", 3, 2, load=(4,), pickup_window=Window(100, 100))

    def refused(habits: Habits) -> list[str]:
        booked = BookedDay(day(vehicles=buses), habits, seed=1)
        booked.book([first, party])
        assert booked.tally.broken == 0
        return booked.tally.refused

    assert refused(Habits(0, Stop(iterations=1))) == ["Party"]
    assert refused(Habits(0, Stop(iterations=1), think=Stop(iterations=200))) == []


def test_the_benchmark_books_a_tiny_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every figure is there, nothing is broken, and a tenth more vehicles is a whole one more."""
    (tmp_path / "paratransit").mkdir()
    write(tmp_path / "paratransit", CSV, "trips_days_000_119.csv")
    asked = ["--data", str(tmp_path), "--instances", "3", "--seconds", "0.1"]
    assert online.main([*asked, "--rounds", "20", "--every", "1"]) == 0
    told = {
        line["name"]: line["value"]
        for line in map(json.loads, capsys.readouterr().out.splitlines())
    }
    assert (told["bookings"], told["refused"], told["broken promises"]) == (2, 0, 0)
    assert told["vehicle-hours over offline"] == pytest.approx(1, abs=0.5)
    assert told["plans checked"] == 3
    assert [online.fleet_size(n, 10, 99) for n in (1, 10, 11)] == [2, 11, 13]
    assert online.fleet_size(10, 10, 9) == 9
