"""Assignments that are undone: what they alone had brought goes, and nothing else."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from lrs_bridge.completion import Completion, PersonKey, named_place
from lti.message import Context
from plugin.checkins.rules import State
from plugin.completions import inbox, service, waiting_binding, waiting_list, waiting_undoing
from plugin.completions.model import CompletionRow, Reason, SourceKind, Status
from plugin.completions.waiting_model import Binding, Unassigned, What
from plugin.courses import service as courses
from plugin.courses.model import Course, CourseActivity
from plugin.platforms.model import RegistrationRow
from plugin.programmes.model import Programme
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.beside import Beside
from tests.plugin.completions.schooling import COURSE, ELSEWHERE, School
from tests.plugin.factories import ISSUER, a_checkpoint, a_course, a_message, later

ADA = PersonKey.account(ISSUER, "4")
MODULE = f"{ELSEWHERE}/1"


def modules(school: School) -> list[str]:
    """Return the modules that are known."""
    return [each.iri for each in school.rows(CourseActivity, CourseActivity.kind == "module")]


def a_rule_about_the_module(school: School) -> None:
    with school.mentes.database.transaction(school.organisation_id) as session:
        (module,) = [
            each for each in courses.activities(session, school.course) if each.kind == "module"
        ]
        programme = session.get_one(Programme, school.programme)
        a_checkpoint(session, programme, module, now=later(hours=1))


def test_what_came_by_the_assignment_alone_goes_with_it(school: School) -> None:
    school.tell(ADA, course=ELSEWHERE, module=MODULE)
    binding = school.bind_course(school.course)
    assert modules(school) == [MODULE]
    school.undo(binding)
    assert modules(school) == []
    assert school.outcomes() == [("waiting", Reason.COURSE_UNKNOWN)]


def test_a_module_that_records_had_named_before_stays_known(school: School) -> None:
    school.tell(ADA, course=COURSE, module=MODULE)
    school.tell(ADA, course=ELSEWHERE, module=MODULE, at=later(hours=1.5))
    school.tell(ADA, course=ELSEWHERE, at=later(hours=1.6))
    binding = school.bind_course(school.course)
    school.undo(binding)
    assert modules(school) == [MODULE]


def test_a_module_that_records_name_afterwards_stays_known_and_so_does_its_check_in(
    school: School,
) -> None:
    school.tell(ADA, course=ELSEWHERE, module=MODULE)
    binding = school.bind_course(school.course)
    a_rule_about_the_module(school)
    school.tell(ADA, course=ELSEWHERE, module=MODULE)
    assert school.states() == [State.OPEN]
    school.tell(ADA, course=COURSE, module=MODULE, at=later(hours=1.5))
    school.undo(binding)
    assert modules(school) == [MODULE]
    assert school.states() == [State.OPEN]


def test_a_course_that_is_called_so_by_a_launch_stays_known(school: School) -> None:
    school.tell(ADA, course=named_place("NEW1"))
    binding = school.bind_course(school.course)
    assert school.states() == [State.OPEN]
    with school.mentes.database.transaction(school.organisation_id) as session:
        course = session.get_one(Course, school.course)
        registration = session.get_one(RegistrationRow, course.registration_id)
        said = a_message(context=Context(id=course.context_id, title=course.title, label="New1"))
        courses.arrived(session, registration, said, now=later(hours=2))
    school.undo(binding)
    assert school.states() == [State.OPEN]
    assert school.outcomes() == [("applied", "")]


def test_a_name_of_two_courses_means_neither_again(school: School) -> None:
    with school.mentes.database.transaction(school.organisation_id) as session:
        course = session.get_one(Course, school.course)
        registration = session.get_one(RegistrationRow, course.registration_id)
        for number in ("8", "9"):
            a_course(session, registration, context=Context(id=number, label="Same"))
    school.tell(ADA, course=named_place("same"))
    binding = school.bind_course(school.course)
    assert school.states() == [State.OPEN]
    school.undo(binding)
    assert school.states() == [State.WITHDRAWN]
    assert school.outcomes() == [("waiting", Reason.COURSE_UNKNOWN)]


@pytest.fixture
def many(school: School) -> int:
    """Completions of a course that nobody knows: more than are looked at in one request."""
    count = 2 * waiting_undoing.BATCH + 50
    told = [
        Completion(
            organisation_id=school.organisation_id,
            source="table",
            source_event_id=str(number),
            person_keys=(PersonKey.account(ISSUER, f"learner-{number}"),),
            course_key=ELSEWHERE,
            module_key=None,
            kind="course",
            state="completed",
            at=later(hours=1, seconds=number % 7),  # several at one moment
        )
        for number in range(count)
    ]
    with school.mentes.database.transaction(school.organisation_id) as session:
        inbox.receive(session, told, came_by=SourceKind.FILE, now=later(hours=1))
    school.worker.run_until_idle()
    return count


def test_of_much_the_request_takes_back_a_batch_and_the_worker_the_rest(
    school: School, many: int
) -> None:
    id = school.bind_course(school.course)
    assert {row.reason for row in school.rows(CompletionRow)} == {Reason.PERSON_UNKNOWN}
    for _ in range(2):  # twice is once
        begin_to_undo(school, id)
    begun = [row for row in school.rows(CompletionRow) if row.status == Status.NEW]
    assert len(begun) == waiting_undoing.BATCH
    (binding,) = school.rows(Binding)
    assert waiting_list.being_undone(binding) == 100 * waiting_undoing.BATCH // many
    school.worker.run_until_idle()
    (binding,) = school.rows(Binding)
    assert (binding.undo_done, binding.undo_ended_at is not None) == (many, True)
    assert waiting_list.being_undone(binding) is None
    assert set(school.outcomes()) == {("waiting", Reason.COURSE_UNKNOWN)}
    assert school.waiting(What.COURSE).iri == ELSEWHERE


def begin_to_undo(school: School, id: UUID) -> None:
    """Do what a request does."""
    with school.mentes.database.transaction(school.organisation_id) as session:
        waiting_undoing.undo(session, id, by=None, now=school.mentes.clock())
    with school.mentes.database.transaction(school.organisation_id) as session:
        waiting_undoing.undo_first(session, id, now=school.mentes.clock())


def test_a_worker_that_dies_takes_nothing_back_twice_and_forgets_nothing(
    school: School, many: int
) -> None:
    id = school.bind_course(school.course)
    begin_to_undo(school, id)
    one_more_batch(school, id)
    with pytest.raises(Killed):
        one_more_batch(school, id, killed=True)
    Worker(school.mentes).run_until_idle()
    (binding,) = school.rows(Binding)
    assert binding.undo_done == many
    assert set(school.outcomes()) == {("waiting", Reason.COURSE_UNKNOWN)}


class Killed(Exception):
    """A worker is no more."""


def one_more_batch(school: School, id: UUID, *, killed: bool = False) -> None:
    with school.mentes.database.transaction(school.organisation_id) as session:
        binding = session.get_one(Binding, id)
        waiting_undoing.undo_some(session, binding, now=school.mentes.clock())
        if killed:
            raise Killed


@pytest.fixture
def both(school: School) -> tuple[UUID, UUID]:
    """A course that waits, and one more completion of it that nobody has looked at; their ids."""
    if school.mentes.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: neither misses the other there.")
    school.tell(ADA, course=ELSEWHERE)
    return school.waiting(What.COURSE).id, a_completion(school)


def look_at(school: School, session: Session, id: UUID) -> None:
    rows = [session.get_one(CompletionRow, id)]
    service.look_at(session, rows, now=school.mentes.clock(), cutoff_days=30)
    session.flush()


def bind(school: School, session: Session, id: UUID) -> None:
    now = school.mentes.clock()
    waiting_binding.bind_course(session, id, school.course, by=None, now=now)
    session.flush()


def all_is_looked_at(school: School, clock: MovableClock) -> None:
    for _ in range(2):
        school.worker.run_until_idle()
        clock.forward(minutes=1)
    assert {status for status, _ in school.outcomes()} == {Status.APPLIED, Status.COUNTED}
    assert school.rows(Unassigned) == []


def test_what_is_looked_at_before_its_course_becomes_known_is_looked_at_again(
    school: School, both: tuple[UUID, UUID], clock: MovableClock
) -> None:
    waiting, late = both
    database, owner = school.mentes.database, school.organisation_id

    def binding() -> None:
        with database.transaction(owner) as session:
            bind(school, session, waiting)

    with database.transaction(owner) as session:
        look_at(school, session, late)
        beside = Beside(binding)
        beside.waits_or_ends(school.mentes)
    beside.join()
    all_is_looked_at(school, clock)


def test_what_is_looked_at_while_its_course_becomes_known_is_looked_at_again(
    school: School, both: tuple[UUID, UUID], clock: MovableClock
) -> None:
    waiting, late = both
    database, owner = school.mentes.database, school.organisation_id

    def looking() -> None:
        with database.transaction(owner) as session:
            look_at(school, session, late)

    with database.transaction(owner) as session:
        bind(school, session, waiting)
        beside = Beside(looking)
        beside.waits_or_ends(school.mentes)
    beside.join()
    all_is_looked_at(school, clock)


def test_a_module_that_came_alone_is_looked_at_again_once_a_record_says_of_which_course(
    school: School, clock: MovableClock
) -> None:
    school.tell(ADA, course=None, module=MODULE)
    assert school.outcomes() == [("waiting", Reason.COURSE_UNKNOWN)]
    school.tell(ADA, course=COURSE, module=MODULE, at=later(hours=1.5))
    clock.forward(minutes=1)
    school.worker.run_until_idle()
    assert set(school.outcomes()) == {("counted", Reason.NO_CHECKPOINT)}


def a_completion(school: School) -> UUID:
    """Keep that Ada completed the course elsewhere, and let no worker look at it."""
    told = Completion(
        organisation_id=school.organisation_id,
        source="table",
        source_event_id=uuid4().hex,
        person_keys=(ADA,),
        course_key=ELSEWHERE,
        module_key=None,
        kind="course",
        state="completed",
        at=later(hours=1.5),
    )
    with school.mentes.database.transaction(school.organisation_id) as session:
        (id,) = inbox.receive_each(session, [told], came_by=SourceKind.FILE, now=later(hours=1.5))
    assert id is not None
    return id
