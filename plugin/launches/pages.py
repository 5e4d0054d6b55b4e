"""Login, launch and key set: the addresses that platforms know."""

from __future__ import annotations

from uuid import UUID

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask import url_for as url

from lti.login import LoginRequest, platform_refusal
from plugin.foundation.web import Role, open_to, requires, tool, visit
from plugin.foundation.web.access import SESSION_COOKIE
from plugin.foundation.web.i18n import words
from plugin.launches import browsers
from plugin.launches.cookies import after_launch, may_lose_cookies
from plugin.launches.model import Launch
from plugin.launches.presented import (
    admission,
    admitted,
    answered,
    is_about,
    posted,
    posted_form,
    remember_whose,
)
from plugin.platforms.protocol import protocol

bp = Blueprint("launches", __name__, template_folder="templates")


@bp.route("/lti/login", methods=["GET", "POST"], defaults={"registration_id": None})
@bp.route("/lti/login/<uuid:registration_id>", methods=["GET", "POST"])
@open_to("a platform, through a browser", cross_origin=True)
def login(registration_id: UUID | None) -> Response:
    """Begin a login: answer the platform's nudge with an authentication request."""
    named = str(registration_id) if registration_id else None
    if named is not None:
        is_about(named)
    asked = LoginRequest.parse(request.values.to_dict(flat=False))
    looks = may_lose_cookies(request.headers.get("Sec-Fetch-Dest"), request.cookies)
    beginning = admission().begun(asked, named, looks=looks, is_about=is_about)
    return browsers.going_on(beginning, looks=looks)


@bp.post("/lti/launch")
@open_to("a platform, through a browser", cross_origin=True)
def launch() -> Response:
    """Let a launch in: check it, keep it in one transaction, and go to the page for that role."""
    form = posted_form()
    refusal = platform_refusal(form)
    if refusal is not None:
        remember_whose(*form.get("state", [])[:1])
        raise refusal
    state, id_token = posted(form)
    pending, registered = answered(state)
    if browsers.should_ask_storage(pending, request.cookies):
        return browsers.ask_storage(pending, registered.registration, id_token)
    browser, key = browsers.known_by_cookie(state), request.cookies.get(SESSION_COOKIE)
    entered = admitted(id_token, pending, registered, browser=browser, key=key)
    home = url(browsers.first_page(entered), launch_id=entered.launch_id)
    response = make_response(redirect(home, 303))
    for cookie in after_launch(entered, state, tool().session_seconds):
        response.headers.add("Set-Cookie", cookie)
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
        chooses = Role.INSTRUCTOR in visit().roles
        endpoint = f"deep_linking.{'choose' if chooses else 'not_allowed'}"
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
