"""What another program calls of the routing library says what it takes, gives and raises."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from routing import model
from routing.checker import check
from routing.cost import Cost, cost
from routing.insertion import Inserter, Insertion
from routing.instances import read_instance
from routing.travel_times import StraightLine
from routing.validate import validate

VALUES = (
    *(model.Window, model.Request, model.Break, model.Done, model.Vehicle, model.Objective),
    *(model.Problem, model.Visit, model.Route, model.Plan, Cost, Insertion, StraightLine),
)
"""Plain values: what is wrong with them, `validate` and `check` say."""
CALLS = (
    *(check, cost, validate, read_instance, StraightLine.matrix, Inserter),
    *(Inserter.best, Inserter.best_of, Inserter.best_all, Inserter.explain),
    *(Inserter.insert, Inserter.route_with),
)
RAISES_NOTHING = {check, cost}


def sections(documented: Callable[..., Any]) -> dict[str, str]:
    """The NumPy-style sections of a docstring: heading to text."""
    parts = re.split(r"^(\w+)\n-+$", inspect.getdoc(documented) or "", flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def described(text: str) -> list[str]:
    """The names at the margin of a section, each with its type."""
    rows = re.findall(r"^([*\w][*\w, ]*?) : \S", text, flags=re.MULTILINE)
    rows += re.findall(r"^(\w+)$", text, flags=re.MULTILINE)
    return [name.strip(" *") for row in rows for name in row.split(",")]


def taken(call: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(call).parameters if name != "self"]


@pytest.mark.parametrize("documented", [*VALUES, *CALLS], ids=lambda item: item.__qualname__)
def test_every_parameter_is_described(documented: Callable[..., Any]) -> None:
    """Each by its name, and none that is not there."""
    assert sorted(described(sections(documented)["Parameters"])) == sorted(taken(documented))


@pytest.mark.parametrize("call", CALLS, ids=lambda item: item.__qualname__)
def test_what_comes_back_and_what_may_go_wrong_is_described(call: Callable[..., Any]) -> None:
    """A section for the answer, if there is one, and one for the errors, if there are any."""
    found = sections(call)
    answers = inspect.signature(call).return_annotation not in ("None", None)
    assert ("Returns" in found) == (answers and not inspect.isclass(call))
    assert ("Raises" in found) == (call not in RAISES_NOTHING)
