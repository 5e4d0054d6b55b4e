"""The rules of a programme in their versions, and its people as the engine sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.rules import RuleSet
from plugin.programmes.model import Programme

DEFAULT_PRESET = "balanced"
"""The rules of a programme whose instructor has not chosen any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentRules:
    """The rules that hold in a programme now."""

    version: int | None
    """None: nobody has chosen yet, `DEFAULT_PRESET` holds."""
    rules: RuleSet
    as_json: dict[str, Any]
    """The same, as stored and as the editor shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everybody who takes part in a programme now, as the engine sees them; no names."""

    mentees: tuple[Mentee, ...]
    """Those who have a mentor included."""
    mentors: tuple[Mentor, ...]
    accepted: tuple[tuple[str, str], ...]
    """The open pairings: (mentee, mentor)."""


def current_rules(session: Session, programme: Programme) -> CurrentRules:
    """Return the newest version of a programme's rules, or the preset."""
    raise NotImplementedError


def save_rules(
    session: Session, programme: Programme, rules: dict[str, Any], *, by: UUID, now: datetime
) -> CurrentRules:
    """Add a version of the rules; the same rules again add none.

    Raises:
        RulesInvalid: with a `Problem` for every place that needs attention (JSON pointers).
    """
    raise NotImplementedError


def people_of(session: Session, programme: Programme, now: datetime) -> People:
    """Return who takes part, in three queries however many they are."""
    raise NotImplementedError
