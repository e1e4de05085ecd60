"""The tasks, the queues and the beat fit each other."""

from __future__ import annotations

import ast
from pathlib import Path

from workers.app import LONG, LONG_TASKS, LONGEST_TASK_SECONDS, QUICK, VISIBILITY_SECONDS, make_app
from workers.schedule import BEAT

ROOT = Path(__file__).resolve().parents[2]


def own_tasks() -> set[str]:
    """The names of the functions under @task."""
    tree = ast.parse((ROOT / "workers" / "tasks.py").read_text())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id == "task" for mark in node.decorator_list)
    }


def test_the_beat_sends_tasks_that_exist() -> None:
    """Every entry of the beat names a task of ours."""
    wanted = {entry["task"].removeprefix("outabout.") for entry in BEAT.values()}
    assert wanted <= own_tasks()
    assert wanted


def test_every_task_is_woken_by_somebody() -> None:
    """A task is in the beat, or is sent by a service under its name."""
    beat = {entry["task"].removeprefix("outabout.") for entry in BEAT.values()}
    services = "".join(f.read_text() for f in (ROOT / "booking" / "services").glob("*.py"))
    assert [name for name in own_tasks() - beat if f'"{name}"' not in services] == []


def test_the_worker_reads_every_queue_we_send_to() -> None:
    """What `outabout worker` consumes is what tasks are routed to."""
    app = make_app("redis://127.0.0.1:1/0")
    source = (ROOT / "booking" / "cli" / "processes.py").read_text()
    sent_to = {app.conf.task_default_queue, *(r["queue"] for r in app.conf.task_routes.values())}
    assert sent_to == {QUICK, LONG}
    assert f'"{QUICK},{LONG}"' in source
    assert {f"outabout.{name}" for name in LONG_TASKS} == set(app.conf.task_routes)
    assert set(LONG_TASKS) <= own_tasks()


def test_the_quick_queue_is_emptied_first() -> None:
    """Queues are read in the order of their names."""
    options = make_app("redis://127.0.0.1:1/0").conf.broker_transport_options
    assert options["queue_order_strategy"] == "sorted"
    assert QUICK < LONG


def test_a_running_task_is_not_handed_to_a_second_worker() -> None:
    """A task is taken to be lost only after it must have ended."""
    assert VISIBILITY_SECONDS > LONGEST_TASK_SECONDS


def test_nothing_is_due_at_an_hour_that_summer_time_moves() -> None:
    """The beat counts seconds; which hour it is, services ask in local time."""
    assert all(isinstance(entry["schedule"], float) for entry in BEAT.values())


def test_what_comes_again_soon_does_not_pile_up() -> None:
    """Every task of the beat runs out when no worker takes it."""
    for name, entry in BEAT.items():
        assert entry["options"]["expires"] >= entry["schedule"], name
