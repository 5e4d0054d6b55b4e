"""Launches that the Certification Guide, sections 6.1.2 and 6.1.3, wants accepted.

Each for a teacher and for a student.
"""

from typing import Any

import pytest

from lti import claims, roles
from lti.message import PersonClaims
from tests.lti.factories import deep_linking_claims, launched, resource_link_claims, without

NAMES = {"name": "Ms Jane Marie Doe", "given_name": "Jane", "family_name": "Doe"}
EMAIL = {"email": "jane@platform.example.edu"}
COURSE = {"id": "course-1", "label": "ST 101", "title": "Stars", "type": ["CourseOffering"]}


@pytest.fixture(params=[roles.INSTRUCTOR, roles.LEARNER], ids=["teacher", "student"])
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def launch_with(said: list[str], **changes: Any) -> dict[str, Any]:
    return resource_link_claims(
        **{claims.ROLES: said, claims.CONTEXT: COURSE, **NAMES, **EMAIL, **changes}
    )


def test_a_valid_launch(role: str) -> None:
    message = launched(launch_with([role]))
    assert message.roles == {role}
    assert (message.is_instructor, message.is_learner) == (
        role == roles.INSTRUCTOR,
        role == roles.LEARNER,
    )
    assert message.context is not None
    assert message.context.title == "Stars"
    assert message.person.name == "Ms Jane Marie Doe"


def test_multiple_roles(role: str) -> None:
    message = launched(launch_with([role, roles.CONTENT_DEVELOPER]))
    assert message.roles == {role, roles.CONTENT_DEVELOPER}


def test_a_short_role(role: str) -> None:
    assert launched(launch_with([role.rpartition("#")[2]])).roles == {role}


def test_an_unknown_role(role: str) -> None:
    unknown = "http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Helper"
    assert launched(launch_with([unknown, role])).roles == {unknown, role}


def test_no_role() -> None:
    message = launched(launch_with([]))
    assert message.roles == frozenset()
    assert not message.is_instructor
    assert not message.is_learner


def test_e_mail_only(role: str) -> None:
    message = launched(without(launch_with([role]), *NAMES))
    assert message.person == PersonClaims(email="jane@platform.example.edu")


def test_names_only(role: str) -> None:
    message = launched(without(launch_with([role]), *EMAIL))
    assert message.person == PersonClaims(
        name="Ms Jane Marie Doe", given_name="Jane", family_name="Doe"
    )


def test_no_personal_data(role: str) -> None:
    message = launched(without(launch_with([role]), *NAMES, *EMAIL))
    assert message.person == PersonClaims()
    assert message.subject == "user-1"


def test_e_mail_without_context(role: str) -> None:
    message = launched(without(launch_with([role]), *NAMES, claims.CONTEXT))
    assert message.context is None
    assert message.person.email == "jane@platform.example.edu"


def test_a_deep_linking_request_without_a_target_link() -> None:
    message = launched(without(deep_linking_claims(), claims.TARGET_LINK_URI))
    assert message.is_deep_linking
    assert message.target_link_uri is None
