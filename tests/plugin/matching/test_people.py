"""What the engine sees of the people of a programme."""

from __future__ import annotations

from uuid import UUID

from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.people import People, mentee_and_mentors, people_of
from plugin.pairings.model import EndReason
from plugin.pairings.service import close, open_pairing, pair
from plugin.programmes import service as programmes
from plugin.programmes.questions import Questionnaire
from tests.plugin.factories import NOW, later, statements_on
from tests.plugin.matching.crowds import a_crowd
from tests.plugin.matching.drafting import Instructor


def seen(instructor: Instructor, *, days: int = 0) -> People:
    with instructor.at_work() as (session, programme):
        return people_of(session, programme, later(days=days))


def mentee(people: People, person_id: UUID) -> Mentee:
    return next(each for each in people.mentees if each.id == str(person_id))


def mentor(people: People, person_id: UUID) -> Mentor:
    return next(each for each in people.mentors if each.id == str(person_id))


def paired(instructor: Instructor, mentee_id: UUID, mentor_id: UUID) -> None:
    with instructor.at_work() as (session, programme):
        made = pair(
            session,
            programme.id,
            mentor_id=mentor_id,
            mentee_id=mentee_id,
            reasons=[],
            now=NOW,
        )
        assert made is not None


def parted(instructor: Instructor, mentee_id: UUID, *, days: int) -> None:
    with instructor.at_work() as (session, programme):
        pairing = open_pairing(session, programme.id, mentee_id)
        assert pairing is not None
        why, by = EndReason.OTHER, instructor.person_id
        close(session, pairing, why=why, by=by, now=later(days=days))


def test_everybody_comes_with_their_answers_wishes_and_refusals(instructor: Instructor) -> None:
    mo, una = instructor.attaches("Mo", capacity=3), instructor.attaches("Una", skill=["Slides"])
    ada = instructor.lets_in(skill=["Slides"], wishes=[una, mo], refuses=[mo], talk=["call"])
    people = seen(instructor)
    assert mentee(people, ada) == Mentee(
        id=str(ada),
        answers={"talk": frozenset({"call"}), "skill": frozenset({"slides"})},
        wishes=(str(una), str(mo)),
        refuses=frozenset({str(mo)}),
        never_matched=True,
    )
    assert mentor(people, mo).capacity == 3
    assert mentor(people, una).answers["skill"] == frozenset({"slides"})
    assert people.accepted == ()


def test_wishes_count_as_long_as_they_are_asked_for(instructor: Instructor) -> None:
    ada = instructor.lets_in(wishes=[instructor.attaches()])
    assert mentee(seen(instructor), ada).wishes
    with instructor.at_work() as (_, programme):
        programme.questions = Questionnaire.asking(skills=["Slides"]).as_json()
    assert mentee(seen(instructor), ada).wishes == ()


def test_waiting_is_counted_from_joining_or_from_losing_a_mentor(instructor: Instructor) -> None:
    mo, ada, ben = instructor.attaches(), instructor.lets_in(), instructor.lets_in("Ben")
    paired(instructor, ada, mo)
    people = seen(instructor, days=20)
    assert (mentee(people, ben).never_matched, mentee(people, ben).waiting_days) == (True, 20)
    assert (mentee(people, ada).never_matched, mentee(people, ada).waiting_days) == (False, 0)
    assert people.accepted == ((str(ada), str(mo)),)
    parted(instructor, ada, days=12)
    people = seen(instructor, days=20)
    assert (mentee(people, ada).never_matched, mentee(people, ada).waiting_days) == (False, 8)
    assert people.accepted == ()


def test_who_left_is_not_there_and_who_takes_nobody_new_is_full(instructor: Instructor) -> None:
    mo, una = instructor.attaches("Mo", capacity=3), instructor.attaches("Una", capacity=3)
    ada, ben = instructor.lets_in(), instructor.lets_in("Ben")
    paired(instructor, ada, mo)
    instructor.lets_go(ben)
    instructor.detaches(mo)
    instructor.detaches(una)
    people = seen(instructor)
    assert [each.id for each in people.mentees] == [str(ada)]
    assert [(each.id, each.capacity) for each in people.mentors] == [(str(mo), 1)]
    assert people.accepted == ((str(ada), str(mo)),)


def test_who_has_more_than_they_take_now_is_full(instructor: Instructor) -> None:
    mo = instructor.attaches(capacity=2)
    for name in ("Ada", "Ben"):
        paired(instructor, instructor.lets_in(name), mo)
    with instructor.at_work() as (session, programme):
        programmes.mentor_settings(
            session, programme, mo, capacity=1, talk=[], recorded=None, now=NOW
        )
    assert mentor(seen(instructor), mo).capacity == 2


def test_reading_costs_the_same_for_many_as_for_few(instructor: Instructor) -> None:
    costs = []
    for many in (2, 40):
        with instructor.at_work() as (session, programme):
            mentees, _ = a_crowd(session, programme, mentees=many, mentors=many)
        with instructor.at_work() as (session, programme):
            with statements_on(instructor.mentes.database.engine) as everybody:
                people_of(session, programme, NOW)
            with statements_on(instructor.mentes.database.engine) as one:
                mentee_and_mentors(session, programme, mentees[0], NOW)
        costs.append((len(everybody), len(one)))
    assert costs[0] == costs[1] == (2, 1)
