"""Mentees and mentors as the engine sees them: ids, closed answers, wishes. No names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Answer = frozenset[str] | int
"""Options chosen (often just one), or a whole number."""
Answers = Mapping[str, Answer]
"""Field → answer. A field that is absent, or an empty set, was not answered."""
NO_ANSWERS: Answers = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentee:
    """Somebody who looks for a mentor."""

    id: str
    """Opaque and stable; a person who also mentors has the same id there."""
    answers: Answers = field(default_factory=lambda: NO_ANSWERS)
    wishes: tuple[str, ...] = ()
    """Ids of mentors, dearest first."""
    refuses: frozenset[str] = frozenset()
    """Ids of mentors never to be paired with. Private; its effect is all that ever shows."""
    never_matched: bool = False
    waiting_days: int = 0
    wants: int = 1
    """How many mentors at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentor:
    """Somebody who takes mentees."""

    id: str
    answers: Answers = field(default_factory=lambda: NO_ANSWERS)
    wishes: tuple[str, ...] = ()
    """Ids of mentees, dearest first."""
    refuses: frozenset[str] = frozenset()
    """Ids of mentees never to be paired with. Private."""
    capacity: int = 1
    """How many mentees at once, those they have already included."""
