"""What a launch keeps of the item that was opened, and what it says of a membership."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lti import claims
from plugin.app import Mentes
from plugin.courses.model import Course, CourseActivity, Membership
from plugin.courses.service import seen_activity
from plugin.foundation.events import EventRow
from plugin.foundation.tenancy import EVERYWHERE
from plugin.launches.events import ItemReached
from plugin.launches.items import Kind, Said
from plugin.launches.model import Launch
from tests.plugin.factories import every, statements_on
from tests.plugin.launching import ADA, MO, TEACHER, Campus

GATE = "https://tool.example/items/1"
MENTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"
MOST = 12
NO_SERVICE = {claims.GROUPS_ENDPOINT: None}
"""A platform without course groups: its custom parameter is all that it says of them."""


def gated(campus: Campus, mentes: Mentes) -> dict[str, Any]:
    """Return the custom claim of an item behind a restriction, in a course that knows it."""
    campus.launched(TEACHER)
    with mentes.database.reading(EVERYWHERE) as session:
        course = every(session, Course)[0]
    with mentes.database.transaction(course.organisation_id) as session:
        seen_activity(
            session, course.id, iri=GATE, kind="module", name="Behind", now=mentes.clock()
        )
    said = Said(kind=Kind.CHECK_IN, id=str(uuid4()), after=GATE)
    return {claims.CUSTOM: said.custom()}


def reached(mentes: Mentes) -> list[EventRow]:
    with mentes.database.reading(EVERYWHERE) as session:
        return every(session, EventRow, EventRow.kind == ItemReached.kind)


def test_what_an_item_says_of_itself_is_kept_with_the_launch(
    campus: Campus, mentes: Mentes
) -> None:
    said = Said(kind=Kind.CIRCLE, id=str(uuid4()))
    campus.launched(ADA, **{claims.CUSTOM: said.custom()})
    with mentes.database.reading(EVERYWHERE) as session:
        (launch,) = every(session, Launch)
    assert Said.kept(launch.item) == said


@pytest.mark.parametrize("custom", [{}, {"mentes_item": "mentoring"}, {"mentes_id": "7"}])
def test_an_item_that_says_nothing_else_is_the_mentoring_home(
    campus: Campus, mentes: Mentes, custom: dict[str, str]
) -> None:
    campus.launched(ADA, **{claims.CUSTOM: custom})
    with mentes.database.reading(EVERYWHERE) as session:
        assert [launch.item for launch in every(session, Launch)] == [None]


def test_a_learner_who_comes_past_a_restriction_has_completed_what_is_before_it(
    campus: Campus, mentes: Mentes
) -> None:
    campus.launched(ADA, **gated(campus, mentes))
    (event,) = reached(mentes)
    with mentes.database.reading(EVERYWHERE) as session:
        (launch,) = every(session, Launch, Launch.id == UUID(event.facts["launch_id"]))
    assert (event.subject_id, event.actor_id) == (launch.course_id, launch.person_id)
    assert event.facts["activity"] == GATE


def test_a_teacher_completes_nothing_by_looking(campus: Campus, mentes: Mentes) -> None:
    campus.launched(TEACHER, **gated(campus, mentes))
    assert reached(mentes) == []


def test_a_copied_item_completes_nothing_of_the_course_it_comes_from(
    campus: Campus, mentes: Mentes
) -> None:
    custom = gated(campus, mentes)
    elsewhere = {"id": "77", "title": "A copy"}
    campus.launched(ADA, **custom, **{claims.CONTEXT: elsewhere})
    assert reached(mentes) == []
    with mentes.database.reading(EVERYWHERE) as session:
        (activity,) = every(session, CourseActivity, CourseActivity.iri == GATE)
        course = session.get_one(Course, activity.course_id)
    assert course.context_id == "2"


def membership(mentes: Mentes, subject: str) -> Membership:
    with mentes.database.reading(EVERYWHERE) as session:
        rows = session.scalars(select(Membership)).all()
    (found,) = rows
    return found


@pytest.mark.parametrize(
    ("said", "kept"),
    [("12,7", ["12", "7"]), ("", []), ("$Moodle.Person.userGroupIds", []), (None, []), (7, [])],
)
def test_groups_that_a_custom_parameter_names_are_kept(
    campus: Campus, mentes: Mentes, said: object, kept: list[str]
) -> None:
    campus.launched(ADA, **{claims.CUSTOM: {"groups": said}, **NO_SERVICE})
    assert membership(mentes, ADA.id).groups == kept


def test_where_there_is_a_service_the_custom_parameter_says_nothing(
    campus: Campus, mentes: Mentes
) -> None:
    campus.launched(ADA, **{claims.CUSTOM: {"groups": "12"}})
    assert membership(mentes, ADA.id).groups == []


def test_who_leaves_their_groups_is_in_none_and_silence_changes_nothing(
    campus: Campus, mentes: Mentes
) -> None:
    campus.launched(ADA, **{claims.CUSTOM: {"groups": "12"}, **NO_SERVICE})
    campus.launched(ADA, **NO_SERVICE)
    assert membership(mentes, ADA.id).groups == ["12"]
    campus.launched(ADA, **{claims.CUSTOM: {"groups": ""}, **NO_SERVICE})
    assert membership(mentes, ADA.id).groups == []


def test_whom_a_mentor_mentors_is_kept_where_the_platform_means_mentors(
    campus: Campus, mentes: Mentes
) -> None:
    said = {claims.ROLES: [MENTOR], claims.ROLE_SCOPE_MENTOR: [ADA.id]}
    campus.launched(MO, **said)
    assert membership(mentes, MO.id).mentors == [ADA.id]
    campus.launched(MO, **{claims.ROLE_SCOPE_MENTOR: [ADA.id]})
    assert membership(mentes, MO.id).mentors == []


def test_a_canvas_observer_mentors_nobody(campus: Campus, mentes: Mentes) -> None:
    said = {claims.ROLES: [MENTOR], claims.ROLE_SCOPE_MENTOR: [ADA.id]}
    campus.launched(MO, **said, **{claims.TOOL_PLATFORM: {"product_family_code": "canvas"}})
    assert membership(mentes, MO.id).mentors == []


def test_groups_and_mentees_cost_a_warm_launch_nothing(campus: Campus, mentes: Mentes) -> None:
    said = {claims.CUSTOM: {"groups": "12,7"}, **NO_SERVICE}
    campus.launched(ADA, **said)
    with statements_on(mentes.database.engine) as asked:
        campus.launched(ADA, **said)
    assert len(asked) <= MOST
    assert not any("UPDATE membership" in each for each in asked)
