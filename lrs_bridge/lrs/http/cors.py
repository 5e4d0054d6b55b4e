"""Scripts of other origins may use the store: content in a browser is what xAPI was made for.

A credential is sent by the script itself, never by the browser on its own, so any origin may ask,
with whatever headers it likes.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, request

_EXPOSED = ", ".join(
    (
        "ETag",
        "Last-Modified",
        "X-Experience-API-Version",
        "X-Experience-API-Consistent-Through",
        "WWW-Authenticate",
        "Retry-After",
    )
)
_KEPT_FOR = "86400"  # seconds; browsers shorten it to what they like


def options(allowed: Iterable[str]) -> Response:
    """Answer OPTIONS, which a browser sends ahead of a script's request, without a credential."""
    response = Response(status=204)
    response.headers["Allow"] = ", ".join(allowed)
    if "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = ", ".join(allowed)
        asked_for = request.headers.get("Access-Control-Request-Headers", "")
        response.headers["Access-Control-Allow-Headers"] = asked_for
        response.headers["Access-Control-Max-Age"] = _KEPT_FOR
    return response


def on_every_answer(response: Response) -> Response:
    """Let scripts of any origin read the answer and those headers that the standard gives it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    return response
