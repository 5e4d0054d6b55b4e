"""What is told of a circle's session: of each who was there and chose to be recorded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.circles import service, sessions
from plugin.courses.model import Course
from plugin.programmes.model import Programme
from plugin.records.groups import Group, groups_set
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


@dataclass(frozen=True)
class Met:
    """A session that a circle held, and the names of those who were there and are recorded."""

    circle_id: UUID
    session_id: UUID
    names: frozenset[str]


def a_session_held(
    mentes: Mentes, organisation_id: UUID, *, told: Collection[Group] = tuple(Group)
) -> Met:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        groups_set(session, programme, told, by=programme.id, now=NOW)
        course = session.get_one(Course, programme.course_id)
        mentor = a_mentor(session, programme, recorded=True)
        recorded = [a_mentee(session, programme, recorded=True).id for _ in range(2)]
        away = a_mentee(session, programme, recorded=True).id
        private = a_mentee(session, programme, recorded=False).id
        beside = a_person(session, course).id
        present = [*recorded, private, beside]
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
        names = {account_of(session, one).value for one in (*recorded, mentor.id)}
        return Met(circle.id, meeting.id, frozenset(names))


def test_each_who_is_recorded_was_there_once_and_nobody_else(
    mentes: Mentes, organisation_id: UUID
) -> None:
    met = a_session_held(mentes, organisation_id)
    there = statements(mentes, Verb.ATTENDED)
    assert {one["actor"]["account"]["name"] for one in there} == met.names
    assert len({one["id"] for one in there}) == len(there) == 3
    assert {one["result"]["duration"] for one in there} == {"PT50M00S"}
    assert {one["object"]["id"].partition("/circles/")[2] for one in there} == {
        f"{met.circle_id}/sessions/{met.session_id}"
    }
    assert "Difficult" not in str(there)
    assert len({one["context"]["registration"] for one in there}) == 1


def test_where_circles_are_switched_off_nothing_is_told_of_them(
    mentes: Mentes, organisation_id: UUID
) -> None:
    a_session_held(mentes, organisation_id, told=set(Group) - {Group.CIRCLES})
    assert statements(mentes)  # of taking part
    assert "/circles/" not in str(statements(mentes))
