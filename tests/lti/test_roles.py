"""Roles: short names, LTI 1.1 names, sub-roles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti import roles

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Learner", roles.LEARNER),
        ("Instructor", roles.INSTRUCTOR),
        ("Mentor", roles.MENTOR),
        ("Instructor#TeachingAssistant", roles.TEACHING_ASSISTANT),
        ("Instructor/TeachingAssistant", roles.TEACHING_ASSISTANT),
        ("urn:lti:role:ims/lis/Instructor", roles.INSTRUCTOR),
        ("urn:lti:role:ims/lis/Mentor/Advisor", f"{LIS}membership/Mentor#Advisor"),
        ("urn:lti:instrole:ims/lis/Instructor", "urn:lti:instrole:ims/lis/Instructor"),
        (f"{LIS}system/person#TestUser", f"{LIS}system/person#TestUser"),
        ("learner", "learner"),
        ("Helper", "Helper"),
        ("", ""),
    ],
)
def test_context_roles_get_their_full_name(said: str, meant: str) -> None:
    assert roles.normalised(said) == meant


@given(role=st.text() | st.sampled_from(["Learner", "Mentor#Tutor", roles.MENTOR]))
def test_a_full_name_stays_as_it_is(role: str) -> None:
    assert roles.normalised(roles.normalised(role)) == roles.normalised(role)


def test_a_sub_role_has_its_principal_role() -> None:
    assert roles.has([f"{LIS}membership/Mentor#Tutor"], roles.MENTOR)
    assert not roles.has([f"{LIS}membership/Mentor#Tutor"], roles.INSTRUCTOR)
    assert not roles.has([f"{LIS}institution/person#Mentor"], roles.MENTOR)
    assert not roles.has([], roles.LEARNER)
