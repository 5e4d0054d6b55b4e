"""Third-party initiated login: from the platform's nudge to our authentication request.

The platform opens our login URL (by GET or POST) and says who it is. We answer with a redirect to
its authorisation endpoint, carrying a `state` and a `nonce` that can be spent once, and give the
browser a verifier to bring back, so that nobody can finish a login that another browser began.

https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

from lti import urls
from lti.errors import LaunchRefused, LoginRefused
from lti.registration import PendingLogin, Registration, Registrations

Parameters = Mapping[str, Sequence[str]]  # as a web framework's multi-dict gives: name -> values

LONGEST_VALUE: Final = 8192  # characters; hints may be whole JWTs
LONGEST_NAME: Final = 255  # characters of an identifier: client and deployment ids

_FRAME_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_FORBIDDEN_FRAMES: Final = frozenset({"opener", "_blank", "_self", "_top", "_unfencedtop"})
_AUTHENTICATION: Final = "https://openid.net/specs/openid-connect-core-1_0.html#AuthError"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """A login initiation, parsed and bounded; none of it is authenticated yet.

    https://www.imsglobal.org/spec/security/v1p0/#step-1-third-party-initiated-login
    """

    issuer: str
    login_hint: str
    target_link_uri: str
    lti_message_hint: str | None = None
    client_id: str | None = None
    deployment_id: str | None = None
    storage_target: str | None = None

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        """Return the request in `parameters`, of the query string or of the form.

        Security Framework 1.0, section 5.1.1.1:
        https://www.imsglobal.org/spec/security/v1p0/#step-1-third-party-initiated-login

        Raises:
            LoginRefused: "login-parameter-missing", "login-parameter-repeated" or
                "login-parameter-malformed".
        """
        return cls(
            issuer=_required(parameters, "iss"),
            login_hint=_required(parameters, "login_hint"),
            target_link_uri=_required(parameters, "target_link_uri"),
            lti_message_hint=_optional(parameters, "lti_message_hint"),
            client_id=_optional(parameters, "client_id", longest=LONGEST_NAME),
            deployment_id=_optional(parameters, "lti_deployment_id", longest=LONGEST_NAME)
            or _optional(parameters, "deployment_id", longest=LONGEST_NAME),
            storage_target=_frame_name(parameters.get("lti_storage_target", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What to do next: remember `login`, give `browser` to the browser, redirect to `url`."""

    url: str
    login: PendingLogin
    browser: str = field(repr=False)


def chosen_registration(
    request: LoginRequest, registrations: Registrations, registration_id: str | None = None
) -> Registration:
    """Return the registration that `request` is about.

    With a `registration_id`, from a per-registration login URL, that one is meant and the issuer
    (and the client id, if sent) must agree with it. An unknown deployment is no reason to refuse
    here, where nothing is signed: the launch will say so with the platform's word for it.

    Without either, one registration of the issuer is meant if it is the only one, or the only one
    with the deployment that was sent: a platform that sends one must launch with the same (LTI
    Core, section 4.1.2). The launch's audience and deployment are compared with it in any case.
    https://www.imsglobal.org/spec/lti/v1p3/#additional-login-parameters

    Raises:
        LoginRefused: "registration-unknown", "registration-mismatch" or "registration-ambiguous".
    """
    if registration_id is not None:
        return _named_registration(request, registrations.by_id(registration_id))
    known = registrations.by_issuer(request.issuer)
    if request.client_id is not None:
        known = [each for each in known if each.client_id == request.client_id]
    if not known:
        raise LoginRefused(
            "registration-unknown",
            "This platform is not registered with this tool, or its registration is switched off. "
            "Ask an administrator to register it.",
        )
    deployed = [each for each in known if request.deployment_id in each.deployment_ids]
    if len(known) > 1 and len(deployed) != 1:
        raise LoginRefused(
            "registration-ambiguous",
            "This platform has several registrations and did not say which one it means. "
            "Give it the login URL of that registration.",
            candidates=tuple(each.id for each in known),
        )
    return known[0] if len(known) == 1 else deployed[0]


def begin(
    request: LoginRequest,
    registration: Registration,
    *,
    launch_url: str,
    is_ours: Callable[[str], bool],
    now: datetime,
    lifetime: int = 600,
) -> Beginning:
    """Return the authentication request for `request`, to be answered within `lifetime` seconds.

    `launch_url` is the one redirect URI that is registered with the platform, never a URL that came
    with the request. https://www.imsglobal.org/spec/security/v1p0/#step-2-authentication-request

    Raises:
        LoginRefused: "target-not-ours" if the target is not `is_ours`.
    """
    if not is_ours(request.target_link_uri):
        raise LoginRefused(
            "target-not-ours",
            "The platform asked for a page that is not part of this tool. "
            "Correct the tool URL in the platform's settings.",
        )
    browser = secrets.token_urlsafe(32)
    login = PendingLogin(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        registration_id=registration.id,
        browser_digest=browser_digest(browser),
        target_link_uri=request.target_link_uri,
        storage_target=request.storage_target,
        issued_at=now,
        expires_at=now + timedelta(seconds=lifetime),
    )
    url = urls.with_query(
        registration.authorization_endpoint,
        _authentication_request(request, registration, login, launch_url),
    )
    return Beginning(url=url, login=login, browser=browser)


