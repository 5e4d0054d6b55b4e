"""What was measured, and what it had to reach."""

from __future__ import annotations

from dataclasses import dataclass


class NotMeasured(Exception):
    """Something that a part needs is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One number of a part.

    Attributes:
        least, most: what it must be at least, or at most; neither: it is printed, and nothing is
            promised.
        beside: what else was seen, in words.
    """

    name: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None
    beside: str = ""

    @property
    def missed(self) -> bool:
        """Whether it is not what it must be."""
        too_low = self.least is not None and self.value < self.least
        return too_low or (self.most is not None and self.value > self.most)

    def __str__(self) -> str:
        digits = 2 if self.unit == "×" else 0 if self.value >= 100 else 1
        line = f"{self.name:42} {self.value:9,.{digits}f} {self.unit}  {self.beside}".rstrip()
        for sign, bound in (("≥", self.least), ("≤", self.most)):
            if bound is not None:
                line += f"  {sign} {bound:,g}: {'MISSED' if self.missed else 'reached'}"
        return line
