"""What `lti` refuses, answered like every other problem."""

from __future__ import annotations

from uuid import UUID

import structlog
from flask import Flask, Response, current_app, g, request

from lti import urls
from lti.errors import (
    LaunchRefused,
    LoginRefused,
    LtiError,
    NoticeRefused,
    RegistrationRefused,
    ServiceRefused,
    ServiceUnavailable,
    Worded,
)
from plugin.foundation.errors import MentesError
from plugin.foundation.i18n import Words, to_say
from plugin.foundation.web.i18n import words
from plugin.foundation.web.problems import Problem, prefers_html, show_problem
from plugin.foundation.web.tool import tool
from plugin.launches.redaction import redacted, said_to_be
from plugin.launches.refusals import Refusal, Refusals

log = structlog.get_logger()

KEPT_BY = "mentes.refusals"
LAUNCHES = frozenset({"launches", "browsers"})
"""The blueprints under which somebody logs in and launches."""
LONGEST_TOKEN = 256 * 1024  # characters; a launch is some 4 kB


class DeploymentClosed(LaunchRefused):
    """A launch from a deployment that is not approved: `refusal`, in the tool's own words."""

    def __init__(self, slug: str, template: str, *, refusal: LaunchRefused) -> None:
        super().__init__(
            slug,
            template,
            check=refusal.check,
            specification=refusal.specification,
            status=refusal.status,
            passed=refusal.passed,
            trusted=refusal.trusted,
            return_url=refusal.return_url,
            deployment_id=refusal.deployment_id,
            locale=refusal.locale,
        )


class DeploymentPending(DeploymentClosed):
    """A launch with nothing wrong, from a deployment that nobody has approved yet."""

    def __init__(self, refusal: LaunchRefused) -> None:
        super().__init__(
            "deployment-pending",
            "Mentes was added to this part of your learning platform and is not approved for it "
            "yet. You did nothing wrong.",
            refusal=refusal,
        )


class DeploymentKeptOut(DeploymentClosed):
    """A launch from a deployment that an administrator has refused."""

    def __init__(self, refusal: LaunchRefused) -> None:
        super().__init__(
            "deployment-refused",
            "An administrator has decided that Mentes does not open from here.",
            refusal=refusal,
        )


STATUSES: dict[type[LtiError], int] = {  # a refused launch has its own
    LoginRefused: 400,
    NoticeRefused: 400,
    RegistrationRefused: 400,
    ServiceRefused: 502,
    ServiceUnavailable: 503,
}
TITLES: dict[type[LtiError], str] = {
    LoginRefused: to_say("Mentes could not start from here"),
    LaunchRefused: to_say("Mentes could not open"),
    DeploymentPending: to_say("Mentes waits for approval here"),
    DeploymentKeptOut: to_say("Mentes is not open to this part of your learning platform"),
    NoticeRefused: to_say("This notice was not accepted"),
    RegistrationRefused: to_say("This platform could not be registered"),
    ServiceRefused: to_say("Your learning platform did not accept that"),
    ServiceUnavailable: to_say("Your learning platform does not answer"),
}

ASK = to_say("If it happens again, give your administrator the reference.")
NEXT_STEPS: dict[type[LtiError], str] = {
    DeploymentPending: to_say(
        "Whoever runs Mentes can see that it waits. Once it is approved, open it again from here."
    ),
    RegistrationRefused: to_say(
        "Nothing was registered, and the link of Mentes still works. Start again from the "
        "registration page of your platform; if it stays, show this to whoever runs Mentes."
    ),
    DeploymentKeptOut: to_say("If you think that it should be open, ask whoever runs Mentes."),
}


def register(app: Flask) -> None:
    """Answer every refusal of `lti`, and keep those of launches."""
    with app.app_context():
        app.extensions[KEPT_BY] = Refusals(tool().database)
    app.register_error_handler(LtiError, answer)


def answer(error: LtiError) -> Response:
    """Return the answer to `error`; a trusted refusal offers the way back with `lti_errormsg`."""
    check = getattr(error, "check", None)
    log.warning(
        "lti.refused",
        slug=error.slug,
        check=check,
        registration_id=g.get("registration_id"),
        deployment_id=getattr(error, "deployment_id", None),  # what the operator has to approve
    )
    if prefers_html():  # a person's page; a machine negotiates by Accept-Language
        g.locale = getattr(error, "locale", None)
    say = words()
    text = in_language(error, say)
    return_url = getattr(error, "return_url", None)
    if return_url:
        g.return_url = urls.with_query(return_url, [("lti_errormsg", text)])
    response = show_problem(
        Problem(
            slug=error.slug,
            status=_status(error),
            title=say.gettext(TITLES.get(type(error), MentesError.title)),
            detail=text,
            next_step=_next_step(error, say),
            reference=g.request_id,
            retry_after=getattr(error, "retry_after", None),
        )
    )
    if _keeps_out(error):
        _keep_afterwards(response, error, _meant(error))
    return response


def in_language(error: Worded, say: Words) -> str:
    """Return what `error` says in somebody's language.

    Only the template is looked up, and only it is filled in: a value stays what it is, unless it is
    another error, which says itself.
    """
    values = {
        name: in_language(value, say) if isinstance(value, Worded) else value
        for name, value in error.values.items()
    }
    return say.gettext(error.template, **values)


def _next_step(error: LtiError, say: Words) -> str:
    if isinstance(error, LoginRefused) and error.candidates:
        # Whoever asks is a stranger: they learn which kind of address it is, and no id.
        return say.gettext(
            "Whoever administers the platform sets its login URL to %(url)s, with the id that "
            "Mentes shows under Administration › Learning platforms.",
            url=f"{tool().public_url}/lti/login/…",
        )
    return say.gettext(NEXT_STEPS.get(type(error), ASK))


def _status(error: LtiError) -> int:
    if isinstance(error, LaunchRefused):
        return error.status
    return STATUSES.get(type(error), 500)


def _keeps_out(error: LtiError) -> bool:
    """Return whether somebody who logs in or launches was refused.

    A platform that could not be asked for its keys counts: to whoever launched, it is a refusal.
    """
    refused = isinstance(error, LaunchRefused | LoginRefused | ServiceUnavailable)
    return refused and request.blueprint in LAUNCHES


def _meant(error: LtiError) -> tuple[UUID, ...]:
    """Return the registrations that a refused login or launch was about, as far as is known."""
    if "registration_id" in g:
        return (UUID(g.registration_id),)
    return tuple(UUID(each) for each in getattr(error, "candidates", ()))


def _keep_afterwards(response: Response, error: LtiError, meant: tuple[UUID, ...]) -> None:
    """Keep a refusal once its answer is sent."""
    refusals: Refusals = current_app.extensions[KEPT_BY]
    claims = redacted(request.form.get("id_token", "")[:LONGEST_TOKEN])
    issuer, client_id = said_to_be(
        request.values.get("iss", claims.get("iss")),
        request.values.get("client_id", claims.get("aud")),
    )
    refusal = Refusal(
        registration_ids=meant,
        reference=g.request_id,
        slug=error.slug,
        check=getattr(error, "check", None),
        specification=getattr(error, "specification", None),
        is_signed=getattr(error, "trusted", False),
        claims=claims,
        issuer=issuer,
        client_id=client_id,
    )
    now = tool().clock()
    response.call_on_close(lambda: refusals.keep(refusal, now))
