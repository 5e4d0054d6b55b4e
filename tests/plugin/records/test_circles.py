"""What is told of a circle's session: of each who was there and chose to be recorded."""

from __future__ import annotations

from uuid import UUID

from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.circles import service, sessions
from plugin.courses.model import Course
from plugin.programmes.model import Programme
from tests.plugin.factories import (
    NOW,
    a_mentee,
    a_mentor,
    a_person,
    a_programme,
    account_of,
    later,
)
from tests.plugin.records.telling import statements


def test_each_who_is_recorded_was_there_once_and_nobody_else(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        course = session.get_one(Course, programme.course_id)
        mentor = a_mentor(session, programme, recorded=True)
        told = [a_mentee(session, programme, recorded=True).id for _ in range(2)]
        away = a_mentee(session, programme, recorded=True).id
        private = a_mentee(session, programme, recorded=False).id
        beside = a_person(session, course).id
        present = [*told, private, beside]
        circle = service.make(
            session,
            session.get_one(Programme, programme.id),
            topic="Difficult talks",
            mentor_id=mentor.id,
            members={*present, away},
            group_id=None,
            by=mentor.id,
            now=NOW,
        )
        meeting = sessions.propose(
            session,
            circle.id,
            starts_at=later(hours=1),
            minutes=50,
            meeting_place=None,
            agenda=[],
            by=mentor.id,
            now=NOW,
        )
        for _ in range(2):
            sessions.hold(session, meeting.id, present, by=mentor.id, now=later(hours=2))
        names = {account_of(session, one).value for one in (*told, mentor.id)}

    there = statements(mentes, Verb.ATTENDED)
    assert {one["actor"]["account"]["name"] for one in there} == names
    assert len({one["id"] for one in there}) == len(there) == 3
    assert {one["result"]["duration"] for one in there} == {"PT50M00S"}
    assert {one["object"]["id"].partition("/circles/")[2] for one in there} == {
        f"{circle.id}/sessions/{meeting.id}"
    }
    assert "Difficult" not in str(there)
    assert len({one["context"]["registration"] for one in there}) == 1
