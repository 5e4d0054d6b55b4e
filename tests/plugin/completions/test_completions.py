"""From what a real Moodle sent to a check-in, once, whatever comes first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from lrs_bridge import testing
from lrs_bridge.lrs.access.credentials import add_credential
from lrs_bridge.sources import read
from lti.message import ResourceLink
from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State
from plugin.completions import inbox
from plugin.completions import service as completions
from plugin.completions.model import CompletionRow, Reason, SourceKind, Status
from plugin.courses import service as courses
from plugin.courses.model import Course
from plugin.foundation.events import EventRow
from plugin.foundation.tenancy import EVERYWHERE
from plugin.pairings.service import open_pairing
from plugin.programmes import checkpoints
from plugin.programmes import service as programmes
from plugin.programmes.model import Programme
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import (
    a_checkpoint,
    a_course,
    a_mentee,
    a_mentor,
    a_message,
    a_person,
    a_programme,
    a_registration,
    an_activity,
    an_organisation,
    every,
)

RECORDING = Path(__file__).parents[2] / "data" / "moodle-4.3" / "xapi_statements.jsonl"
RECORDED = [
    json.loads(line)["statement"] for line in RECORDING.read_text("utf-8").splitlines() if line
]
SITE = "http://127.0.0.1:8090"
COURSE, PAGE, ITEM = (
    f"{SITE}/{path}"
    for path in ("course/view.php?id=2", "mod/page/view.php?id=2", "mod/lti/view.php?id=4")
)
COMPLETED_AT = datetime(2026, 11, 22, 1, 58, 28, tzinfo=UTC)
BEFORE, AFTER = COMPLETED_AT - timedelta(hours=1), COMPLETED_AT + timedelta(hours=1)


@dataclass
class Classroom:
    """A Moodle that sends its learning records, and what came of them."""

    mentes: Mentes
    worker: Worker
    app: Flask
    organisation_id: UUID

    def post(self, statements: Sequence[dict[str, Any]], *, key: str = "moodle") -> None:
        """Send statements as the plugin of Moodle does, and let the worker work."""
        answer = self.app.test_client().post(
            "/xapi/statements",
            json=list(statements),
            auth=(key, "secret"),
            headers={"X-Experience-API-Version": "1.0.3"},
        )
        assert answer.status_code == 200, answer.text
        self.worker.run_until_idle()

    def know(self, *, about: str | None = COURSE, ada: bool = True, mentor: bool = True) -> None:
        """Make known the course, a rule, a mentor and Ada (Moodle's user 4), as far as asked."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            course = a_course(session, a_registration(session, issuer=SITE))
            programme = a_programme(session, course)
            if mentor:
                a_mentor(session, programme, "2", capacity=5, now=BEFORE)
            if ada:
                a_mentee(session, programme, "4", now=BEFORE)
            if about is not None:
                activity = courses.activity_at(session, about) or an_activity(
                    session, course, about
                )
                a_checkpoint(session, programme, activity, now=BEFORE)

    def programme_id(self) -> UUID:
        """Return the one programme."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return every(session, Programme)[0].id

    def checkins(self) -> list[CheckIn]:
        """Return the check-ins that there are."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return every(session, CheckIn)

    def rows(self, about: str, state: str = "completed") -> list[CompletionRow]:
        """Return Ada's rows of the inbox about one thing."""
        with self.mentes.database.reading(EVERYWHERE) as session:
            return [
                row
                for row in every(session, CompletionRow, CompletionRow.state == state)
                if about in (row.module_iri or row.course_iri or "")
                and ["account", SITE.replace("http:", "https:"), "4"] in row.person_keys
            ]

    def opened(self) -> int:
        """Return how often a check-in was opened."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return len(every(session, EventRow, EventRow.kind == "checkin.opened"))


@pytest.fixture
def moodle(
    mentes: Mentes, worker: Worker, app: Flask, organisation_id: UUID, clock: MovableClock
) -> Classroom:
    """The Moodle of the recording, an hour later."""
    clock.now = AFTER
    with mentes.database.transaction(organisation_id) as session:
        add_credential(session, organisation_id, "moodle", "secret", ["all"], BEFORE)
    return Classroom(mentes, worker, app, organisation_id)


def module_completed(
    at: datetime = COMPLETED_AT, *, taken_back: bool = False, **details: Any
) -> dict[str, Any]:
    make = testing.moodle_module_uncompleted if taken_back else testing.moodle_module_completed
    return make(SITE, 4, 2, 2, at, **details)


@pytest.mark.parametrize("about", [COURSE, PAGE])
def test_what_a_real_moodle_sent_opens_one_check_in_each(moodle: Classroom, about: str) -> None:
    moodle.know(about=about)
    for _ in range(3):
        moodle.post(RECORDED)
    (checkin,) = moodle.checkins()
    assert (checkin.state, checkin.completed_at) == (State.OPEN, COMPLETED_AT)
    assert moodle.opened() == 1


def test_in_arrays_of_thirty_with_idle_ones_between_it_is_the_same(moodle: Classroom) -> None:
    moodle.know(about=PAGE)
    for start in range(0, len(RECORDED), 30):
        moodle.post([])
        for _ in range(2):  # the second time after an answer that did not arrive
            moodle.post(RECORDED[start : start + 30])
    (checkin,) = moodle.checkins()
    assert checkin.state == State.OPEN
    assert moodle.opened() == 1


def test_sent_one_by_one_backwards_it_is_the_same(moodle: Classroom) -> None:
    moodle.know(about=PAGE)
    of_ada = [each for each in RECORDED if each["actor"]["account"]["name"] == "4"]
    for statement in reversed(of_ada):
        moodle.post([statement])
    (checkin,) = moodle.checkins()
    assert checkin.state == State.OPEN
    assert moodle.opened() == 1


def test_everybody_in_the_recording_gets_their_own(moodle: Classroom) -> None:
    moodle.know()
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        programme = session.get_one(Programme, moodle.programme_id())
        mentees = {a_mentee(session, programme, number, now=BEFORE).id for number in ("5", "6")}
    moodle.post(RECORDED)
    assert mentees < {checkin.mentee_id for checkin in moodle.checkins()}
    assert len(moodle.checkins()) == 3


def test_an_uncompleted_that_comes_first_with_the_same_time_withdraws_nothing(
    moodle: Classroom,
) -> None:
    moodle.know(about=PAGE)
    moodle.post([module_completed(taken_back=True), module_completed()])
    moodle.post([module_completed(taken_back=True)])
    (checkin,) = moodle.checkins()
    assert checkin.state == State.OPEN


def test_the_check_in_refers_to_the_statement_that_told_of_it(moodle: Classroom) -> None:
    moodle.know(about=PAGE)
    moodle.post([{**module_completed(), "id": "7d3f1b9e-5b1c-4f0e-9d3a-2a1c5f6e7b8d"}])
    with moodle.mentes.database.reading(moodle.organisation_id) as session:
        (opened,) = every(session, EventRow, EventRow.kind == "checkin.opened")
    assert opened.facts == {
        "source": "moodle",
        "reference": "7d3f1b9e-5b1c-4f0e-9d3a-2a1c5f6e7b8d",
    }


def test_in_a_course_we_do_not_know_yet_a_completion_waits(moodle: Classroom) -> None:
    moodle.post([module_completed()])
    (row,) = moodle.rows(PAGE)
    assert (row.status, row.reason) == (Status.WAITING, Reason.COURSE_UNKNOWN)
    moodle.know(about=None)
    moodle.worker.run_until_idle()
    (row,) = moodle.rows(PAGE)
    assert (row.status, row.reason) == (Status.COUNTED, Reason.NO_CHECKPOINT)


def test_of_somebody_we_do_not_know_yet_a_completion_waits(moodle: Classroom) -> None:
    moodle.know(about=PAGE, ada=False)
    moodle.post([module_completed()])
    (row,) = moodle.rows(PAGE)
    assert (row.status, row.reason) == (Status.WAITING, Reason.PERSON_UNKNOWN)
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        a_person(session, every(session, Course)[0], "4")
    moodle.worker.run_until_idle()
    (row,) = moodle.rows(PAGE)
    assert (row.status, row.reason) == (Status.WAITING, Reason.NOT_TAKING_PART)


@pytest.mark.parametrize("mentor", [True, False])
def test_of_somebody_who_has_not_joined_it_is_applied_when_they_have_a_mentor(
    moodle: Classroom, mentor: bool
) -> None:
    moodle.know(about=PAGE, ada=False, mentor=mentor)
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        a_person(session, every(session, Course)[0], "4")
    moodle.post([module_completed()])
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        a_mentee(session, session.get_one(Programme, moodle.programme_id()), "4", now=AFTER)
    moodle.worker.run_until_idle()
    assert len(moodle.checkins()) == (1 if mentor else 0)
    if not mentor:
        with moodle.mentes.database.transaction(moodle.organisation_id) as session:
            a_mentor(session, session.get_one(Programme, moodle.programme_id()), now=AFTER)
        moodle.worker.run_until_idle()
    (checkin,) = moodle.checkins()
    assert checkin.completed_at == COMPLETED_AT


def test_it_still_opens_when_the_join_came_while_we_looked(
    moodle: Classroom, clock: MovableClock
) -> None:
    """On PostgreSQL neither transaction may see the other; the housekeeping looks again."""
    moodle.know(about=PAGE)
    moodle.post([module_completed()])
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        (row,) = every(session, CompletionRow)
        session.delete(every(session, CheckIn)[0])
        row.status, row.reason = Status.WAITING, Reason.NOT_TAKING_PART
    moodle.worker.run_until_idle()
    assert moodle.checkins() == []
    clock.forward(minutes=2)
    moodle.worker.run_until_idle()
    assert len(moodle.checkins()) == 1


@pytest.mark.parametrize(
    ("at", "now", "reason"),
    [
        (BEFORE - timedelta(minutes=3), AFTER, Reason.BEFORE_CHECKPOINT),
        (BEFORE - timedelta(minutes=1), AFTER, None),  # clocks differ a little
        (COMPLETED_AT, COMPLETED_AT + timedelta(days=31), Reason.TOO_OLD),
        (COMPLETED_AT, COMPLETED_AT + timedelta(days=29), None),
    ],
)
def test_what_is_too_old_opens_nothing_but_counts(
    moodle: Classroom, clock: MovableClock, at: datetime, now: datetime, reason: Reason | None
) -> None:
    moodle.know(about=PAGE)
    clock.now = now
    moodle.post([module_completed(at)])
    (row,) = moodle.rows(PAGE)
    assert row.reason == reason
    assert row.status == (Status.COUNTED if reason else Status.APPLIED)
    assert len(moodle.checkins()) == (0 if reason else 1)


def test_waiting_for_a_mentor_makes_nothing_too_old(moodle: Classroom, clock: MovableClock) -> None:
    moodle.know(about=PAGE, mentor=False)
    moodle.post([module_completed()])
    clock.forward(days=90)
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        a_mentor(session, session.get_one(Programme, moodle.programme_id()), now=clock())
    moodle.worker.run_until_idle()
    assert len(moodle.checkins()) == 1


def test_an_id_that_no_index_would_take_is_kept_as_a_short_one(moodle: Classroom) -> None:
    told = read({**module_completed(), "id": str(uuid4())}, moodle.organisation_id)
    assert told is not None
    long = replace(told, source_event_id="é" * 4000)
    for new in (1, 0):
        with moodle.mentes.database.transaction(moodle.organisation_id) as session:
            came = inbox.receive(session, [long], came_by=SourceKind.WEBHOOK, now=AFTER)
        assert came.new == new


def test_a_failed_test_is_no_completion(moodle: Classroom) -> None:
    moodle.know(about=PAGE)
    moodle.post([module_completed(success=False)])
    assert moodle.checkins() == []
    moodle.post([module_completed(COMPLETED_AT + timedelta(minutes=5), success=True)])
    assert len(moodle.checkins()) == 1


def test_a_completion_taken_back_withdraws_what_nobody_touched(moodle: Classroom) -> None:
    moodle.know(about=PAGE)
    moodle.post([module_completed()])
    moodle.post([module_completed(COMPLETED_AT + timedelta(minutes=1), taken_back=True)])
    (checkin,) = moodle.checkins()
    assert checkin.state == State.WITHDRAWN
    moodle.post([module_completed(COMPLETED_AT + timedelta(minutes=2))])
    (checkin,) = moodle.checkins()
    assert checkin.state == State.OPEN
    assert moodle.opened() == 2


@pytest.mark.parametrize("action", ["book", "hold"])
def test_what_the_two_have_touched_is_not_withdrawn(moodle: Classroom, action: str) -> None:
    moodle.know(about=PAGE)
    moodle.post([module_completed()])
    (checkin,) = moodle.checkins()
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        by = checkin.mentee_id
        if action == "hold":
            checkins.hold(session, checkin.id, by=by, now=AFTER)
        else:
            soon = AFTER + timedelta(days=1)
            checkins.book(session, checkin.id, starts_at=soon, meeting_place=None, by=by, now=AFTER)
    moodle.post([module_completed(AFTER, taken_back=True)])
    (checkin,) = moodle.checkins()
    assert checkin.state == (State.HELD if action == "hold" else State.BOOKED)


def test_a_completion_that_waits_is_taken_back_too(moodle: Classroom) -> None:
    moodle.know(about=PAGE, mentor=False)
    moodle.post([module_completed()])
    moodle.post([module_completed(COMPLETED_AT + timedelta(minutes=1), taken_back=True)])
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        a_mentor(session, session.get_one(Programme, moodle.programme_id()), now=AFTER)
    moodle.worker.run_until_idle()
    assert moodle.checkins() == []


@pytest.mark.parametrize(
    "title", ["Mentoring (LTI)", " mentoring  (lti)", None], ids=["same", "spelt", "untitled"]
)
@pytest.mark.parametrize("about", [COURSE, ITEM], ids=["course", "item"])
def test_our_own_items_completion_opens_nothing_even_if_a_rule_is_about_it(
    moodle: Classroom, about: str, title: str | None
) -> None:
    moodle.know(about=about, ada=False)
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        programme = session.get_one(Programme, moodle.programme_id())
        a_mentee(session, programme, "6", now=BEFORE)
        launch = a_message(link=ResourceLink(id="1", title=title))
        courses.arrived_at(session, session.get_one(Course, programme.course_id), launch, now=AFTER)
    moodle.post([each for each in RECORDED if each["object"]["id"] == ITEM])
    with moodle.mentes.database.reading(moodle.organisation_id) as session:
        (row,) = every(session, CompletionRow, CompletionRow.module_iri == ITEM)
    assert (row.status, row.reason) == (Status.COUNTED, Reason.OWN_ITEM)
    assert moodle.checkins() == []


def test_another_tools_items_completion_opens_what_the_rule_says(moodle: Classroom) -> None:
    moodle.know(about=ITEM, ada=False)
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        programme = session.get_one(Programme, moodle.programme_id())
        a_mentee(session, programme, "6", now=BEFORE)
        launch = a_message(link=ResourceLink(id="1", title="Talking"))
        courses.arrived_at(session, session.get_one(Course, programme.course_id), launch, now=AFTER)
    moodle.post([each for each in RECORDED if each["object"]["id"] == ITEM])
    assert len(moodle.checkins()) == 1


def test_a_rule_that_was_taken_back_opens_nothing(moodle: Classroom) -> None:
    moodle.know(about=PAGE)
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        programme = session.get_one(Programme, moodle.programme_id())
        (rule,) = checkpoints.standing(session, programme.id)
        checkpoints.retire_checkpoint(session, programme, rule.id, by=rule.id, now=BEFORE)
    moodle.post([module_completed()])
    assert moodle.checkins() == []


def test_who_left_gets_no_check_in(moodle: Classroom) -> None:
    moodle.know(about=PAGE)
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        programme = session.get_one(Programme, moodle.programme_id())
        ada = a_mentee(session, programme, "4", now=BEFORE)
        programmes.leave(session, programme, ada.id, now=BEFORE)
        assert open_pairing(session, programme.id, ada.id) is None
    moodle.post([module_completed()])
    assert moodle.checkins() == []


def test_modules_that_records_name_can_be_chosen_for_a_rule(moodle: Classroom) -> None:
    moodle.know(about=None)
    moodle.post(RECORDED)
    with moodle.mentes.database.reading(moodle.organisation_id) as session:
        known = courses.activities(session, every(session, Course)[0].id)
    assert {each.iri for each in known} >= {COURSE, PAGE, ITEM}
    assert all(each.name for each in known)


def test_another_organisations_records_open_nothing_here(moodle: Classroom) -> None:
    moodle.know(about=PAGE)
    other = an_organisation(moodle.mentes.database)
    with moodle.mentes.database.transaction(other) as session:
        add_credential(session, other, "theirs", "secret", ["all"], BEFORE)
    moodle.post(RECORDED, key="theirs")
    assert moodle.checkins() == []
    assert len(moodle.rows(PAGE)) == 1


def test_a_statement_that_is_refused_leaves_no_completion(moodle: Classroom) -> None:
    moodle.know(about=PAGE)
    broken = {**module_completed(), "actor": {"objectType": "Agent"}}
    answer = moodle.app.test_client().post(
        "/xapi/statements",
        json=[module_completed(), broken],
        auth=("moodle", "secret"),
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    assert answer.status_code == 400
    moodle.worker.run_until_idle()
    assert moodle.rows(PAGE) == []


def test_applying_twice_is_applying_once(moodle: Classroom) -> None:
    moodle.know(about=PAGE)
    moodle.post([module_completed()])
    (row,) = moodle.rows(PAGE)
    with moodle.mentes.database.transaction(moodle.organisation_id) as session:
        again = completions.apply(session, row.id, now=AFTER, cutoff_days=30)
    assert again is Status.APPLIED
    assert moodle.opened() == 1
