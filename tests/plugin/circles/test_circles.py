"""Circles: who may be in one, how sessions come about, who sees what."""

from __future__ import annotations

from uuid import UUID

import pytest

from plugin.app import Mentes
from plugin.circles import events, service, sessions
from plugin.circles.model import Circle, CircleMember, CircleSession
from plugin.circles.rules import MOST, State
from plugin.courses.model import Course
from plugin.foundation.errors import FormInvalid, NotFound, Refused, TransitionRefused
from plugin.foundation.events import EventRow
from plugin.programmes.model import Programme
from tests.plugin.factories import (
    NOW,
    a_mentor,
    a_person,
    a_programme,
    an_organisation,
    every,
    later,
)


class Round:
    """A programme with a mentor and nine learners, and a circle of some of them."""

    def __init__(self, mentes: Mentes, organisation_id: UUID) -> None:
        self.database, self.organisation_id = mentes.database, organisation_id
        with self.database.transaction(organisation_id) as session:
            programme = a_programme(session)
            course = session.get_one(Course, programme.course_id)
            self.programme_id = programme.id
            self.mentor_id = a_mentor(session, programme).id
            self.learners = [a_person(session, course, name=f"Learner {n}").id for n in range(9)]
        self.circle_id = self.made(self.learners[:4])

    def made(self, members: list[UUID], mentor_id: UUID | None = None) -> UUID:
        with self.database.transaction(self.organisation_id) as session:
            return service.make(
                session,
                session.get_one(Programme, self.programme_id),
                topic="Difficult talks",
                mentor_id=mentor_id or self.mentor_id,
                members=set(members),
                group_id=None,
                by=self.mentor_id,
                now=NOW,
            ).id

    def seated(self, members: list[UUID]) -> list[UUID]:
        with self.database.transaction(self.organisation_id) as session:
            circle = session.get_one(Circle, self.circle_id)
            service.seat(session, circle, set(members), now=later(hours=1))
        with self.database.reading(self.organisation_id) as session:
            return [person.id for person in service.members(session, self.circle_id)]

    def proposed(self, by: UUID, hours: float = 24) -> UUID:
        with self.database.transaction(self.organisation_id) as session:
            return sessions.propose(
                session,
                self.circle_id,
                starts_at=later(hours=hours),
                minutes=50,
                meeting_place="Room 2",
                agenda=["What did you try?"],
                by=by,
                now=NOW,
            ).id

    def state(self, session_id: UUID) -> str:
        with self.database.reading(self.organisation_id) as session:
            return session.get_one(CircleSession, session_id).state


@pytest.fixture
def ring(mentes: Mentes, organisation_id: UUID) -> Round:
    """The circle."""
    return Round(mentes, organisation_id)


def test_a_circle_takes_eight_and_not_nine(ring: Round) -> None:
    assert len(ring.seated(ring.learners[:MOST])) == MOST
    with pytest.raises(FormInvalid, match="At most eight"):
        ring.seated(ring.learners)


def test_who_leaves_may_come_back_and_is_one_row(ring: Round) -> None:
    assert ring.learners[0] not in ring.seated(ring.learners[1:4])
    assert ring.learners[0] in ring.seated(ring.learners[:4])
    with ring.database.reading(ring.organisation_id) as session:
        assert len(every(session, CircleMember)) == 4


def test_only_a_mentor_of_the_programme_mentors_a_circle_and_not_as_a_learner(
    ring: Round,
) -> None:
    with pytest.raises(FormInvalid, match="mentors who are attached"):
        ring.made(ring.learners[:2], mentor_id=ring.learners[5])
    with pytest.raises(FormInvalid, match="cannot be one of its learners"):
        ring.seated([ring.mentor_id])
    with pytest.raises(FormInvalid, match="at least one"):
        ring.seated([])
    with pytest.raises(FormInvalid, match="people of this course"):
        ring.seated([UUID(int=7)])


def test_what_a_member_proposes_the_mentor_agrees_to(ring: Round) -> None:
    session_id = ring.proposed(ring.learners[0])
    assert ring.state(session_id) == State.PROPOSED
    with (
        pytest.raises(Refused),
        ring.database.transaction(ring.organisation_id) as session,
    ):
        sessions.book(session, session_id, by=ring.learners[1], now=NOW)
    for _ in range(2):
        with ring.database.transaction(ring.organisation_id) as session:
            sessions.book(session, session_id, by=ring.mentor_id, now=NOW)
    assert ring.state(session_id) == State.BOOKED
    with ring.database.reading(ring.organisation_id) as session:
        moves = every(session, EventRow, EventRow.kind == events.SessionMoved.kind)
    assert sorted(each.facts["state"] for each in moves) == ["booked", "proposed"]


