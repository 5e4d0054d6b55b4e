"""The rules of a programme in their versions, and what they say of two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.foundation.events import happened
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.presets import DEFAULT, PRESETS
from plugin.matching.engine.reading import rules_from_json, rules_to_json
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.scoring import exclusion, score
from plugin.matching.events import RulesSaved
from plugin.matching.model import MatchingRules
from plugin.matching.reasons import Reason, reasons_of
from plugin.programmes.model import Programme
from plugin.programmes.service import taken


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentRules:
    """The rules that hold in a programme now."""

    version: int | None
    """None: nobody has chosen yet, the preset `DEFAULT` holds."""
    rules: RuleSet
    as_json: dict[str, Any]
    """The same, as stored and as the editor shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a pair is worth, and why, as both may see it."""

    score: int
    reasons: list[Reason]


def current_rules(session: Session, programme: Programme) -> CurrentRules:
    """Return the newest version of a programme's rules, or the preset."""
    newest = session.scalar(
        select(MatchingRules)
        .where(MatchingRules.programme_id == programme.id)
        .order_by(MatchingRules.version.desc())
        .limit(1)
    )
    if newest is None:
        rules = PRESETS[DEFAULT]
        return CurrentRules(version=None, rules=rules, as_json=rules_to_json(rules))
    rules = rules_from_json(newest.rules)
    return CurrentRules(version=newest.version, rules=rules, as_json=newest.rules)


def save_rules(
    session: Session, programme: Programme, rules: dict[str, Any], *, by: UUID, now: datetime
) -> CurrentRules:
    """Add a version of the rules; the same rules again add none.

    Raises:
        RulesInvalid: with a `Problem` for every place that needs attention (JSON pointers).
    """
    wanted = rules_from_json(rules)
    taken(session, programme.id)  # of two at once the later adds to what the first added
    current = current_rules(session, programme)
    if current.version is not None and current.rules == wanted:
        return current
    version = MatchingRules(
        programme_id=programme.id,
        version=(current.version or 0) + 1,
        rules=rules_to_json(wanted),
        made_by=by,
        made_at=now,
    )
    session.add(version)
    session.flush()
    happened(
        session,
        RulesSaved(
            at=now,
            subject_id=version.id,
            actor_id=by,
            programme_id=programme.id,
            version=version.version,
        ),
    )
    return CurrentRules(version=version.version, rules=wanted, as_json=version.rules)


def checked(rules: dict[str, Any]) -> dict[str, Any]:
    """Return rules as they are stored, defaults and all.

    Raises:
        RulesInvalid: with a `Problem` for every place that needs attention.
    """
    return rules_to_json(rules_from_json(rules))


def judged(rules: RuleSet, mentee: Mentee, mentor: Mentor) -> Judged | None:
    """Return what two people are worth together; None when rules or one of them are against it."""
    if exclusion(rules, mentee, mentor) is not None:
        return None
    return Judged(score=score(rules, mentee, mentor), reasons=reasons_of(rules, mentee, mentor))
