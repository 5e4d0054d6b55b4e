"""What a programme tells, group by group; and what is told that was not before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import pytest

from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.checkins.rules import Worth
from plugin.completions.events import CompletionObserved
from plugin.courses.model import Course
from plugin.foundation.events import EventRow, happened
from plugin.programmes import service as programmes
from plugin.programmes.model import Part, Programme
from plugin.records.groups import GROUPS, Group, groups_set, told_groups
from tests.plugin.factories import (
    NOW,
    Mentoring,
    a_course,
    a_mentor,
    a_person,
    a_programme,
    every,
    later,
    mentoring,
)
from tests.plugin.records.telling import statements


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """A pair with an open check-in; both chose to be recorded."""
    return mentoring(mentes.database, organisation_id, recorded=True)


def choose(mentes: Mentes, pair: Mentoring, told: Collection[Group]) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        programme = session.get_one(Programme, pair.programme_id)
        groups_set(session, programme, told, by=pair.mentor_id, now=NOW)


def test_everything_is_told_but_reminders_unless_somebody_says_otherwise() -> None:
    assert told_groups(Programme(recorded_groups={})) == set(Group) - {Group.REMINDERS}
    assert set(GROUPS) == set(Group)


def test_what_is_chosen_is_kept_and_written_down_once(mentes: Mentes, pair: Mentoring) -> None:
    for _ in range(2):
        choose(mentes, pair, [Group.PAIRING, Group.REMINDERS])
    with mentes.database.reading(pair.organisation_id) as session:
        programme = session.get_one(Programme, pair.programme_id)
        assert told_groups(programme) == {Group.PAIRING, Group.REMINDERS}
        (row,) = every(session, EventRow, EventRow.kind == "programme.recorded-groups-set")
        assert "check-ins" in row.facts["off"]
        assert "pairing" not in row.facts["off"]


def a_talk(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=1))
        checkins.reflect(
            session,
            pair.checkin_id,
            by=pair.mentee_id,
            worth=Worth.YES,
            next_step="Ask for the figures",
            next_step_by=date(2026, 12, 1),
            line=None,
            now=later(days=2),
        )
        programme = session.get_one(Programme, pair.programme_id)
        programmes.leave(session, programme, pair.mentee_id, now=later(days=3))


@pytest.mark.parametrize(
    ("off", "verbs"),
    [
        (Group.CHECK_INS, {Verb.ATTENDED, Verb.MENTORED}),
        (Group.FEEDBACK, {Verb.RATED}),
        (Group.NOTES, {Verb.SHARED}),
        (Group.PAIRING, {Verb.CLOSE}),
        (Group.TAKING_PART, {Verb.UNREGISTERED}),
        (Group.GOALS, {Verb.DEFINED}),
        (Group.REMINDERS, set()),
    ],
)
def test_off_means_not_owed_from_then_on(
    mentes: Mentes, pair: Mentoring, off: Group, verbs: set[Verb]
) -> None:
    before = [one["id"] for one in statements(mentes)]
    assert before
    choose(mentes, pair, set(Group) - {off})
    a_talk(mentes, pair)
    told = statements(mentes)
    assert [one["id"] for one in told[: len(before)]] == before
    new = {one["verb"]["id"] for one in told[len(before) :]}
    every_verb = {
        Verb.ATTENDED,
        Verb.MENTORED,
        Verb.RATED,
        Verb.SHARED,
        Verb.DEFINED,
        Verb.CLOSE,
        Verb.UNREGISTERED,
    }
    assert new == every_verb - verbs


def test_a_note_is_told_without_what_it_says_and_only_if_there_is_one(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=1))
        for by, line in ((pair.mentee_id, None), (pair.mentor_id, "You listened")):
            checkins.reflect(
                session,
                pair.checkin_id,
                by=by,
                worth=Worth.YES,
                next_step=None,
                next_step_by=None,
                line=line,
                now=later(days=2),
            )
    (shared,) = statements(mentes, Verb.SHARED)
    assert "listened" not in str(shared)
    assert len(statements(mentes, Verb.RATED)) == 2


def test_a_programme_is_opened_by_nobody_who_did_not_choose_to_be_named(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        teacher = a_person(session, course, "3", role="Instructor")
        programmes.of_course(session, course, by=teacher.id, now=NOW)
        programmes.of_course(session, course, by=teacher.id, now=later(days=1))
    (created,) = statements(mentes, Verb.CREATE)
    assert created["actor"]["account"]["name"] == "system"
    assert "user-" not in str(created)


def test_a_mentor_who_comes_back_and_goes_is_told_of_if_they_want(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        mentor = a_mentor(session, programme, recorded=True)
        programmes.detach_mentor(session, programme, mentor.id, by=mentor.id, now=later(days=1))
        programmes.attach_mentor(
            session, programme, mentor.id, capacity=1, by=mentor.id, now=later(days=2)
        )
    (left,), (joined,) = statements(mentes, Verb.UNREGISTERED), statements(mentes, Verb.REGISTERED)
    roles = [list(one["context"]["extensions"].values()) for one in (left, joined)]
    assert roles == [["mentor"], ["mentor"]]
    assert len(statements(mentes, Verb.WAS_ASSIGNED)) == 1


def observe(mentes: Mentes, pair: Mentoring, *, of: str = "course", **changes: object) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        course = session.get_one(Course, pair.course_id)
        facts = {
            "at": later(days=1),
            "subject_id": pair.checkpoint_id,
            "actor_id": pair.mentee_id,
            "course_id": course.id,
            "activity": "https://lms.example/course/view.php?id=2",
            "of": of,
            "state": "completed",
            "seen_at": later(days=1),
            "source": "canvas",
            **changes,
        }
        happened(session, CompletionObserved(**facts))  # type: ignore[arg-type]


def test_a_completion_that_nobody_wrote_is_told_once(mentes: Mentes, pair: Mentoring) -> None:
    observe(mentes, pair)
    observe(mentes, pair)
    (told,) = statements(mentes, Verb.COMPLETED)
    assert told["object"]["id"] == "https://lms.example/course/view.php?id=2"
    assert told["context"]["extensions"] == {
        "https://mentes.example/xapi/extensions/source": "canvas"
    }
    assert told["result"] == {"completion": True}


def test_a_module_is_told_within_its_course(mentes: Mentes, pair: Mentoring) -> None:
    module = "https://lms.example/mod/page/view.php?id=2"
    observe(mentes, pair, of="module", activity=module)
    (told,) = statements(mentes, Verb.COMPLETED)
    assert told["object"]["id"] == module
    (within,) = told["context"]["contextActivities"]["grouping"]
    assert within["id"] == "https://lms.example/course/view.php?id=2"


def test_a_completion_is_told_only_about_who_is_recorded_and_from_then_on(
    mentes: Mentes, pair: Mentoring
) -> None:
    observe(mentes, pair, actor_id=pair.mentor_id)  # takes no part as a learner
    observe(mentes, pair, at=later(days=-1))  # before they said yes
    choose(mentes, pair, set(Group) - {Group.COMPLETIONS})
    observe(mentes, pair)
    choose(mentes, pair, set(Group))
    with mentes.database.transaction(pair.organisation_id) as session:
        mentee = programmes.participation(session, pair.programme_id, pair.mentee_id, Part.MENTEE)
        assert mentee is not None
        programmes.choose_recording(session, mentee, False, now=later(days=1))
    observe(mentes, pair)
    assert statements(mentes, Verb.COMPLETED) == []
