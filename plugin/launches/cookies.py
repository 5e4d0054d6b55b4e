"""The cookies of a login and of a visit, kept for us inside one platform alone (partitioned)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lti.login import Beginning
from plugin.foundation.web.access import SESSION_COOKIE
from plugin.launches.admission import LOGIN_SECONDS
from plugin.launches.service import Entered

LOGIN_COOKIE: Final = "__Host-mentes-login-"
FRAMES: Final = frozenset({"iframe", "frame", "embed", "object"})
"""Values of Sec-Fetch-Dest; browsers before 2023 send none, and get no second way."""
LONG_AGO: Final = "Thu, 01 Jan 1970 00:00:00 GMT"


def may_lose_cookies(shown_in: str | None, cookies: Iterable[str]) -> bool:
    """Tell whether this is a frame that has not shown yet that it keeps cookies.

    Args:
        shown_in: what Sec-Fetch-Dest says.
        cookies: the names of those that it brought.
    """
    return shown_in in FRAMES and not any(name.startswith(SESSION_COOKIE) for name in cookies)


def of_login(beginning: Beginning) -> str:
    """Return the cookie by which the browser that began a login is known when it comes back."""
    return cookie(login_cookie(beginning.login.state), beginning.browser, LOGIN_SECONDS)


def after_launch(entered: Entered, state: str, session_seconds: int) -> tuple[str, str]:
    """Return the cookies of a launch that was let in: its login's is not needed any more."""
    kept = cookie(SESSION_COOKIE, entered.key, session_seconds)
    return cookie(login_cookie(state), "", 0), kept


def login_cookie(state: str) -> str:
    """Return the name of a login's cookie: one each, as frames may open at the same moment."""
    return LOGIN_COOKIE + "".join(filter(str.isalnum, state))[:12]


def cookie(name: str, value: str, seconds: int) -> str:
    """Return what has the browser keep something for us, inside this platform alone.

    A `value` is one of our keys, or nothing: none needs quoting. Kept for no second, it is
    forgotten. https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1
    """
    kept = f"Max-Age={seconds}" if seconds else f"Expires={LONG_AGO}; Max-Age=0"
    return f"{name}={value}; {kept}; Secure; HttpOnly; Path=/; SameSite=None; Partitioned"
