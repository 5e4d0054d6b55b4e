"""A second opinion on our statements: Ralph's models of xAPI, which are not ours."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.installed import RALPH, has_ralph

pytestmark = pytest.mark.skipif(not has_ralph(), reason="run: make clients")

SCRIPT = Path(__file__).parent / "ralph_models.py"
GOLDEN = {
    path.stem: json.loads(path.read_text())["statement"]
    for path in sorted((Path(__file__).parents[1] / "golden").glob("*.json"))
}


def judged(statements: dict[str, Any]) -> dict[str, list[str]]:
    """Return what Ralph finds wrong with each of these statements."""
    done = subprocess.run(
        [RALPH / "python", SCRIPT],
        input=json.dumps(statements),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_ralph_finds_nothing_wrong_with_any_of_our_statements() -> None:
    assert judged(GOLDEN) == {name: [] for name in GOLDEN}


def test_ralph_does_find_what_is_wrong() -> None:
    two_ways = copy.deepcopy(GOLDEN["attended"])
    two_ways["actor"]["mbox"] = "mailto:ada@lms.example"
    too_good = copy.deepcopy(GOLDEN["rated-and-shared"])
    too_good["result"]["score"]["scaled"] = 2
    found = judged({"two ways": two_ways, "too good": too_good})
    assert all(found.values()), found
