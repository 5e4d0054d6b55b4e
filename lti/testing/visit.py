"""One request to the platform, on its way through a handler."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request

from lti import jose, urls
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.testing.values import Claims, Refused, Tool

if TYPE_CHECKING:
    from lti.testing.platform import Platform

Entry = TypeVar("Entry")


@dataclass(slots=True)
class Visit:
    """A request, the platform that answers it, and what to remember of it."""

    platform: "Platform"
    request: Request
    summary: str = ""

    def note(self, what: str) -> None:
        """Add to the summary; never names, addresses or tokens."""
        self.summary = f"{self.summary}: {what}" if self.summary else what

    def document(self, media_type: str) -> Any:
        """Return the JSON body, which must say that it is `media_type`."""
        if self.request.mimetype != media_type:
            raise Refused(400, "bad_request", f"the content type is not {media_type}")
        try:
            return self.request.get_json(force=True)
        except BadRequest:
            raise Refused(400, "bad_request", "the body is not JSON") from None

    def accepts(self, media_type: str) -> None:
        """Insist that the caller takes `media_type`, by name or as anything: Moodle does."""
        accepted = self.request.headers.get("Accept", "*/*")
        if media_type not in accepted and "*/*" not in accepted:
            raise Refused(400, "bad_request", f"the answer is {media_type}")

    def authorised(self, *scopes: str) -> Tool:
        """Return the tool whose bearer token has one of `scopes`."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        held = self.platform.grants.look_up("access token", token)
        if scheme.lower() != "bearer" or held is None:
            raise Refused(401, "invalid_token", "the token is unknown or has expired")
        client_id, granted = held
        tool = self.platform.directory.tool(client_id)
        if tool is None or granted.isdisjoint(scopes):
            raise Refused(403, "insufficient_scope", "the token is for other services")
        return tool

    def bound(self, deployment_id: str | None, *scopes: str) -> Tool:
        """Return the tool as `authorised` does, in this deployment, which must be one of its own.

        None is an address that names no deployment.
        """
        tool = self.authorised(*scopes)
        if deployment_id is None:
            return tool
        bound = self.platform.directory.tool(tool.client_id, deployment_id)
        if bound is None:
            raise Refused(403, "forbidden", "the binding belongs to another tool")
        return bound

    def page(self, entries: list[Entry], url: str) -> tuple[list[Entry], list[str]]:
        """Return the entries from `from`, `limit` at most, and the link to the next such page."""
        start = self.request.args.get("from", 0, type=int)
        limit = self.request.args.get("limit", len(entries) or 1, type=int)
        links = []
        if start + limit < len(entries):
            beyond = [("limit", str(limit)), ("from", str(start + limit))]
            links.append(f'<{urls.with_query(url, beyond)}>; rel="next"')
        return entries[start : start + limit], links

    def verified(self, token: str, tool: Tool) -> Claims:
        """Return the claims of a token that `tool` signed, by the key set that it publishes now."""
        try:
            keys = jose.public_keys(self.platform.http.get(tool.jwks_uri).json())
        except (ServiceRefused, ServiceUnavailable, ValueError):
            raise Refused(404, "key_set_unreachable", "the tool's key set was not found") from None
        try:
            kid = jose.header(token).get("kid")
            return jose.verified_claims(token, keys.get(str(kid), ()))
        except jose.Unverifiable as error:
            raise Refused(400, "invalid_client", error.slug) from None
