"""The two parts of a Content-Security-Policy that a script-less browser obeys.

https://www.w3.org/TR/CSP3/
"""

from __future__ import annotations

from plugin.demo.cookies import origin


def may_frame(policy: str, ancestor: str, own: str) -> bool:
    """Return whether a page at `own` may be shown in a frame of `ancestor`."""
    return _allows(policy, "frame-ancestors", ancestor, own)


def may_send_to(policy: str, target: str, own: str) -> bool:
    """Return whether a form on a page at `own` may be sent to `target`."""
    return _allows(policy, "form-action", target, own)


def _allows(policy: str, directive: str, url: str, own: str) -> bool:
    sources = _sources(policy, directive)
    if sources is None:
        return True
    scheme = url.partition(":")[0]
    return any(
        (source == "'self'" and origin(url) == origin(own))
        or source in ("*", f"{scheme}:", origin(url))
        for source in sources
    )


def _sources(policy: str, directive: str) -> list[str] | None:
    for part in policy.split(";"):
        name, *sources = part.split() or [""]
        if name.lower() == directive:
            return sources
    return None
