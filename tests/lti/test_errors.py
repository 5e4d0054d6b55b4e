"""What every error of the tree can say: a template, and what fills it in."""

import pytest

from lti.errors import LtiError, RegistrationRefused, ServiceRefused
from lti.login import LoginRequest

MISSING = "The platform did not send %(name)s. Open this page from a course, not by its address."


def test_an_error_keeps_its_template_and_its_values_apart() -> None:
    with pytest.raises(LtiError) as refusal:
        LoginRequest.parse({"iss": ["https://lms.example"]})
    assert (refusal.value.template, refusal.value.values) == (MISSING, {"name": "login_hint"})


def test_it_says_itself_in_english() -> None:
    error = LtiError("login-parameter-missing", MISSING, {"name": "iss"})
    assert str(error).startswith("The platform did not send iss. Open this page")


def test_an_error_may_say_why_by_another() -> None:
    why = ServiceRefused("platform-refused", "The platform answered %(status)s.", {"status": 404})
    error = RegistrationRefused("configuration-unreadable", "It said no. %(why)s", {"why": why})
    assert str(error) == "It said no. The platform answered 404."


def test_a_value_is_never_taken_for_a_template() -> None:
    error = LtiError("x", "It is called %(name)s.", {"name": "%(name)s 100% {name}"})
    assert str(error) == "It is called %(name)s 100% {name}."


def test_without_values_a_message_is_said_to_the_letter() -> None:
    assert str(LtiError("x", "It is 100% wrong.")) == "It is 100% wrong."
