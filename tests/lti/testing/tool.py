"""A whole LTI 1.3 tool on the library `lti`, for tests of `lti.testing`: it says who opened what.

What it leaves out (`careless`) is what its own tests must find.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.exceptions import HTTPException
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from lti import jose, launch, login, urls
from lti.dynamic_registration import ToolDescription, platform_configuration, register
from lti.errors import LaunchRefused, LtiError
from lti.http import Http
from lti.keys import PlatformKeySets, ToolKeyRing, new_tool_key
from lti.registration import PendingLogin, Registration
from lti.testing.answers import as_json
from lti.testing.browser import Encoding


@cache
def _ring() -> ToolKeyRing:
    """Return the tool's keys, made once: it takes a while."""
    return ToolKeyRing([new_tool_key(datetime.now(UTC))])


class TinyTool:
    """A WSGI application at `url`."""

    def __init__(self, url: str, *, careless: frozenset[str] = frozenset()) -> None:
        self.url = url
        self.careless = careless
        self.registrations: dict[str, Registration] = {}
        self.logins: dict[str, PendingLogin] = {}
        self.ring = _ring()
        self.http = Http(allow_private=True)
        self.key_sets = PlatformKeySets(self.http)

    def by_id(self, id: str, /) -> Registration | None:
        """Return a registration."""
        return self.registrations.get(id)

    def by_issuer(self, issuer: str, /) -> list[Registration]:
        """Return the registrations with an issuer."""
        return [each for each in self.registrations.values() if each.issuer == issuer]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        request = Request(environ)
        answers = {
            "/login": self.begin,
            "/launch": self.launch,
            "/jwks": self.keys,
            "/register": self.register,
        }
        try:
            response = answers.get(request.path, self.nothing)(request)
        except (LtiError, HTTPException) as refusal:
            response = Response(str(refusal), status=400)
        return response(environ, start_response)

    def nothing(self, request: Request) -> Response:
        """Answer a request for something else."""
        return Response("nothing here", status=404)

    def keys(self, request: Request) -> Response:
        """Show the key set."""
        return as_json(self.ring.jwks())

    def register(self, request: Request) -> Response:
        """Register with the platform that asks (Dynamic Registration 1.0)."""
        url, token = request.args["openid_configuration"], request.args.get("registration_token")
        description = ToolDescription(
            name="Tiny",
            description="A tool for tests",
            launch_url=f"{self.url}/launch",
            login_url=f"{self.url}/login",
            jwks_url=f"{self.url}/jwks",
        )
        configuration = platform_configuration(self.http, url, token)
        new = register(self.http, configuration, description, token)
        self.registrations["1"] = new.registration("1")
        return Response("registered")

    def begin(self, request: Request) -> Response:
        """Begin a login."""
        asked = login.LoginRequest.parse(request.values.to_dict(flat=False))
        begun = login.begin(
            asked,
            login.chosen_registration(asked, self),
            launch_url=f"{self.url}/launch",
            is_ours=urls.within(self.url),
            now=datetime.now(UTC),
        )
        self.logins[begun.login.state] = begun.login
        answer = redirect(begun.url)
        answer.set_cookie(f"lti-{begun.login.state}", begun.browser, secure=True, httponly=True)
        return answer

    def launch(self, request: Request) -> Response:
        """Finish a launch."""
        if request.mimetype != Encoding.FORM.value and "encodings" not in self.careless:
            raise LaunchRefused("launch-not-a-form", "?", check="form", specification="")
        state, token = request.form.get("state", ""), request.form.get("id_token", "")
        pending = self.logins.get(state)
        if pending is None:
            raise LaunchRefused("state-unknown", "?", check="state", specification="")
        registration = self.registrations[pending.registration_id]
        browser = request.cookies.get(f"lti-{state}")
        if self.careless:
            pending, registration = self.trusting(pending, registration, token)
        now = datetime.now(UTC)
        message = launch.verified(
            token,
            login=pending,
            registration=registration,
            keys=self.key_sets.for_token(registration, token, now),
            browser=browser,
            is_ours=urls.within(self.url),
            now=now,
            spend=lambda: self.spent(state),
        )
        return Response(f"{message.message_type} by {message.subject}")

    def spent(self, state: str) -> bool:
        """Whether a state was good until now."""
        return "replays" in self.careless or self.logins.pop(state, None) is not None

    def trusting(
        self, pending: PendingLogin, registration: Registration, token: str
    ) -> tuple[PendingLogin, Registration]:
        """Believe what the token says of its nonce and of its audience."""
        try:
            said = jose.unverified_claims(token)
        except jose.Unverifiable:
            return pending, registration
        nonce, audience = said.get("nonce"), said.get("aud")
        if "nonces" in self.careless and isinstance(nonce, str) and nonce:
            pending = replace(pending, nonce=nonce)
        if "audiences" in self.careless and isinstance(audience, list):
            others = frozenset(each for each in audience if isinstance(each, str))
            registration = replace(registration, trusted_audiences=others)
        return pending, registration