def browser_digest(verifier: str) -> str:
    """Return the hexadecimal SHA-256 of a browser's `verifier`."""
    return hashlib.sha256(verifier.encode()).hexdigest()


def platform_refusal(parameters: Parameters) -> LaunchRefused | None:
    """Return what a platform's error response means, or None if `parameters` are not one.

    The platform's own description is not repeated: anybody can post one.
    https://openid.net/specs/openid-connect-core-1_0.html#AuthError
    """
    error = next(iter(parameters.get("error", ())), "")
    if not error:
        return None
    slug = error.replace("_", "-") if error in _PLATFORM_ERRORS else "error"
    return LaunchRefused(
        f"platform-{slug}",
        _PLATFORM_ERRORS.get(
            error, "The platform could not finish opening this page. Open it again from the course."
        ),
        check="platform answer",
        specification=_AUTHENTICATION,
    )


_SIGN_IN_AGAIN: Final = (
    "The platform no longer knows who you are. Sign in there, then open this page again."
)
_OPEN_AGAIN: Final = "This launch is too old. Go back to the course and open the page again."
_MISCONFIGURED: Final = (
    "The platform did not accept this tool's request. "
    "An administrator should compare the tool's settings with the platform's."
)
_LATER: Final = "The platform is busy. Wait a moment, then open this page again from the course."

_PLATFORM_ERRORS: Final[Mapping[str, str]] = {
    "login_required": _SIGN_IN_AGAIN,
    "interaction_required": _SIGN_IN_AGAIN,
    "account_selection_required": _SIGN_IN_AGAIN,
    "consent_required": _SIGN_IN_AGAIN,
    "launch_no_longer_valid": _OPEN_AGAIN,
    "access_denied": "The platform does not let you open this page. Ask your instructor.",
    "invalid_request": _MISCONFIGURED,
    "invalid_scope": _MISCONFIGURED,
    "unauthorized_client": _MISCONFIGURED,
    "unsupported_response_type": _MISCONFIGURED,
    "server_error": _LATER,
    "temporarily_unavailable": _LATER,
}


def _named_registration(request: LoginRequest, named: Registration | None) -> Registration:
    if named is None:
        raise LoginRefused(
            "registration-unknown",
            "This login URL belongs to no registration, or to one that is switched off. "
            "Copy the login URL from the tool's settings into the platform's.",
        )
    if request.issuer != named.issuer or request.client_id not in (None, named.client_id):
        raise LoginRefused(
            "registration-mismatch",
            "This login URL belongs to another registration. "
            "Copy the login URL of this registration into the platform's settings.",
        )
    return named


def _authentication_request(
    request: LoginRequest, registration: Registration, login: PendingLogin, launch_url: str
) -> list[tuple[str, str]]:
    parameters = [
        ("scope", "openid"),
        ("response_type", "id_token"),
        ("response_mode", "form_post"),
        ("prompt", "none"),
        ("client_id", registration.client_id),
        ("redirect_uri", launch_url),
        ("login_hint", request.login_hint),
        ("state", login.state),
        ("nonce", login.nonce),
    ]
    if request.lti_message_hint is not None:
        parameters.append(("lti_message_hint", request.lti_message_hint))
    return parameters


def _required(parameters: Parameters, name: str) -> str:
    value = _optional(parameters, name)
    if value is None:
        raise LoginRefused(
            "login-parameter-missing",
            "The platform did not send %(name)s. Open this page from a course, not by its address.",
            {"name": name},
        )
    return value


def _optional(parameters: Parameters, name: str, *, longest: int = LONGEST_VALUE) -> str | None:
    values = parameters.get(name, ())
    if len(values) > 1:
        raise LoginRefused(
            "login-parameter-repeated",
            "The platform sent %(name)s more than once; send it once.",
            {"name": name},
        )
    value = values[0] if values else ""
    if len(value) > longest or not value.isprintable():
        raise LoginRefused(
            "login-parameter-malformed",
            "The platform sent a %(name)s that is longer than %(longest)s characters "
            "or has control characters in it.",
            {"name": name, "longest": longest},
        )
    return value or None


def _frame_name(values: Sequence[str]) -> str | None:
    """Return a frame name that is safe to look up, or None: platform storage is an extra."""
    name = values[0] if len(values) == 1 else ""
    if name.lower() in _FORBIDDEN_FRAMES or not _FRAME_NAME.fullmatch(name):
        return None
    return name
