"""From what another system posts, over a real socket, to an open check-in."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
import requests
from joserfc import jws
from joserfc.jwk import RSAKey
from werkzeug.datastructures import MultiDict

from lrs_bridge.completion import named_place
from lrs_bridge.sources.webhooks import docebo
from lti.testing import Server, serving
from plugin.checkins.rules import State
from plugin.completions import changing, source_forms, sources
from plugin.completions.model import CompletionRow, RefusedDelivery, SourceKind, SourceRow, Status
from tests.conftest import MovableClock
from tests.journeys.stage import Stage
from tests.lrs_bridge.sources.golden import FOLDER, loaded
from tests.plugin.factories import every
from tests.plugin.launching import ADA

ACADEMY = "https://academy.example"
CANVAS = "https://school.example"
SECRET = "a secret of the academy"
WHSEC = "whsec_" + b64encode(b"thirty-two bytes of a secret ...").decode()


@dataclass
class Sender:
    """Another system, and the address that it was given."""

    stage: Stage
    address: str
    source_id: UUID

    def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> requests.Response:
        """Post `body` over the socket, and let the worker work."""
        answer = requests.post(self.address, data=body, headers=dict(headers or {}), timeout=10)
        self.stage.worker.run_until_idle()
        return answer

    def source(self) -> SourceRow:
        """Return how it goes."""
        with self.stage.mentes.database.reading(self.stage.organisation_id) as session:
            return session.get_one(SourceRow, self.source_id)

    def refused(self) -> dict[str, int]:
        """Return how often what was refused."""
        with self.stage.mentes.database.reading(self.stage.organisation_id) as session:
            return {row.slug: row.times for row in every(session, RefusedDelivery)}


@pytest.fixture
def learning(stage: Stage, tool_server: Server, clock: MovableClock) -> Stage:
    """A learner who has a mentor; the tool answers on its socket."""
    stage.join(stage.learner)
    clock.forward(minutes=1)
    return stage


def a_sender(stage: Stage, kind: SourceKind, secret: str | None, **configuration: Any) -> Sender:
    with stage.mentes.database.transaction(stage.organisation_id) as session:
        source = sources.add(
            session,
            stage.mentes.cipher,
            kind=kind,
            name="Academy",
            configuration=configuration,
            secret=secret,
            now=stage.mentes.clock(),
        )
    public = stage.mentes.settings.public_url
    return Sender(stage, f"{public}/completions/{source.path}", source.id)


def know(stage: Stage, place: str, *, home: str, name: str, kind: str = "course") -> None:
    """Bind what the other system calls the course and Ada, and set a rule about it."""
    stage.set_rule_about(place, kind)
    stage.call(ADA, home=home, name=name)


def opened(stage: Stage) -> None:
    """Assert that exactly one check-in is open."""
    assert [checkin.state for checkin in stage.checkins()] == [State.OPEN]


MAPPING = {
    "source": "academy",
    "home": ACADEMY,
    "event": "type",
    "states": {"finished": "completed"},
    "event_id": "id",
    "account": "user",
    "course": "course",
    "at": "at",
}


def finished(stage: Stage, id: str = "e-1") -> bytes:
    """Return what the academy sends."""
    event = {"type": "finished", "id": id, "user": "u-7", "course": f"{ACADEMY}/c/1"}
    return json.dumps({**event, "at": stage.mentes.clock().isoformat()}).encode()


def signed(body: bytes, clock: MovableClock, id: str = "msg_1") -> dict[str, str]:
    """Return the headers of a Standard Webhook."""
    sent_at = str(int(clock().timestamp()))
    content = f"{id}.{sent_at}.".encode() + body
    digest = hmac.digest(b"thirty-two bytes of a secret ...", content, "sha256")
    return {
        "webhook-id": id,
        "webhook-timestamp": sent_at,
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }


def proofs(body: bytes, clock: MovableClock) -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
    """Return (configuration, headers) of every way to prove oneself."""
    basic = b64encode(f"mentes:{SECRET}".encode()).decode()
    return {
        "standard-webhooks": ({}, signed(body, clock)),
        "hmac": (
            {"header": "X-Signature", "prefix": "sha256="},
            {"x-signature": "sha256=" + hmac.new(SECRET.encode(), body, sha256).hexdigest()},
        ),
        "bearer": ({}, {"Authorization": f"Bearer {SECRET}"}),
        "basic": ({}, {"Authorization": f"Basic {basic}"}),
        "header": ({"header": "X-Secret"}, {"X-Secret": SECRET}),
    }


@pytest.mark.parametrize("proof", ["standard-webhooks", "hmac", "bearer", "basic", "header"])
def test_a_webhook_opens_one_check_in_and_nobody_elses_does(
    learning: Stage, clock: MovableClock, proof: str
) -> None:
    know(learning, f"{ACADEMY}/c/1", home=ACADEMY, name="u-7")
    body = finished(learning)
    how, headers = proofs(body, clock)[proof]
    secret = WHSEC if proof == "standard-webhooks" else SECRET
    sender = a_sender(learning, SourceKind.WEBHOOK, secret, proof=proof, mapping=MAPPING, **how)
    for wrong in ({}, {name: value[:-2] + "xx" for name, value in headers.items()}):
        answer = sender.post(body, wrong)
        assert answer.status_code == 401, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["type"].endswith("/problems/proof-refused")
    assert learning.checkins() == []
    for _ in range(2):
        answer = sender.post(body, headers)
        assert answer.status_code == 200, answer.text
    opened(learning)
    source = sender.source()
    assert (source.received, source.repeated, source.problem) == (1, 1, None)
    assert sender.refused() == {"proof-refused": 1}  # the second waits to be written


def test_docebos_preset_reads_what_docebo_sends(learning: Stage, clock: MovableClock) -> None:
    know(learning, named_place("301", home=ACADEMY), home=ACADEMY, name="13012")
    sender = a_sender(learning, SourceKind.WEBHOOK, SECRET, proof="bearer", mapping=docebo(ACADEMY))
    message = {
        "event": "course.enrollment.completed",
        "fired_by_batch_action": False,
        "message_id": "wh-20261122-1",
        "payload": {
            "user_id": 13012,
            "course_id": 301,
            "completion_date": clock().strftime("%Y-%m-%d %H:%M:%S"),
        },
    }
    answer = sender.post(json.dumps(message).encode(), {"Authorization": f"Bearer {SECRET}"})
    assert answer.json() == {"new": 1, "repeated": 0, "passedOver": 0, "unreadable": 0}
    opened(learning)


def test_adobes_preset_is_added_by_hand_corrected_and_reads_what_is_signed(
    learning: Stage, clock: MovableClock
) -> None:
    """As an administrator does it: the worked example, signed, with a place that differs."""
    home = "https://learningmanager.adobe.com"
    know(learning, named_place("course:1234", home=home), home=home, name="55")
    sent = {
        **source_forms.preset("adobe-learning-manager", home),
        "name": "Learning Manager",
        "proof": "hmac",
        "header": "X-Acap-Signature",
        "at": "dateCompleted | timestamp",
    }
    wanted = source_forms.wanted(SourceKind.WEBHOOK, MultiDict(sent), is_new=True)
    assert wanted.secret is not None
    sender = a_sender(learning, SourceKind.WEBHOOK, wanted.secret, **wanted.configuration)
    event = loaded(FOLDER / "webhook-adobe-completion.json")["given"]
    event = {**event, "timestamp": "2019-01-01T00:00:00Z", "dateCompleted": clock().isoformat()}
    body = json.dumps({"events": [event]}).encode()
    proof = hmac.new(wanted.secret.encode(), body, sha256).hexdigest()
    assert sender.post(body + b" ", {"X-Acap-Signature": proof}).status_code == 401
    assert learning.checkins() == []
    for _ in range(2):
        assert sender.post(body, {"X-Acap-Signature": proof}).status_code == 200
    opened(learning)
    assert (sender.source().received, sender.source().repeated) == (1, 1)


def test_statements_by_webhook_as_360learning_sends_them(
    learning: Stage, clock: MovableClock
) -> None:
    course = "urn:360learning:course:5f1c"
    know(learning, course, home="https://app.360learning.example", name="ada")
    sender = a_sender(
        learning,
        SourceKind.WEBHOOK,
        WHSEC,
        proof="standard-webhooks",
        mapping="statements",
    )
    statement = {
        "id": "7d3f1b9e-5b1c-4f0e-9d3a-2a1c5f6e7b8d",
        "actor": {"account": {"homePage": "https://app.360learning.example", "name": "ada"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {
            "id": course,
            "definition": {"type": "http://adlnet.gov/expapi/activities/course"},
        },
        "timestamp": clock().isoformat(),
    }
    body = json.dumps(statement).encode()
    answer = sender.post(body, signed(body, clock))
    assert answer.json()["new"] == 1, answer.text
    opened(learning)


class Keys:
    """Keys that change, published on a socket of their own."""

    def __init__(self, server: Server) -> None:
        self.url = f"{server.url}/jwks"
        self.keys: list[RSAKey] = []
        self.asked = 0
        server.app = self.answer
        self.change()

    def change(self) -> None:
        self.keys = [RSAKey.generate_key(2048, {"kid": f"key-{len(self.keys)}-{id(self.keys)}"})]

    def answer(self, _environ: Any, start: Any) -> list[bytes]:
        self.asked += 1
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()]

    def sign(self, event: Any) -> bytes:
        header = {"alg": "RS256", "kid": self.keys[0].kid}
        return jws.serialize_compact(header, json.dumps(event).encode(), self.keys[0]).encode()


@pytest.fixture
def keys() -> Iterator[Keys]:
    """Where Canvas publishes its keys."""
    with serving() as server:
        yield Keys(server)


def a_live_event(clock: MovableClock) -> dict[str, Any]:
    at = clock().isoformat()
    return {
        "metadata": {"event_name": "course_completed", "event_time": at},
        "body": {
            "course": {"id": "12", "name": "Feedback"},
            "user": {"id": "4711", "name": "Ada One"},
            "progress": {"completed_at": at, "requirement_count": 3},
        },
    }


def test_canvas_signs_with_keys_that_change(
    learning: Stage, clock: MovableClock, keys: Keys
) -> None:
    know(learning, f"{CANVAS}/courses/12", home=CANVAS, name="4711")
    sender = a_sender(learning, SourceKind.CANVAS, None, site=CANVAS, key_set=keys.url)
    unsigned = sender.post(json.dumps(a_live_event(clock)).encode())
    assert unsigned.status_code == 401
    assert sender.post(keys.sign(a_live_event(clock))).status_code == 200
    opened(learning)
    keys.change()
    assert sender.post(keys.sign(a_live_event(clock))).status_code == 401  # fetched just now
    clock.forward(minutes=1)
    answer = sender.post(keys.sign(a_live_event(clock)))
    assert answer.status_code == 200, answer.text
    assert keys.asked == 2
    assert sender.source().received == 2


def test_a_sensor_of_caliper_is_heard(learning: Stage, clock: MovableClock) -> None:
    know(learning, "https://bb.example/courses/9", home="https://bb.example/users", name="42")
    sender = a_sender(learning, SourceKind.CALIPER, SECRET)
    envelope = {
        "sensor": "https://bb.example/sensor",
        "sendTime": clock().isoformat(),
        "dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "data": [
            {
                "id": "urn:uuid:3a648e68-f00d-4c08-aa59-8738e1884f2c",
                "type": "Event",
                "action": "Completed",
                "actor": {"id": "https://bb.example/users/42", "type": "Person"},
                "object": {"id": "https://bb.example/courses/9", "type": "CourseOffering"},
                "eventTime": clock().isoformat(),
            }
        ],
    }
    for header in (f"Bearer {SECRET}", SECRET):  # sensors send an API key either way
        answer = sender.post(json.dumps(envelope).encode(), {"Authorization": header})
        assert answer.status_code == 200, answer.text
    opened(learning)
    assert (sender.source().received, sender.source().repeated) == (1, 1)


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (b"{", 422, "payload-invalid"),
        (b"[]", 200, ""),
        (b'"text"', 422, "payload-invalid"),
        (b'{"type": "finished"}', 422, "payload-invalid"),
        (b'{"type": "something else"}', 200, ""),
        (b"\xff\xfe", 422, "payload-invalid"),
        (b"[" * 100_000, 422, "payload-invalid"),
        (b"{" + b" " * 1_100_000 + b"}", 413, "payload-too-large"),
    ],
)
def test_what_cannot_be_read_is_said_by_name_and_shown(
    learning: Stage, body: bytes, status: int, slug: str
) -> None:
    sender = a_sender(learning, SourceKind.WEBHOOK, SECRET, proof="bearer", mapping=MAPPING)
    answer = sender.post(body, {"Authorization": f"Bearer {SECRET}"})
    assert answer.status_code == status, answer.text
    if slug:
        assert answer.json()["type"].endswith(f"/problems/{slug}")
        assert sender.refused() == {slug: 1}
    assert learning.checkins() == []


def test_nobody_elses_address_and_a_source_that_is_off(learning: Stage) -> None:
    sender = a_sender(learning, SourceKind.WEBHOOK, SECRET, proof="bearer", mapping=MAPPING)
    headers = {"Authorization": f"Bearer {SECRET}"}
    elsewhere = requests.post(f"{sender.address}x", data=b"{}", headers=headers, timeout=10)
    assert elsewhere.status_code == 404
    with learning.mentes.database.transaction(learning.organisation_id) as session:
        sources.disable(session.get_one(SourceRow, sender.source_id))
    assert sender.post(finished(learning), headers).status_code == 403
    assert sender.refused() == {"source-disabled": 1}


def test_a_secret_that_was_replaced_is_good_for_a_day(learning: Stage, clock: MovableClock) -> None:
    sender = a_sender(learning, SourceKind.WEBHOOK, SECRET, proof="bearer", mapping=MAPPING)
    with learning.mentes.database.transaction(learning.organisation_id) as session:
        row = session.get_one(SourceRow, sender.source_id)
        changing.rotate(row, learning.mentes.cipher, "another", now=clock())
        assert SECRET not in json.dumps([row.secret, row.former_secret])
    old, new = ({"Authorization": f"Bearer {each}"} for each in (SECRET, "another"))
    assert sender.post(finished(learning), old).status_code == 200
    assert sender.post(finished(learning), new).status_code == 200
    clock.forward(hours=25)
    assert sender.post(finished(learning), old).status_code == 401
    assert sender.post(finished(learning), new).status_code == 200


def test_two_sources_may_use_one_id_for_two_events(learning: Stage) -> None:
    headers = {"Authorization": f"Bearer {SECRET}"}
    first = a_sender(learning, SourceKind.WEBHOOK, SECRET, proof="bearer", mapping=MAPPING)
    with learning.mentes.database.transaction(learning.organisation_id) as session:
        session.get_one(SourceRow, first.source_id).name = "First"
    second = a_sender(learning, SourceKind.WEBHOOK, SECRET, proof="bearer", mapping=MAPPING)
    for sender in (first, second):
        assert sender.post(finished(learning), headers).json()["new"] == 1
    with learning.mentes.database.reading(learning.organisation_id) as session:
        rows = every(session, CompletionRow)
    assert [row.status for row in rows] == [Status.WAITING] * 2
