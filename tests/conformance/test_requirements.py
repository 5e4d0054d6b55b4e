"""Whether each requirement that the public suite tests stands at a test of ours, by its number.

requirements.txt holds the numbers in the titles of the suite's tests for 1.0.3 and 2.0, at the
commit that docs/conformance.md names. The suite's comments have more; it does not test those.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
NUMBER = re.compile(r"XAPI-\d{5}")
RANGE = re.compile(r"XAPI-\d{5} (?:to|–|-) ?XAPI-\d{5}")
SUITE = (Path(__file__).parent / "requirements.txt").read_text().split()


def said_at_tests(source: str) -> Iterator[str]:
    """Give what a module says of its tests: their docstrings, and whole numbers in tables."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield ast.get_docstring(node) or ""
        elif isinstance(node, ast.Constant) and NUMBER.fullmatch(str(node.value)):
            yield str(node.value)


def sources() -> dict[Path, str]:
    every = {path: path.read_text() for path in sorted(TESTS.rglob("test_*.py"))}
    return {path: source for path, source in every.items() if "XAPI-" in source}


def test_the_list_is_whole_and_in_order() -> None:
    assert len(SUITE) == len(set(SUITE)) == 291
    assert sorted(SUITE) == SUITE


def test_each_requirement_stands_at_a_test() -> None:
    guarded = {
        number
        for source in sources().values()
        for said in said_at_tests(source)
        for number in NUMBER.findall(said)
    }
    assert [number for number in SUITE if number not in guarded] == []


def test_requirements_are_named_one_by_one() -> None:
    """A range would be found by no search, and says of each that it is guarded without a look."""
    assert [path for path, source in sources().items() if RANGE.search(source)] == []
