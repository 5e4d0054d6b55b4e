"""The report of a course: one query, and the same values in every dialect."""

from __future__ import annotations

import csv
import io
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.checkins.rules import Worth
from plugin.completions.model import CompletionRow, Status
from plugin.courses.model import Course
from plugin.pairings.service import open_pairing
from plugin.people.model import Person
from plugin.programmes import service as programmes
from plugin.programmes.model import Checkpoint, Programme
from plugin.reports.measures import FunnelCounts
from plugin.reports.service import funnel
from tests.plugin.factories import (
    NOW,
    a_check_in,
    a_checkpoint,
    a_course,
    a_mentee,
    a_mentor,
    a_person,
    a_programme,
    a_registration,
    every,
    statements_on,
)
from tests.plugin.launching import ADA, TEACHER, Campus


def completed(session: Session, checkpoint: Checkpoint, person: Person, *, twice: bool = False):
    """Keep that somebody completed what a rule is about."""
    for _ in range(1 + twice):
        session.add(
            CompletionRow(
                source="moodle",
                source_event_id=uuid4().hex,
                person_keys=[],
                person_digest="",
                kind="course",
                state="completed",
                at=NOW,
                received_at=NOW,
                status=Status.APPLIED,
                person_id=person.id,
                checkpoint_id=checkpoint.id,
            )
        )
    session.flush()


def a_history(
    session: Session,
    course: Course,
    *,
    completed_only: int = 0,
    matched: int = 0,
    met: int = 0,
    reflected: int = 0,
) -> None:
    """Make learners who came so far and no further."""
    programme = a_programme(session, course)
    checkpoint = a_checkpoint(session, programme)
    for _ in range(completed_only):
        completed(session, checkpoint, a_person(session, course), twice=True)
    a_mentor(session, programme, capacity=100)
    for number in range(matched + met + reflected):
        mentee = a_mentee(session, programme)
        completed(session, checkpoint, mentee)
        pairing = open_pairing(session, programme.id, mentee.id)
        assert pairing is not None
        if number >= matched:
            checkin = a_check_in(session, pairing, checkpoint)
            checkins.hold(session, checkin.id, by=mentee.id, now=NOW)
            both = number >= matched + met
            for by in (pairing.mentor_id, mentee.id) if both else (mentee.id,):
                checkins.reflect(
                    session,
                    checkin.id,
                    by=by,
                    worth=Worth.YES,
                    next_step=None,
                    next_step_by=None,
                    line=None,
                    now=NOW,
                )


def test_each_stage_counts_a_part_of_the_one_before(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        a_history(session, course, completed_only=1, matched=2, met=3, reflected=4)
    with (
        statements_on(mentes.database.engine) as seen,
        mentes.database.reading(organisation_id) as session,
    ):
        counts = funnel(session, course.id)
    assert counts == FunnelCounts(completed=10, matched=9, met=7, reflected=4)
    assert len(seen) == 1


def test_people_count_once_and_only_in_their_course(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        ours, theirs = (
            a_course(session, registration),
            a_course(session, registration, context=None),
        )
        a_history(session, ours, completed_only=3)
    with mentes.database.reading(organisation_id) as session:
        assert funnel(session, ours.id).completed == 3
        assert funnel(session, theirs.id).completed == 0


def test_a_learner_who_left_was_matched_all_the_same(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        a_history(session, course, matched=2)
        programme = every(session, Programme)[0]
        ada = a_mentee(session, programme, "4")
        completed(session, every(session, Checkpoint)[0], ada)
        programmes.leave(session, programme, ada.id, now=NOW)
        assert funnel(session, course.id).matched == 3


@pytest.fixture
def reported(mentes: Mentes, campus: Campus, organisation_id: UUID) -> Campus:
    """A campus whose course has twelve learners at work, two of whom have met."""
    campus.launched(TEACHER)
    with mentes.database.transaction(organisation_id) as session:
        course = every(session, Course)[0]
        a_history(session, course, completed_only=4, matched=6, met=2)
    return campus


def test_page_csv_and_json_show_the_same_values(reported: Campus) -> None:
    browser = reported.launched(TEACHER)
    as_json = browser.get("report.json").get_json()
    as_csv = list(csv.DictReader(io.StringIO(browser.get("report.csv").text)))
    page = browser.get("report").text
    assert as_json["min_cohort"] == 5
    assert [(stage["slug"], stage["count"]) for stage in as_json["funnel"]] == [
        ("completed", 12),
        ("matched", 8),
        ("met", None),
        ("reflected", 0),
    ]
    for row, stage in zip(as_csv, as_json["funnel"], strict=True):
        assert row["stage"] == stage["slug"]
        assert row["people"] == ("" if stage["count"] is None else str(stage["count"]))
        assert row["share"] == ("" if stage["share"] is None else str(stage["share"]))
    assert "Fewer than 5 people" in page
    assert "12" in page


def test_learners_read_no_report(reported: Campus) -> None:
    browser = reported.launched(ADA)
    for path in ("report", "report.csv", "report.json"):
        assert browser.get(path).status_code == 403
