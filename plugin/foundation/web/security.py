"""What protects a page in a frame: no forged requests, no foreign frame, nothing inline.

CSRF tokens need a cookie that a frame may not get, so we ask the browser instead: it says where a
request came from (`Sec-Fetch-Site`, else `Origin`). Routes that other sites must post to are marked
`cross_origin` and protected by state and nonce; the record store takes credentials, not cookies.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

from plugin.foundation.errors import CrossOriginRefused
from plugin.foundation.web.tool import tool

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RECORD_STORE = "xapi"
"""The blueprint whose views know credentials only, never a cookie."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; base-uri 'none'; form-action 'self'{form_targets};{asks} "
    "frame-ancestors {ancestors}"
)

ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def register(app: Flask) -> None:
    """Check every request that changes something, and dress every answer."""
    app.before_request(refuse_foreign_requests)
    app.after_request(dress)


def refuse_foreign_requests() -> None:
    """Refuse an unsafe request that another site made a browser send."""
    if request.method in SAFE_METHODS:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "cross_origin", False):
        return
    if request.blueprint == RECORD_STORE:
        return
    came_from = request.headers.get("Sec-Fetch-Site")
    if came_from in ("same-origin", "none"):
        return
    if came_from is None and request.headers.get("Origin") == tool().public_url:
        return
    raise CrossOriginRefused("Open the page in Mentes and send the form from there.")


def is_from_our_own_page() -> bool:
    """Tell whether one of our own pages asked for this: by link, form or script.

    Browsers before 2023 do not say it in so many words; they send the page's address.
    """
    came_from = request.headers.get("Sec-Fetch-Site")
    if came_from is not None:
        return came_from == "same-origin"
    return origin(request.headers.get("Referer", "")) == origin(tool().public_url)


@lru_cache(1024)
def origin(url: str) -> str | None:
    """Return the origin of `url` as a CSP source, or None when it has none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or not host.isascii():
        return None
    if not all(character.isalnum() or character in ".-:" for character in host):
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{port}"


def may_be_framed_by(*urls: str | None) -> None:
    """Let the sites of `urls` show this answer in a frame."""
    g.frame_ancestors = sorted({found for url in urls if url and (found := origin(url))})


def may_post_to(url: str) -> None:
    """Let the page of this answer send a form to the site of `url`."""
    g.form_targets = [found] if (found := origin(url)) else []


def may_ask_us() -> None:
    """Let the scripts of this answer's page ask our own site for more."""
    g.asks = " connect-src 'self';"


def dress(response: Response) -> Response:
    """Give `response` the headers that every answer carries."""
    ancestors = g.get("frame_ancestors")
    if ancestors is None and "visit" in g:
        ancestors = list(g.visit.frame_origins)
    policy = POLICY.format(
        ancestors=" ".join(ancestors) if ancestors else "'none'",
        form_targets="".join(f" {target}" for target in g.get("form_targets", ())),
        asks=g.get("asks", ""),
    )
    wanted = {"Content-Security-Policy": policy, **ALWAYS}
    if request.endpoint != "foundation.static":
        wanted["Cache-Control"] = "no-store"
    if tool().public_url.startswith("https://"):
        wanted["Strict-Transport-Security"] = "max-age=31536000"
    said = {name.title() for name, _ in response.headers}
    response.headers.extend({name: text for name, text in wanted.items() if name not in said})
    return response
