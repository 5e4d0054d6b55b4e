"""Ralph as the record store that an LMS writes to and completions are read from.

What Ralph 5.1 does otherwise than the specification wants: it takes times without a zone alone, and
compares `since` with when things happened, not with when it stored them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from flask import Flask

from lrs_bridge.testing import moodle_module_completed
from lti.testing import Server, serving
from plugin.app import Mentes
from plugin.checkins.rules import State
from plugin.completions import sources
from plugin.completions.model import CompletionRow, SourceKind, SourceRow
from plugin.worker import Worker
from tests.clients.installed import has_ralph_server
from tests.clients.ralph_server import a_ralph
from tests.conformance.server import Store
from tests.conftest import MovableClock
from tests.journeys.conftest import campus
from tests.journeys.reading import read_though_killed
from tests.journeys.stage import MODULE, Stage, set_up
from tests.plugin.factories import every
from tests.plugin.launching import RECORDED, Campus

__all__ = ["campus"]

pytestmark = pytest.mark.skipif(not has_ralph_server(), reason="run: make clients")

SITE = "http://127.0.0.1:8090"
"""What the recorded Moodle calls itself."""
CROWD = range(1000, 1220)


@pytest.fixture
def ralph(tmp_path: Path) -> Iterator[Store]:
    """A Ralph with nothing in it."""
    with a_ralph(tmp_path) as store:
        yield store


@pytest.fixture
def door(ralph: Store) -> Iterator[Server]:
    """Where Ralph is reached, and can be watched."""
    origin = ralph.endpoint.removesuffix("/xAPI")

    def passed_on(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        address = f"{origin}{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        headers = {"Authorization": environ["HTTP_AUTHORIZATION"]}
        answer = requests.get(address, headers=headers, timeout=60)
        start(f"{answer.status_code} {answer.reason}", [("Content-Type", "application/json")])
        return [answer.content]

    with serving(passed_on) as server:
        yield server


@pytest.fixture
def learning(
    campus: Campus, mentes: Mentes, worker: Worker, organisation_id: UUID, clock: MovableClock
) -> Stage:
    """A course where mentoring was set up five hours ago, and Ada has joined."""
    clock.forward(hours=-5)
    stage = set_up(campus, mentes, worker, organisation_id)
    stage.join(stage.learner)
    clock.forward(hours=5)
    return stage


@pytest.fixture
def source_id(learning: Stage, ralph: Store, door: Server) -> UUID:
    """A source that reads Ralph."""
    with learning.mentes.database.transaction(learning.organisation_id) as session:
        return sources.add(
            session,
            learning.mentes.cipher,
            kind=SourceKind.REMOTE_STORE,
            name="The university's Ralph",
            configuration={"endpoint": f"{door.url}/xAPI", "key": ralph.key},
            secret=ralph.secret,
            now=learning.mentes.clock(),
        ).id


def recorded(stage: Stage) -> list[dict[str, Any]]:
    """Return what a real Moodle sent to its record store, as if our campus had, just now."""
    text = (RECORDED / "xapi_statements.jsonl").read_text()
    text = text.replace(SITE, stage.campus.platform.issuer)
    statements = [json.loads(line)["statement"] for line in text.splitlines()]
    newest = max(datetime.fromisoformat(each["timestamp"]) for each in statements)
    since_then = stage.mentes.clock() - newest
    for each in statements:
        moment = datetime.fromisoformat(each["timestamp"]) + since_then
        each["timestamp"] = moment.isoformat()
    return statements


def told(ralph: Store, statements: list[dict[str, Any]]) -> None:
    """Let an LMS post statements to Ralph."""
    answer = requests.post(
        f"{ralph.endpoint}/statements",
        json=statements,
        auth=(ralph.key, ralph.secret),
        headers={"X-Experience-API-Version": "1.0.3"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text


def completed(stage: Stage, people: Iterable[int], at: datetime) -> list[dict[str, Any]]:
    site = stage.campus.platform.issuer
    return [moodle_module_completed(site, person, MODULE, 2, at) for person in people]


def the_source(stage: Stage, source_id: UUID) -> SourceRow:
    with stage.mentes.database.reading(stage.organisation_id) as session:
        return session.get_one(SourceRow, source_id)


def inbox(stage: Stage) -> list[str]:
    """Return whose completions of the module were received, by their numbers at the campus."""
    with stage.mentes.database.reading(stage.organisation_id) as session:
        rows = every(session, CompletionRow, CompletionRow.state == "completed")
    place = f"id={MODULE}"
    return sorted(row.person_keys[0][2] for row in rows if (row.module_iri or "").endswith(place))


def test_what_moodle_told_ralph_opens_a_check_in_once_and_what_it_told_late_is_found(
    learning: Stage, app: Flask, ralph: Store, source_id: UUID, clock: MovableClock
) -> None:
    told(ralph, recorded(learning))
    learning.worker.run_until_idle()
    assert [checkin.state for checkin in learning.checkins()] == [State.OPEN]
    source = the_source(learning, source_id)
    assert (source.problem, source.read_to) == (None, clock())
    told(ralph, recorded(learning))  # Moodle gives no ids: for Ralph these are others
    told(ralph, completed(learning, [7], clock() - timedelta(hours=3)))  # its cron stood still
    for _ in range(4):
        clock.forward(minutes=20)
        learning.worker.run_until_idle()
    assert inbox(learning) == ["4", "5", "6", "7"]
    assert [checkin.state for checkin in learning.checkins()] == [State.OPEN]
    assert the_source(learning, source_id).problem is None


def test_a_worker_killed_while_it_reads_ralph_loses_none_and_has_none_twice(
    learning: Stage, app: Flask, ralph: Store, door: Server, source_id: UUID, clock: MovableClock
) -> None:
    told(ralph, completed(learning, [*CROWD, 4], clock() - timedelta(minutes=1)))
    # It asks twice for the first page: the first time with a zone.
    first, second = read_though_killed(learning, source_id, door, point=6, delay=0.002)
    assert len(first) == 3
    assert "search_after" in second[0]  # on from where it was
    assert inbox(learning) == sorted(map(str, [*CROWD, 4]))
    source = the_source(learning, source_id)
    assert (source.received, source.repeated) == (len(CROWD) + 1, 0)
    learning.worker.run_until_idle()
    assert [checkin.state for checkin in learning.checkins()] == [State.OPEN]
