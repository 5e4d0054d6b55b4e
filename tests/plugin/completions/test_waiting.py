"""What waits because nobody knows whose it is, or of which course: noted, bound, undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite

from lrs_bridge.completion import Completion, PersonKey, named_place
from lrs_bridge.vocabulary import Verb
from lti.message import Context
from plugin.checkins import service as checkins
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State
from plugin.completions import inbox, waiting_binding, waiting_list
from plugin.completions.model import CompletionRow, Reason, SourceKind, Status
from plugin.completions.waiting_model import Binding, Unassigned, UnassignedKey, What
from plugin.completions.waiting_views import said
from plugin.courses import service as courses
from plugin.courses.model import Course
from plugin.foundation.errors import NotFound
from plugin.foundation.i18n import Words
from plugin.people.model import PersonIdentifier
from plugin.people.service import Described, seen
from plugin.programmes.model import Programme
from tests.plugin.completions.schooling import (
    ELSEWHERE,
    MAIL,
    OTHER_MAIL,
    STRANGER,
    School,
)
from tests.plugin.factories import (
    ISSUER,
    NOW,
    a_checkpoint,
    a_course,
    a_person,
    a_registration,
    an_organisation,
    at_once,
    every,
    later,
)
from tests.plugin.records.telling import standing


def test_whose_account_is_issuer_and_sub_needs_nothing(school: School) -> None:
    school.tell(PersonKey.account(ISSUER, "4"))
    assert school.outcomes() == [("applied", "")]
    assert school.rows(Unassigned) == []


def test_somebody_unknown_is_noted_once_however_often_they_are_named(school: School) -> None:
    for hours in (1, 1.5):
        school.tell(MAIL, at=later(hours=hours))
    assert school.outcomes() == [("waiting", "person-unknown")] * 2
    with school.mentes.database.reading(school.organisation_id) as session:
        page = waiting_list.page(session, What.PERSON, sought="ADA@", number=1)
        (row,) = page.rows
        assert (row.count, row.source, row.since) == (2, "table", later(hours=1))
        assert row.example is not None
        assert row.example.at == later(hours=1.5)
        assert waiting_list.page(session, What.PERSON, sought="bob", number=1).total == 0


@pytest.mark.parametrize("keys", [(MAIL,), (STRANGER, MAIL), (STRANGER, OTHER_MAIL, MAIL)])
def test_any_name_that_a_launch_tells_ends_the_waiting(
    school: School, keys: tuple[PersonKey, ...]
) -> None:
    school.tell(*keys)
    assert school.outcomes() == [("waiting", "person-unknown")]
    school.known("4", "Ada@lms.example")
    school.worker.run_until_idle()
    assert school.outcomes() == [("applied", "")]
    assert school.rows(Unassigned) == school.rows(UnassignedKey) == []


def test_a_name_that_says_nothing_of_them_leaves_them_waiting(school: School) -> None:
    school.tell(MAIL)
    school.known("9", "somebody@lms.example")
    school.worker.run_until_idle()
    assert school.outcomes() == [("waiting", "person-unknown")]


def test_a_second_name_of_who_waits_already_is_noted_too(school: School) -> None:
    school.tell(STRANGER)
    school.tell(STRANGER, MAIL)
    assert school.waiting().keys == [
        ["account", "https://edx.example", "5b0c"],
        ["mbox", "", "ada@lms.example"],
    ]
    school.known("4", "ada@lms.example")
    school.worker.run_until_idle()
    # The first named an account only: nobody has said whose that is.
    assert school.outcomes() == [("applied", ""), ("waiting", "person-unknown")]


def test_bound_by_hand_what_waits_is_applied(school: School) -> None:
    school.tell(STRANGER)
    binding = school.bind(school.ada)
    assert school.outcomes() == [("applied", "")]
    with school.mentes.database.reading(school.organisation_id) as session:
        (newest,) = waiting_list.newest_bindings(session)
        assert newest.id == binding
        assert waiting_list.came_of(session, newest) == {Status.APPLIED: 1}
    school.tell(STRANGER, at=later(hours=1.5))  # and the next needs no hand
    assert school.outcomes() == [("applied", ""), ("counted", "open-already")]


def test_a_binding_lets_nobody_sign_in_as_somebody_else(school: School) -> None:
    school.tell(PersonKey.account(ISSUER, "77"))
    school.bind(school.ada)
    with school.mentes.database.transaction(school.organisation_id) as session:
        course = session.get_one(Course, school.course)
        assert a_person(session, course, "77").id != school.ada


def test_undone_it_waits_again_and_what_nobody_touched_is_withdrawn(school: School) -> None:
    school.tell(STRANGER)
    binding = school.bind(school.ada)
    assert len(standing(school.mentes, Verb.COMPLETED)) == 1
    school.undo(binding)
    assert standing(school.mentes, Verb.COMPLETED) == []
    assert school.states() == [State.WITHDRAWN]
    assert school.outcomes() == [("waiting", "person-unknown")]
    assert school.rows(PersonIdentifier, PersonIdentifier.evidence == "bound") == []
    assert school.waiting().source == "table"
    school.undo(binding)  # twice is once
    school.bind(school.ada)
    assert school.states() == [State.OPEN]
    assert len(standing(school.mentes, Verb.COMPLETED)) == 1


def test_undone_what_was_booked_stays(school: School) -> None:
    school.tell(STRANGER)
    binding = school.bind(school.ada)
    with school.mentes.database.transaction(school.organisation_id) as session:
        (checkin,) = every(session, CheckIn)
        checkins.book(
            session,
            checkin.id,
            by=school.ada,
            starts_at=later(days=1),
            meeting_place=None,
            now=later(hours=2),
        )
    school.undo(binding)
    assert school.states() == [State.BOOKED]
    assert school.outcomes() == [("applied", "")]


def test_an_address_of_two_waits_until_somebody_decides(school: School) -> None:
    school.known("4", "ada@lms.example")
    other = school.known("5", "ada@lms.example")
    school.tell(MAIL)
    assert school.outcomes() == [("waiting", "person-ambiguous")]
    with school.mentes.database.reading(school.organisation_id) as session:
        rivals = waiting_binding.rivals(session, school.waiting())
        assert {person.id for person in rivals} == {school.ada, other}
    binding = school.bind(school.ada)
    assert school.outcomes() == [("applied", "")]
    school.known("5", "ada@lms.example")  # said again, it stays as it was decided
    school.tell(MAIL, at=later(hours=1.5))
    assert school.outcomes() == [("applied", ""), ("counted", "open-already")]
    school.undo(binding)
    assert ("waiting", "person-ambiguous") in school.outcomes()


def test_a_course_nobody_knows_is_bound_with_its_modules(school: School) -> None:
    module = f"{ELSEWHERE}/1"
    school.tell(
        PersonKey.account(ISSUER, "4"),
        course=ELSEWHERE,
        module=module,
        course_names={"en": "Feedback"},
        module_names={"en": "First talk"},
    )
    found = school.waiting(What.COURSE)
    assert (found.iri, found.name) == (ELSEWHERE, "Feedback")
    binding = school.bind_course(school.course)
    assert school.outcomes() == [("counted", "no-checkpoint")]
    with school.mentes.database.transaction(school.organisation_id) as session:
        seen_now = courses.activities(session, school.course)
        assert [(each.kind, each.name) for each in seen_now] == [
            ("course", "Mentored Course 101"),
            ("module", "First talk"),
        ]
        a_checkpoint(
            session, session.get_one(Programme, school.programme), seen_now[1], now=later(hours=1)
        )
    school.tell(PersonKey.account(ISSUER, "4"), course=ELSEWHERE, module=module)
    assert school.states() == [State.OPEN]
    school.undo(binding)
    assert school.states() == [State.WITHDRAWN]
    assert school.outcomes() == [("waiting", "course-unknown")] * 2


def test_a_course_has_one_rule_whatever_it_is_called(school: School) -> None:
    school.tell(PersonKey.account(ISSUER, "4"), course=ELSEWHERE.replace("https:", "http:"))
    school.bind_course(school.course)
    assert school.outcomes() == [("applied", "")]
    school.tell(PersonKey.account(ISSUER, "4"), course=named_place("ment101"))
    assert school.outcomes() == [("applied", ""), ("counted", "open-already")]


def test_a_course_that_is_launched_waits_no_longer(school: School) -> None:
    school.tell(PersonKey.account(ISSUER, "4"), course=named_place("NEW1"))
    assert school.outcomes() == [("waiting", "course-unknown")]
    with school.mentes.database.transaction(school.organisation_id) as session:
        registration = a_registration(session)
        a_course(session, registration, context=Context(id="9", label="New1"))
    school.worker.run_until_idle()
    assert school.outcomes() == [("counted", "no-checkpoint")]
    assert school.rows(Unassigned) == []


def test_what_waits_is_known_to_its_organisation_alone(school: School) -> None:
    school.tell(STRANGER)
    other = an_organisation(school.mentes.database)
    with school.mentes.database.transaction(other) as session:
        assert waiting_list.page(session, What.PERSON, sought=None, number=1).total == 0
        with pytest.raises(NotFound):
            waiting_binding.bind_person(session, school.waiting().id, school.ada, by=None, now=NOW)


def test_erased_it_is_forgotten(school: School) -> None:
    reference = uuid4()
    school.tell(STRANGER, reference=reference)
    with school.mentes.database.transaction(school.organisation_id) as session:
        inbox.forget(session, [reference])
    assert school.rows(Unassigned) == school.rows(UnassignedKey) == []


def test_what_is_erased_is_found_without_reading_every_completion(school: School) -> None:
    is_postgresql = school.mentes.database.engine.dialect.name == "postgresql"
    told = [
        Completion(
            organisation_id=school.organisation_id,
            source="table",
            source_event_id=str(number),
            person_keys=(MAIL,),
            course_key=ELSEWHERE,
            module_key=None,
            kind="course",
            state="completed",
            at=NOW,
            reference=uuid4(),
        )
        for number in range(2000)
    ]
    with school.mentes.database.transaction(school.organisation_id) as session:
        inbox.receive(session, told, came_by=SourceKind.RECORD_STORE, now=NOW)
    dialect: Any = postgresql if is_postgresql else sqlite
    erased = select(CompletionRow.id).where(
        CompletionRow.organisation_id == school.organisation_id,
        CompletionRow.reference.in_([uuid4(), uuid4()]),
    )
    spelt = erased.compile(dialect=dialect.dialect(), compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if is_postgresql else "EXPLAIN QUERY PLAN"
    with school.mentes.database.transaction(school.organisation_id) as session:
        if is_postgresql:  # which goes by what there is
            session.execute(text("ANALYZE completion"))
        plan = "\n".join(
            str(row) for row in session.connection().execute(text(f"{explain} {spelt}"))
        )
    assert "ix_completion_reference" in plan


def test_bound_by_two_at_once_it_is_bound_once(school: School) -> None:
    school.tell(STRANGER)
    id = school.waiting().id

    def bind(_number: int) -> UUID:
        with school.mentes.database.transaction(school.organisation_id) as session:
            return waiting_binding.bind_person(session, id, school.ada, by=None, now=NOW).id

    results = at_once(4, bind)
    made = [each for each in results if isinstance(each, UUID)]
    assert len(made) == 1
    assert all(isinstance(each, NotFound) for each in results if each not in made)
    assert len(school.rows(Binding)) == 1


def test_bound_while_a_roster_tells_it_nothing_is_lost(school: School) -> None:
    for number in range(3):
        school.tell(PersonKey.mbox(f"p{number}@lms.example"))
    waiting_ids = [each.id for each in school.rows(Unassigned)]

    def work(number: int) -> None:
        with school.mentes.database.transaction(school.organisation_id) as session:
            if number < 3:
                waiting_binding.bind_person(
                    session, waiting_ids[number], school.ada, by=None, now=later(hours=2)
                )
            else:
                seen(
                    session,
                    issuer=ISSUER,
                    subject=f"r{number}",
                    said=Described(email=f"p{number - 3}@lms.example"),
                    evidence="roster",
                    now=later(hours=2),
                )

    results = at_once(6, work)
    assert all(each is None or isinstance(each, NotFound) for each in results), results
    school.worker.run_until_idle()
    left = [row for row in school.rows(CompletionRow) if row.status == Status.NEW]
    assert left == []
    waits = {row.person_digest for row in school.rows(CompletionRow) if row.reason in WAITS}
    assert waits == {each.digest for each in school.rows(Unassigned)}


WAITS = (Reason.PERSON_UNKNOWN, Reason.PERSON_AMBIGUOUS)


def test_wherever_a_source_says_that_somebody_is_it_can_be_shown() -> None:
    assert said(("account", "http://[x", "42"), Words("en")) == "42 at http://[x"
