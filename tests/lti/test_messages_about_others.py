"""Submission review, data privacy, mentors, copies: messages that are about somebody or something
else than who opens them; each through the platform's sockets first.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti import claims, copies, roles
from lti.errors import LaunchRefused
from lti.message import ForUser, GroupsEndpoint, NotificationEndpoint, PersonClaims
from lti.testing import CANVAS, Column, Course, ResourceLink
from tests.lti.conftest import Campus, ToolSite
from tests.lti.factories import (
    launched,
    resource_link_claims,
    submission_review_claims,
    without,
)
from tests.lti.journeys import begun, completed, opened


@pytest.fixture
def link(campus: Campus) -> ResourceLink:
    return campus.platform.add_resource_link(campus.tool, "2", "Mentoring", score_maximum=1)


@pytest.fixture
def column(campus: Campus, link: ResourceLink) -> Column:
    column = campus.platform.grades.column_of_link(link.id)
    assert column is not None
    return column


def privacy_claims(**changes: Any) -> dict[str, Any]:
    return {
        **without(resource_link_claims(), claims.RESOURCE_LINK),
        claims.MESSAGE_TYPE: claims.DATA_PRIVACY_REQUEST,
        **changes,
    }


def refused(content: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(LaunchRefused) as refusal:
        launched(content)
    return refusal.value.slug, refusal.value.check


# Submission review.


def test_a_teacher_opens_a_learners_cell_of_the_gradebook(
    campus: Campus, site: ToolSite, link: ResourceLink, column: Column
) -> None:
    initiation = campus.platform.submission_review_initiation(
        campus.tool, campus.teacher, column, campus.learner
    )
    message = completed(campus, site, begun(campus, site, initiation))
    assert message.is_submission_review
    assert message.is_instructor
    assert message.subject == "3"
    assert message.for_user == ForUser(
        user_id="4",
        person=PersonClaims(
            name="Ada One", given_name="Ada", family_name="One", email="ada@example.com"
        ),
        sourcedid="SIS-ada",
        roles=frozenset({roles.LEARNER}),
    )
    assert message.ags is not None
    assert message.ags.lineitem == campus.platform.at.column(column, campus.tool)
    assert message.resource_link is not None
    assert message.resource_link.id == link.id


def test_a_submission_is_reviewed_in_a_column_without_an_item(
    campus: Campus, site: ToolSite
) -> None:
    column = campus.platform.grades.add_column(
        course_id="2", client_id=campus.tool.client_id, label="Together", score_maximum=1
    )
    initiation = campus.platform.submission_review_initiation(
        campus.tool, campus.learner, column, campus.learner
    )
    message = completed(campus, site, begun(campus, site, initiation))
    assert message.resource_link is None
    assert message.target_link_uri == campus.tool.target_link_uri


@pytest.mark.parametrize(
    "for_user", [None, "user-4", [], {}, {"user_id": ""}, {"user_id": 4}, {"user_id": "x" * 256}]
)
def test_a_submission_of_nobody_is_refused(for_user: Any) -> None:
    content = submission_review_claims(**{claims.FOR_USER: for_user})
    assert refused(content) == ("for-user-missing", "submission")
    assert refused(without(content, claims.FOR_USER)) == ("for-user-missing", "submission")


@pytest.mark.parametrize("lineitem", [None, "", "/1", 7, "file:///etc/passwd"])
def test_a_submission_for_no_line_item_is_refused(lineitem: Any) -> None:
    content = submission_review_claims(**{claims.AGS_ENDPOINT: {"lineitem": lineitem}})
    assert refused(content) == ("line-item-missing", "submission")
    assert refused(without(content, claims.AGS_ENDPOINT)) == ("line-item-missing", "submission")


# Data privacy.


def test_an_administrator_asks_about_somebodys_data(campus: Campus, site: ToolSite) -> None:
    administrator = campus.platform.directory.add_user(
        replace(campus.teacher, id="1", institution_roles=("Administrator",))
    )
    initiation = campus.platform.data_privacy_initiation(campus.tool, administrator, campus.learner)
    message = completed(campus, site, begun(campus, site, initiation))
    assert message.is_data_privacy
    assert message.is_institution_administrator
    assert (message.context, message.resource_link, message.ags, message.nrps) == (None,) * 4
    assert message.for_user is not None
    assert message.for_user.user_id == "4"


@pytest.mark.parametrize("name", claims.DATA_PRIVACY_REQUESTS)
def test_a_person_asks_about_their_own_data_under_either_name_of_the_message(name: str) -> None:
    message = launched(privacy_claims(**{claims.MESSAGE_TYPE: name}))
    assert message.is_data_privacy
    assert message.for_user is None


@pytest.mark.parametrize("for_user", [None, "user-4", {}, {"id": "user-4"}, {"user_id": 4}])
def test_a_data_subject_without_an_id_is_refused_rather_than_taken_for_oneself(
    for_user: Any,
) -> None:
    content = privacy_claims(**{claims.FOR_USER: for_user})
    assert refused(content) == ("for-user-missing", "data subject")


def test_whom_a_message_is_about_is_not_who_sent_it() -> None:
    message = launched(submission_review_claims(name="Tina Teacher"))
    assert message.for_user == ForUser(user_id="user-4")
    assert message.subject == "user-1"


# Mentors.


def test_a_mentor_is_launched_with_those_whom_they_mentor(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    campus.platform.directory.enrol("5", "2", "Mentor")
    campus.platform.directory.mentors("5", "2", "4")
    mentor = campus.platform.directory.user("5")
    message = opened(campus, site, mentor, link)
    assert message.is_mentor
    assert message.mentees == {"4"}


def test_a_canvas_observer_has_no_mentees(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    campus.platform.profile = CANVAS
    campus.platform.directory.enrol("5", "2", "Observer")
    campus.platform.directory.mentors("5", "2", "4")
    message = opened(campus, site, campus.platform.directory.user("5"), link)
    assert message.is_observer
    assert (message.role_scope_mentor, message.mentees) == ({"4"}, frozenset())


def test_a_claim_to_mentor_without_the_role_is_not_believed(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    campus.platform.directory.mentors("4", "2", "5")
    message = opened(campus, site, campus.learner, link)
    assert claims.ROLE_SCOPE_MENTOR in message.raw
    assert message.mentees == message.role_scope_mentor == frozenset()


@pytest.mark.parametrize("sub_role", ["Mentor", "Advisor", "Tutor", "LearningFacilitator"])
def test_a_sub_role_of_mentor_mentors(sub_role: str) -> None:
    role = f"http://purl.imsglobal.org/vocab/lis/v2/membership/Mentor#{sub_role}"
    content = resource_link_claims(**{claims.ROLES: [role], claims.ROLE_SCOPE_MENTOR: ["user-4"]})
    assert launched(content).mentees == {"user-4"}


# Copies.


def test_a_copied_item_says_what_it_descends_from(campus: Campus, site: ToolSite) -> None:
    directory = campus.platform.directory
    campus.platform.register_tool(
        client_id=campus.tool.client_id,
        login_url=campus.tool.login_url,
        launch_url=campus.tool.target_link_uri,
        jwks_uri=campus.tool.jwks_uri,
        custom=copies.CUSTOM,
    )
    tool = directory.tool(campus.tool.client_id)
    assert tool is not None
    directory.add_course(Course(id="9", label="M", title="Copy", copied_from=("7,a", "2")))
    directory.enrol("4", "9")
    link = directory.add_link(
        ResourceLink(
            id="90",
            course_id="9",
            client_id=tool.client_id,
            title="Mentoring",
            url=tool.target_link_uri,
            copied_from=("70",),
        )
    )
    message = opened(replace(campus, tool=tool), site, campus.learner, link)
    assert message.context_history == ("7,a", "2")
    assert message.resource_link_history == ("70",)


@pytest.mark.parametrize("said", [None, "", " , ,", "$Context.id.history"])
def test_a_course_that_is_no_copy_has_no_history(said: str | None) -> None:
    message = launched(resource_link_claims(**{claims.CUSTOM: {copies.CONTEXT: said}}))
    assert message.context_history == ()


@given(ids=st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), unique=True))
def test_any_ids_survive_a_history(ids: list[str]) -> None:
    assert copies.history(",".join(quote(id, safe="") for id in ids)) == tuple(ids)


# Services that a launch may name.


def test_a_launch_names_groups_and_notices_where_the_platform_has_them(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    message = opened(campus, site, campus.learner, link)
    at = campus.platform.at
    assert message.groups == GroupsEndpoint(
        groups_url=at.groups(campus.course, campus.tool),
        sets_url=at.group_sets(campus.course, campus.tool),
        scopes=frozenset({claims.SCOPE_GROUPS_READ}),
    )
    assert message.notifications == NotificationEndpoint(
        url=at.notice_handlers(campus.tool),
        notice_types=frozenset({"LtiHelloWorldNotice", "LtiContextCopyNotice"}),
        scopes=frozenset({claims.SCOPE_NOTICE_HANDLERS}),
    )


@pytest.mark.parametrize("url", [None, "", "/groups", 7, ["https://lms.example"]])
def test_a_service_without_a_web_address_is_no_service(url: Any) -> None:
    content = resource_link_claims(
        **{
            claims.GROUPS_ENDPOINT: {"context_groups_url": url},
            claims.NOTIFICATION_ENDPOINT: {"platform_notification_service_url": url},
        }
    )
    message = launched(content)
    assert (message.groups, message.notifications) == (None, None)
