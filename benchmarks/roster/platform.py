"""A platform that has a roster of any length and nothing else.

python -m benchmarks.roster.platform MEMBERS

Prints its address, and serves until it is ended. Its entries are written before: what a platform
takes to write a page is not what is measured, and would be taken from the same processors.
"""

from __future__ import annotations

import json
import sys
import time
from urllib.parse import parse_qs

from werkzeug.wrappers import Request, Response

from lti import claims
from lti.testing import Server

LIMIT = 500
"""Members to a page, for who does not ask for so many."""


def member(number: int) -> dict[str, object]:
    """Return entry `number`, as Moodle writes them."""
    return {
        "status": "Active",
        "roles": ["Learner"],
        "user_id": str(number),
        "name": f"Learner Number{number}",
        "given_name": "Learner",
        "family_name": f"Number{number}",
        "email": f"learner.{number}@campus.example",
        "lis_person_sourcedid": f"C-{number:06}",
        "ext_user_username": f"learner{number}",
    }


def serve(members: int) -> None:
    """Serve a token for whoever asks, and the roster."""
    server = Server()
    entries = [json.dumps(member(number)).encode() for number in range(members)]

    def answer(request: Request) -> Response:
        if request.path == "/token":
            token = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
            return Response(json.dumps(token), content_type="application/json")
        asked = parse_qs(request.query_string.decode())
        start = int(asked.get("from", ["0"])[0])
        limit = int(asked.get("limit", [str(LIMIT)])[0])
        page = b", ".join(entries[start : start + limit])
        links = [f'<{server.url}/members?since=now>; rel="differences"']
        if start + limit < members:
            following = f"{server.url}/members?limit={limit}&from={start + limit}"
            links.append(f'<{following}>; rel="next"')
        return Response(
            b'{"id": "%s", "context": {"id": "2"}, "members": [%s]}' % (server.url.encode(), page),
            content_type=claims.MEDIA_MEMBERSHIPS,
            headers={"Link": ", ".join(links)},
        )

    server.app = Request.application(answer)
    server.start()
    print(server.url, flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
