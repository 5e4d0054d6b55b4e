"""The rules that hold whichever way a completion comes."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from lrs_bridge.completion import Completion, PersonKey
from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State
from plugin.completions import inbox
from plugin.completions.applying import Applying
from plugin.completions.inbox import Received
from plugin.completions.model import CompletionRow, Reason, SourceKind, SourceRow, Status
from plugin.courses import service as courses
from plugin.courses.model import Course
from plugin.courses.own_items import without_own_items
from plugin.foundation.errors import FormInvalid
from plugin.foundation.events import EventRow, happened
from plugin.launches.events import ItemReached
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import (
    ISSUER,
    NOW,
    a_checkpoint,
    a_course,
    a_mentee,
    a_mentor,
    a_message,
    a_programme,
    an_activity,
    at_once,
    every,
    later,
)
from tests.plugin.records.telling import standing, statements

COURSE = f"{ISSUER}/course/view.php?id=2"
PAGE = f"{ISSUER}/mod/page/view.php?id=2"


class Class:
    """A course with a rule about a page, a mentor, and some learners who are paired."""

    def __init__(self, mentes: Mentes, organisation_id: UUID, learners: int = 1) -> None:
        self.mentes = mentes
        self.organisation_id = organisation_id
        with mentes.database.transaction(organisation_id) as session:
            course = a_course(session)
            programme = a_programme(session, course)
            a_checkpoint(session, programme, an_activity(session, course, PAGE))
            for number in range(learners):
                if number % 5 == 0:
                    a_mentor(session, programme, capacity=5)
                learner = a_mentee(session, programme, str(100 + number), recorded=True)
            self.learner_id = learner.id
            self.course_id = course.id

    def completion(self, learner: int = 100, **changed: Any) -> Completion:
        """Return a completion of the page, as of a webhook."""
        said: dict[str, Any] = {
            "organisation_id": self.organisation_id,
            "source": "webhook:1",
            "source_event_id": str(uuid4()),
            "person_keys": (PersonKey.account(ISSUER, str(learner)),),
            "course_key": None,
            "module_key": PAGE,
            "kind": "module",
            "state": "completed",
            "at": later(minutes=5),
        }
        return Completion(**{**said, **changed})

    def receive(
        self, *completions: Completion, by: SourceKind = SourceKind.WEBHOOK, **how: Any
    ) -> Received:
        """Put completions into the inbox."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            return inbox.receive(session, completions, came_by=by, now=later(minutes=6), **how)

    def rows(self) -> list[CompletionRow]:
        """Return the inbox."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return every(session, CompletionRow)

    def checkins(self) -> list[CheckIn]:
        """Return the check-ins."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return every(session, CheckIn)

    def events(self, kind: str) -> list[EventRow]:
        """Return what happened."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return every(session, EventRow, EventRow.kind == kind)


@pytest.fixture
def course(mentes: Mentes, organisation_id: UUID, clock: MovableClock) -> Class:
    """A course with one learner, an hour after it began."""
    clock.now = later(hours=1)
    return Class(mentes, organisation_id)


def test_an_event_that_is_sent_again_is_the_same(course: Class, worker: Worker) -> None:
    told = course.completion()
    assert course.receive(told) == Received(new=1, repeated=0)
    assert course.receive(told, told) == Received(new=0, repeated=2)
    worker.run_until_idle()
    assert len(course.checkins()) == 1


@pytest.mark.parametrize("rule", [True, False], ids=["with a rule", "without one"])
@pytest.mark.parametrize("backwards", [True, False])
def test_what_is_taken_back_is_told_no_more(
    course: Class, worker: Worker, backwards: bool, rule: bool
) -> None:
    what = {} if rule else {"kind": "course", "module_key": None, "course_key": COURSE}
    told = [
        course.completion(at=later(minutes=5), **what),
        course.completion(at=later(minutes=7), state="uncompleted", **what),
    ]
    for each in reversed(told) if backwards else told:
        course.receive(each)
        worker.run_until_idle()
    assert standing(course.mentes, Verb.COMPLETED) == []
    assert len(statements(course.mentes, Verb.COMPLETED)) == (not backwards)
    course.receive(course.completion(at=later(minutes=9), **what))
    worker.run_until_idle()
    assert len(standing(course.mentes, Verb.COMPLETED)) == 1


@pytest.mark.parametrize("backwards", [True, False])
def test_a_later_word_that_is_heard_first_stands(
    course: Class, worker: Worker, backwards: bool
) -> None:
    told = [
        course.completion(at=later(minutes=5)),
        course.completion(at=later(minutes=7), state="uncompleted"),
    ]
    for each in reversed(told) if backwards else told:
        course.receive(each)
        worker.run_until_idle()
    assert [checkin.state for checkin in course.checkins()] in ([], [State.WITHDRAWN])


def test_the_same_module_over_https_and_in_capitals_is_the_same_place(
    course: Class, worker: Worker
) -> None:
    course.receive(course.completion(module_key=PAGE.replace("https://lms", "http://LMS")))
    worker.run_until_idle()
    assert len(course.checkins()) == 1


@pytest.mark.parametrize(("state", "opens"), [("passed", True), ("failed", False)])
def test_who_failed_has_not_completed(
    course: Class, worker: Worker, state: str, opens: bool
) -> None:
    course.receive(course.completion(state=state))
    worker.run_until_idle()
    assert bool(course.checkins()) is opens


def test_our_own_item_opens_nothing_even_if_a_rule_is_about_it(
    mentes: Mentes, organisation_id: UUID, course: Class, worker: Worker, clock: MovableClock
) -> None:
    item = f"{ISSUER}/mod/lti/view.php?id=4"
    with mentes.database.transaction(organisation_id) as session:
        known = a_course(session)
        courses.arrived_at(session, known, a_message(), now=NOW)  # it is called Mentoring
        programme = a_programme(session, known)
        a_checkpoint(session, programme, an_activity(session, known, item))
    course.receive(
        course.completion(module_key=item, lti_item=True, module_names={"en": "Mentoring"}),
        course.completion(module_key=item, lti_item=True, module_names={"en": "Another tool"}),
    )
    worker.run_until_idle()
    assert {row.reason for row in course.rows()} == {Reason.OWN_ITEM, None}
    assert len(course.checkins()) == 1  # of the other tool's


@pytest.mark.parametrize(
    ("module", "name", "reason"),
    [
        ("assignments/7", "mentoring ", Reason.OWN_ITEM),
        ("assignments/7", None, Reason.OWN_ITEM),  # a grade of Canvas's names nothing
        ("assignments/7", "Essay", None),
        ("quizzes/7", "Mentoring", None),
    ],
)
def test_an_assignment_of_canvas_that_is_called_like_our_item_opens_nothing(
    mentes: Mentes,
    organisation_id: UUID,
    course: Class,
    worker: Worker,
    module: str,
    name: str | None,
    reason: Reason | None,
) -> None:
    place = f"https://canvas.school/courses/1/{module}"
    with mentes.database.transaction(organisation_id) as session:
        known = session.get_one(Course, course.course_id)
        programme = a_programme(session, known)
        a_checkpoint(session, programme, an_activity(session, known, place))
        courses.arrived_at(session, known, a_message(), now=NOW)  # it is called Mentoring
        courses.seen_activity(
            session, known.id, iri=place, kind="module", name="Mentoring", now=NOW
        )
    course.receive(course.completion(module_key=place, module_names={"und": name} if name else {}))
    worker.run_until_idle()
    assert [row.reason for row in course.rows()] == [reason]
    assert len(course.checkins()) == (0 if reason else 1)


@pytest.mark.parametrize(
    ("module", "name", "refused"),
    [
        ("mod/lti/view.php?id=4", " mentoring", True),
        ("mod/lti/view.php?id=4", "Another tool", False),
        ("mod/page/view.php?id=4", "Mentoring", False),
        ("xblock/block-v1:a+b+c+type@lti_consumer+block@1", "Mentoring", True),
        ("courses/1/assignments/7", "Mentoring", True),
    ],
)
def test_no_rule_can_be_about_our_own_item(
    mentes: Mentes, organisation_id: UUID, module: str, name: str, refused: bool
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        known = a_course(session)
        courses.arrived_at(session, known, a_message(), now=NOW)  # it is called Mentoring
        programme = a_programme(session, known)
        activity = an_activity(session, known, f"{ISSUER}/{module}")
        courses.seen_activity(
            session, known.id, iri=activity.iri, kind="module", name=name, now=NOW
        )
        offered = without_own_items(session, courses.activities(session, known.id))
        assert (activity not in offered) is refused
        with pytest.raises(FormInvalid, match="the mentoring itself") if refused else nullcontext():
            a_checkpoint(session, programme, activity)


def test_opening_an_item_behind_a_restriction_completes_what_stands_before_it(
    mentes: Mentes, organisation_id: UUID, course: Class, worker: Worker
) -> None:
    for minutes in (10, 20):
        with mentes.database.transaction(organisation_id) as session:
            happened(
                session,
                ItemReached(
                    at=later(minutes=minutes),
                    subject_id=course.course_id,
                    actor_id=course.learner_id,
                    activity=PAGE,
                    launch_id=uuid4(),
                ),
            )
        worker.run_until_idle()
    (row,) = course.rows()
    assert (row.came_by, row.status) == (SourceKind.ITEM, Status.APPLIED)
    assert len(course.checkins()) == 1
    with mentes.database.reading(organisation_id) as session:
        (source,) = every(session, SourceRow)
    assert (source.kind, source.received, source.repeated) == ("item", 1, 0)


@pytest.mark.parametrize(("by", "told"), [(SourceKind.WEBHOOK, 1), (SourceKind.RECORD_STORE, 0)])
def test_what_no_learning_record_says_is_observed_once(
    course: Class, worker: Worker, by: SourceKind, told: int
) -> None:
    course.receive(course.completion(), course.completion(state="uncompleted"), by=by)
    worker.run_until_idle()
    worker.run_until_idle()
    seen = course.events("completion.observed")
    assert len(seen) == told
    if told:
        assert seen[0].facts["activity"] == PAGE
        assert seen[0].facts["of"] == "module"
        assert seen[0].facts["source"] == "webhook"


def test_what_was_so_before_is_counted_and_opens_nothing(course: Class, worker: Worker) -> None:
    course.receive(course.completion(), known_as=Reason.SO_BEFORE)
    worker.run_until_idle()
    assert [(row.status, row.reason) for row in course.rows()] == [
        (Status.COUNTED, Reason.SO_BEFORE)
    ]
    assert course.checkins() == []


def test_one_that_we_choke_on_does_not_keep_the_others_of_its_batch(
    mentes: Mentes, organisation_id: UUID, worker: Worker, clock: MovableClock
) -> None:
    clock.now = later(hours=1)
    course = Class(mentes, organisation_id, learners=5)
    course.receive(*(course.completion(100 + number) for number in range(5)))
    with mentes.database.transaction(organisation_id) as session:
        every(session, CompletionRow)[2].person_keys = [["account"]]  # is no key
    worker.run_until_idle()
    assert len(course.checkins()) == 4
    assert sorted(row.reason or "" for row in course.rows()) == ["", "", "", "", Reason.FAILED]


def test_several_workers_at_once_open_each_check_in_once(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    clock.now = later(hours=1)
    learners = 20
    course = Class(mentes, organisation_id, learners=learners)
    told = [
        course.completion(100 + number, at=later(minutes=5 + again), state=state)
        for number in range(learners)
        for again, state in enumerate(("uncompleted", "completed", "completed"))
    ]
    course.receive(*told)

    def work(_number: int) -> int:
        applying = Applying(mentes.database, clock, cutoff_days=30)
        done = 0
        while got := applying():
            done += got
        return done

    outcomes = at_once(3, work)
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    work(0)  # what a worker left since another had its lane
    assert sum(row.status == Status.NEW for row in course.rows()) == 0
    assert len(course.checkins()) == learners
    assert len(course.events("checkin.opened")) == learners


def test_a_batch_says_the_same_as_its_completions_one_by_one(
    mentes: Mentes, organisation_id: UUID, worker: Worker, clock: MovableClock
) -> None:
    clock.now = later(hours=1)
    course = Class(mentes, organisation_id, learners=3)
    opened_and_taken_back, taken_back_first, twice = 100, 101, 102
    course.receive(
        course.completion(opened_and_taken_back, at=later(minutes=5)),
        course.completion(opened_and_taken_back, at=later(minutes=6), state="uncompleted"),
        course.completion(opened_and_taken_back, at=later(minutes=7)),
        course.completion(taken_back_first, at=later(minutes=5), state="uncompleted"),
        course.completion(taken_back_first, at=later(minutes=5)),
        course.completion(twice, at=later(minutes=5)),
        course.completion(twice, at=later(minutes=8)),
        course.completion(999, at=later(minutes=5)),
    )
    worker.run_until_idle()
    came = {
        learner: [
            (row.state, row.status, row.reason)
            for row in sorted(course.rows(), key=lambda row: (row.at, row.state != "uncompleted"))
            if row.person_keys[0][2] == str(learner)
        ]
        for learner in (opened_and_taken_back, taken_back_first, twice, 999)
    }
    applied = ("completed", Status.APPLIED, None)
    assert came == {
        opened_and_taken_back: [applied, ("uncompleted", Status.APPLIED, None), applied],
        taken_back_first: [("uncompleted", Status.COUNTED, Reason.TAKEN_BACK), applied],
        twice: [applied, ("completed", Status.COUNTED, Reason.OPEN_ALREADY)],
        999: [("completed", Status.WAITING, Reason.PERSON_UNKNOWN)],
    }
    assert [checkin.state for checkin in course.checkins()] == [State.OPEN] * 3
    assert len(course.events("checkin.opened")) == 4  # one twice


def test_a_batch_asks_as_often_for_many_as_for_few(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    clock.now = later(hours=1)
    course = Class(mentes, organisation_id, learners=20)

    def statements(completions: int) -> int:
        told = [course.completion(100 + number % 20) for number in range(completions)]
        course.receive(*told, by=SourceKind.RECORD_STORE)
        asked: list[str] = []

        def heard(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
            asked.append(statement)

        event.listen(mentes.database.engine, "before_cursor_execute", heard)
        try:
            while Applying(mentes.database, clock, cutoff_days=30)():
                pass
        finally:
            event.remove(mentes.database.engine, "before_cursor_execute", heard)
        return len(asked)

    statements(20)  # open their check-ins: of the others nothing comes
    many, few = statements(80), statements(20)
    assert many <= few + 2
