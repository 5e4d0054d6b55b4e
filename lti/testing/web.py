"""The platform's web application: routes, faults on demand, and a record of what was asked."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from lti.testing import (
    ags_endpoints,
    authentication,
    deep_linking_return,
    groups_endpoint,
    membership_endpoint,
    notices,
    registration_endpoint,
    storage_endpoint,
    token_endpoint,
)
from lti.testing.answers import as_json
from lti.testing.paths import routes
from lti.testing.values import Exchange, Refused
from lti.testing.visit import Visit

if TYPE_CHECKING:
    from lti.testing.platform import Platform

Handler = Callable[..., Response]

HANDLERS: Mapping[str, Handler] = {
    "configuration": registration_endpoint.configuration,
    "registration": registration_endpoint.register,
    "authentication": authentication.authenticate,
    "jwks": authentication.key_set,
    "token": token_endpoint.token,
    "lineitems": ags_endpoints.line_items,
    "lineitem": ags_endpoints.line_item,
    "scores": ags_endpoints.scores,
    "results": ags_endpoints.results,
    "memberships": membership_endpoint.memberships,
    "groups": groups_endpoint.groups,
    "group sets": groups_endpoint.group_sets,
    "notice handlers": notices.handlers,
    "deep linking": deep_linking_return.take,
    "return": authentication.returned,
    "storage": storage_endpoint.show,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer to give instead of the real one."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Web:
    """A WSGI application over one platform."""

    def __init__(self, platform: "Platform", lock: RLock, *, remembered: int = 1000) -> None:
        self._platform = platform
        self._lock = lock
        self._routes = routes(platform.profile.paths)
        self._faults: dict[str, deque[Fault | None]] = {}
        self._exchanges: deque[Exchange] = deque(maxlen=remembered)

    def answer_next(
        self,
        endpoint: str,
        *,
        status: int,
        times: int = 1,
        after: int = 0,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> None:
        """Answer the next `times` requests to `endpoint` (a name in HANDLERS) with a fault.

        `after` requests are answered as they should be before that.
        """
        if endpoint not in HANDLERS:
            raise ValueError(f"There is no endpoint {endpoint!r}; there are {sorted(HANDLERS)}.")
        with self._lock:
            faults = self._faults.setdefault(endpoint, deque())
            faults.extend([None] * after)
            faults.extend([Fault(status, headers or {}, body)] * times)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The latest requests and what was answered, oldest first."""
        with self._lock:
            return tuple(self._exchanges)

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        visit = Visit(platform=self._platform, request=request)
        response = self._answer(visit, environ)
        with self._lock:
            self._exchanges.append(
                Exchange(
                    at=self._platform.clock(),
                    method=request.method,
                    path=request.path,
                    status=response.status_code,
                    summary=visit.summary,
                )
            )
        return response(environ, start_response)

    def _answer(self, visit: Visit, environ: WSGIEnvironment) -> Response:
        try:
            endpoint, arguments = self._routes.bind_to_environ(environ).match()
        except HTTPException as error:
            return Response(str(error.code), status=error.code)
        visit.summary = endpoint
        if self._platform.profile.agent_required and not visit.request.user_agent.string:
            visit.note("no User-Agent")
            return Response("403 Forbidden", status=403)
        fault = self._fault(endpoint)
        if fault is not None:
            visit.note("fault on demand")
            return Response(fault.body, status=fault.status, headers=dict(fault.headers))
        return self._handled(HANDLERS[endpoint], visit, arguments)

    def _handled(self, handler: Handler, visit: Visit, arguments: Mapping[str, Any]) -> Response:
        try:
            return handler(visit, **arguments)
        except Refused as refused:
            visit.note(f"{refused.error}: {refused.reason}" if refused.reason else refused.error)
            document = {"error": refused.error, "error_description": refused.reason}
            return as_json(document, status=refused.status)

    def _fault(self, endpoint: str) -> Fault | None:
        with self._lock:
            faults = self._faults.get(endpoint)
            return faults.popleft() if faults else None
