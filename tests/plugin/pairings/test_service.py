"""Pairings: places are never taken twice, and whoever waits is served in turn."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from plugin.app import Mentes
from plugin.foundation.errors import NoPlaceLeft
from plugin.foundation.events import EventRow
from plugin.pairings.model import EndReason, Pairing
from plugin.pairings.service import close, of_mentor, open_pairing, pair, pair_waiting, waiting
from plugin.people.model import Person
from plugin.programmes import service as programmes
from plugin.programmes.model import Programme
from tests.plugin.factories import (
    NOW,
    a_course,
    a_mentee,
    a_mentor,
    a_person,
    a_programme,
    at_once,
    every,
    later,
    statements_on,
)


@pytest.fixture
def programme_id(mentes: Mentes, organisation_id: UUID) -> UUID:
    """A programme in which nobody takes part yet."""
    with mentes.database.transaction(organisation_id) as session:
        return a_programme(session).id


def join(mentes: Mentes, organisation_id: UUID, programme_id: UUID, subject: str) -> None:
    with mentes.database.transaction(organisation_id) as session:
        a_mentee(session, session.get_one(Programme, programme_id), subject)


def test_who_joins_is_paired_at_once_and_told_why(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme)
        ada = a_mentee(session, programme)
        pairing = open_pairing(session, programme_id, ada.id)
        assert pairing is not None
        assert pairing.mentor_id == mo.id
        assert pairing.reasons == ["has-time", "only-one-free"]


def test_nobody_is_paired_with_themselves(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        a_mentor(session, programme, "6")
        both = a_mentee(session, programme, "6")
        assert open_pairing(session, programme_id, both.id) is None
        assert [each.person_id for each in waiting(session, programme_id)] == [both.id]


@pytest.mark.parametrize("learners", [2, 6])
def test_of_learners_who_race_for_the_last_place_one_wins_and_the_others_wait(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID, learners: int
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        a_mentor(session, session.get_one(Programme, programme_id), capacity=1)
    answers = at_once(
        learners,
        lambda number: join(mentes, organisation_id, programme_id, f"learner-{number}"),
    )
    assert answers == [None] * learners
    with mentes.database.reading(organisation_id) as session:
        assert len(every(session, Pairing)) == 1
        assert len(waiting(session, programme_id)) == learners - 1


def test_learners_and_places_that_come_at_the_same_moment_find_each_other(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        mo = a_mentor(session, session.get_one(Programme, programme_id), "6", capacity=1)

    def work(number: int) -> None:
        if number % 2:
            return join(mentes, organisation_id, programme_id, f"learner-{number}")
        with mentes.database.transaction(organisation_id) as session:
            programmes.mentor_settings(
                session,
                session.get_one(Programme, programme_id),
                mo.id,
                capacity=5,
                talk=[],
                recorded=False,
                now=NOW,
            )
        return None

    assert at_once(8, work) == [None] * 8
    with mentes.database.reading(organisation_id) as session:
        assert len(of_mentor(session, programme_id, mo.id)) == 4
        assert waiting(session, programme_id) == []


def test_learners_who_leave_and_join_at_the_same_moment_do_not_block_each_other(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        a_mentor(session, programme, capacity=2)
        leaving = [a_mentee(session, programme, f"leaving-{number}").id for number in range(4)]

    def work(number: int) -> None:
        if number % 2:
            return join(mentes, organisation_id, programme_id, f"joining-{number}")
        with mentes.database.transaction(organisation_id) as session:
            programme = session.get_one(Programme, programme_id)
            programmes.leave(session, programme, leaving[number // 2], now=later(hours=1))
        return None

    assert at_once(8, work) == [None] * 8
    with mentes.database.reading(organisation_id) as session:
        assert len(every(session, Pairing, Pairing.closed_at.is_(None))) == 2
        assert len(waiting(session, programme_id)) == 2


def test_whoever_waited_longest_gets_the_place_that_comes(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        third, first, second = (
            a_mentee(session, programme, f"learner-{day}", now=later(days=day)).id
            for day in (3, 1, 2)
        )
        assert [each.person_id for each in waiting(session, programme_id)] == [first, second, third]
        a_mentor(session, programme, "6", capacity=2, now=later(days=4))
        assert [each.person_id for each in waiting(session, programme_id)] == [third]
        a_mentor(session, programme, "6", capacity=3, now=later(days=5))
        assert waiting(session, programme_id) == []


def test_who_leaves_closes_their_pairing_and_makes_room(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        a_mentor(session, programme, capacity=1)
        ada, ben = (
            a_mentee(session, programme, subject, now=later(hours=hour))
            for hour, subject in enumerate(("4", "5"))
        )
        first = open_pairing(session, programme_id, ada.id)
        assert first is not None
        assert open_pairing(session, programme_id, ben.id) is None
        programmes.leave(session, programme, ada.id, now=later(days=1))
        assert (first.closed_at, first.end_reason) == (later(days=1), EndReason.WITHDRAWN)
        assert open_pairing(session, programme_id, ada.id) is None
        assert open_pairing(session, programme_id, ben.id) is not None


def test_a_pairing_is_closed_once(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        a_mentor(session, programme)
        ada = a_mentee(session, programme)
        pairing = open_pairing(session, programme_id, ada.id)
        assert pairing is not None
        for why in (EndReason.COMPLETED, EndReason.OTHER):
            close(session, pairing, why=why, by=ada.id, now=later(days=1))
        assert pairing.end_reason == EndReason.COMPLETED
        assert len(every(session, EventRow, EventRow.kind == "pairing.closed")) == 1


def test_a_detached_mentor_keeps_their_mentees_and_gets_no_new_ones(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme)
        a_mentee(session, programme, "4")
        programmes.detach_mentor(session, programme, mo.id, by=mo.id, now=NOW)
        ben = a_mentee(session, programme, "5")
        assert len(of_mentor(session, programme_id, mo.id)) == 1
        assert open_pairing(session, programme_id, ben.id) is None
        with pytest.raises(NoPlaceLeft):
            pair(session, programme_id, mentor_id=mo.id, mentee_id=ben.id, reasons=[], now=NOW)


def test_no_place_is_given_that_is_not_there(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme, capacity=1)
        a_mentee(session, programme, "4")
        with pytest.raises(NoPlaceLeft, match="as many mentees"):
            pair(session, programme_id, mentor_id=mo.id, mentee_id=uuid4(), reasons=[], now=NOW)
        with pytest.raises(NoPlaceLeft):
            pair(session, programme_id, mentor_id=uuid4(), mentee_id=uuid4(), reasons=[], now=NOW)


def test_who_has_a_mentor_is_not_given_another(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme)
        ada = a_mentee(session, programme)
        again = pair(session, programme_id, mentor_id=mo.id, mentee_id=ada.id, reasons=[], now=NOW)
        assert again is None
        assert pair_waiting(session, programme_id, now=NOW) == 0


def test_two_programmes_do_not_share_places(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        one = a_programme(session)
        other = a_programme(session, a_course(session, context=None))
        a_mentor(session, one)
        assert open_pairing(session, other.id, a_mentee(session, other).id) is None


def test_a_mentor_sees_their_mentees_in_the_order_of_pairing(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme, capacity=3)
        joined = [a_mentee(session, programme, now=later(hours=hour)).id for hour in range(3)]
        assert [each.mentee_id for each in of_mentor(session, programme_id, mo.id)] == joined


def test_looking_for_who_waits_costs_the_same_for_many_as_for_few(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    costs = []
    for number in (2, 20):
        with mentes.database.transaction(organisation_id) as session:
            programme = session.get_one(Programme, programme_id)
            for _ in range(number):
                a_mentee(session, programme)
            session.flush()
            with statements_on(mentes.database.engine) as seen:
                assert pair_waiting(session, programme_id, now=NOW) == 0
            costs.append(len(seen))
    assert costs[0] == costs[1] <= 4


def test_pairing_many_costs_a_bounded_number_of_statements_each(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        for _ in range(20):
            a_mentee(session, programme)
        mentors = [a_person(session, a_course(session)) for _ in range(4)]
        assert all(isinstance(each, Person) for each in mentors)
        with statements_on(mentes.database.engine) as seen:
            for mentor in mentors:
                programmes.attach_mentor(
                    session, programme, mentor.id, capacity=5, by=mentor.id, now=NOW
                )
        assert waiting(session, programme_id) == []
        assert len(seen) <= 20 * 20
