"""The house rules on the shape of the code, kept by the build rather than by memory."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("booking", "routing", "workers")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
LONG_ON_PURPOSE = {"routing/inserting.py:list_places"}
"""The innermost loop of the engine, compiled as one piece."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*folders: str) -> list[Path]:
    """Every Python file below these folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def functions(path: Path) -> Iterator[Function]:
    """Every function of a module, methods included."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_module_says_what_is_in_it() -> None:
    """A module or package begins with a docstring."""
    bare = [
        name_of(path)
        for path in modules(*PACKAGES)
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert bare == []


def test_files_are_short() -> None:
    """No file is so long that nobody reads it to the end."""
    long = {
        name_of(path): count
        for path in modules(*PACKAGES)
        if (count := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_functions_are_short() -> None:
    """Functions fit on a screen, and most are far shorter."""
    sizes = {
        f"{name_of(path)}:{function.name}": length(function)
        for path in modules(*PACKAGES)
        for function in functions(path)
    }
    long = {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION}
    assert long.keys() - LONG_ON_PURPOSE == set()
    assert median(sizes.values()) <= 12


def test_every_test_says_what_it_proves() -> None:
    """A test has a docstring."""
    bare = [
        f"{name_of(path)}:{function.name}"
        for path in modules("tests")
        for function in functions(path)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert bare == []


def test_no_naive_times() -> None:
    """Nothing asks for the local clock without a time zone, or for Flask's `now` twice."""
    bad = (".utcnow(", "datetime.now()", "date.today(")
    found = [
        f"{name_of(path)}: {word}"
        for path in modules(*PACKAGES)
        for word in bad
        if word in path.read_text("utf-8")
    ]
    assert found == []


@pytest.mark.parametrize("word", ["flask", "werkzeug"])
def test_services_know_no_web(word: str) -> None:
    """Use cases can be called from a worker or the command line: they import no web."""
    found = [
        name_of(path)
        for path in modules("booking/services", "booking/domain", "booking/adapters", "routing")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if word in _imported(node)
    ]
    assert found == []


def _imported(node: ast.AST) -> set[str]:
    """The first part of each module a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module.partition(".")[0]}
    return set()
