"""What `lti` refuses, answered like every other problem."""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from flask import Flask, Response, g

from lti.errors import (
    LaunchRefused,
    LoginRefused,
    LtiError,
    RegistrationRefused,
    ServiceRefused,
    ServiceUnavailable,
)
from plugin.foundation.errors import MentesError
from plugin.foundation.i18n import to_say
from plugin.foundation.web.i18n import words
from plugin.foundation.web.problems import Problem, show_problem

log = structlog.get_logger()

STATUSES: dict[type[LtiError], int] = {
    LoginRefused: 400,
    LaunchRefused: 401,
    RegistrationRefused: 400,
    ServiceRefused: 502,
    ServiceUnavailable: 503,
}
TITLES: dict[type[LtiError], str] = {
    LoginRefused: to_say("Mentes could not start from here"),
    LaunchRefused: to_say("Mentes could not open"),
    RegistrationRefused: to_say("This platform could not be registered"),
    ServiceRefused: to_say("Your learning platform did not accept that"),
    ServiceUnavailable: to_say("Your learning platform does not answer"),
}


def register(app: Flask) -> None:
    """Answer every refusal of `lti`."""
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
    say = words()
    text = say.gettext(str(error))
    return_url = getattr(error, "return_url", None)
    if return_url:
        glue = "&" if "?" in return_url else "?"
        g.return_url = f"{return_url}{glue}{urlencode({'lti_errormsg': text})}"
    return show_problem(
        Problem(
            slug=error.slug,
            status=STATUSES.get(type(error), 500),
            title=say.gettext(TITLES.get(type(error), MentesError.title)),
            detail=text,
            next_step=say.gettext("If it happens again, give your administrator the reference."),
            reference=g.request_id,
        )
    )
