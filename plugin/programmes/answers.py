"""What a programme asks, and what people answer, wish for and refuse."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.courses import service as courses
from plugin.foundation.errors import FormInvalid
from plugin.foundation.events import happened
from plugin.people.model import Person
from plugin.platforms.model import ActorForm
from plugin.programmes import events
from plugin.programmes.catalogue import MOST_WISHES
from plugin.programmes.model import PairsBy, Part, Participation, Programme
from plugin.programmes.questions import Questionnaire, Said
from plugin.programmes.service import (
    answers_changed,
    join,
    kept,
    participation,
    parts_of,
    taken,
)

BY_NAME = (Person.name.is_(None), Person.name, Person.id)
"""Those without a name last."""


def questions_set(
    session: Session,
    programme: Programme,
    questionnaire: Questionnaire,
    *,
    by: UUID,
    now: datetime,
) -> None:
    """Ask these questions from now on. What was answered to others is kept, and does not count."""
    taken(session, programme.id)
    if Questionnaire.of(programme) == questionnaire:
        return
    programme.questions = questionnaire.as_json()
    session.flush()
    happened(
        session,
        events.QuestionsSet(
            at=now, subject_id=programme.id, actor_id=by, programme_id=programme.id
        ),
    )


def pairs_by_set(
    session: Session, programme: Programme, pairs_by: PairsBy, *, by: UUID, now: datetime
) -> None:
    """Choose how mentees come to their mentors from now on; pairs that exist stay."""
    taken(session, programme.id)
    if programme.pairs_by == pairs_by:
        return
    programme.pairs_by = pairs_by
    session.flush()
    happened(
        session,
        events.PairsBySet(
            at=now,
            subject_id=programme.id,
            actor_id=by,
            programme_id=programme.id,
            pairs_by=pairs_by,
        ),
    )


def answered(
    session: Session,
    programme: Programme,
    person_id: UUID,
    part: Part,
    sent: Mapping[str, Any],
    *,
    now: datetime,
) -> Participation:
    """Keep what somebody who takes part answers, and whom they wish for.

    Args:
        sent: question → options; `wishes`: ids of mentors, dearest first.

    Raises:
        NotFound: they never took part.
        FormInvalid: more options than may be chosen, or a mentor who is not there.
    """
    taken(session, programme.id)
    mine = kept(session, programme, person_id, part)
    changed = _said(session, programme, person_id, part, sent).keep_in(mine)
    session.flush()
    if changed and mine.left_at is None:
        answers_changed(session, mine, now=now)
    return mine


def refuses_set(
    session: Session,
    programme: Programme,
    person_id: UUID,
    refuses: Collection[UUID],
    *,
    shown: Collection[UUID],
    now: datetime,
) -> None:
    """Never pair somebody with these people from now on; a pair that exists stays.

    It holds whichever of the two mentors the other, so each part of the person has it.

    Args:
        shown: whom the page showed as refused already. Who was not shown stays refused: a page
            that is older than a refusal cannot take it back.

    Raises:
        FormInvalid: somebody who could not be paired with this person anyway.
    """
    taken(session, programme.id)
    ids = _refuses(session, programme, person_id, refuses, shown)
    changed = [mine for mine in parts_of(session, programme, person_id) if _refuses_now(mine, ids)]
    session.flush()
    for mine in changed:
        if mine.left_at is None:
            answers_changed(session, mine, now=now)


def joined(
    session: Session,
    programme: Programme,
    person_id: UUID,
    *,
    first_use: str,
    talk: Sequence[str],
    recorded: bool,
    known_as: ActorForm = ActorForm.ACCOUNT,
    sent: Mapping[str, Any],
    now: datetime,
) -> Participation:
    """Let a learner in with their three answers and, where more is asked, those in `sent`.

    Args:
        sent: as of `answered`, with `refuses` and `refuses_shown` as of `refuses_set`.

    Raises:
        FormInvalid: as of both.
    """
    taken(session, programme.id)
    said = _said(session, programme, person_id, Part.MENTEE, sent)
    ids = _refuses(
        session, programme, person_id, sent.get("refuses", ()), sent.get("refuses_shown", ())
    )
    for mine in parts_of(session, programme, person_id):
        _refuses_now(mine, ids)
    return join(
        session,
        programme,
        person_id,
        first_use=first_use,
        talk=talk,
        recorded=recorded,
        known_as=known_as,
        said=replace(said, refuses=ids),
        now=now,
    )


def _said(
    session: Session, programme: Programme, person_id: UUID, part: Part, sent: Mapping[str, Any]
) -> Said:
    questionnaire = Questionnaire.of(programme)
    asked = questionnaire.asks_wishes and part is Part.MENTEE
    return Said(
        answers=questionnaire.chosen(part, sent),
        wishes=_wishes(session, programme, person_id, sent.get("wishes", ())) if asked else None,
        refuses=None,
    )


def _wishes(
    session: Session, programme: Programme, person_id: UUID, wishes: Sequence[UUID]
) -> list[str]:
    named = list(dict.fromkeys(wishes))
    known = {mentor.id for mentor in mentors(session, programme, but=person_id)} if named else set()
    if len(named) > MOST_WISHES or not known.issuperset(named):
        text = "Choose from the mentors shown, three at most."
        raise FormInvalid(text, {"wishes": [text]})
    return [str(each) for each in named]


def _refuses(
    session: Session,
    programme: Programme,
    person_id: UUID,
    refuses: Collection[UUID],
    shown: Collection[UUID],
) -> list[str]:
    before = {person.id for person in refused(session, programme, person_id)}
    new = set(refuses) - before
    there = {each.id for each in people_to_refuse(session, programme, person_id)} if new else set()
    if not new <= there:
        text = "Choose from the people shown."
        raise FormInvalid(text, {"refuses": [text]})
    stay = {each for each in before if each in refuses or each not in shown}
    return sorted(str(each) for each in stay | new)


def _refuses_now(mine: Participation, ids: Sequence[str]) -> bool:
    if mine.refuses == ids:
        return False
    mine.refuses = list(ids)
    return True


def mentors(session: Session, programme: Programme, *, but: UUID) -> Sequence[Person]:
    """Return the mentors of a programme by name, except one person; those without a name last."""
    return session.scalars(
        select(Person)
        .join(Participation, Participation.person_id == Person.id)
        .where(
            Participation.programme_id == programme.id,
            Participation.part == Part.MENTOR,
            Participation.left_at.is_(None),
            Person.id != but,
        )
        .order_by(*BY_NAME)
    ).all()


def people_to_refuse(session: Session, programme: Programme, person_id: UUID) -> Sequence[Person]:
    """Return whom somebody could be paired with: the mentors; for mentors, also whoever is in the
    course and may join.
    """
    found = {person.id: person for person in mentors(session, programme, but=person_id)}
    mine = participation(session, programme.id, person_id, Part.MENTOR)
    if mine is not None and mine.left_at is None:
        roster = courses.roster(session, programme.course_id)
        found |= {person.id: person for _, person in roster if person.id != person_id}
    return sorted(found.values(), key=lambda each: (each.name is None, each.name or "", each.id))


def refused(session: Session, programme: Programme, person_id: UUID) -> Sequence[Person]:
    """Return whom somebody refuses, by name: for their own eyes, and nobody else's."""
    ids = {UUID(id) for mine in parts_of(session, programme, person_id) for id in mine.refuses}
    if not ids:
        return ()
    return session.scalars(select(Person).where(Person.id.in_(ids)).order_by(*BY_NAME)).all()
