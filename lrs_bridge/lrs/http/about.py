"""The About resource: what is spoken here.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#28-about-resource
"""

from __future__ import annotations

import json

from flask import Response, g

from lrs_bridge.lrs import parameters
from lrs_bridge.lrs.http.asked import Asked
from lrs_bridge.lrs.http.resource import ANYONE, Resource
from lrs_bridge.lrs.http.version import SPOKEN


def resource() -> Resource:
    """Return it; it needs neither a credential nor a version."""
    return Resource(path="/about", methods={"GET": _get}, requires=ANYONE, versioned=False)


def _get(asked: Asked) -> Response:
    parameters.read(asked.parameters, {})
    g.xapi_version = asked.version  # also when none was asked for: this is served in any
    return Response(json.dumps({"version": SPOKEN}), content_type="application/json")
