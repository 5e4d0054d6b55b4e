"""Pairing at once: whoever waits gets the best mentor with a free place, who came first first.

It happens in the transaction of whatever may bring two people together: somebody joins, a place
comes free, an answer or a rule changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.scoring import exclusion, score
from plugin.matching.people import mentors_of, waiting_of
from plugin.matching.reasons import HAS_TIME, ONLY_ONE_FREE, Reason, reasons_of
from plugin.matching.service import current_rules
from plugin.pairings.service import mentees_by_mentor, of_mentor, pair
from plugin.programmes.model import PairsBy
from plugin.programmes.service import taken


class InProgramme(Protocol):
    """An event after which somebody who waits may find a mentor."""

    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def programme_id(self) -> UUID:
        """Where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The mentor chosen for somebody who waits, and why."""

    mentor: Mentor
    reasons: list[Reason]


def on_places(session: Session, _event_id: UUID, event: InProgramme) -> None:
    """Pair whoever waits: there may be a place for them now."""
    pair_waiting(session, event.programme_id, now=event.at)


def pair_waiting(session: Session, programme_id: UUID, *, now: datetime) -> int:
    """Give mentors to those who wait, as far as there are places; return how many were paired.

    Nothing happens where the instructor makes drafts. The programme is taken: of a join and a new
    place at the same moment, the later one sees both.
    """
    programme = taken(session, programme_id)
    if programme.pairs_by != PairsBy.AT_ONCE:
        return 0
    mentors = mentors_of(session, programme, now)
    has = mentees_by_mentor(session, programme_id)
    if not _free(mentors, has):
        return 0
    rules = current_rules(session, programme).rules
    paired = 0
    for mentee in waiting_of(session, programme, now):
        free = _free(mentors, has)
        if not free:
            break
        theirs = () if rules.reciprocal else of_mentor(session, programme_id, UUID(mentee.id))
        own = {str(each.mentee_id) for each in theirs}  # who must not become their mentor
        choice = chosen(rules, mentee, [each for each in free if each.id not in own], has)
        if choice is None:
            continue
        mentor_id = UUID(choice.mentor.id)
        made = pair(
            session,
            programme_id,
            mentor_id=mentor_id,
            mentee_id=UUID(mentee.id),
            reasons=choice.reasons,
            now=now,
        )
        paired += made is not None
        has[mentor_id] = has.get(mentor_id, 0) + 1
    return paired


def chosen(
    rules: RuleSet, mentee: Mentee, free: Sequence[Mentor], has: dict[UUID, int]
) -> Choice | None:
    """Return the best of the mentors with a free place, or None when rules leave none.

    What the pair is worth counts first, then who has most room, then who has been there longest
    (the order of `free`), so that the same people and rules give the same pair.

    Args:
        has: how many mentees each mentor has now.
    """
    suiting = [each for each in free if exclusion(rules, mentee, each) is None]
    if not suiting:
        return None
    best = min(
        suiting,
        key=lambda each: (-score(rules, mentee, each), has.get(UUID(each.id), 0) / each.capacity),
    )
    reasons = reasons_of(rules, mentee, best)
    if not has.get(UUID(best.id)):
        reasons.append(HAS_TIME)
    if len(suiting) == 1:
        reasons.append(ONLY_ONE_FREE)
    return Choice(mentor=best, reasons=reasons)


def _free(mentors: Sequence[Mentor], has: dict[UUID, int]) -> list[Mentor]:
    return [each for each in mentors if each.capacity > has.get(UUID(each.id), 0)]
