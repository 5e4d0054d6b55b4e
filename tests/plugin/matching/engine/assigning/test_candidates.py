"""A few pairs for everybody: the best, equals by lot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.matching.engine.assigning import candidates
from plugin.matching.engine.assigning.candidates import largest
from plugin.matching.engine.assigning.chance import Lots, bits_beside


@given(
    st.integers(1, 4),
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(0, 2**32 - 1),
    st.booleans(),
)
def test_the_largest_of_a_row_are_found_however_long_it_is(
    rows: int, columns: int, number: int, seed: int, by_groups: bool
) -> None:
    number = min(number, columns)
    block = np.random.RandomState(seed).permutation(rows * columns).reshape(rows, columns) * 1.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "LONG", 3 if by_groups else 10**6)
        found = largest(block, number)
    assert found.shape == (rows, number)
    values = np.sort(np.take_along_axis(block, found, axis=1), axis=1)
    assert np.array_equal(values, np.sort(block, axis=1)[:, columns - number :])


@given(st.integers(0, 2**22), st.integers(0, 10**6))
def test_a_lot_never_makes_up_for_a_point(points: int, seed: int) -> None:
    for kind in (np.float32, np.float64):
        block = np.full((3, 40), points, dtype=kind)
        lots = Lots(40, seed=seed, bits=bits_beside(points, np.dtype(kind)))
        lots.add_to(block, np.array([0, 7, 9000]))
        assert (np.floor(block) == points).all()


def test_lots_differ_from_row_to_row_and_seed_to_seed() -> None:
    def drawn(seed: int) -> np.ndarray:
        block = np.zeros((50, 100))
        Lots(100, seed=seed).add_to(block, np.arange(50))
        return block

    assert len({tuple(each) for each in drawn(1)}) == 50
    assert not np.array_equal(drawn(1), drawn(2))
    assert np.array_equal(drawn(1), drawn(1))
