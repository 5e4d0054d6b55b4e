"""The benchmark of rosters: everybody arrives, and what is measured is what it says."""

from __future__ import annotations

import pytest

from benchmarks.roster.__main__ import measured, took
from tests import postgresql


def test_everybody_arrives_and_each_number_is_there() -> None:
    if postgresql.binaries() is None:
        pytest.skip("no PostgreSQL here")
    found = took(2_200)  # three pages; it counts itself that all are in the course
    assert min(found.first, found.again, found.cpu, found.peak) > 0
    numbers = list(measured(found, found))
    assert [each.unit for each in numbers] == ["/s", "/s", "/s", "MiB", "MiB", "×"]
    assert not numbers[-1].missed
