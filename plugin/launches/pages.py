"""Login, launch and key set: the addresses that platforms know."""

from __future__ import annotations

from uuid import UUID

import structlog
from flask import (
    Blueprint,
    Response,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask import url_for as url

from lti import launch as lti_launch
from lti import login as lti_login
from lti.errors import LaunchRefused, LoginRefused
from lti.message import LaunchMessage
from plugin.courses.deliveries import owe_roster
from plugin.foundation.tenancy import EVERYWHERE
from plugin.foundation.web import Role, open_to, requires, tool, visit
from plugin.foundation.web.access import SESSION_COOKIE
from plugin.foundation.web.i18n import words
from plugin.foundation.web.security import may_be_framed_by
from plugin.launches import service
from plugin.launches.service import Entered
from plugin.platforms.protocol import protocol
from plugin.platforms.stores import StoredLogins, StoredRegistrations

log = structlog.get_logger()
bp = Blueprint("launches", __name__, template_folder="templates")

LOGIN_COOKIE = "__Host-mentes-login-"
LOGIN_SECONDS = 600
LONGEST_TOKEN = 256 * 1024  # characters; a launch is some 4 kB


@bp.route("/lti/login", methods=["GET", "POST"], defaults={"registration_id": None})
@bp.route("/lti/login/<uuid:registration_id>", methods=["GET", "POST"])
@open_to("a platform, through a browser", cross_origin=True)
def login(registration_id: UUID | None) -> Response:
    """Begin a login: answer the platform's nudge with an authentication request."""
    asked = lti_login.LoginRequest.parse(request.values.to_dict(flat=False))
    # A login that is lost with the power is begun again by opening the item again.
    with tool().database.transaction(EVERYWHERE, durable=False) as session:
        registration = lti_login.chosen_registration(
            asked,
            StoredRegistrations(session),
            str(registration_id) if registration_id else None,
        )
        beginning = lti_login.begin(
            asked,
            registration,
            launch_url=launch_url(),
            is_ours=protocol().is_ours,
            now=tool().clock(),
            lifetime=LOGIN_SECONDS,
        )
        StoredLogins(session).add(beginning.login)
    response = make_response(redirect(beginning.url, 302))
    _set_cookie(response, _login_cookie(beginning.login.state), beginning.browser, LOGIN_SECONDS)
    return response


@bp.post("/lti/launch")
@open_to("a platform, through a browser", cross_origin=True)
def launch() -> Response:
    """Let a launch in: check it, keep it in one transaction, and go to the page for that role."""
    form = request.form.to_dict(flat=False)
    refusal = lti_login.platform_refusal(form)
    if refusal is not None:
        raise refusal
    state, id_token = _posted(form)
    entered, message = _entered(state, id_token)
    log.info(
        "launch.accepted",
        launch_id=str(entered.launch_id),
        registration_id=g.registration_id,
        kind=message.message_type,
    )
    response = make_response(redirect(url(".home", launch_id=entered.launch_id), 303))
    response.delete_cookie(
        _login_cookie(state), secure=True, httponly=True, samesite="None", partitioned=True
    )
    if entered.cookie is not None:
        _set_cookie(response, SESSION_COOKIE, entered.cookie, tool().session_seconds)
    return response


def _posted(form: dict[str, list[str]]) -> tuple[str, str]:
    states, tokens = form.get("state", []), form.get("id_token", [])
    if len(states) != 1 or len(tokens) != 1 or len(tokens[0]) > LONGEST_TOKEN:
        raise LoginRefused(
            "launch-incomplete",
            "The platform did not send a launch. Open Mentes from your course, not by its address.",
        )
    return states[0], tokens[0]


def _entered(state: str, id_token: str) -> tuple[Entered, LaunchMessage]:
    """Verify outside any transaction what may use the network, and the rest inside one."""
    with tool().database.reading(EVERYWHERE) as session:
        answered = StoredLogins(session).answered(state)
    if answered is None:
        raise LaunchRefused(
            "state-unknown",
            "This page was opened twice, or too late. Go back to your course and open it again.",
            check="state",
            specification="https://www.imsglobal.org/spec/security/v1p0/",
        )
    pending, registered = answered
    registration = registered.registration
    may_be_framed_by(registration.issuer, registration.authorization_endpoint)
    g.registration_id = registration.id
    now = tool().clock()
    keys = protocol().platform_keys.for_token(registration, id_token, now)
    with tool().database.transaction(registered.organisation_id) as session:
        message = lti_launch.verified(
            id_token,
            login=pending,
            registration=registration,
            keys=keys,
            browser=request.cookies.get(_login_cookie(state)),
            is_ours=protocol().is_ours,
            now=now,
            spend=lambda: StoredLogins(session).spend(state, now),
        )
        entered = service.enter(
            session,
            registered,
            message,
            cookie=request.cookies.get(SESSION_COOKIE),
            lasts=tool().session_seconds,
            now=now,
        )
        if Role.INSTRUCTOR in entered.roles:
            owe_roster(session, entered.course_id, now=now)
    return entered, message


@bp.get("/")
@bp.get("/lti/launch")
@open_to("anyone")
def launch_by_address() -> Response:
    """Answer politely whoever opens us by address: Moodle does, to look for a preview."""
    page = render_template(
        "message.html",
        title="Mentes",
        text=words().gettext("Mentes opens from a course. Open the Mentes item in your course."),
        action=None,
    )
    return make_response(page)


@bp.get("/lti/keys/<uuid:organisation_id>.json")
@open_to("anyone")
def keys(organisation_id: UUID) -> Response:
    """Publish the public keys by which platforms know an organisation's messages."""
    response = jsonify(protocol().key_rings.of(organisation_id).jwks())
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


@bp.get("/l/<uuid:launch_id>/")
@requires(Role.MEMBER)
def home() -> Response:
    """Send each to the page for their role."""
    with tool().database.reading(visit().organisation_id) as session:
        answers_deep_link = service.is_deep_linking(session, visit().launch_id)
    endpoint = "deep_linking.choose" if answers_deep_link else _page_for(visit().roles)
    return make_response(redirect(url(endpoint, launch_id=visit().launch_id), 303))


def _page_for(roles: frozenset[Role]) -> str:
    if Role.INSTRUCTOR in roles:
        return "setting_up.show"
    if Role.ANALYST in roles:
        return "reports.show"
    return "checkins.mine"


def launch_url() -> str:
    """Return the one redirect URI that platforms know."""
    return f"{tool().public_url}/lti/launch"


def _login_cookie(state: str) -> str:
    # One cookie a login, so that frames that open at the same moment do not fight for one.
    return LOGIN_COOKIE + "".join(filter(str.isalnum, state))[:12]


def _set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )
