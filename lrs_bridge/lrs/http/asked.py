"""A request as a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Request
from werkzeug.datastructures import Authorization, Headers
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.http import parse_options_header

from lrs_bridge.errors import EncodingUnsupported, Malformed
from lrs_bridge.lrs.http.version import spoken
from lrs_bridge.version import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a client asks for, however it said it.

    Attributes:
        method: GET, PUT, POST or DELETE; HEAD is asked as GET.
        version: the version of the standard whose rules hold.
        parameters: of the query, in order, twice if given twice.
        body: returns what was sent.
        length: how many bytes that is, where the header Content-Length is about something else.
    """

    method: str
    version: Version
    parameters: Sequence[tuple[str, str]]
    headers: Headers
    body: Callable[[], bytes]
    length: int | None = None

    def gives(self, parameter: str) -> bool:
        """Return whether a parameter is given."""
        return any(name == parameter for name, _ in self.parameters)

    @property
    def content_type(self) -> str:
        """Return the type of the body with its parameters, as sent; empty if it has none."""
        return self.headers.get("Content-Type", "")

    @property
    def mimetype(self) -> str:
        """Return the type of the body without parameters, in lower case."""
        return parse_options_header(self.content_type)[0].lower()


def authorization_in(headers: Headers) -> Authorization | None:
    """Return who a client says it is, or None if it does not say, or not understandably."""
    try:
        return Authorization.from_header(headers.get("Authorization"))
    except ValueError:  # not even letters that Base64 could be written in
        return None


def read_request(request: Request) -> Asked:
    """Return what a request asks for."""
    return Asked(
        method="GET" if request.method == "HEAD" else request.method,
        version=spoken(request.headers),
        parameters=tuple(request.args.items(multi=True)),
        headers=request.headers,
        body=lambda: whole_body(request),
    )


def whole_body(request: Request) -> bytes:
    """Return what was sent, all of it.

    A body of unknown length is read up to the limit, and what was there is not told from what was
    cut off; so a body as long as the limit is taken for one that is longer.

    Raises:
        EncodingUnsupported: if it is compressed.
        Malformed: if it is not framed as HTTP wants it.
        RequestEntityTooLarge: if it is larger than may be sent.
    """
    if request.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
        raise EncodingUnsupported("Send the body without a Content-Encoding.")
    try:
        body = request.get_data(cache=False)
    except HTTPException:
        raise
    except Exception as error:  # each server has errors of its own for what it cannot read
        raise Malformed("The body breaks off, or is not in chunks as HTTP wants them.") from error
    if len(body) < (request.content_length or 0):  # not every server minds
        raise Malformed("The body is shorter than its Content-Length says.")
    most = request.max_content_length
    if request.content_length is None and most is not None and len(body) >= most:
        raise RequestEntityTooLarge
    return body
