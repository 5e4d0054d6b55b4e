"""Where a context id means a course: two institutions of one registration, one site of several."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from lti.message import Context, ResourceLink
from lti.notices import CONTEXT_COPY, ContextCopyNotice
from lti.quirks import CONTEXTS_SPAN_DEPLOYMENTS
from plugin.app import Mentes
from plugin.courses import copies
from plugin.courses import service as courses
from plugin.courses.model import Course, CourseCopy
from tests.plugin.factories import NOW, a_course, a_message, a_registration, every

SPANNING = pytest.mark.parametrize("product", sorted(CONTEXTS_SPAN_DEPLOYMENTS))
ALONE = pytest.mark.parametrize("product", [None, "blackboard", "schoology"])
COPIED = Context(id="22", label="MENT102", title="Mentored Course 102")


def notice(deployment_id: str, origin: str = "2") -> ContextCopyNotice:
    return ContextCopyNotice(
        id="n-1",
        type=CONTEXT_COPY,
        timestamp=NOW,
        deployment_id=deployment_id,
        context=COPIED,
        origin_contexts=(origin,),
    )


@ALONE
def test_two_deployments_that_call_courses_alike_have_two(
    mentes: Mentes, organisation_id: UUID, product: str | None
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session, product=product)
        first, second = (a_course(session, registration, deployment_id=each) for each in "12")
        assert first.id != second.id
        assert [first.deployment_id, second.deployment_id] == ["1", "2"]
        assert a_course(session, registration, deployment_id="1").id == first.id
        assert first.deployment_id == "1"


@SPANNING
def test_a_course_of_a_site_is_one_whichever_deployment_opens_it(
    mentes: Mentes, organisation_id: UUID, product: str
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session, product=product)
        first, second = (a_course(session, registration, deployment_id=each) for each in "12")
        assert every(session, Course) == [first] == [second]


def test_no_course_is_lost_by_saying_which_product_it_is(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session, product=None)
        of_first = a_course(session, registration, deployment_id="1")
        registration.product = "canvas"
        of_all = a_course(session, registration, deployment_id="2")
        assert a_course(session, registration, deployment_id="3").id == of_all.id
        registration.product = None
        assert a_course(session, registration, deployment_id="1").id == of_first.id
        assert a_course(session, registration, deployment_id="2").id == of_all.id


@ALONE
def test_a_notice_of_one_deployment_copies_no_course_of_another(
    mentes: Mentes, organisation_id: UUID, product: str | None
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session, product=product)
        a_course(session, registration, deployment_id="1")
        theirs = a_course(session, registration, deployment_id="2")
        assert copies.told_by_notice(session, registration, notice("3"), now=NOW) is None
        copied = copies.told_by_notice(session, registration, notice("2"), now=NOW)
        assert copied is not None
        assert copied.deployment_id == "2"
        (known,) = every(session, CourseCopy)
        assert (known.course_id, known.origin_id) == (copied.id, theirs.id)


@pytest.mark.parametrize(
    "history",
    [{"context_history": "2"}, {"resource_link_history": "7"}],
    ids=["of the course", "of the item"],
)
@ALONE
def test_a_history_means_what_its_deployment_calls_so(
    mentes: Mentes, organisation_id: UUID, product: str | None, history: dict[str, Any]
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session, product=product)
        for deployment in "12":
            said = a_message(deployment_id=deployment, link=ResourceLink(id="7"))
            course = courses.arrived(session, registration, said, now=NOW)
            courses.arrived_at(session, course, said, now=NOW)
        said = a_message(deployment_id="2", context=COPIED, custom=history)
        copied = courses.arrived(session, registration, said, now=NOW)
        copies.told_by_launch(session, copied, said, now=NOW)
        (known,) = every(session, CourseCopy)
        assert known.origin_id == course.id


@ALONE
def test_an_item_that_came_to_another_institution_says_nothing_of_where_it_was_made(
    mentes: Mentes, organisation_id: UUID, product: str | None
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session, product=product)
        ours = a_course(session, registration, deployment_id="1")
        theirs = a_course(session, registration, deployment_id="2", context=COPIED)
        copies.told_by_item(session, theirs, ours, now=NOW)
        assert every(session, CourseCopy) == []
        near = a_course(session, registration, deployment_id="1", context=COPIED)
        copies.told_by_item(session, near, ours, now=NOW)
        assert [row.course_id for row in every(session, CourseCopy)] == [near.id]
