"""Courses: what launches, rosters and learning records say of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from lrs_bridge.completion import named_place
from lti.message import Context, Lis, ToolPlatform
from plugin.app import Mentes
from plugin.courses import service as courses
from plugin.courses.deliveries import KIND, owe_roster
from plugin.courses.model import Course, CourseActivity, ResourceLink
from plugin.foundation.events import EventRow
from plugin.foundation.outbox import Debt
from tests.plugin.factories import (
    ISSUER,
    LINK,
    NOW,
    a_course,
    a_message,
    a_person,
    a_registration,
    every,
    later,
    statements_on,
)

PAGE = f"{ISSUER}/mod/page/view.php?id=2"


def test_a_course_is_kept_once_and_brought_up_to_date(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        a_course(session, registration, memberships_url=f"{ISSUER}/members")
        course = a_course(session, registration, lineitems=f"{ISSUER}/lineitems")
        assert every(session, Course) == [course]
        assert course.memberships_url == f"{ISSUER}/members"  # silence does not take it away
        assert course.lineitems_url == f"{ISSUER}/lineitems"
        assert len(course.service_scopes) == 2


@pytest.mark.parametrize(
    ("said", "context_id", "title"),
    [
        ({"context": None}, "resource-link:7", "Mentoring"),
        ({"context": None, "link": None}, "platform", "Mentoring"),
        (
            {"context": None, "link": None, "platform": ToolPlatform(name="Campus")},
            "platform",
            "Campus",
        ),
    ],
)
def test_without_a_context_there_is_a_course_all_the_same(
    mentes: Mentes, organisation_id: UUID, said: dict[str, None], context_id: str, title: str
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session, **said)
        assert (course.context_id, course.title) == (context_id, title)


def test_an_item_is_kept_once_with_its_line_item(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        courses.arrived_at(session, course, a_message(lineitem=f"{ISSUER}/li/1"), now=NOW)
        link = courses.arrived_at(session, course, a_message(), now=NOW)
        assert every(session, ResourceLink) == [link]
        assert link is not None
        assert (link.link_id, link.lineitem_url) == (LINK.id, f"{ISSUER}/li/1")
        assert courses.arrived_at(session, course, a_message(link=None), now=NOW) is None


def test_a_moodle_course_is_known_by_the_address_in_its_records(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        (known,) = courses.activities(session, course.id)
        assert (known.iri, known.kind) == (f"{ISSUER}/course/view.php?id=2", "course")
        known_by = every(session, EventRow, EventRow.kind == "course.known")
        assert [event.subject_id for event in known_by] == [course.id]


OPEN_EDX = Context(id="course-v1:Acme+FB1+2026", label="FB1", title="Feedback")
CANVAS = {"canvas_api_domain": "School.instructure.com", "canvas_course_id": "17"}


@pytest.mark.parametrize(
    ("product", "said", "iri"),
    [
        (None, {"context": OPEN_EDX}, f"{ISSUER}/course/course-v1:Acme+FB1+2026"),
        ("moodle", {}, f"{ISSUER}/course/view.php?id=2"),
        ("totara", {}, f"{ISSUER}/course/view.php?id=2"),
        ("canvas", {"custom": CANVAS}, "https://school.instructure.com/courses/17"),
    ],
    ids=["Open edX", "Moodle", "Totara", "Canvas"],
)
def test_a_course_is_known_by_what_its_platform_calls_it(
    mentes: Mentes, organisation_id: UUID, product: str | None, said: dict[str, Any], iri: str
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session, a_registration(session, product=product), **said)
        known = courses.activity_at(session, iri)
        assert known is not None
        assert (known.course_id, known.kind) == (course.id, "course")
        assert [each.id for each in courses.activities(session, course.id)] == [known.id]


@pytest.mark.parametrize("product", ["canvas", None])
def test_a_course_of_another_product_is_known_by_its_names(
    mentes: Mentes, organisation_id: UUID, product: str | None
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        lis = Lis(course_section_sourcedid="SIS-1")
        course = a_course(session, a_registration(session, product=product), lis=lis)
        for name in ("2", "ment101", "  MENT101 ", "sis-1"):
            known = courses.activity_at(session, named_place(name))
            assert known is not None, name
            assert known.course_id == course.id
        (once,) = courses.activities(session, course.id)
        assert (once.kind, once.name) == ("course", "Mentored Course 101")
        (told,) = every(session, EventRow, EventRow.kind == "course.named")
        assert len(told.facts["places"]) == 3


def test_without_a_context_there_is_nothing_to_name_it_by(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session, context=None)
        assert list(courses.activities(session, course.id)) == []


def test_a_name_of_two_courses_means_neither(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        a_course(session, registration)
        a_course(session, registration, context=Context(id="3", label="MENT101"))
        assert courses.activity_at(session, named_place("MENT101")) is None
        for number in ("2", "3"):
            assert courses.activity_at(session, named_place(number)) is not None


def test_reading_a_roster_is_one_statement(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        for _ in range(5):
            a_person(session, course)
        session.flush()
        with statements_on(mentes.database.engine) as seen:
            assert len(courses.roster(session, course.id)) == 5
        assert len(seen) == 1


def test_modules_are_known_once_under_their_latest_name(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        for iri, name in ((PAGE, "Read me"), (PAGE.upper()[:8] + PAGE[8:], None), (PAGE, "Read!")):
            courses.seen_activity(session, course.id, iri=iri, kind="module", name=name, now=NOW)
        known = courses.activities(session, course.id)
        assert [(each.kind, each.name) for each in known] == [
            ("course", "Mentored Course 101"),
            ("module", "Read!"),
        ]


def test_a_module_stays_with_the_course_that_named_it_first(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        first = a_course(session, registration)
        second = a_course(session, registration, context=None)
        for course, name in ((first, "Ours"), (second, "Theirs")):
            courses.seen_activity(session, course.id, iri=PAGE, kind="module", name=name, now=NOW)
        known = courses.activity_at(session, PAGE)
        assert known is not None
        assert (known.course_id, known.name) == (first.id, "Ours")
        modules = every(session, CourseActivity, CourseActivity.kind == "module")
        assert [each.course_id for each in modules] == [first.id]


def test_a_roster_is_owed_once_a_minute_where_there_is_one(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        silent = a_course(session, registration, context=None)
        course = a_course(session, registration, memberships_url=f"{ISSUER}/members")
        owe_roster(session, silent.id, now=NOW)
        owe_roster(session, course.id, now=NOW)
        owe_roster(session, course.id, now=later(seconds=30))
        debts = every(session, Debt, Debt.kind == KIND, Debt.settled_at.is_(None))
        assert [debt.payload for debt in debts] == [{"course_id": str(course.id)}]
