"""Ralph as the remote record store: our statements are accepted, and found there again.

https://openfun.github.io/ralph/latest/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import requests

from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.checkins.rules import Worth
from plugin.foundation.outbox import Outcome
from plugin.targets import service, trying
from plugin.targets.looking import shown
from plugin.worker import Worker
from tests.clients.installed import has_ralph_server
from tests.clients.ralph_server import a_ralph
from tests.conformance.server import Store
from tests.conftest import MovableClock
from tests.plugin.factories import later, mentoring
from tests.plugin.targets.conftest import a_target, debts

pytestmark = pytest.mark.skipif(not has_ralph_server(), reason="run: make clients")


@pytest.fixture(scope="module")
def ralph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A Ralph on a real socket."""
    with a_ralph(tmp_path_factory.mktemp("ralph")) as store:
        yield store


def found(ralph: Store, **query: Any) -> list[dict[str, Any]]:
    """Return what Ralph answers to a query of the standard."""
    answer = requests.get(
        f"{ralph.endpoint}/statements",
        params=query,
        auth=(ralph.key, ralph.secret),
        headers={"X-Experience-API-Version": "1.0.3"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    statements: list[dict[str, Any]] = answer.json()["statements"]
    return statements


def test_what_we_tell_is_accepted_and_found_again(
    mentes: Mentes,
    organisation_id: UUID,
    worker: Worker,
    clock: MovableClock,
    ralph: Store,
) -> None:
    clock.now = later(days=10)
    target_id = a_target(
        mentes, organisation_id, ralph.endpoint, key=ralph.key, secret=ralph.secret
    )
    pair = mentoring(mentes.database, organisation_id, recorded=True)
    with mentes.database.transaction(organisation_id) as session:
        by, now = pair.mentee_id, later(days=2)
        starts_at = later(days=1)
        checkins.book(
            session, pair.checkin_id, starts_at=starts_at, meeting_place="", by=by, now=later()
        )
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=now)
        checkins.reflect(
            session,
            pair.checkin_id,
            by=by,
            worth=Worth.PARTLY,
            next_step="Ask",
            next_step_by=None,
            line="Thanks",
            now=later(days=3),
        )
    worker.run_until_idle()
    kept = debts(mentes).values()
    refused = [(it.payload["verb"]["id"], it.problem) for it in kept if it.outcome != "delivered"]
    # A person as the object is valid xAPI, which Ralph 5.1 does not take; it is parked alone.
    assert refused == [(Verb.MENTORED, "statement-refused (422)")]
    delivered = [debt for debt in kept if debt.outcome == Outcome.DELIVERED]
    owed = {debt.payload["id"]: debt.payload for debt in delivered}
    assert len(owed) >= 6
    for id, payload in owed.items():
        (stored,) = found(ralph, statementId=id)
        assert {name: stored[name] for name in payload} == payload
    attended = [it for it in owed.values() if it["verb"]["id"].endswith("/attended")]
    actor = json.dumps(attended[0]["actor"])
    queried = found(ralph, verb=attended[0]["verb"]["id"], agent=actor)
    assert [it["id"] for it in queried] == [attended[0]["id"]]
    with mentes.database.reading(organisation_id) as session:
        target = service.one(session, target_id)
    assert trying.tried(mentes.targets, target).text == trying.WELL


def test_sent_again_they_are_settled_and_a_wrong_secret_is_noticed(
    mentes: Mentes, organisation_id: UUID, worker: Worker, clock: MovableClock, ralph: Store
) -> None:
    clock.now = later(days=10)
    options = {"key": ralph.key, "secret": ralph.secret}
    for _ in range(2):  # two targets that are the same store: each sends everything
        a_target(mentes, organisation_id, ralph.endpoint, **options)
    wrong = a_target(mentes, organisation_id, ralph.endpoint, key=ralph.key, secret="wrong")
    mentoring(mentes.database, organisation_id, recorded=True)
    worker.run_until_idle()
    kept = debts(mentes).values()
    assert {it.outcome for it in kept if it.target != str(wrong)} <= {Outcome.DELIVERED}
    with mentes.database.reading(organisation_id) as session:
        states = {it.target.id: it.state for it in shown(session, now=clock())}
    assert states.pop(wrong) == "paused"
    assert set(states.values()) == {"well"}
