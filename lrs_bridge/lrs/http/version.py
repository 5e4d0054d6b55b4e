"""Which version of the standard a request speaks; its answer speaks the same.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#33-versioning
IEEE 9274.1.1-2023, 4.1.7 (the header) and 4.1.6.7 (About)
"""

from __future__ import annotations

from flask import Response, g
from werkzeug.datastructures import Headers

from lrs_bridge.errors import VersionUnsupported
from lrs_bridge.version import Version, named

HEADER = "X-Experience-API-Version"

SPOKEN = ("1.0.0", "1.0.1", "1.0.2", Version.V1_0, Version.V2_0)

# Version 0.9 knew no header, so a request without one is taken to be in that, and is not served.
# Answers to it say so: nothing else could be right for clients of 1.0 and of 2.0 alike, and both
# conformance suites read it that way.
_BEFORE_VERSIONS = "0.9"


def spoken(headers: Headers) -> Version:
    """Return the version whose rules a request is read by, and note it for the answer.

    A request that names none, or one that is not spoken here, is read by those of the nearest.
    """
    given = headers.get(HEADER)
    found = named(given)
    nearest = found or (Version.V2_0 if (given or "") >= "2" else Version.V1_0)
    g.xapi_version = _BEFORE_VERSIONS if given is None else nearest
    return nearest


def check(headers: Headers) -> None:
    """Raise `VersionUnsupported` unless a request says that it speaks a version spoken here."""
    given = headers.get(HEADER)
    if given is None:
        raise VersionUnsupported(
            f"The header {HEADER} is required: {Version.V1_0} or {Version.V2_0}."
        )
    if named(given) is None:
        raise VersionUnsupported(
            f"The header {HEADER} must be {Version.V1_0} or {Version.V2_0}, or another patch of"
            " these."
        )


def on_every_answer(response: Response) -> Response:
    """Say which version the answer speaks."""
    response.headers[HEADER] = g.get("xapi_version", Version.V1_0)
    return response
