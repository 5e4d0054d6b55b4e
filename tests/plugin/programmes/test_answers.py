"""What people answer, wish for and refuse is theirs, and names only people who are there."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.courses.model import Course
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.events import EventRow
from plugin.pairings.service import open_pairing
from plugin.people.model import Person
from plugin.programmes import answers, service
from plugin.programmes.model import PairsBy, Part, Participation, Programme
from plugin.programmes.questions import Questionnaire
from tests.plugin.factories import (
    NOW,
    a_course,
    a_mentee,
    a_mentor,
    a_person,
    a_programme,
    a_registration,
    at_once,
    every,
    later,
)

SKILLS = ("Giving feedback", "Listening", "Planning")


def asking(session: Session, programme: Programme, **asked: Any) -> None:
    """Ask about SKILLS, the kind of help and wishes unless said otherwise."""
    asked = asked or {"skills": SKILLS, "ask": ["help", "wishes"]}
    answers.questions_set(session, programme, Questionnaire.asking(**asked), by=uuid4(), now=NOW)


def part_of(session: Session, programme: Programme, person: Person, part: Part) -> Participation:
    found = service.participation(session, programme.id, person.id, part)
    assert found is not None
    return found


def answering(
    session: Session, programme: Programme, person: Person, part: Part, **sent: Any
) -> Participation:
    return answers.answered(session, programme, person.id, part, sent, now=later(days=1))


def refusing(
    session: Session, programme: Programme, person: Person, *others: UUID, shown: Any = ()
) -> None:
    answers.refuses_set(session, programme, person.id, others, shown=shown, now=later(days=1))


def joining(session: Session, programme: Programme, person: Person, **sent: Any) -> Participation:
    return answers.joined(
        session,
        programme,
        person.id,
        first_use="the budget talk",
        talk=["call"],
        recorded=False,
        sent=sent,
        now=NOW,
    )


def changes(session: Session, kind: str = "answers-changed") -> int:
    """Return how often something of the kind happened."""
    return len(every(session, EventRow, EventRow.kind == f"programme.{kind}"))


# What is asked.


def test_other_questions_are_said_once(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        asking(session, programme)
        assert changes(session, "questions-set") == 1
        assert Questionnaire.of(programme).number == 3
    with mentes.database.reading(organisation_id) as session:
        assert Questionnaire.of(session.get_one(Programme, programme.id)).number == 3


def test_mentors_are_given_at_once_until_the_instructor_says_otherwise(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        assert programme.pairs_by == PairsBy.AT_ONCE
        for _ in range(2):
            answers.pairs_by_set(session, programme, PairsBy.DRAFT, by=uuid4(), now=NOW)
        assert programme.pairs_by == PairsBy.DRAFT
        (event,) = every(session, EventRow, EventRow.kind == "programme.pairs-by-set")
        assert event.facts == {"programme_id": str(programme.id), "pairs_by": "draft"}


# What is answered.


def test_answers_are_kept_and_said_when_they_change(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        ada = a_mentee(session, programme)
        sent = {"skill": ["listening", "planning"], "help": ["doors"]}
        for _ in range(2):
            mine = answering(session, programme, ada, Part.MENTEE, **sent)
        assert mine.answers == sent
        (event,) = every(session, EventRow, EventRow.kind == "programme.answers-changed")
        assert event.facts == {"programme_id": str(programme.id), "person_id": str(ada.id)}


def test_an_answer_to_a_skill_that_goes_and_comes_back_is_there_again(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        ada = a_mentee(session, programme)
        answering(session, programme, ada, Part.MENTEE, skill=["listening"])
        asking(session, programme, skills=["Planning"])
        (skill,) = Questionnaire.of(programme).questions
        mine = part_of(session, programme, ada, Part.MENTEE)
        assert skill.standing(mine.answers["skill"]) == []
        asking(session, programme, skills=["planning", "LISTENING"])
        (skill,) = Questionnaire.of(programme).questions
        assert skill.standing(mine.answers["skill"]) == ["listening"]


def test_who_never_took_part_answers_nothing(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        ada = a_mentee(session, programme)
        with pytest.raises(NotFound):
            answering(session, programme, ada, Part.MENTOR, help=["doors"])


def test_who_left_can_answer_and_nobody_is_told(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        ada = a_mentee(session, programme)
        service.leave(session, programme, ada.id, now=NOW)
        assert answering(session, programme, ada, Part.MENTEE, help=["doors"]).answers
        assert changes(session) == 0


# Wishes.


def test_wishes_are_kept_in_their_order_each_once(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        first, second = (a_mentor(session, programme, name=name) for name in ("Zoe", None))
        ada = a_person(session, session.get_one(Course, programme.course_id))
        mine = joining(session, programme, ada, wishes=[second.id, first.id, second.id])
        assert mine.wishes == [str(second.id), str(first.id)]
        assert answering(session, programme, ada, Part.MENTEE).wishes == []


def test_a_mentors_wishes_are_not_asked_for(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        mo, other = a_mentor(session, programme), a_mentor(session, programme)
        assert answering(session, programme, mo, Part.MENTOR, wishes=[other.id]).wishes == []


def test_wishes_that_are_not_asked_for_stay_as_they_are(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        mo, ada = a_mentor(session, programme), a_mentee(session, programme)
        answering(session, programme, ada, Part.MENTEE, wishes=[mo.id])
        asking(session, programme, ask=["help"])
        assert answering(session, programme, ada, Part.MENTEE).wishes == [str(mo.id)]


@pytest.mark.parametrize("who", ["herself", "another mentee", "a mentor who left", "nobody"])
def test_only_mentors_of_the_programme_can_be_wished_for(
    mentes: Mentes, organisation_id: UUID, who: str
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        ada, left = a_mentee(session, programme), a_mentor(session, programme)
        service.detach_mentor(session, programme, left.id, by=left.id, now=NOW)
        named = {
            "herself": ada.id,
            "another mentee": a_mentee(session, programme).id,
            "a mentor who left": left.id,
            "nobody": uuid4(),
        }
        with pytest.raises(FormInvalid) as refused:
            answering(session, programme, ada, Part.MENTEE, wishes=[named[who]])
        assert list(refused.value.errors) == ["wishes"]
        assert part_of(session, programme, ada, Part.MENTEE).wishes == []


def test_four_wishes_are_one_too_many(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        ada = a_mentee(session, programme)
        four = [a_mentor(session, programme).id for _ in range(4)]
        with pytest.raises(FormInvalid):
            answering(session, programme, ada, Part.MENTEE, wishes=four)


def test_nobody_of_another_course_can_be_wished_for_or_refused(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        programme = a_programme(session, a_course(session, registration))
        elsewhere = a_programme(session, a_course(session, registration, context=None))
        asking(session, programme)
        stranger = a_mentor(session, elsewhere)
        ada, mo = a_mentee(session, programme), a_mentor(session, programme)
        with pytest.raises(FormInvalid):
            answering(session, programme, ada, Part.MENTEE, wishes=[stranger.id])
        for person in (ada, mo):
            with pytest.raises(FormInvalid) as refused:
                refusing(session, programme, person, stranger.id)
            assert list(refused.value.errors) == ["refuses"]


# Refusals.


def test_a_mentee_refuses_mentors_and_a_mentor_whoever_is_in_the_course(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        course = session.get_one(Course, programme.course_id)
        ada, mo = a_mentee(session, programme), a_mentor(session, programme)
        ben = a_person(session, course)
        refusing(session, programme, mo, ben.id, ada.id)
        refusing(session, programme, ada, mo.id)
        assert part_of(session, programme, mo, Part.MENTOR).refuses == sorted(
            [str(ben.id), str(ada.id)]
        )
        assert part_of(session, programme, ada, Part.MENTEE).refuses == [str(mo.id)]
        with pytest.raises(FormInvalid):
            refusing(session, programme, ada, ben.id)
        assert changes(session) == 2


def test_a_refusal_holds_in_both_parts_of_a_person(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        course = session.get_one(Course, programme.course_id)
        mo = a_mentor(session, programme)
        ada = a_mentee(session, programme, "4")
        refusing(session, programme, ada, mo.id)
        service.attach_mentor(session, programme, ada.id, capacity=1, by=mo.id, now=NOW)
        assert part_of(session, programme, ada, Part.MENTOR).refuses == [str(mo.id)]
        ben = a_person(session, course)
        refusing(session, programme, ada, mo.id, ben.id, shown=[mo.id])
        for part in Part:
            assert part_of(session, programme, ada, part).refuses == sorted(
                [str(mo.id), str(ben.id)]
            )


def test_a_refusal_is_taken_back_only_by_a_page_that_showed_it(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        ada, mo, zoe = (
            a_mentee(session, programme),
            a_mentor(session, programme),
            a_mentor(session, programme),
        )
        refusing(session, programme, ada, mo.id)
        refusing(session, programme, ada, zoe.id)  # an older page in another tab
        assert len(part_of(session, programme, ada, Part.MENTEE).refuses) == 2
        refusing(session, programme, ada, zoe.id, shown=[mo.id, zoe.id])
        assert part_of(session, programme, ada, Part.MENTEE).refuses == [str(zoe.id)]


def test_who_is_refused_stays_so_after_they_went(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        ada, mo = a_mentee(session, programme), a_mentor(session, programme)
        refusing(session, programme, ada, mo.id)
        service.detach_mentor(session, programme, mo.id, by=mo.id, now=NOW)
        refusing(session, programme, ada, mo.id, shown=[mo.id])
        assert part_of(session, programme, ada, Part.MENTEE).refuses == [str(mo.id)]
        service.leave(session, programme, ada.id, now=NOW)
        assert joining(session, programme, ada).refuses == [str(mo.id)]


def test_refusals_of_eight_pages_sent_at_once_all_hold(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        ada = a_mentee(session, programme)
        eight = [a_mentor(session, programme).id for _ in range(8)]

    def refuse(number: int) -> None:
        with mentes.database.transaction(organisation_id) as session:
            refusing(session, session.get_one(Programme, programme.id), ada, eight[number])

    assert at_once(8, refuse) == [None] * 8
    with mentes.database.reading(organisation_id) as session:
        mine = part_of(session, programme, ada, Part.MENTEE)
        assert mine.refuses == sorted(str(each) for each in eight)


# Joining.


def test_what_is_answered_with_joining_is_there_before_anybody_is_paired(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        mo = a_mentor(session, programme)
        ada = a_person(session, session.get_one(Course, programme.course_id))
        mine = joining(session, programme, ada, skill=["planning"], refuses=[mo.id])
        assert mine.answers == {"skill": ["planning"]}
        assert mine.refuses == [str(mo.id)]
        assert open_pairing(session, programme.id, ada.id) is None
        assert (changes(session, "joined"), changes(session)) == (1, 0)


def test_who_sends_the_form_twice_with_other_answers_has_joined_once(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        ada = a_person(session, session.get_one(Course, programme.course_id))
        joining(session, programme, ada, skill=["planning"])
        joining(session, programme, ada, skill=["listening"])
        assert (changes(session, "joined"), changes(session)) == (1, 1)


def test_a_join_that_names_a_stranger_leaves_nothing_behind(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        asking(session, programme)
        ada = a_person(session, session.get_one(Course, programme.course_id))
    with pytest.raises(FormInvalid), mentes.database.transaction(organisation_id) as session:
        joining(session, session.get_one(Programme, programme.id), ada, wishes=[uuid4()])
    with mentes.database.reading(organisation_id) as session:
        assert every(session, Participation) == []
