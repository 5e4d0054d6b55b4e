"""The recorded launches of a Moodle 4.3, signed again with a key of ours, and their meaning."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti import claims, roles
from lti.message import (
    AgsEndpoint,
    Context,
    LaunchMessage,
    Lis,
    NrpsEndpoint,
    PersonClaims,
    Presentation,
    ResourceLink,
    ToolPlatform,
)
from tests.lti.factories import (
    a_login,
    a_registration,
    deep_linking_claims,
    launched,
    recorded_launch,
    resource_link_claims,
    without,
)

MOODLE = "http://127.0.0.1:8090"
PROBE = "http://127.0.0.1:5055"


def launched_from_moodle(name: str) -> LaunchMessage:
    content = recorded_launch(name)
    return launched(
        content,
        login=a_login(target_link_uri=content[claims.TARGET_LINK_URI]),
        registration=a_registration(
            issuer=MOODLE, client_id="gBAwqERiJaM4I4j", deployment_ids=frozenset({"1"})
        ),
        is_ours=lambda url: url.startswith(f"{PROBE}/"),
    )


def test_a_learner_opens_an_item_in_moodle() -> None:
    message = launched_from_moodle("launch_LtiResourceLinkRequest_4")
    assert without(_fields(message), "raw") == {
        "message_type": "LtiResourceLinkRequest",
        "issuer": MOODLE,
        "client_id": "gBAwqERiJaM4I4j",
        "deployment_id": "1",
        "subject": "4",
        "target_link_uri": f"{PROBE}/launch",
        "person": PersonClaims(
            name="Ada One", given_name="Ada", family_name="One", email="student1@example.com"
        ),
        "username": "student1",
        "roles": frozenset({roles.LEARNER}),
        "role_scope_mentor": frozenset(),
        "context": Context(
            id="2", label="MENT101", title="Mentored Course 101", types=frozenset({"CourseSection"})
        ),
        "resource_link": ResourceLink(id="1", title="Mentoring (LTI)"),
        "presentation": Presentation(
            locale="en",
            document_target="iframe",
            return_url=f"{MOODLE}/mod/lti/return.php?course=2&launch_container=3&instanceid=1"
            "&sesskey=NJgl6XHRMC",
        ),
        "lis": Lis(person_sourcedid="SIS-student1", course_section_sourcedid="SIS-MENT101"),
        "custom": {
            "unit": "1",
            "ctx": "2",
            "groups": "1",
            "rl": "Mentoring (LTI)",
            "context_memberships_url": f"{MOODLE}/mod/lti/services.php/CourseSection/2/bindings"
            "/1/memberships",
            "system_setting_url": f"{MOODLE}/mod/lti/services.php/tool/1/custom",
            "context_setting_url": f"{MOODLE}/mod/lti/services.php/CourseSection/2/bindings"
            "/tool/1/custom",
            "link_setting_url": f"{MOODLE}/mod/lti/services.php/links/{{link_id}}/custom",
        },
        "ags": AgsEndpoint(
            scopes=frozenset(
                {
                    claims.SCOPE_LINE_ITEM,
                    claims.SCOPE_LINE_ITEM_READ,
                    claims.SCOPE_RESULT_READ,
                    claims.SCOPE_SCORE,
                }
            ),
            lineitems=f"{MOODLE}/mod/lti/services.php/2/lineitems?type_id=1",
            lineitem=f"{MOODLE}/mod/lti/services.php/2/lineitems/2/lineitem?type_id=1",
        ),
        "nrps": NrpsEndpoint(
            memberships_url=f"{MOODLE}/mod/lti/services.php/CourseSection/2/bindings/1/memberships"
        ),
        "groups": None,
        "notifications": None,
        "for_user": None,
        "deep_linking": None,
        "platform": ToolPlatform(
            guid="c7a4655d4e9ca0ef87e32550798d4e26",
            name="TM",
            product="moodle",
            version="2023100900",
        ),
        "product": "moodle",
    }
    assert message.is_resource_link
    assert message.is_learner
    assert not message.is_instructor


def test_an_instructor_opens_an_item_in_moodle() -> None:
    message = launched_from_moodle("launch_LtiResourceLinkRequest_3")
    assert message.subject == "3"
    assert message.is_instructor
    assert not message.is_learner


def test_a_learner_opens_an_item_that_has_parameters_in_its_url() -> None:
    message = launched_from_moodle("launch_LtiResourceLinkRequest_7")
    assert message.target_link_uri == f"{PROBE}/launch?unit=1"
    assert message.resource_link == ResourceLink(
        id="2", title="Mentoring week 1", description="DESC"
    )


def test_an_instructor_chooses_items_for_a_moodle_course() -> None:
    message = launched_from_moodle("launch_LtiDeepLinkingRequest_3")
    assert message.is_deep_linking
    assert message.resource_link is None
    settings = message.deep_linking
    assert settings is not None
    assert settings.return_url.startswith(f"{MOODLE}/mod/lti/contentitem_return.php?course=2")
    assert settings.accept_types == {"ltiResourceLink"}
    assert settings.accept_presentation_document_targets == {"frame", "iframe", "window"}
    assert settings.accept_multiple
    assert settings.data is None
    assert "rl" not in message.custom  # null
    assert "hist" not in message.custom  # ""


@pytest.mark.parametrize("value", ["$Context.id.history", "", "  ", None, {}, ["1"], True])
def test_a_custom_parameter_that_says_nothing_is_dropped(value: Any) -> None:
    assert launched(resource_link_claims(**{claims.CUSTOM: {"a": value}})).custom == {}


@pytest.mark.parametrize(("value", "said"), [(7, "7"), (1.5, "1.5"), ("$5 off", "$5 off")])
def test_a_custom_parameter_that_says_something_is_text(value: Any, said: str) -> None:
    assert launched(resource_link_claims(**{claims.CUSTOM: {"a": value}})).custom == {"a": said}


def test_a_name_that_the_platform_failed_to_fill_in_is_no_name() -> None:
    content = resource_link_claims(name="$Person.name.full", given_name="", email=None)
    assert launched(content).person == PersonClaims()


def test_whom_a_person_mentors_counts_only_for_mentors() -> None:
    scope = {claims.ROLE_SCOPE_MENTOR: ["user-2", 3, "user-4"]}
    mentor = launched(resource_link_claims(**{claims.ROLES: [roles.MENTOR], **scope}))
    assert mentor.role_scope_mentor == {"user-2", "user-4"}
    teacher = launched(resource_link_claims(**scope))
    assert teacher.role_scope_mentor == frozenset()


def test_a_mentor_is_a_mentor_except_in_canvas_where_parents_are() -> None:
    content = resource_link_claims(**{claims.ROLES: [roles.MENTOR]})
    assert launched(content).is_mentor
    canvas = {claims.TOOL_PLATFORM: {"guid": "1", "product_family_code": "canvas"}}
    said, registered = (
        launched({**content, **canvas}),
        launched(content, registration=a_registration(product="canvas")),
    )
    for observer in (said, registered):
        assert observer.is_observer
        assert not observer.is_mentor
        assert not observer.is_instructor


def test_institution_roles_say_nothing_about_the_course() -> None:
    institution = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
    said = [f"{institution}Administrator", f"{institution}Instructor", f"{institution}Mentor"]
    message = launched(resource_link_claims(**{claims.ROLES: said}))
    assert message.is_institution_administrator
    assert not message.is_administrator
    assert not message.is_instructor
    assert not message.is_mentor


def test_a_canvas_teaching_assistant_is_an_instructor_too() -> None:
    said = [roles.INSTRUCTOR, roles.TEACHING_ASSISTANT]
    message = launched(resource_link_claims(**{claims.ROLES: said}))
    assert message.is_instructor
    assert message.is_teaching_assistant


@pytest.mark.parametrize("claim", [claims.LIS, claims.CUSTOM, claims.EXT, claims.TOOL_PLATFORM])
@pytest.mark.parametrize("value", [None, "text", [], 7, {"product_family_code": 1}])
def test_decoration_of_the_wrong_kind_is_treated_as_absent(claim: str, value: Any) -> None:
    assert launched(resource_link_claims(**{claim: value})).subject == "user-1"


def test_service_urls_that_are_not_web_addresses_are_dropped() -> None:
    content = resource_link_claims(
        **{
            claims.AGS_ENDPOINT: {"scope": "all", "lineitems": "file:///etc/passwd"},
            claims.NRPS_ENDPOINT: {"context_memberships_url": "memberships"},
        }
    )
    message = launched(content)
    assert message.ags == AgsEndpoint(scopes=frozenset())
    assert message.nrps is None


def test_one_item_at_a_time_unless_the_platform_says_otherwise() -> None:
    settings = launched(deep_linking_claims()).deep_linking
    assert settings is not None
    assert not settings.accept_multiple


@given(data=st.text().filter(lambda text: "\x00" not in text))
def test_opaque_data_is_kept_to_the_letter(data: str) -> None:
    settings = launched(deep_linking_claims(data=data)).deep_linking
    assert settings is not None
    assert settings.data == data


def test_identifiers_are_kept_to_the_letter() -> None:
    content = resource_link_claims(
        sub=" user ", **{claims.CONTEXT: {"id": " 2 "}, claims.RESOURCE_LINK: {"id": "1 "}}
    )
    message = launched(content)
    assert message.subject == " user "
    assert message.context == Context(id=" 2 ")
    assert message.resource_link == ResourceLink(id="1 ")


def _fields(message: LaunchMessage) -> dict[str, Any]:
    return {name: getattr(message, name) for name in LaunchMessage.__slots__}
