"""What the platform tells tools: their handlers, and signed notices in batches.

https://www.imsglobal.org/spec/lti-pns/v1p0/main/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from werkzeug.wrappers import Response

from lti import claims
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.testing.answers import as_json
from lti.testing.messages import NOTICE_TYPES
from lti.testing.values import Claims, Course, Refused, Tool
from lti.testing.visit import Visit

if TYPE_CHECKING:
    from lti.testing.platform import Platform

LIFETIME = 3600  # s, of a notice's token, as Canvas's


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """Where a tool wants to be told of one type of notice; `batch` is how many at once."""

    url: str
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Notices:
    """The handlers of all tools, and the way to them."""

    _platform: "Platform"
    _lock: RLock
    _handlers: dict[tuple[str, str], Handler] = field(default_factory=dict)

    def handlers(self, tool: Tool) -> Mapping[str, Handler]:
        """Return a tool's handlers by type of notice."""
        with self._lock:
            return {
                type: found for (id, type), found in self._handlers.items() if id == tool.client_id
            }

    def set(self, tool: Tool, type: str, handler: Handler) -> None:
        """Set a handler, in place of the one before; one without a URL removes it."""
        with self._lock:
            if handler.url:
                self._handlers[tool.client_id, type] = handler
            else:
                self._handlers.pop((tool.client_id, type), None)

    def signed(self, tool: Tool, type: str, content: Claims, *, id: str | None = None) -> str:
        """Return a notice as a token; without `id` it is a new one."""
        now = self._platform.clock()
        return self._platform.sign(
            {
                "iss": self._platform.issuer,
                "aud": tool.client_id,
                "azp": tool.client_id,
                "iat": int(now.timestamp()),
                "exp": int(now.timestamp()) + LIFETIME,
                "nonce": str(uuid4()),
                claims.VERSION: claims.VERSION_1_3,
                claims.DEPLOYMENT_ID: tool.deployment_id,
                claims.NOTICE: {
                    "id": id or str(uuid4()),
                    "timestamp": now.astimezone(UTC).isoformat(timespec="seconds"),
                    "type": type,
                },
                **content,
            }
        )

    def tell(self, tool: Tool, type: str, *contents: Claims) -> tuple[int | None, ...]:
        """Send notices to the tool if it wants such; return the status of each batch.

        None is a handler that did not answer. Nothing is tried again, as Canvas does not either.
        """
        handler = self.handlers(tool).get(type)
        if handler is None or not contents:
            return ()
        jwts = [self.signed(tool, type, content) for content in contents]
        size = handler.batch or len(jwts)
        starts = range(0, len(jwts), size)
        return tuple(self.post(handler.url, jwts[start : start + size]) for start in starts)

    def post(self, url: str, jwts: Sequence[str]) -> int | None:
        """Post one batch and return the status, None for no answer."""
        document = {"notices": [{"jwt": jwt} for jwt in jwts]}
        try:
            http = self._platform.http
            return http.request("POST", url, accept="*/*", document=document).status
        except (ServiceRefused, ServiceUnavailable) as error:
            return error.status

    def tell_of_copy(self, course: Course) -> None:
        """Tell every tool that wants to know that `course` is a copy."""
        content: dict[str, Any] = {
            claims.CONTEXT: {
                "id": course.id,
                "label": course.label,
                "title": course.title,
                "type": ["CourseSection"],
            },
            claims.ORIGIN_CONTEXTS: list(course.copied_from[:1]),
        }
        for tool in self._platform.directory.tools():
            self.tell(tool, "LtiContextCopyNotice", content)


def handlers(visit: Visit, deployment_id: str | None = None) -> Response:
    """List a tool's handlers, or set one."""
    tool = visit.bound(deployment_id, claims.SCOPE_NOTICE_HANDLERS)
    if visit.request.method == "PUT":
        return as_json(_put(visit, tool))
    known = visit.platform.notices.handlers(tool)
    listed = [_document(type, known.get(type, Handler(url=""))) for type in NOTICE_TYPES]
    return as_json(
        {
            "client_id": tool.client_id,
            "deployment_id": tool.deployment_id,
            "notice_handlers": listed,
        }
    )


def _put(visit: Visit, tool: Tool) -> dict[str, Any]:
    said = visit.document("application/json")
    if not isinstance(said, dict) or said.get("notice_type") not in NOTICE_TYPES:
        raise Refused(400, "bad_request", "notice_type is missing or unknown")
    url, batch = said.get("handler"), said.get("max_batch_size")
    if not isinstance(url, str) or not isinstance(batch, int | None):
        raise Refused(400, "bad_request", "handler or max_batch_size is malformed")
    if url and urlsplit(url).hostname != urlsplit(tool.target_link_uri).hostname:
        raise Refused(400, "bad_request", "the handler is not on the tool's domain")
    handler = Handler(url=url, batch=batch)
    visit.platform.notices.set(tool, said["notice_type"], handler)
    visit.note("set" if url else "removed")
    return _document(said["notice_type"], handler)


def _document(type: str, handler: Handler) -> dict[str, Any]:
    document: dict[str, Any] = {"notice_type": type, "handler": handler.url}
    if handler.batch is not None:
        document["max_batch_size"] = handler.batch
    return document