def test_what_the_mentor_sets_is_booked_and_the_same_form_sent_twice_is_one(ring: Round) -> None:
    assert ring.proposed(ring.mentor_id) == ring.proposed(ring.mentor_id)
    with ring.database.reading(ring.organisation_id) as session:
        (meeting,) = every(session, CircleSession)
    assert meeting.state == State.BOOKED


def test_a_time_that_has_passed_cannot_be_proposed(ring: Round) -> None:
    with pytest.raises(FormInvalid):
        ring.proposed(ring.mentor_id, hours=-1)


def test_they_met_is_said_once_by_the_mentor_with_who_was_there(ring: Round) -> None:
    session_id = ring.proposed(ring.mentor_id)
    there = ring.learners[:3]
    for who, error in ((ring.learners[0], Refused), (UUID(int=7), NotFound)):
        with (
            pytest.raises(error),
            ring.database.transaction(ring.organisation_id) as session,
        ):
            sessions.hold(session, session_id, there, by=who, now=NOW)
    for nobody in ([], [ring.learners[8]]):
        with (
            pytest.raises(FormInvalid),
            ring.database.transaction(ring.organisation_id) as session,
        ):
            sessions.hold(session, session_id, nobody, by=ring.mentor_id, now=NOW)
    for _ in range(2):
        with ring.database.transaction(ring.organisation_id) as session:
            sessions.hold(session, session_id, there, by=ring.mentor_id, now=NOW)
    with ring.database.reading(ring.organisation_id) as session:
        (held,) = every(session, EventRow, EventRow.kind == events.SessionHeld.kind)
        assert sorted(sessions.present(session, session_id)) == sorted(there)
    assert held.facts["mentor_id"] == str(ring.mentor_id)
    assert "Learner" not in str(held.facts)


def test_a_session_is_called_off_by_its_mentor_or_by_who_proposed_it(ring: Round) -> None:
    session_id = ring.proposed(ring.learners[0])
    with (
        pytest.raises(Refused),
        ring.database.transaction(ring.organisation_id) as session,
    ):
        sessions.cancel(session, session_id, by=ring.learners[1], now=NOW)
    with ring.database.transaction(ring.organisation_id) as session:
        sessions.cancel(session, session_id, by=ring.learners[0], now=NOW)
    assert ring.state(session_id) == State.CANCELLED
    with (
        pytest.raises(TransitionRefused),
        ring.database.transaction(ring.organisation_id) as session,
    ):
        sessions.write_agenda(session, session_id, ["Too late"], by=ring.learners[0])


def test_everybody_in_it_writes_the_agenda_and_nobody_else(ring: Round) -> None:
    session_id = ring.proposed(ring.mentor_id)
    with ring.database.transaction(ring.organisation_id) as session:
        sessions.write_agenda(session, session_id, ["One", "Two"], by=ring.learners[2])
    with (
        pytest.raises(NotFound),
        ring.database.transaction(ring.organisation_id) as session,
    ):
        sessions.write_agenda(session, session_id, [], by=ring.learners[8])
    with ring.database.reading(ring.organisation_id) as session:
        assert session.get_one(CircleSession, session_id).agenda == ["One", "Two"]


def test_a_closed_circle_meets_no_more(ring: Round) -> None:
    with ring.database.transaction(ring.organisation_id) as session:
        for _ in range(2):
            circle = session.get_one(Circle, ring.circle_id)
            service.close(session, circle, by=ring.mentor_id, now=NOW)
    with pytest.raises(TransitionRefused):
        ring.proposed(ring.mentor_id)
    with ring.database.reading(ring.organisation_id) as session:
        (line,) = service.lines(session, ring.programme_id, of=ring.learners[0], now=NOW)
        assert len(every(session, EventRow, EventRow.kind == events.CircleClosed.kind)) == 1
    assert line.is_closed


def test_a_list_says_when_a_circle_meets_next(ring: Round) -> None:
    ring.proposed(ring.mentor_id, hours=48)
    ring.proposed(ring.mentor_id, hours=24)
    with ring.database.reading(ring.organisation_id) as session:
        (line,) = service.lines(session, ring.programme_id, of=ring.learners[0], now=NOW)
        assert service.lines(session, ring.programme_id, of=ring.learners[8], now=NOW) == []
    assert (line.members, line.next_at, line.mentor_name) == (4, later(hours=24), "Mo Mentor")


def test_another_organisation_finds_no_circle(ring: Round) -> None:
    with (
        ring.database.reading(an_organisation(ring.database)) as session,
        pytest.raises(NotFound),
    ):
        service.for_one_of_it(session, ring.circle_id, ring.mentor_id)
