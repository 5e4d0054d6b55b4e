"""Somebody withdraws: nothing more is told, and what was told is erased, or let go of."""

from __future__ import annotations

import html
import json
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from lrs_bridge.lrs import store, wire
from lrs_bridge.lrs.access.credentials import add_credential
from lrs_bridge.lrs.tables import statement
from lrs_bridge.lrs.upkeep.checking import faults
from lrs_bridge.testing import a_statement
from lti.message import Context
from plugin.app import Mentes
from plugin.checkins import corrections
from plugin.checkins import service as checkins
from plugin.courses.model import Course
from plugin.foundation import outbox
from plugin.foundation.outbox import Outcome
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people.model import PersonIdentifier
from plugin.platforms.model import RegistrationRow
from plugin.programmes import service as programmes
from plugin.programmes.model import Part, Programme
from plugin.targets import service
from plugin.targets.model import STATEMENT, Ending, Erasing, Pseudonym, Withdrawal
from plugin.targets.service import Described
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import (
    NOW,
    Mentoring,
    a_course,
    a_mentee,
    a_programme,
    an_organisation,
    every,
    later,
    mentoring,
)
from tests.plugin.launching import ADA
from tests.plugin.targets.conftest import Answer, Somewhere, a_moody_store, a_target, debts

READER = ("analyst", "secret")


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID, clock: MovableClock) -> Mentoring:
    """A pair with an open check-in; both chose to be recorded."""
    clock.now = later(days=10)
    return mentoring(mentes.database, organisation_id, recorded=True)


def held(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=1))


