"""Is the browser that finishes a login the one that began it? Three ways to know, in this order:

1. a cookie, partitioned, so that it is kept for us inside this platform alone;
2. the platform keeps something for us (`lti_storage_target`), where a frame gets no cookie back;
3. a new tab, where we are nobody's frame and cookies are kept.

Each carries a verifier of which only the digest is in the login's row; the server compares. The way
is chosen before the platform is asked, because its hints are good for one answer: a login in a
frame that brings no cookie of ours along passes by `look`, which sees whether one comes back.

https://www.imsglobal.org/spec/lti-cs-oidc/v0p1 and docs/adr/0014
"""

from __future__ import annotations

import secrets
from collections.abc import Container
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from flask import url_for as url

from lti import claims, token_checks
from lti import login as lti_login
from lti.errors import LaunchRefused, LoginRefused
from lti.registration import PendingLogin, Registration
from plugin.foundation.web import Role, open_to, tool
from plugin.foundation.web.carried import carrying
from plugin.foundation.web.security import may_post_to, origin
from plugin.launches.admission import LOGIN_SECONDS
from plugin.launches.cookies import cookie, login_cookie, of_login
from plugin.launches.presented import admitted, answered, posted, remember_whose
from plugin.launches.service import Entered
from plugin.platforms.stores import StoredLogins, WaitingLogin

bp = Blueprint("browsers", __name__, template_folder="templates")

TICKET_SECONDS = 60


def going_on(beginning: lti_login.Beginning, *, looks: bool) -> Response:
    """Return the next step of a login, with its cookie: to the platform, or first to `look`."""
    state = beginning.login.state
    next_step = redirect(url("browsers.look", state=state), 303) if looks else None
    response = make_response(next_step or redirect(beginning.url, 302))
    response.headers.add("Set-Cookie", of_login(beginning))
    return response


@bp.get("/lti/login/frame/<state>")
@open_to("a browser that has just begun a login in a frame")
def look(state: str) -> Response:
    """See whether the cookie came back; if not, offer the other two ways, once."""
    now = tool().clock()
    with tool().database.asking() as direct:
        waiting = StoredLogins(direct).waiting(state, now)
    if waiting is None:
        raise _too_late(state)
    if _is_bound(waiting, request.cookies.get(login_cookie(state))):
        return make_response(redirect(waiting.authentication_url, 302))
    verifier, ticket = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with tool().database.writing() as direct:
        is_first = StoredLogins(direct).go_on_elsewhere(
            state,
            browser_digest=lti_login.browser_digest(verifier),
            ticket_digest=lti_login.browser_digest(ticket),
            until=now + timedelta(seconds=TICKET_SECONDS),
            now=now,
        )
    if not is_first:
        raise _too_late(state)
    return _other_ways(waiting, state, verifier, ticket)


def _is_bound(waiting: WaitingLogin, verifier: str | None) -> bool:
    return verifier is not None and secrets.compare_digest(
        lti_login.browser_digest(verifier), waiting.browser_digest
    )


def _other_ways(waiting: WaitingLogin, state: str, verifier: str, ticket: str) -> Response:
    _shown_in_any_frame()
    may_post_to(waiting.authentication_url)  # the new tab's form is sent on to there
    return make_response(
        render_template(
            "launches/new_tab.html",
            state=state,
            ticket=ticket,
            storage=_storage(waiting.storage_target, waiting.authentication_url, state),
            verifier=verifier,
            onward=waiting.authentication_url,
        )
    )


@bp.post("/lti/login/tab")
@open_to("whoever has the ticket of the page above")
def tab() -> Response:
    """Go on in a new tab: spend the ticket, and bind the login to what this tab keeps."""
    state, ticket = request.form.get("state", ""), request.form.get("ticket", "")
    verifier = secrets.token_urlsafe(32)
    with tool().database.writing() as direct:
        onward = StoredLogins(direct).spend_ticket(
            state,
            lti_login.browser_digest(ticket),
            browser_digest=lti_login.browser_digest(verifier),
            now=tool().clock(),
        )
    if onward is None:
        raise _too_late(state)
    response = make_response(redirect(onward, 302))
    response.headers.add("Set-Cookie", cookie(login_cookie(state), verifier, LOGIN_SECONDS))
    return response


def should_ask_storage(login: PendingLogin, cookies: Container[str]) -> bool:
    """Tell whether the platform may know what no cookie brought."""
    return login.storage_target is not None and login_cookie(login.state) not in cookies


def ask_storage(login: PendingLogin, registration: Registration, id_token: str) -> Response:
    """Return a page that asks the platform for the verifier, and brings the launch once more."""
    _shown_in_any_frame()
    storage = _storage(login.storage_target, registration.authorization_endpoint, login.state)
    page = render_template(
        "launches/ask_storage.html", state=login.state, id_token=id_token, storage=storage
    )
    return make_response(page)


@bp.post("/lti/launch/storage")
@open_to("the page above")
def launch() -> Response:
    """Let in a launch whose browser was known by what the platform kept; no cookie is needed."""
    form = request.form.to_dict(flat=False)
    state, id_token = posted(form)
    login, registered = answered(state)
    browser = next(iter(form.get("browser", ())), None)
    # No cookie is kept here: the visit's key is to stand in its addresses, and is a new one.
    entered = admitted(id_token, login, registered, browser=browser, key=None)
    home = url(first_page(entered), launch_id=entered.launch_id)
    return make_response(redirect(carrying(entered.key, home), 303))


def first_page(entered: Entered) -> str:
    """Return the endpoint of a visit's first page: some messages name what they want to see."""
    if entered.message_type in claims.DATA_PRIVACY_REQUESTS:
        return "privacy.show"
    if entered.message_type == claims.SUBMISSION_REVIEW_REQUEST:  # a cell of the gradebook
        return "checkin_review.show" if Role.INSTRUCTOR in entered.roles else "checkins.mine"
    return "launches.home"


def known_by_cookie(state: str) -> str:
    """Return the verifier that this browser brings by cookie.

    Raises:
        LaunchRefused: it brings none.
    """
    brought = request.cookies.get(login_cookie(state))
    if brought:
        return brought
    raise LaunchRefused(
        "browser-unknown",
        "Your browser did not keep what it needs to sign you in. Allow cookies for this site, "
        "then open Mentes from your course again.",
        check=token_checks.browser.name,
        specification=token_checks.browser.specification,
        passed=(token_checks.state.name,),
    )


def _storage(target: str | None, platform_url: str, state: str) -> dict[str, str] | None:
    """Return whom the script asks, and for what; only the platform's own origin is ever asked."""
    asked = origin(platform_url)
    if target is None or asked is None:
        return None
    return {"frame": target, "origin": _as_browsers_say(asked), "key": login_cookie(state)}


def _as_browsers_say(asked: str) -> str:
    """Return an origin without the port that its scheme has anyway."""
    parts = urlsplit(asked)
    usual = {"http": 80, "https": 443}[parts.scheme]
    return asked.removesuffix(f":{usual}") if parts.port == usual else asked


def _shown_in_any_frame() -> None:
    # It is not known yet on which of its sites a platform frames us, and there is nothing to
    # gain by framing these: whoever clicks is signed in as themselves, in a tab of its own.
    g.frame_ancestors = ["*"]


def _too_late(state: str) -> LoginRefused:
    remember_whose(state)
    return LoginRefused(
        "login-moved-on",
        "This page was opened twice, or too late. Go back to your course and open it again.",
    )
