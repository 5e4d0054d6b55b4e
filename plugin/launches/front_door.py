"""A login and a launch in which all is in order, answered before the web framework is asked.

Every visit begins with these two requests, and nearly all of them say what the one before said: a
form comes in, a redirect goes out. Routing, contexts, hooks and response objects cost more there
than what is done. So the front door reads the form, asks `Admission`, which is all that the pages
ask, too, and answers with the same headers and the same line of the log.

Whatever is not in order is not answered here: the request is handed on as if nothing had been
done. Nothing is but that a new deployment is noted as pending, which the page would do, too. A
refused launch spends nothing, and pages say what is wrong.

docs/adr/0024
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_cookie
from werkzeug.routing import Map
from werkzeug.urls import iri_to_uri

from lti.errors import LtiError
from lti.login import LoginRequest, platform_refusal
from plugin.foundation.web.access import SESSION_COOKIE
from plugin.foundation.web.requests import note, numbered
from plugin.foundation.web.security import origins, worn
from plugin.launches.admission import ENCODED, Admission, state_and_token
from plugin.launches.browsers import first_page
from plugin.launches.cookies import after_launch, login_cookie, may_lose_cookies, of_login
from plugin.launches.errors import LONGEST_TOKEN

log = structlog.get_logger()

LOGIN: Final = re.compile(r"/lti/login(?:/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?")
LAUNCH: Final = "/lti/launch"
LARGEST: Final = LONGEST_TOKEN + 64 * 1024  # bytes of a form; what is larger is refused elsewhere
_LENGTH: Final = re.compile("[0-9]{1,9}")
STATUSES: Final = {302: "302 FOUND", 303: "303 SEE OTHER"}

Form = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """Where a browser is sent."""

    route: str
    status: int
    location: str
    cookies: tuple[str, ...]
    frame_ancestors: tuple[str, ...] = ()


class FrontDoor:
    """Answers what is in order, and hands everything else to `application`."""

    def __init__(
        self,
        application: WSGIApplication,
        admission: Admission,
        addresses: Map,
        *,
        largest: int,
    ) -> None:
        """Stand before `application`.

        Args:
            addresses: of its pages.
            largest: bytes of a form.
        """
        self._application = application
        self._largest = min(largest, LARGEST)
        self._admission = admission
        self._addresses = addresses
        self._is_secure = admission.tool.public_url.startswith("https://")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/lti/l") or not _brings_form(environ, self._largest):
            return self._application(environ, start_response)
        began, id = time.perf_counter(), numbered()
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        onward = self._onward(path, body, environ)
        if onward is None:
            environ["wsgi.input"] = BytesIO(body)
            return self._application(environ, start_response)
        headers = [
            ("Location", onward.location),
            ("Content-Length", "0"),
            *(("Set-Cookie", each) for each in onward.cookies),
            ("X-Request-Id", id),
            *worn(onward.frame_ancestors, is_secure=self._is_secure),
        ]
        note("POST", onward.route, onward.status, began=began)
        start_response(STATUSES[onward.status], headers)
        return ()

    def _onward(self, path: str, body: bytes, environ: WSGIEnvironment) -> Onward | None:
        """Return where a request leads; None: not all is in order."""
        try:
            form = parse_qs(body.decode(), keep_blank_values=True, errors="strict")
            if path == LAUNCH:
                return self._launched(form, environ)
            if (named := LOGIN.fullmatch(path)) and not environ.get("QUERY_STRING"):
                return self._begun(form, named[1], environ)
        except (LtiError, SQLAlchemyError, ValueError):
            pass  # whoever answers it says so
        except Exception:  # a fault of ours is no reason to keep somebody out
            log.warning("front_door.failed", exc_info=True)
        return None

    def _begun(
        self, form: Form, registration_id: str | None, environ: WSGIEnvironment
    ) -> Onward | None:
        shown_in = environ.get("HTTP_SEC_FETCH_DEST")
        if may_lose_cookies(shown_in, _cookies(environ)):
            return None
        beginning = self._admission.begun(
            LoginRequest.parse(form), registration_id, looks=False, is_about=_nobody_asks
        )
        return Onward(
            route="/lti/login/<uuid:registration_id>" if registration_id else "/lti/login",
            status=302,
            location=_as_header(beginning.url),
            cookies=(of_login(beginning),),
        )

    def _launched(self, form: Form, environ: WSGIEnvironment) -> Onward | None:
        brought = state_and_token(form)
        if brought is None or platform_refusal(form):
            return None
        state, id_token = brought
        cookies = _cookies(environ)
        browser = cookies.get(login_cookie(state))
        found = self._admission.answered(state) if browser else None
        if found is None:
            return None
        login, registered = found
        registration, tool = registered.registration, self._admission.tool
        kept = self._admission.protocol.platform_keys.kept_for_token
        keys = kept(registration, id_token, tool.clock())
        if not keys:
            return None  # the platform must be asked, and may be long in answering
        entered = self._admission.admitted(
            id_token,
            login,
            registered,
            keys=keys,
            browser=browser,
            key=cookies.get(SESSION_COOKIE),
        )
        root = self._addresses.bind("", environ.get("SCRIPT_NAME") or "/")
        return Onward(
            route=LAUNCH,
            status=303,
            location=root.build(first_page(entered), {"launch_id": entered.launch_id}),
            cookies=after_launch(entered, state, tool.session_seconds),
            frame_ancestors=tuple(
                origins(registration.issuer, registration.authorization_endpoint)
            ),
        )


def _brings_form(environ: WSGIEnvironment, largest: int) -> bool:
    """Tell whether a request brings a form, as browsers send them, of a size that a launch has."""
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE") == ENCODED
        and _LENGTH.fullmatch(environ.get("CONTENT_LENGTH") or "") is not None
        and int(environ["CONTENT_LENGTH"]) <= largest
    )


def _cookies(environ: WSGIEnvironment) -> Mapping[str, Any]:
    return parse_cookie(environ.get("HTTP_COOKIE"))


def _as_header(url: str) -> str:
    return url if url.isascii() else iri_to_uri(url)


def _nobody_asks(_registration_id: str) -> None:
    """Forget with which registration a login begins: it is not refused here."""
