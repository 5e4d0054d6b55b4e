"""What is told to the record store: only about who wants it, and never what they wrote."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lrs_bridge.lrs.access.credentials import add_credential
from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.checkins.rules import Worth
from plugin.foundation.outbox import Debt, Outcome
from plugin.foundation.tenancy import EVERYWHERE
from plugin.programmes import service as programmes
from plugin.programmes.model import Part, Programme
from plugin.targets.model import STATEMENT
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import (
    NOW,
    Mentoring,
    a_mentee,
    account_of,
    every,
    later,
    mentoring,
)

WRITTEN = ("Ada One", "Mo Mentor", "ada@lms.example", "mo@lms.example", "budget")
SAID = ("meet.example/ada", "Ask for the figures", "You helped", "partly")


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """A pair with an open check-in; both chose to be recorded."""
    return mentoring(
        mentes.database,
        organisation_id,
        recorded=True,
        mentor={"email": "mo@lms.example"},
        mentee={"email": "ada@lms.example"},
    )


def a_whole_story(session: Session, pair: Mentoring) -> None:
    """Book, rebook, cancel, book, miss, book, hold and look back."""

    def book(day: int, now: int) -> None:
        checkins.book(
            session,
            pair.checkin_id,
            starts_at=later(days=day),
            meeting_place="https://meet.example/ada",
            by=pair.mentee_id,
            now=later(days=now),
        )

    book(2, 1)
    book(3, 1)
    checkins.cancel(session, pair.checkin_id, by=pair.mentor_id, now=later(days=2))
    book(4, 3)
    checkins.miss(session, pair.checkin_id, by=pair.mentee_id, now=later(days=4))
    book(6, 5)
    checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=6))
    for by in (pair.mentee_id, pair.mentor_id):
        checkins.reflect(
            session,
            pair.checkin_id,
            by=by,
            worth=Worth.PARTLY,
            next_step="Ask for the figures",
            next_step_by=date(2026, 12, 1),
            line="You helped",
            now=later(days=7),
        )
    programme = session.get_one(Programme, pair.programme_id)
    programmes.leave(session, programme, pair.mentee_id, now=later(days=8))


def owed(mentes: Mentes) -> list[Debt]:
    with mentes.database.reading(EVERYWHERE) as session:
        return every(session, Debt, Debt.kind == STATEMENT)


def waiting(mentes: Mentes) -> list[Debt]:
    """Return what waits to be told; erasing tells nothing."""
    unpaid = [debt for debt in owed(mentes) if debt.settled_at is None]
    return [debt for debt in unpaid if "erase" not in debt.payload]


def of_people(debts: list[Debt]) -> list[Debt]:
    """Leave out that there is mentoring in the course: the tool says it, and it is about nobody."""
    (opened,) = [debt for debt in debts if debt.payload["verb"]["id"] == Verb.CREATE]
    assert opened.key == opened.payload["id"]
    assert opened.payload["actor"]["account"]["name"] == "system"
    return [debt for debt in debts if debt is not opened]


def verbs(debts: list[Debt]) -> list[str]:
    return sorted(debt.payload["verb"]["id"].rpartition("/")[2] for debt in debts)


def test_a_whole_story_is_told(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        a_whole_story(session, pair)
    told = verbs(owed(mentes))
    assert len(told) == len({debt.payload["id"] for debt in owed(mentes)})
    assert len(told) >= 14


def test_no_statement_holds_a_name_an_address_or_what_was_written(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        a_whole_story(session, pair)
    text = json.dumps([debt.payload for debt in owed(mentes)])
    assert [said for said in (*WRITTEN, *SAID) if said in text] == []


@pytest.mark.parametrize(
    ("mentee", "mentor", "statements"),
    [(False, False, 0), (True, False, 1), (False, True, 0), (True, True, 2)],
)
def test_a_talk_is_told_only_about_who_chose_it(
    mentes: Mentes, organisation_id: UUID, mentee: bool, mentor: bool, statements: int
) -> None:
    pair = mentoring(
        mentes.database, organisation_id, mentor={"recorded": mentor}, mentee={"recorded": mentee}
    )
    before = len(owed(mentes))
    with mentes.database.transaction(organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentee_id, now=NOW)
    assert len(owed(mentes)) - before == statements


def test_nothing_at_all_is_owed_about_people_who_said_no(
    mentes: Mentes, organisation_id: UUID
) -> None:
    pair = mentoring(mentes.database, organisation_id)
    with mentes.database.transaction(organisation_id) as session:
        a_whole_story(session, pair)
    assert of_people(owed(mentes)) == []


def test_what_was_before_the_choice_is_never_told(mentes: Mentes, organisation_id: UUID) -> None:
    pair = mentoring(mentes.database, organisation_id)
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, pair.programme_id)
        part = programmes.participation(session, programme.id, pair.mentee_id, Part.MENTEE)
        assert part is not None
        programmes.choose_recording(session, part, True, now=later(days=1))
        assert of_people(owed(mentes)) == []
        checkins.hold(session, pair.checkin_id, by=pair.mentee_id, now=later(days=2))
    assert len(of_people(owed(mentes))) == 1


def stop(mentes: Mentes, pair: Mentoring, person_id: UUID, part: Part) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        mine = programmes.participation(session, pair.programme_id, person_id, part)
        assert mine is not None
        programmes.choose_recording(session, mine, False, now=later(days=9))


def test_saying_stop_drops_what_waits_to_be_told_and_keeps_the_others(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        programme = session.get_one(Programme, pair.programme_id)
        ben = a_mentee(session, programme, "5", name="Ben Two", recorded=True)
    before = of_people(waiting(mentes))
    stop(mentes, pair, pair.mentee_id, Part.MENTEE)
    after = of_people(waiting(mentes))
    assert 0 < len(after) < len(before)
    assert all(debt.key.startswith(f"{ben.id}:") for debt in after)
    dropped = [debt for debt in owed(mentes) if debt.settled_at is not None]
    assert {debt.outcome for debt in dropped} == {Outcome.SUPERSEDED}
    assert all(debt.payload == {} for debt in dropped)


def test_saying_stop_drops_what_others_would_have_told_about_you(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=1))
    account = account_name(mentes, pair.mentee_id)
    assert account in json.dumps([debt.payload for debt in waiting(mentes)])
    stop(mentes, pair, pair.mentee_id, Part.MENTEE)
    assert account not in json.dumps([debt.payload for debt in waiting(mentes)])


def test_a_mentor_who_says_stop_is_named_in_nothing_that_waits(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentee_id, now=later(days=1))
    mentor, mentee = (account_name(mentes, each) for each in (pair.mentor_id, pair.mentee_id))
    told = [debt.payload for debt in waiting(mentes)]
    assert any(
        one["context"].get("instructor", {}).get("account", {}).get("name") == mentor
        for one in told
    )
    stop(mentes, pair, pair.mentor_id, Part.MENTOR)
    left = [debt.payload for debt in waiting(mentes)]
    assert left
    assert all("instructor" not in one["context"] for one in left)
    assert {one["actor"]["account"]["name"] for one in left} <= {mentee, "system"}


def account_name(mentes: Mentes, person_id: UUID) -> str:
    """Return the name of somebody's account, as statements hold it."""
    with mentes.database.reading(EVERYWHERE) as session:
        return account_of(session, person_id).value


def test_the_embedded_store_takes_every_statement_once(
    mentes: Mentes, pair: Mentoring, worker: Worker, app: Flask, clock: MovableClock
) -> None:
    clock.now = later(days=10)
    with mentes.database.transaction(pair.organisation_id) as session:
        a_whole_story(session, pair)
        add_credential(session, pair.organisation_id, "analyst", "secret", ["all/read"], NOW)
    worker.run_until_idle()
    assert {debt.outcome for debt in owed(mentes)} == {Outcome.DELIVERED}
    stored = read_back(app)
    assert {each["id"] for each in stored} == {debt.payload["id"] for debt in owed(mentes)}
    owe_again(mentes)
    worker.run_until_idle()
    assert {debt.outcome for debt in owed(mentes)} == {Outcome.DELIVERED}
    assert len(read_back(app)) == len(stored)


def read_back(app: Flask) -> list[dict[str, Any]]:
    answer = app.test_client().get(
        "/xapi/statements?limit=100",
        auth=("analyst", "secret"),
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["statements"]
    return found


def owe_again(mentes: Mentes) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        for debt in every(session, Debt, Debt.kind == STATEMENT):
            debt.settled_at = debt.outcome = None
