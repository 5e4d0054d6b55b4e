"""What a browser presents to the pages: a form, a state, an answer to a login of ours."""

from __future__ import annotations

from flask import g, request

from lti.errors import LaunchRefused, LoginRefused
from lti.registration import PendingLogin
from plugin.foundation.web import tool
from plugin.foundation.web.security import may_be_framed_by
from plugin.launches.admission import ENCODED, Admission, state_and_token
from plugin.launches.service import Entered
from plugin.platforms.protocol import protocol
from plugin.platforms.stores import Registered, StoredLogins


def admission() -> Admission:
    """Return what lets in whoever makes this request."""
    return Admission(tool=tool(), protocol=protocol())


def posted_form() -> dict[str, list[str]]:
    """Return the fields of the form by which a platform's page sends a launch.

    It is application/x-www-form-urlencoded, by OAuth 2.0 Form Post Response Mode, section 2:
    https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html

    Raises:
        LoginRefused: it is written in another way.
    """
    form = request.form.to_dict(flat=False)
    if request.mimetype not in ("", ENCODED):  # "": there is nothing in it
        remember_whose(*form.get("state", [])[:1])
        raise LoginRefused(
            "launch-not-a-form",
            "The platform sent the launch in another way than the standard asks for.",
        )
    return form


def posted(form: dict[str, list[str]]) -> tuple[str, str]:
    """Return the state and the token that a form brings, each once.

    Raises:
        LoginRefused: it brings something else.
    """
    found = state_and_token(form)
    if found is None:
        remember_whose(*form.get("state", [])[:1])
        raise LoginRefused(
            "launch-incomplete",
            "The platform did not send a launch. Open Mentes from your course, not by its address.",
        )
    return found


def remember_whose(state: str = "") -> None:
    """Remember, for whoever looks into a refusal, with which registration a login began.

    Also with one that is spent. A platform brings the state back when it answers with an error,
    too (OpenID Connect Core, section 3.1.2.6).
    """
    with tool().database.asking() as direct:
        found = StoredLogins(direct).begun_with(state)
    if found is not None:
        is_about(found)


def is_about(registration_id: str) -> None:
    """Remember with which registration this request has to do: whatever is refused is about it."""
    g.registration_id = registration_id


def answered(state: str) -> tuple[PendingLogin, Registered]:
    """Return the login that a launch answers, and the registration that it began with.

    Raises:
        LaunchRefused: there is none, or it has been used.
    """
    found = admission().answered(state)
    if found is None:
        remember_whose(state)
        raise LaunchRefused(
            "state-unknown",
            "This page was opened twice, or too late. Go back to your course and open it again.",
            check="state",
            specification="https://www.imsglobal.org/spec/security/v1p0/",
        )
    registration = found[1].registration
    is_about(registration.id)
    may_be_framed_by(registration.issuer, registration.authorization_endpoint)
    return found


def admitted(
    id_token: str,
    login: PendingLogin,
    registered: Registered,
    *,
    browser: str | None,
    key: str | None,
) -> Entered:
    """Let a launch in; see `Admission.admitted`. The network is used before any transaction.

    Raises:
        LaunchRefused: a check failed.
        ServiceUnavailable: the platform's keys cannot be had.
    """
    registration, now = registered.registration, tool().clock()
    keys = protocol().platform_keys.for_token(registration, id_token, now)
    return admission().admitted(id_token, login, registered, keys=keys, browser=browser, key=key)
