"""Benchmark files: each format as a problem, each fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from routing.benchmark_check import check_routes, length
from routing.benchmark_files import read_benchmark
from routing.errors import IllegalPlan, InstanceError
from routing.instances import SCALE, plan_from_routes, read_instance, read_paratransit
from routing.model import Window
from routing.optimise import Stop, solve
from routing.validate import validate

AB = """2 2 480 3 30
0 0.0 0.0 0 0 0 480
1 3.0 4.0 3 1 0 1440
2 1.5 0.0 3 2 10 20
3 0.0 1.0 3 -1 100 115
4 0.0 2.0 3 -2 0 1440
5 0.0 0.0 0 0 0 480
"""
PR = "\n".join(["2 4 480 3 30", *AB.splitlines()[1:6]])
LI_LIM = (
    "2\t200\t1\n0\t0\t0\t0\t0\t500\t0\t0\t0\n"
    "1\t3\t4\t-10\t50\t90\t9\t2\t0\n2\t0\t1\t10\t0\t40\t9\t0\t1\n"
)
CSV = (
    "bookingid,Sch Time in HH:MM:SS,ldate,Pickup LAT,Pickup LON,Dropoff LAT,Dropoff LON,"
    "Passenger Types,AM/WC\n"
    "7,8:30:00,3,35.05,-85.21,35.02,-85.22,AM1,AM\n"
    '8,9:00:00,3,35.04,-85.31,35.02,-85.22,"AM1,WH1",WC\n'
    "9,9:00:00,4,35.04,-85.31,35.02,-85.22,AM1,AM\n"
)


def write(folder: Path, text: str, name: str = "toy.txt") -> Path:
    file = folder / name
    file.write_text(text)
    return file


@pytest.mark.parametrize("text", [AB, PR])
def test_both_dial_a_ride_formats_state_the_same_problem(tmp_path: Path, text: str) -> None:
    """The second number counts requests or nodes; the second depot line may be missing."""
    instance = read_instance(write(tmp_path, text))
    problem = instance.problem
    validate(problem)
    assert instance.nodes == ((1, 3), (2, 4))
    assert problem.durations[0, 1] == 5 * SCALE
    assert problem.requests[1].pickup_window == Window(10 * SCALE, 20 * SCALE)
    assert problem.requests[1].load == (2,)
    assert problem.requests[0].max_ride == 30 * SCALE
    assert problem.vehicles[1].max_duration == 480 * SCALE


def test_pickup_and_delivery_files_pair_their_nodes(tmp_path: Path) -> None:
    """The pickup is the node with a delivery, wherever it stands in the file."""
    instance = read_instance(write(tmp_path, LI_LIM))
    assert instance.nodes == ((2, 1),)
    assert instance.problem.requests[0].max_ride is None
    assert instance.problem.vehicles[0].max_duration is None


def test_a_solved_file_passes_the_check_in_its_own_numbers(tmp_path: Path) -> None:
    """Whole numbers inside lose nothing: the doubles outside agree on legality and length."""
    file = write(tmp_path, AB)
    instance = read_instance(file)
    result = solve(instance.problem, Stop(iterations=50))
    routes = instance.routes(result.plan)
    assert check_routes(read_benchmark(file), routes) == []
    assert length(read_benchmark(file), routes) == pytest.approx(result.cost, abs=1e-6)
    assert instance.length(result.plan) == pytest.approx(result.cost, abs=1e-9)


@pytest.mark.parametrize(
    ("routes", "complaint"),
    [
        ([[1, 3]], "node 2 is visited 0 times"),
        ([[1, 3, 2, 4], [1]], "node 1 is visited 2 times"),
        ([[1, 3, 2, 4, 8]], "node 8 is not in toy"),
        ([[1, 4], [2, 3]], "not in the same route"),
        ([[3, 1, 2, 4]], "visited before its pickup"),
        ([[1, 3, 2, 4]], "no timetable"),
        ([[2, 1, 3, 4]], "no timetable"),
    ],
)
def test_wrong_routes_are_found_out(
    tmp_path: Path, routes: list[list[int]], complaint: str
) -> None:
    """Each rule of the file is looked at."""
    wrong = check_routes(read_benchmark(write(tmp_path, AB)), routes)
    assert any(complaint in sentence for sentence in wrong)


def test_too_many_routes_and_too_much_load_are_found_out(tmp_path: Path) -> None:
    """The number of vehicles and their room."""
    file = read_benchmark(write(tmp_path, AB.replace("2 2 480 3", "1 2 480 2")))
    assert "2 routes, but only 1 vehicles" in check_routes(file, [[1, 3], [2, 4]])
    assert any("more than 2.0" in wrong for wrong in check_routes(file, [[2, 1, 4, 3]]))


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ("", None, "empty"),
        ("1 2\n", 1, "5 numbers"),
        (AB.replace("3.0 4.0", "3.0 x"), 3, "not a number"),
        (AB.replace("3.0 4.0", "3.0 nan"), 3, "finite"),
        (AB.replace("3.0 4.0 3", "3.0 4.0"), 3, "7 numbers"),
        (AB.replace("2 2 480", "2 3 480"), 1, "do not go with"),
        (AB.replace("2 1.5", "9 1.5"), 4, "node 9 where 2"),
        (AB.replace("10 20", "20 10"), 4, "window"),
        (AB.replace("-2 0", "-1 0"), 6, "does not take out"),
        (AB.replace("2 2 480 3", "2.5 2 480 3"), 1, "whole number"),
        (LI_LIM.replace("\t2\t0\n", "\t5\t0\n"), 3, "is not the delivery"),
        (LI_LIM.replace("\t0\t1\n", "\t0\t7\n"), 4, "not in the file"),
        (LI_LIM.replace("\n2\t", "\n1\t"), 4, "stands twice"),
        (LI_LIM.replace("\n0\t", "\n5\t", 1), None, "no depot"),
    ],
)
def test_a_faulty_file_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int | None, complaint: str
) -> None:
    """Whoever made the file knows where to look."""
    with pytest.raises(InstanceError, match=complaint) as caught:
        read_benchmark(write(tmp_path, text))
    assert caught.value.line == line


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Missing, or not text at all."""
    with pytest.raises(InstanceError, match="cannot be read"):
        read_benchmark(tmp_path / "nowhere.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InstanceError, match="cannot be read"):
        read_benchmark(tmp_path / "binary.txt")


def test_a_paratransit_day_is_read_as_the_agency_runs_it(tmp_path: Path) -> None:
    """Only that day; a wheelchair takes three seats; half an hour of window."""
    instance = read_paratransit(write(tmp_path, CSV, "trips.csv"), 3, vehicles=2)
    validate(instance.problem)
    assert [request.id for request in instance.problem.requests] == ["7", "8"]
    assert [request.load for request in instance.problem.requests] == [(1,), (4,)]
    assert instance.problem.requests[0].pickup_window == Window(29_700, 31_500)
    assert len(instance.problem.vehicles) == 2


@pytest.mark.parametrize(
    ("text", "day", "complaint"),
    [
        (CSV, 5, "no bookings on day 5"),
        (CSV.replace("8:30:00", "soon"), 3, "line 2: cannot be understood"),
        (CSV.replace("ldate", "date"), 3, "no column ldate"),
    ],
)
def test_a_faulty_paratransit_file_is_refused(
    tmp_path: Path, text: str, day: int, complaint: str
) -> None:
    """With the line, or what is missing."""
    with pytest.raises(InstanceError, match=complaint):
        read_paratransit(write(tmp_path, text, "trips.csv"), day, vehicles=2)


def test_routes_of_a_paratransit_day_come_back_as_a_plan(tmp_path: Path) -> None:
    """And what cannot be driven does not."""
    instance = read_paratransit(write(tmp_path, CSV, "trips.csv"), 3, vehicles=1)
    found = solve(instance.problem, Stop(iterations=20)).plan
    assert plan_from_routes(instance, instance.routes(found)) == found
    for wrong in ([[2, 1]], [[1, 2, 77]], [[1, 2], [3, 4]]):
        with pytest.raises(IllegalPlan):
            plan_from_routes(instance, wrong)
