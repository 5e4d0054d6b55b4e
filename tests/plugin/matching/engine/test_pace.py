"""Progress: it only ever goes on, and ends when it is told to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugin.matching.engine.pace import Pace


@given(st.lists(st.floats(0, 1), max_size=20))
def test_it_comes_nearer_to_the_end_with_every_step(steps: list[float]) -> None:
    told: list[tuple[str, float]] = []
    pace = Pace(lambda stage, part: told.append((stage, part)))
    pace.begin("pairs")
    for each in steps:
        pace.step(each)
    pace.end()
    parts = [part for _, part in told]
    assert parts == sorted(parts)
    assert parts[0] >= 0
    assert parts[-1] == 1
    assert [stage for stage, _ in told] == ["pairs"] * (len(steps) + 1) + ["done"]
