"""Telling how far it is, though nobody knows how much there is left to do."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Told the stage (`people`, `pairs`, `done`) and which part of the whole is done."""


class Pace:
    """Comes nearer to the end with every step, and never reaches it by itself."""

    def __init__(self, tell: Progress) -> None:
        self._tell = tell
        self._stage, self._left = "", 1.0

    def begin(self, stage: str) -> None:
        """Begin a stage."""
        self._stage = stage
        self.step(0.0)

    def step(self, share: float) -> None:
        """Do a share of what was left."""
        self._left *= 1 - share
        self._tell(self._stage, 1 - self._left)

    def end(self) -> None:
        """Be done."""
        self._tell("done", 1.0)
