"""Passing on what others store: the same, once, filtered, and never in a circle."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lrs_bridge.client import RemoteStore
from lrs_bridge.lrs.access.credentials import add_credential
from lrs_bridge.lrs.attachments.multipart import write_parts
from lrs_bridge.lrs.upkeep.wanted import Wanted
from lrs_bridge.statement import equivalent
from lrs_bridge.testing import a_statement
from plugin.app import Mentes
from plugin.erasing import erasure_of
from plugin.foundation.outbox import Outcome
from plugin.foundation.tenancy import EVERYWHERE
from plugin.targets.rules import Filter
from plugin.worker import Worker
from tests.plugin.factories import NOW, an_organisation
from tests.plugin.targets.conftest import (
    Somewhere,
    a_moody_store,
    a_target,
    debts,
    owe,
)

ALL = Filter()
COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
SENDER = ("moodle", "a secret of the campus")
VERSION = {"X-Experience-API-Version": "1.0.3"}


def credential(mentes: Mentes, organisation_id: UUID, key: str = SENDER[0]) -> UUID:
    with mentes.database.transaction(EVERYWHERE) as session:
        return add_credential(session, organisation_id, key, SENDER[1], ["all"], NOW)


@pytest.fixture
def sender(mentes: Mentes, organisation_id: UUID) -> UUID:
    """A system that stores statements in the embedded store."""
    return credential(mentes, organisation_id)


def sent(
    app: Flask, *statements: dict[str, Any], key: str = SENDER[0], **more: str
) -> TestResponse:
    return app.test_client().post(
        "/xapi/statements",
        json=list(statements),
        auth=(key, SENDER[1]),
        headers={**VERSION, **more},
    )


def statement(**changed: Any) -> dict[str, Any]:
    return a_statement(id=str(uuid4()), **changed)


def forwarding(
    mentes: Mentes, organisation_id: UUID, url: str, wanted: Filter = ALL, **more: Any
) -> UUID:
    return a_target(mentes, organisation_id, url, forwards=wanted, ours=False, **more)


def test_what_arrives_is_passed_on_with_the_same_id_and_content(
    mentes: Mentes,
    organisation_id: UUID,
    app: Flask,
    worker: Worker,
    sender: UUID,
    somewhere: Somewhere,
) -> None:
    forwarding(mentes, organisation_id, somewhere.url)
    several = [statement(result={"score": {"raw": 1.5}}) for _ in range(3)]
    without_id = a_statement()
    assert sent(app, *several).status_code == 200
    (made_up,) = sent(app, without_id).get_json()
    assert sent(app, *several).status_code == 200  # again: nothing new
    worker.run_until_idle()
    kept = debts(mentes).values()
    assert {debt.outcome for debt in kept} == {Outcome.DELIVERED}, [it.problem for it in kept]
    arrived = somewhere.statements()
    assert [one["id"] for one in arrived] == [one["id"] for one in several] + [made_up]
    assert all(equivalent(one, theirs) for one, theirs in zip(several, arrived, strict=False))
    assert len(debts(mentes)) == 4


def test_what_mentes_itself_tells_is_not_passed_on(
    mentes: Mentes, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    owe(mentes, organisation_id)  # to the target of the installation, the embedded store
    forwarding(mentes, organisation_id, somewhere.url)
    owe(mentes, organisation_id)
    worker.run_until_idle()
    assert somewhere.ids() == []


def test_a_part_is_passed_on_by_verb_activity_and_sender(
    mentes: Mentes,
    organisation_id: UUID,
    app: Flask,
    worker: Worker,
    sender: UUID,
    somewhere: Somewhere,
) -> None:
    credential(mentes, organisation_id, "other")
    wanted = Filter(
        verbs=(COMPLETED,), activities=("https://lms.example/",), credentials=(str(sender),)
    )
    forwarding(mentes, organisation_id, somewhere.url, wanted)
    right = {"verb": {"id": COMPLETED}, "object": {"id": "https://lms.example/course/2"}}
    within = {
        "object": {"id": "https://elsewhere.example/1"},
        "context": {"contextActivities": {"grouping": [{"id": "https://lms.example/course/2"}]}},
    }
    yes = [statement(**right), statement(**{**right, **within})]
    no = [
        statement(**{**right, "verb": {"id": "https://v.example/looked"}}),
        statement(**{**right, "object": {"id": "https://elsewhere.example/2"}}),
    ]
    assert sent(app, *yes, *no).status_code == 200
    assert sent(app, statement(**right), key="other").status_code == 200
    worker.run_until_idle()
    assert somewhere.ids() == [one["id"] for one in yes]


def test_what_was_refused_is_not_owed(
    mentes: Mentes, organisation_id: UUID, app: Flask, sender: UUID, somewhere: Somewhere
) -> None:
    forwarding(mentes, organisation_id, somewhere.url)
    one = statement()
    assert sent(app, one, statement(verb={"id": "no address"})).status_code == 400
    assert debts(mentes) == {}


def test_attachments_go_with_it(
    mentes: Mentes,
    organisation_id: UUID,
    app: Flask,
    worker: Worker,
    sender: UUID,
    somewhere: Somewhere,
) -> None:
    forwarding(mentes, organisation_id, somewhere.url)
    content = b"a certificate\r\n\x00\xff"
    sha2 = hashlib.sha256(content).hexdigest()
    described = {
        "usageType": "https://lms.example/certificate",
        "display": {"en": "Certificate"},
        "contentType": "application/pdf",
        "length": len(content),
        "sha2": sha2,
    }
    before, with_it, after = statement(), statement(attachments=[described]), statement()
    assert sent(app, before).status_code == 200
    parts = [
        ({"Content-Type": "application/json"}, json.dumps(with_it).encode()),
        (
            {
                "Content-Type": "application/pdf",
                "Content-Transfer-Encoding": "binary",
                "X-Experience-API-Hash": sha2,
            },
            content,
        ),
    ]
    content_type, pieces = write_parts(parts)
    answer = app.test_client().post(
        "/xapi/statements",
        data=b"".join(pieces),
        content_type=content_type,
        auth=SENDER,
        headers=VERSION,
    )
    assert answer.status_code == 200, answer.text
    assert sent(app, after).status_code == 200
    worker.run_until_idle()
    assert somewhere.ids() == [one["id"] for one in (before, with_it, after)]
    got = somewhere.app.test_client().get(
        "/xapi/statements",
        query_string={"statementId": with_it["id"], "attachments": "true"},
        auth=("mentes", "a secret of the tests"),
        headers=VERSION,
    )
    assert content in got.data


def test_a_store_that_is_away_is_asked_once_however_much_is_attached(
    mentes: Mentes, organisation_id: UUID, app: Flask, worker: Worker, sender: UUID
) -> None:
    content = b"a certificate"
    sha2 = hashlib.sha256(content).hexdigest()
    described = {
        "usageType": "https://u.example/certificate",
        "display": {"en": "Certificate"},
        "contentType": "text/plain",
        "length": len(content),
        "sha2": sha2,
    }
    several = [statement(attachments=[described]) for _ in range(3)]
    part = {"Content-Transfer-Encoding": "binary", "X-Experience-API-Hash": sha2}
    content_type, body = write_parts(
        [({"Content-Type": "application/json"}, json.dumps(several).encode()), (part, content)]
    )
    with a_moody_store(lambda _batch: (503, "", {})) as moody:
        forwarding(mentes, organisation_id, moody.url)
        stored = app.test_client().post(
            "/xapi/statements",
            data=b"".join(body),
            content_type=content_type,
            auth=SENDER,
            headers=VERSION,
        )
        assert stored.status_code == 200, stored.text
        worker.run_until_idle()
        assert len(moody.asked) == 1
    assert {debt.attempts for debt in debts(mentes).values()} == {0}


def test_a_statement_of_2_is_not_made_into_one_of_1(
    mentes: Mentes,
    organisation_id: UUID,
    app: Flask,
    worker: Worker,
    sender: UUID,
    somewhere: Somewhere,
) -> None:
    forwarding(mentes, organisation_id, somewhere.url)
    newer = {"X-Experience-API-Version": "2.0.0"}
    assert sent(app, statement(), **newer).status_code == 200
    worker.run_until_idle()
    (debt,) = debts(mentes).values()
    assert (debt.outcome, debt.problem) == (Outcome.GIVEN_UP, "version-newer")
    assert somewhere.ids() == []


def test_what_was_erased_meanwhile_is_passed_on_no_more(
    mentes: Mentes,
    organisation_id: UUID,
    app: Flask,
    worker: Worker,
    sender: UUID,
    somewhere: Somewhere,
) -> None:
    forwarding(mentes, organisation_id, somewhere.url)
    gone, stays = statement(), statement()
    assert sent(app, gone, stays).status_code == 200
    for _ in erasure_of(mentes, organisation_id, "test", "test").erase(
        Wanted(ids=frozenset({UUID(gone["id"])}))
    ):
        pass
    worker.run_until_idle()
    assert somewhere.ids() == [stays["id"]]
    assert debts(mentes)[f"pass-on:{gone['id']}"].problem == "erased-since"


def test_two_that_pass_on_to_each_other_end_after_one_round(
    mentes: Mentes, organisation_id: UUID, app: Flask, worker: Worker, sender: UUID
) -> None:
    other = an_organisation(mentes.database)
    credential(mentes, other, "from-acme")
    credential(mentes, organisation_id, "from-beta")
    url = f"{mentes.settings.public_url}/xapi"
    for owner, key in ((organisation_id, "from-acme"), (other, "from-beta")):
        forwarding(mentes, owner, url, key=key, secret=SENDER[1])
    one = statement()
    assert sent(app, one).status_code == 200
    worker.run_until_idle()
    assert {debt.outcome for debt in debts(mentes).values()} == {Outcome.DELIVERED}
    for key in ("from-beta", "from-acme"):
        stored = app.test_client().get("/xapi/statements", auth=(key, SENDER[1]), headers=VERSION)
        assert [it["id"] for it in stored.get_json()["statements"]] == [one["id"]]


def test_a_target_of_1_gets_no_byte_of_a_batch_that_it_refuses_as_a_whole(
    mentes: Mentes, organisation_id: UUID, app: Flask, worker: Worker, sender: UUID
) -> None:
    """A store may refuse one statement that others took: it is parked alone."""
    bad = statement(verb={"id": "https://v.example/bad"})

    def picky(batch: list[dict[str, Any]]) -> tuple[int, str, dict[str, str]]:
        if any(one["id"] == bad["id"] for one in batch):
            return 400, "not that", {}
        return 200, json.dumps([one["id"] for one in batch]), {}

    with a_moody_store(picky) as moody:
        forwarding(mentes, organisation_id, moody.url)
        several = [statement(), bad, statement()]
        assert sent(app, *several).status_code == 200
        worker.run_until_idle()
    outcomes = {key[-36:]: debt.outcome for key, debt in debts(mentes).items()}
    assert outcomes == {
        several[0]["id"]: Outcome.DELIVERED,
        bad["id"]: Outcome.GIVEN_UP,
        several[2]["id"]: Outcome.DELIVERED,
    }


def test_a_store_of_ours_is_tried_without_storing_anything(somewhere: Somewhere) -> None:
    store = RemoteStore(somewhere.url, "mentes", "a secret of the tests")
    trial = store.tried()
    store.close()
    assert trial.is_there
    assert {"1.0.3", "2.0.0"} <= set(trial.versions)
    assert somewhere.ids() == []