def choose(
    mentes: Mentes, pair: Mentoring, person_id: UUID, part: Part, recorded: bool, day: int = 9
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        mine = programmes.participation(session, pair.programme_id, person_id, part)
        assert mine is not None
        programmes.choose_recording(session, mine, recorded, now=later(days=day))


def stop(mentes: Mentes, pair: Mentoring) -> None:
    choose(mentes, pair, pair.mentee_id, Part.MENTEE, False)


def account(mentes: Mentes, person_id: UUID) -> dict[str, str]:
    with mentes.database.reading(EVERYWHERE) as session:
        (row,) = every(session, PersonIdentifier, PersonIdentifier.person_id == person_id)
        return {"homePage": row.home_as_said, "name": row.value}


def endings(mentes: Mentes) -> list[str]:
    with mentes.database.reading(EVERYWHERE) as session:
        return sorted(row.ending for row in every(session, Withdrawal))


@pytest.fixture
def read(mentes: Mentes, app: Flask, pair: Mentoring) -> Any:
    """Return a reader of the embedded store."""
    with mentes.database.transaction(EVERYWHERE) as session:
        add_credential(session, pair.organisation_id, *READER, ["all"], NOW)

    def stored() -> list[dict[str, Any]]:
        answer = app.test_client().get(
            "/xapi/statements?limit=200",
            auth=READER,
            headers={"X-Experience-API-Version": "1.0.3"},
        )
        found: list[dict[str, Any]] = answer.get_json()["statements"]
        return found

    return stored


def written(account: dict[str, str]) -> str:
    return f'"name": "{account["name"]}"'


def test_ours_are_erased_for_good_and_those_of_others_stay(
    mentes: Mentes, pair: Mentoring, worker: Worker, app: Flask, read: Any, clock: MovableClock
) -> None:
    held(mentes, pair)
    worker.run_until_idle()
    mentee = account(mentes, pair.mentee_id)
    from_the_lms = a_statement(actor={"account": mentee})
    app.test_client().post(
        "/xapi/statements",
        json=from_the_lms,
        auth=READER,
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    before = read()
    stop(mentes, pair)
    assert endings(mentes) == [Ending.ASKED]
    worker.run_until_idle()
    assert endings(mentes) == [Ending.ERASED]
    after = read()
    about_her = [one for one in after if written(mentee) in json.dumps(one)]
    assert len(about_her) == 1
    assert about_her[0]["verb"] == from_the_lms["verb"]
    erased = {one["id"] for one in before} - {one["id"] for one in after}
    assert erased
    again = [
        {name: it for name, it in one.items() if name not in ("stored", "authority")}
        for one in before
        if one["id"] in erased
    ]
    sent = app.test_client().post(
        "/xapi/statements",
        json=again,
        auth=READER,
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    assert sent.status_code == 200
    assert {one["id"] for one in read()} == {one["id"] for one in after}
    with mentes.database.reading(EVERYWHERE) as session:
        assert list(faults(session, None)) == []
    assert all(debt.payload == {} for key, debt in debts(mentes).items() if key[-36:] in erased)
    assert all(mentee["name"] not in json.dumps(debt.payload) for debt in debts(mentes).values())


def test_a_mentor_is_taken_out_of_what_is_told_of_mentees(
    mentes: Mentes, pair: Mentoring, worker: Worker, read: Any
) -> None:
    held(mentes, pair)
    worker.run_until_idle()
    mentor, mentee = account(mentes, pair.mentor_id), account(mentes, pair.mentee_id)

    def attended() -> list[dict[str, Any]]:
        return [it for it in read() if it["verb"]["id"].endswith("/attended")]

    (before,) = attended()
    assert before["context"]["instructor"]["account"] == mentor
    choose(mentes, pair, pair.mentor_id, Part.MENTOR, False)
    worker.run_until_idle()
    (after,) = attended()
    assert "instructor" not in after["context"]
    assert after["actor"]["account"] == mentee
    assert after["timestamp"] == before["timestamp"]
    assert all(mentor != it["actor"].get("account") for it in read())
    assert written(mentor) not in json.dumps(read())


@pytest.mark.parametrize("was_told", [True, False])
def test_what_is_told_without_a_mentor_is_corrected_like_the_rest(
    mentes: Mentes, pair: Mentoring, worker: Worker, read: Any, was_told: bool
) -> None:
    """What was voided before stays so, and what is told anew can be voided."""
    held(mentes, pair)
    with mentes.database.transaction(pair.organisation_id) as session:
        corrections.correct_minutes(
            session, pair.checkin_id, 45, by=pair.mentee_id, now=later(days=1, hours=1)
        )
    if was_told:
        worker.run_until_idle()
    choose(mentes, pair, pair.mentor_id, Part.MENTOR, False)
    worker.run_until_idle()
    (stands,) = [it for it in read() if it["verb"]["id"].endswith("/attended")]
    assert "instructor" not in stands["context"]
    assert stands["result"]["duration"] == "PT45M00S"
    with mentes.database.transaction(pair.organisation_id) as session:
        corrections.take_back(
            session, pair.checkin_id, by=pair.mentor_id, now=later(days=1, minutes=5)
        )
    worker.run_until_idle()
    assert not [it for it in read() if it["verb"]["id"].endswith("/attended")]


def test_records_in_another_course_stay_where_recording_is_still_on(
    mentes: Mentes, pair: Mentoring, worker: Worker, read: Any
) -> None:
    subject = account(mentes, pair.mentee_id)["name"]
    with mentes.database.transaction(pair.organisation_id) as session:
        (registration,) = every(session, RegistrationRow)
        other = a_course(session, registration, context=Context(id="3", label="B", title="B"))
        programme = a_programme(session, other)
        a_mentee(session, programme, subject, recorded=True)
        elsewhere = f"/programmes/{programme.id}"
    worker.run_until_idle()
    stop(mentes, pair)
    worker.run_until_idle()
    mentee = account(mentes, pair.mentee_id)
    left = [json.dumps(one) for one in read() if written(mentee) in json.dumps(one)]
    assert left
    assert all(elsewhere in one for one in left)


def test_a_store_that_cannot_erase_is_let_go_of_and_the_name_is_another_afterwards(
    mentes: Mentes,
    pair: Mentoring,
    worker: Worker,
    somewhere: Somewhere,
    clock: MovableClock,
) -> None:
    a_target(mentes, pair.organisation_id, somewhere.url)
    held(mentes, pair)
    worker.run_until_idle()
    mentee = account(mentes, pair.mentee_id)
    told = [one for one in somewhere.statements() if written(mentee) in json.dumps(one)]
    assert told
    stop(mentes, pair)
    assert Ending.UNLINKED in endings(mentes)
    assert all(mentee["name"] not in json.dumps(it.payload) for it in debts(mentes).values())
    choose(mentes, pair, pair.mentee_id, Part.MENTEE, True, day=11)
    with mentes.database.transaction(pair.organisation_id) as session:
        programme = session.get_one(Programme, pair.programme_id)
        programmes.leave(session, programme, pair.mentee_id, now=later(days=12))
    clock.now = later(days=14)
    worker.run_until_idle()
    (newest,) = [
        one for one in somewhere.statements() if one["verb"]["id"].endswith("/unregistered")
    ]
    assert newest["actor"]["account"]["homePage"] == mentes.settings.public_url
    first = newest["actor"]["account"]["name"]
    assert first != mentee["name"]
    choose(mentes, pair, pair.mentee_id, Part.MENTEE, False, day=13)
    with mentes.database.reading(EVERYWHERE) as session:
        names = {row.name for row in every(session, Pseudonym)}
    assert names
    assert first not in names  # nobody can tell any more whose that was


def sql_lrs(status: int = 200) -> Any:
    """Return how an SQL LRS answers, whose admin API deletes with a status."""

    def answer(batch: list[dict[str, Any]]) -> Answer:
        if batch:
            return 200, json.dumps([one["id"] for one in batch]), {}
        return status, json.dumps({"account-id": "1", "json-web-token": "a.b.c"}), {}

    return answer


def an_sql_lrs(mentes: Mentes, organisation_id: UUID, url: str) -> UUID:
    return a_target(
        mentes,
        organisation_id,
        f"{url}/xapi",
        erasing=Erasing.SQL_LRS,
        admin_url=url,
        admin_user="admin",
        admin_password="a password of the tests",
    )


def test_sql_lrs_is_asked_by_its_admin_api(mentes: Mentes, pair: Mentoring, worker: Worker) -> None:
    with a_moody_store(sql_lrs()) as moody:
        an_sql_lrs(mentes, pair.organisation_id, moody.url)
        stop(mentes, pair)
        worker.run_until_idle()
        assert moody.asked == [("POST", "/admin/account/login"), ("DELETE", "/admin/agents")]
        assert moody.headers[1]["Authorization"] == "Bearer a.b.c"
        mentee = account(mentes, pair.mentee_id)
        expected = {"actor-ifi": f"account::{mentee['name']}@{mentee['homePage']}"}
        assert json.loads(moody.raw[1]) == expected
    assert Ending.ERASED in endings(mentes)


def test_an_sql_lrs_that_may_not_delete_is_said_and_asked_again_when_it_may(
    mentes: Mentes, pair: Mentoring, worker: Worker
) -> None:
    def only_login(batch: list[dict[str, Any]]) -> Answer:
        if moody.asked[-1][0] == "DELETE":
            return 404, "Not Found", {}
        return sql_lrs()(batch)

    with a_moody_store(only_login) as moody:
        an_sql_lrs(mentes, pair.organisation_id, moody.url)
        stop(mentes, pair)
        worker.run_until_idle()
        assert Ending.FAILED in endings(mentes)
        (parked,) = [it for it in debts(mentes).values() if it.outcome == Outcome.GIVEN_UP]
        assert parked.problem == "erasing-refused (404)"
        moody.answer = sql_lrs()
        with mentes.database.transaction(pair.organisation_id) as session:
            outbox.again(session, [parked.id], now=mentes.clock())
        worker.run_until_idle()
    assert Ending.FAILED not in endings(mentes)
    assert Ending.ERASED in endings(mentes)


def test_an_sql_lrs_that_answers_nonsense_is_asked_again(
    mentes: Mentes, pair: Mentoring, worker: Worker
) -> None:
    with a_moody_store(lambda _batch: (200, "[" * 200_000, {})) as moody:
        an_sql_lrs(mentes, pair.organisation_id, moody.url)
        stop(mentes, pair)
        worker.run_until_idle()
    (waiting,) = [it for it in debts(mentes).values() if it.settled_at is None]
    assert waiting.key.startswith("erase:")
    assert waiting.problem is None  # it was not about it


def test_an_erasure_is_settled_at_the_moment_at_which_it_is_said(
    mentes: Mentes, pair: Mentoring
) -> None:
    stop(mentes, pair)
    with mentes.database.transaction(EVERYWHERE) as session:
        leased = outbox.claim(
            session, kinds=[STATEMENT], now=mentes.clock(), lease=60, in_order=True
        )
    for _ in mentes.deliveries[STATEMENT](leased):
        pass  # and before the worker can write it down, it is killed
    assert endings(mentes) == [Ending.ERASED]
    (erasure,) = [it for key, it in debts(mentes).items() if key.startswith("erase:")]
    assert (erasure.outcome, erasure.payload) == (Outcome.DELIVERED, {})


def test_the_page_tells_the_person_what_happened_where(
    mentes: Mentes, campus: Any, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    ada = campus.launched(ADA)
    assert "Nothing to tell" in ada.get("your-records").text
    with mentes.database.transaction(organisation_id) as session:
        (course,) = every(session, Course)
        a_programme(session, course)
    with mentes.database.transaction(organisation_id) as session:
        remote = Described(name="University", endpoint=somewhere.url, key="k", secret="s")
        service.add(session, remote, mentes.cipher, now=mentes.clock())
    joined = ada.submit("join", first_use="a talk", talk="call", recorded="yes")
    assert joined.status_code == 303, joined.text
    assert ada.submit("choices", recorded="no").status_code == 303
    assert "What became of the records about you" in ada.get("choices").text
    page = html.unescape(ada.get("your-records").text)
    assert "Asked to erase" in page
    assert "University" in page
    assert "Mentes has let go of the thread" in page
    worker.run_until_idle()
    page = html.unescape(ada.get("your-records").text)
    assert "Erased. Nothing that Mentes recorded about you in this course is there" in page


def test_what_is_erased_is_in_the_store_of_nobody_else(
    mentes: Mentes, pair: Mentoring, worker: Worker
) -> None:
    """Another organisation that knows somebody by the same account keeps its own."""
    mentee = account(mentes, pair.mentee_id)
    other = an_organisation(mentes.database)
    with mentes.database.transaction(EVERYWHERE) as session:
        authority = {"account": {"homePage": mentes.settings.public_url, "name": "x"}}
        store.insert(
            session,
            other,
            [wire.incoming(a_statement(actor={"account": mentee}))],
            authority=authority,
            clock=mentes.clock,
        )
    stop(mentes, pair)
    worker.run_until_idle()
    with mentes.database.reading(EVERYWHERE) as session:
        kept = select(func.count()).where(statement.c.organisation_id == other)
        assert session.scalar(kept) == 1
