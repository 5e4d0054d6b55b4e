"""Who is in no circle or pair, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from plugin.matching.engine.results import RuledOut


class WhyLeftOut(StrEnum):
    """Why somebody is left out."""

    NO_LEADERS = "no-leaders"
    """Of circles with a mentor: nobody takes as many people as the smallest circle has."""
    TOO_FEW = "too-few"
    """There are fewer people than the smallest circle has."""
    RULED_OUT = "ruled-out"
    """Rules exclude everybody, or too many for a circle; `LeftOut.ruled_out` counts by rule."""
    CLOSED = "closed"
    """Of circles with a mentor: one whom the rules leave leads none, for too few could join."""
    PLACES_TAKEN = "places-taken"
    """Everybody whom the rules leave, or every place with them, is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Somebody who is left out, and why."""

    person: str
    why: WhyLeftOut
    ruled_out: tuple[RuledOut, ...] = ()
    """Most excluding first."""
