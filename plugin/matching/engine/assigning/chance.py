"""Chance that comes out the same everywhere: what tells equal pairs apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from plugin.matching.engine.kernels import Scores
from plugin.matching.engine.roster import Indices

_MOST_BITS = 16
_SPREAD = 8192
"""Rows whose lots differ."""


class Lots:
    """A lot for every pair: a fraction of one, far less than what a whole point is.

    Each row reads the same long list of lots from a place of its own, so that a block of them is a
    copy and no computation. Only raw bits of the generator are used: numpy promises those.
    """

    def __init__(self, columns: int, *, seed: int, bits: int = _MOST_BITS) -> None:
        raw = np.random.PCG64(seed % 2**64).random_raw(columns + _SPREAD)
        self._lots = (raw >> np.uint64(64 - bits)).astype(np.float32) / np.float32(2**bits)
        self._windows = np.lib.stride_tricks.sliding_window_view(self._lots, columns)

    def add_to(self, block: Scores, rows: Indices) -> None:
        """Add the lots of some rows to their scores."""
        block += self._windows[_scattered(rows)]


def bits_beside(most: int, kind: np.dtype[np.floating]) -> int:
    """Return how fine lots may be so that they never reach a whole point beside such scores."""
    return max(0, min(_MOST_BITS, np.finfo(kind).nmant - most.bit_length()))


def _scattered(rows: Indices) -> npt.NDArray[np.int64]:
    """Return a place for each row, far from that of its neighbours (a linear congruence)."""
    return (rows.astype(np.int64) * 2654435761 + 40503) % _SPREAD
