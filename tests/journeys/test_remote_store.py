"""Completions that are read from another record store, over a real socket: our own, of another
organisation, which may answer late, not at all, or ask to be left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from lrs_bridge.lrs.access.credentials import add_credential
from lrs_bridge.testing import moodle_module_completed
from lti.testing import Server
from plugin.app import compose
from plugin.checkins.rules import State
from plugin.completions import sources
from plugin.completions.looking import Looking, claim, keep
from plugin.completions.model import CompletionRow, SourceKind, SourceRow
from plugin.foundation.tenancy import EVERYWHERE
from tests.conftest import MovableClock
from tests.journeys.reading import read_though_killed
from tests.journeys.stage import MODULE, Stage
from tests.plugin.factories import an_organisation, at_once, every

KEY, SECRET = "reader", "the secret of a reader"


class Moody:
    """A record store that first answers what it is told to, then as usual."""

    def __init__(self, server: Server, app: Any) -> None:
        self.app = app
        self.answers: list[tuple[str, list[tuple[str, str]]]] = []
        self.asked = 0
        server.app = self

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/xapi/statements" and environ["REQUEST_METHOD"] == "GET":
            self.asked += 1
            if self.answers:
                status, headers = self.answers.pop(0)
                start(status, headers)
                return [b"{}"]
        return self.app(environ, start)


@pytest.fixture
def store(app: Flask, tool_server: Server) -> Moody:
    """The other record store."""
    return Moody(tool_server, app.wsgi_app)


@pytest.fixture
def reading(stage: Stage, store: Moody, clock: MovableClock) -> UUID:
    """A learner with a mentor, and a source that reads the other store."""
    stage.join(stage.learner)
    other = an_organisation(stage.mentes.database)
    with stage.mentes.database.transaction(other) as session:
        add_credential(session, other, KEY, SECRET, ["all"], clock())
    with stage.mentes.database.transaction(stage.organisation_id) as session:
        source = sources.add(
            session,
            stage.mentes.cipher,
            kind=SourceKind.REMOTE_STORE,
            name="The university's",
            configuration={
                "endpoint": f"{stage.mentes.settings.public_url}/xapi",
                "key": KEY,
            },
            secret=SECRET,
            now=clock(),
        )
    clock.forward(minutes=1)
    return source.id


def tell(stage: Stage, *people: int) -> None:
    """Let the other store get completions of Module 1."""
    site, at = stage.campus.platform.issuer, stage.mentes.clock()
    answer = stage.campus.app.test_client().post(
        "/xapi/statements",
        json=[moodle_module_completed(site, person, MODULE, 2, at) for person in people],
        auth=(KEY, SECRET),
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    assert answer.status_code == 200, answer.text


def the_source(stage: Stage, source_id: UUID) -> SourceRow:
    with stage.mentes.database.reading(stage.organisation_id) as session:
        return session.get_one(SourceRow, source_id)


def inbox(stage: Stage) -> list[CompletionRow]:
    with stage.mentes.database.reading(stage.organisation_id) as session:
        return every(session, CompletionRow)


def test_what_another_store_has_opens_a_check_in_once(
    stage: Stage, reading: UUID, store: Moody, clock: MovableClock
) -> None:
    tell(stage, 4, *range(1000, 1150))  # more than a page
    for _ in range(3):
        stage.worker.run_until_idle()
        clock.forward(minutes=2)
    assert [checkin.state for checkin in stage.checkins()] == [State.OPEN]
    source = the_source(stage, reading)
    assert (source.received, source.problem) == (151, None)
    assert source.read_to is not None
    assert clock() - source.read_to <= timedelta(minutes=2)
    tell(stage, 5)
    stage.worker.run_until_idle()
    assert the_source(stage, reading).received == 152


def test_a_store_that_asks_to_be_left_alone_is_left_alone(
    stage: Stage, reading: UUID, store: Moody, clock: MovableClock
) -> None:
    tell(stage, 4)
    store.answers = [("429 Too Many Requests", [("Retry-After", "600")])]
    stage.worker.run_until_idle()
    assert (store.asked, the_source(stage, reading).problem) == (1, "remote-unavailable")
    clock.forward(minutes=9)
    stage.worker.run_until_idle()
    assert store.asked == 1
    clock.forward(minutes=2)
    stage.worker.run_until_idle()
    assert the_source(stage, reading).problem is None
    assert len(stage.checkins()) == 1


def test_a_refusal_is_shown_and_asked_again_ever_less(
    stage: Stage, reading: UUID, store: Moody, clock: MovableClock
) -> None:
    store.answers = [("401 Unauthorized", [])] * 100
    for _ in range(60):
        stage.worker.run_until_idle()
        clock.forward(minutes=1)
    assert the_source(stage, reading).problem == "remote-refused"
    assert 3 <= store.asked <= 15


def test_one_worker_at_a_time_looks_and_a_killed_one_is_followed(
    stage: Stage, reading: UUID, clock: MovableClock
) -> None:
    tell(stage, 4)
    database, looks = stage.mentes.database, stage.mentes.looks
    with database.transaction(EVERYWHERE) as session:
        first = claim(session, kinds=looks, now=clock(), lease=60)
        assert claim(session, kinds=looks, now=clock(), lease=60) is None
    assert first is not None
    pages = iter(looks[first.kind](first, now=clock()))
    page = next(pages)  # … and there the first one hangs
    clock.forward(minutes=2)
    assert Looking(database, clock, looks, lease=60)() > 0
    with database.transaction(stage.organisation_id) as session:
        assert not keep(session, first, page, now=clock(), every=timedelta(minutes=1))
    assert len(inbox(stage)) == 1


def test_two_workers_at_once_read_a_source_once(stage: Stage, reading: UUID) -> None:
    tell(stage, *range(1000, 1020))
    looking = [
        Looking(stage.mentes.database, stage.mentes.clock, stage.mentes.looks, lease=60)
        for _ in range(3)
    ]
    outcomes = at_once(3, lambda number: looking[number]())
    assert sorted(each for each in outcomes if isinstance(each, int))[:2] == [0, 0]
    assert len(inbox(stage)) == 20


def test_stores_on_private_networks_are_left_alone_unless_allowed(
    stage: Stage, reading: UUID, store: Moody, clock: MovableClock
) -> None:
    settings = replace(stage.mentes.settings, allow_private_addresses=False)
    guarded = compose(settings, clock=clock)
    for endpoint in (stage.mentes.settings.public_url, "https://127.0.0.1:1/xapi"):
        with stage.mentes.database.transaction(stage.organisation_id) as session:
            row = session.get_one(SourceRow, reading)
            row.configuration = {**row.configuration, "endpoint": endpoint}
            row.due_at = clock()
        Looking(guarded.database, clock, guarded.looks, lease=60)()
        assert the_source(stage, reading).problem == "address-refused"
    guarded.database.dispose()
    assert store.asked == 0


@pytest.mark.parametrize(("point", "delay"), [(3, 0.0), (4, 0.005)])
def test_a_worker_killed_between_pages_loses_none_and_the_next_goes_on_from_there(
    stage: Stage, reading: UUID, tool_server: Server, point: int, delay: float
) -> None:
    tell(stage, *range(1000, 1240), 4)  # three pages, hers is the last
    first, second = read_though_killed(stage, reading, tool_server, point=point, delay=delay)
    assert len(first) == 2
    assert "cursor=" in second[0]  # where `more` led, and not from the beginning
    kept = inbox(stage)
    assert len(kept) == len({tuple(row.person_keys[0]) for row in kept}) == 241
    source = the_source(stage, reading)
    assert (source.received, source.repeated, source.problem) == (241, 0, None)
    stage.worker.run_until_idle()
    assert [checkin.state for checkin in stage.checkins()] == [State.OPEN]
