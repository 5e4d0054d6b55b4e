"""The Activities resource.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#25-activities-resource
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Response

from lrs_bridge.lrs import activities, parameters
from lrs_bridge.lrs.http.admission import admitted
from lrs_bridge.lrs.http.asked import Asked
from lrs_bridge.lrs.http.resource import Resource
from lrs_bridge.lrs.http.setup import Setup


def resource(setup: Setup) -> Resource:
    """Return it."""
    return Resource(path="/activities", methods={"GET": _Activities(setup).get})


@dataclass(frozen=True, slots=True)
class _Activities:
    """What answers each method."""

    setup: Setup

    def get(self, asked: Asked) -> Response:
        """Return all that is known of an activity; of an unknown one, its id."""
        credential = admitted(self.setup, asked)
        credential.check_looking_up()
        given = parameters.read(asked.parameters, {"activityId": parameters.iri}, "activityId")
        id = given["activityId"]
        with self.setup.reading() as session:
            known = activities.known(session, credential.organisation_id, [id])
        activity: dict[str, Any] = {"objectType": "Activity", "id": id}
        if id in known:
            activity["definition"] = known[id]
        body = json.dumps(activity, ensure_ascii=False)
        return Response(body, content_type="application/json")
