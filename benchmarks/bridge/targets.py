"""What was measured, and what it had to reach."""

from __future__ import annotations

from dataclasses import dataclass


class NotMeasured(Exception):
    """Something that a part needs is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One number of a part.

    Attributes:
        least: what it must be at least; None: it is printed, and nothing is promised.
        beside: what else was seen, in words.
    """

    name: str
    value: float
    unit: str
    least: float | None = None
    beside: str = ""

    @property
    def missed(self) -> bool:
        """Whether it is below what it must be."""
        return self.least is not None and self.value < self.least

    def __str__(self) -> str:
        line = f"{self.name:42} {self.value:9,.0f} {self.unit}  {self.beside}".rstrip()
        if self.least is None:
            return line
        return f"{line}  ≥ {self.least:,.0f}: {'MISSED' if self.missed else 'reached'}"
