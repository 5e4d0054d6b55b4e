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
    g.frame_ancestors = origins(*urls)


def origins(*urls: str | None) -> list[str]:
    """Return the sites of `urls`, each once."""
    return sorted({found for url in urls if url and (found := origin(url))})


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
        ancestors = g.visit.frame_origins
    wanted = worn(
        tuple(ancestors or ()),
        tuple(g.get("form_targets", ())),
        g.get("asks", ""),
        is_kept=request.endpoint == "foundation.static",
        is_secure=tool().public_url.startswith("https://"),
    )
    said = {name.title() for name, _ in response.headers}
    response.headers.extend([each for each in wanted if each[0] not in said])
    return response


@lru_cache(1024)
def worn(
    ancestors: tuple[str, ...] = (),
    form_targets: tuple[str, ...] = (),
    asks: str = "",
    *,
    is_kept: bool = False,
    is_secure: bool,
) -> tuple[tuple[str, str], ...]:
    """Return the headers that an answer carries, unless it says otherwise itself.

    Args:
        ancestors: the sites that may show it in a frame.
        form_targets: the sites, beside ours, that its page may send a form to.
        asks: what else its page may do.
        is_kept: whether it may be kept by the browser.
        is_secure: whether we are known by https.
    """
    policy = POLICY.format(
        ancestors=" ".join(ancestors) or "'none'",
        form_targets="".join(f" {target}" for target in form_targets),
        asks=asks,
    )
    return (
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        *(() if is_kept else (("Cache-Control", "no-store"),)),
        *((("Strict-Transport-Security", "max-age=31536000"),) if is_secure else ()),
    )
