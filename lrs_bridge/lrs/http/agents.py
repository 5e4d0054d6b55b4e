"""The Agents resource.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#24-agents-resource
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Response

from lrs_bridge.lrs import parameters, people
from lrs_bridge.lrs.http.admission import admitted
from lrs_bridge.lrs.http.asked import Asked
from lrs_bridge.lrs.http.resource import Resource
from lrs_bridge.lrs.http.setup import Setup


def resource(setup: Setup) -> Resource:
    """Return it."""
    return Resource(path="/agents", methods={"GET": _Agents(setup).get})


@dataclass(frozen=True, slots=True)
class _Agents:
    """What answers each method."""

    setup: Setup

    def get(self, asked: Asked) -> Response:
        """Return who an agent is; an unknown one is who it says.

        Names are only for those who may read the statements that they are taken from.
        """
        credential = admitted(self.setup, asked)
        credential.check_looking_up()
        agent = parameters.read(asked.parameters, {"agent": parameters.agent}, "agent")["agent"]
        if not credential.reads_everything():
            return _json(people.person(agent))
        with self.setup.reading() as session:
            names = people.names(session, credential.organisation_id, agent)
            return _json(people.person(agent, names))


def _json(value: object) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), content_type="application/json")
