"""What could not be delivered: shown with its reason, mended, sent again."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from lrs_bridge.completion import Completion, PersonKey
from plugin.app import Mentes, create_app
from plugin.completions import sources
from plugin.completions.inbox import receive_each
from plugin.completions.model import CompletionRow, SourceKind, SourceRow, Status
from plugin.completions.numbers import unsettled
from plugin.foundation import outbox
from plugin.foundation.i18n import Words
from plugin.foundation.outbox import Outcome, Settled, one_by_one
from plugin.foundation.tenancy import EVERYWHERE
from plugin.nudges.service import KIND as MAIL
from plugin.records.scores import SCORE
from plugin.undelivered.advice import BY_SLUG, advice
from plugin.undelivered.service import parked
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import an_organisation, every, statements_on
from tests.plugin.launching import Browser, Campus
from tests.plugin.statements.conftest import launched_as_admin
from tests.plugin.targets.conftest import Somewhere, a_target, debts, owe

OF_INBOX, OF_SOURCE = "mentes_inb", "mentes_sou"
SECRETS = ("ada@lms.example", "the text of a mail")


@pytest.fixture
def admin(campus: Campus) -> Browser:
    """The browser of somebody who administers the institution."""
    return launched_as_admin(campus)


def refusing(mentes: Mentes, kind: str, problem: str) -> Worker:
    """Return a worker to whom nobody takes anything of a kind."""
    refused = Settled(outcome=Outcome.GIVEN_UP, problem=problem)
    deliveries = {**mentes.deliveries, kind: one_by_one(lambda _debt: refused)}
    return Worker(replace(mentes, deliveries=deliveries))


def given_up(mentes: Mentes, organisation_id: UUID, kind: str, problem: str) -> None:
    with mentes.database.transaction(organisation_id) as session:
        payload = {"to": SECRETS[0], "text": SECRETS[1]}
        outbox.owe(session, kind, key=f"{kind}-1", payload=payload, now=mentes.clock())
    refusing(mentes, kind, problem).run_until_idle()


def test_when_all_has_arrived_it_says_so(admin: Browser) -> None:
    assert "Nothing was given up" in admin.get("undelivered").text


def test_statements_scores_and_mails_are_shown_with_reason_and_advice_and_no_more(
    admin: Browser,
    mentes: Mentes,
    organisation_id: UUID,
    worker: Worker,
    somewhere: Somewhere,
) -> None:
    a_target(mentes, organisation_id, somewhere.url, name="University")
    (bad,) = owe(mentes, organisation_id, verb={"id": "no address"})
    worker.run_until_idle()
    given_up(mentes, organisation_id, SCORE, "score-not-accepted (400)")
    given_up(mentes, organisation_id, MAIL, "recipient-refused")
    page = html.unescape(admin.get("undelivered").text)
    for slug in ("statement-refused", "score-not-accepted", "recipient-refused"):
        assert BY_SLUG[slug].title in page
    one = html.unescape(admin.get(f"undelivered/{debts(mentes)[bad].id}").text)
    assert BY_SLUG["statement-refused"].to_do in one
    assert "/0/verb/id" in one
    assert "University" in one
    assert f"targets/{debts(mentes)[bad].target}" in one
    assert str(debts(mentes)[bad].payload["id"]) in one
    assert "no address" in one  # its verb
    assert "Nothing in it is edited" in one
    assert [it for it in SECRETS if it in page + one] == []


def test_one_is_sent_again_and_then_all(
    admin: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    for number in range(3):
        with mentes.database.transaction(organisation_id) as session:
            outbox.owe(session, MAIL, key=str(number), payload={}, now=mentes.clock())
    refusing(mentes, MAIL, "mail-refused (554)").run_until_idle()
    with mentes.database.reading(organisation_id) as session:
        ids = [debt.id for debt in parked(session)]
    answer = admin.submit(f"undelivered/{ids[0]}/again")
    assert answer.headers["Location"].endswith("again=1")
    assert admin.get(f"undelivered/{ids[0]}").status_code == 404
    assert "One is sent again." in admin.get("undelivered?again=1").text
    answer = admin.submit("undelivered/again")
    assert answer.headers["Location"].endswith("again=2")
    assert "Nothing was given up" in admin.get("undelivered").text


def test_another_organisations_are_not_there(
    admin: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    other = an_organisation(mentes.database)
    given_up(mentes, other, MAIL, "recipient-refused")
    assert "Nothing was given up" in admin.get("undelivered").text
    assert admin.submit("undelivered/again").headers["Location"].endswith("again=0")


def test_every_advice_is_german_too() -> None:
    german = Words("de")
    for each in BY_SLUG.values():
        assert german.gettext(each.title) != each.title
        assert german.gettext(each.to_do) != each.to_do
    assert advice("statement-refused (400)") is BY_SLUG["statement-refused"]
    assert advice("never heard of").title == "It could not be delivered"


def test_metrics_tell_what_waits_by_organisation_kind_and_target(
    app: Flask, mentes: Mentes, organisation_id: UUID, worker: Worker
) -> None:
    a_target(mentes, organisation_id, "http://127.0.0.1:9/xapi", name='Uni "Nord"')
    owe(mentes, organisation_id, 3)
    given_up(mentes, organisation_id, MAIL, "recipient-refused")
    worker.run_until_idle()
    text = app.test_client().get("/metrics").text
    labels = '{organisation="Acme",kind="statement",target="Uni \\"Nord\\""}'
    assert f"mentes_outbox_waiting{labels} 3\n" in text
    assert f"mentes_outbox_failures{labels} 1\n" in text
    assert 'mentes_outbox_parked{organisation="Acme",kind="mail",target=""} 1\n' in text
    assert text.count("# TYPE mentes_outbox_waiting gauge") == 1


def a_source(mentes: Mentes, organisation_id: UUID, name: str, **how: Any) -> None:
    with mentes.database.transaction(organisation_id) as session:
        row = sources.add(
            session,
            mentes.cipher,
            kind=SourceKind.REMOTE_STORE,
            name=name,
            configuration={"endpoint": "https://lrs.example/xapi", "key": "k"},
            secret="s",
            now=mentes.clock(),
        )
        for attribute, value in how.items():
            setattr(session.get_one(SourceRow, row.id), attribute, value)


def unapplied(mentes: Mentes, organisation_id: UUID, count: int, status: Status) -> None:
    with mentes.database.transaction(organisation_id) as session:
        told = [
            Completion(
                organisation_id=organisation_id,
                source="webhook:1",
                source_event_id=f"{status}-{number}",
                person_keys=(PersonKey.account("https://lms.example", "4"),),
                course_key="https://lms.example/course/1",
                module_key=None,
                kind="course",
                state="completed",
                at=mentes.clock(),
            )
            for number in range(count)
        ]
        receive_each(session, told, came_by=SourceKind.WEBHOOK, now=mentes.clock())
        for row in every(session, CompletionRow, CompletionRow.status == Status.NEW):
            row.status = status


def test_metrics_tell_what_is_not_applied_and_how_far_sources_are_behind(
    app: Flask, mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    other = an_organisation(mentes.database, name="Other")
    unapplied(mentes, organisation_id, 4, Status.COUNTED)
    unapplied(mentes, organisation_id, 3, Status.WAITING)
    unapplied(mentes, organisation_id, 2, Status.NEW)
    unapplied(mentes, other, 1, Status.NEW)
    a_source(mentes, organisation_id, "Read", read_to=clock.now - timedelta(hours=3))
    a_source(mentes, other, "Never")
    a_source(mentes, other, "Off", enabled=False)
    clock.forward(minutes=2)
    text = app.test_client().get("/metrics").text
    assert sorted(line for line in text.splitlines() if line[:10] in (OF_INBOX, OF_SOURCE)) == [
        'mentes_inbox_oldest_seconds{organisation="Acme",status="new"} 120.0',
        'mentes_inbox_oldest_seconds{organisation="Acme",status="waiting"} 120.0',
        'mentes_inbox_oldest_seconds{organisation="Other",status="new"} 120.0',
        'mentes_inbox_waiting{organisation="Acme",status="new"} 2',
        'mentes_inbox_waiting{organisation="Acme",status="waiting"} 3',
        'mentes_inbox_waiting{organisation="Other",status="new"} 1',
        'mentes_source_behind_seconds{organisation="Acme",kind="remote-store",source="Read"} '
        "10920.0",
        'mentes_source_behind_seconds{organisation="Other",kind="remote-store",source="Never"} '
        "120.0",
    ]


def test_metrics_ask_as_little_of_many_organisations_as_of_one(
    app: Flask, mentes: Mentes, organisation_id: UUID
) -> None:
    def asked() -> int:
        with statements_on(mentes.database.engine) as seen:
            assert app.test_client().get("/metrics").status_code == 200
        return len(seen)

    def fill(one: UUID) -> None:
        unapplied(mentes, one, 2, Status.NEW)
        a_source(mentes, one, "Read")
        a_target(mentes, one, "http://127.0.0.1:9/xapi", name="University")
        owe(mentes, one)

    fill(organisation_id)
    one = asked()
    for number in range(3):
        fill(an_organisation(mentes.database, name=f"Number {number}"))
    assert asked() == one


@contextmanager
def asked_of(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Gather what the database is asked, with the values."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_what_is_settled_is_not_read_for_metrics(mentes: Mentes) -> None:
    if mentes.database.engine.dialect.name != "sqlite":
        pytest.skip("of so few rows PostgreSQL reads the table")
    with mentes.database.reading(EVERYWHERE) as session:
        with asked_of(mentes.database.engine) as seen:
            unsettled(session)
            outbox.backlog(session)
        connection = session.connection()
        plans = [
            step[3]
            for statement, values in seen
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert "SEARCH completion USING INDEX ix_completion_received_at (status=?)" in plans
    whole = re.compile(r"SCAN (completion|outbox\w*)( USING INDEX (?!ix_outbox_parked).*)?")
    assert [step for step in plans if whole.fullmatch(step)] == ["SCAN outbox_channel"]


def test_metrics_are_for_whoever_knows_the_token_or_is_here(mentes: Mentes, app: Flask) -> None:
    through_proxy = {"X-Forwarded-For": "203.0.113.7"}
    here = app.test_client()
    assert here.get("/metrics").status_code == 200
    assert here.get("/metrics", headers=through_proxy).status_code == 404
    assert here.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 404
    settings = replace(mentes.settings, metrics_token="a token of the tests")
    guarded = create_app(settings, mentes=replace(mentes, settings=settings)).test_client()
    assert guarded.get("/metrics").status_code == 404
    right = {"Authorization": "Bearer a token of the tests", **through_proxy}
    assert guarded.get("/metrics", headers=right).status_code == 200
