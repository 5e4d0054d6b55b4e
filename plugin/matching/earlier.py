"""What a draft takes over from the one that it is based on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.matching.engine.reading import rules_from_json
from plugin.matching.engine.scoring import exclusion
from plugin.matching.model import Draft, DraftPair
from plugin.matching.people import People

Named = tuple[str, str]
"""Mentee, mentor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The pairs there were, as far as they can be again."""

    accepted: tuple[Named, ...] = ()
    """Pairings, and pairs that the instructor said yes to: they stay."""
    proposed: tuple[Named, ...] = ()
    """They stay if that costs little."""


def earlier_of(session: Session, draft: Draft, people: People) -> Earlier:
    """Return what stands before `draft` is made: pairings, then pairs of the draft before.

    Of that draft's pairs those are left out whose mentee has a mentor, or one of whom is not here
    any more. A yes does not outlast that rules or one of the two are against the pair by now, nor
    that the mentor's places are taken: such a mentee is looked after anew.
    """
    rules = rules_from_json(draft.rules)
    mentees = {each.id: each for each in people.mentees}
    mentors = {each.id: each for each in people.mentors}
    accepted, proposed = list(people.accepted), []
    has_mentor = {mentee for mentee, _ in accepted}
    used = Counter(mentor for _, mentor in accepted)
    for mentee_id, mentor_id, was_accepted in pairs_before(session, draft):
        mentee, mentor = mentees.get(mentee_id), mentors.get(mentor_id)
        if mentee is None or mentor is None or mentee_id in has_mentor:
            continue
        if not was_accepted:
            proposed.append((mentee_id, mentor_id))
        elif used[mentor_id] < mentor.capacity and exclusion(rules, mentee, mentor) is None:
            accepted.append((mentee_id, mentor_id))
            used[mentor_id] += 1
    return Earlier(accepted=tuple(accepted), proposed=tuple(proposed))


def pairs_before(session: Session, draft: Draft) -> list[tuple[str, str, bool]]:
    """Return the pairs of the draft that `draft` is based on: mentee, mentor, whether accepted.

    What is worth most comes first.
    """
    rows = session.execute(
        select(DraftPair.mentee_id, DraftPair.mentor_id, DraftPair.accepted)
        .where(DraftPair.draft_id == draft.based_on)
        .order_by(DraftPair.score.desc(), DraftPair.mentee_id)
    )
    return [(str(row.mentee_id), str(row.mentor_id), row.accepted) for row in rows]
