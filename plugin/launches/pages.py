"""Login, launch and key set: the addresses that platforms know."""

from __future__ import annotations

from uuid import UUID

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

from lti import login as lti_login
from plugin.foundation.web import Role, open_to, requires, tool, visit
from plugin.foundation.web.access import SESSION_COOKIE
from plugin.foundation.web.i18n import words
from plugin.launches import admission, browsers
from plugin.launches.model import Launch
from plugin.platforms.protocol import protocol
from plugin.platforms.stores import StoredLogins, StoredRegistrations

bp = Blueprint("launches", __name__, template_folder="templates")


@bp.route("/lti/login", methods=["GET", "POST"], defaults={"registration_id": None})
@bp.route("/lti/login/<uuid:registration_id>", methods=["GET", "POST"])
@open_to("a platform, through a browser", cross_origin=True)
def login(registration_id: UUID | None) -> Response:
    """Begin a login: answer the platform's nudge with an authentication request."""
    if registration_id is not None:
        g.registration_id = str(registration_id)  # whatever is refused below is about this one
    asked = lti_login.LoginRequest.parse(request.values.to_dict(flat=False))
    looks = browsers.may_lose_cookies()
    # A login that is lost with the power is begun again by opening the item again.
    with tool().database.writing(durable=False) as direct:
        registration = lti_login.chosen_registration(
            asked,
            StoredRegistrations(direct),
            str(registration_id) if registration_id else None,
        )
        g.registration_id = registration.id
        beginning = lti_login.begin(
            asked,
            registration,
            launch_url=launch_url(),
            is_ours=protocol().is_ours,
            now=tool().clock(),
            lifetime=browsers.LOGIN_SECONDS,
        )
        StoredLogins(direct).add(
            beginning.login, authentication_url=beginning.url if looks else None
        )
    return browsers.going_on(beginning, looks=looks)


@bp.post("/lti/launch")
@open_to("a platform, through a browser", cross_origin=True)
def launch() -> Response:
    """Let a launch in: check it, keep it in one transaction, and go to the page for that role."""
    form = request.form.to_dict(flat=False)
    refusal = lti_login.platform_refusal(form)
    if refusal is not None:
        admission.remember_whose(*form.get("state", [])[:1])
        raise refusal
    state, id_token = admission.posted(form)
    pending, registered = admission.answered(state)
    if browsers.should_ask_storage(pending):
        return browsers.ask_storage(pending, registered.registration, id_token)
    browser = browsers.known_by_cookie(state)
    entered = admission.admitted(id_token, pending, registered, browser=browser, carried=False)
    response = make_response(redirect(browsers.home(entered), 303))
    browsers.drop_cookie(response, browsers.login_cookie(state))
    browsers.set_cookie(response, SESSION_COOKIE, entered.key, tool().session_seconds)
    return response


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
        launch = session.get_one(Launch, visit().launch_id)
    if launch.deep_linking is not None:
        endpoint = "deep_linking.choose"
    else:
        endpoint = "items.show" if launch.item is not None else page_for(visit().roles)
    return make_response(redirect(url(endpoint, launch_id=visit().launch_id), 303))


def page_for(roles: frozenset[Role]) -> str:
    """Return the mentoring home of a role: the endpoint of its page."""
    if Role.INSTRUCTOR in roles:
        return "setting_up.show"
    if Role.ANALYST in roles:
        return "reports.show"
    if Role.ADMIN in roles:
        return "administration.home"
    return "checkins.mine"


def launch_url() -> str:
    """Return the one redirect URI that platforms know."""
    return f"{tool().public_url}/lti/launch"
