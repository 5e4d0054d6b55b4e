"""Voiding a statement, with a reason, once and for good."""

from __future__ import annotations

import html
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lrs_bridge.errors import StatementNotFound
from lrs_bridge.lrs import select as reading
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.upkeep.erasure import Erasure
from lrs_bridge.lrs.upkeep.wanted import Wanted
from lrs_bridge.validation import check_statement
from lrs_bridge.vocabulary import Extension, Verb
from plugin.app import Mentes
from plugin.foundation.errors import VoidingRefused
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people.model import Person
from plugin.statements import service
from tests.plugin.launching import HTML, Browser, Campus
from tests.plugin.statements.conftest import ALEX, Store, a_statement

WHY = "Sent by a course that was a test."


def voiding_of(held: Store, id: UUID) -> list[dict[str, Any]]:
    """Return the statements that void one."""
    with held.mentes.database.reading(held.organisation_id) as session:
        query = StatementQuery(verb=Verb.VOIDED)
        found = reading.page(session, held.organisation_id, query, voided=True).found
    several = [service.Read.of(one).statement for one in found]
    return [one for one in several if one["object"]["id"] == str(id)]


def test_what_it_means_is_said_before(admin: Browser, held: Store) -> None:
    (id,) = held.add(a_statement())
    page = admin.get(f"statements/{id}/void").text
    assert "This cannot be undone" in page
    assert "Cora Completes" in page
    assert voiding_of(held, id) == []


def test_a_voiding_statement_says_who_and_why_and_is_valid(
    admin: Browser, campus: Campus, held: Store
) -> None:
    (id,) = held.add(a_statement())
    answer = admin.submit(f"statements/{id}/void", reason=WHY)
    assert answer.status_code == 303
    (voiding,) = voiding_of(held, id)
    assert voiding["actor"] == {
        "objectType": "Agent",
        "account": {"homePage": campus.platform.issuer, "name": ALEX.id},
    }
    assert voiding["verb"]["id"] == Verb.VOIDED
    assert voiding["context"]["extensions"] == {Extension.VOID_REASON: WHY}
    assert "result" not in voiding
    assert voiding["authority"]["account"]["name"] == "mentes"
    assert "Alex" not in json.dumps(voiding)
    check_statement({name: part for name, part in voiding.items() if name != "stored"})
    page = html.unescape(admin.client.get(answer.headers["Location"], headers=HTML).text)
    for words in ("The statement is voided.", WHY, f"{ALEX.id} · ", "Void this statement"):
        assert (words in page) == (words != "Void this statement"), words
    assert ("statement.voided", {"voiding_id": voiding["id"]}) in held.looks()


def test_it_is_gone_for_readers_of_the_store_and_stays_for_admins(
    admin: Browser, held: Store
) -> None:
    (id,) = held.add(a_statement())
    admin.submit(f"statements/{id}/void", reason=WHY)
    with held.mentes.database.reading(held.organisation_id) as session:
        with pytest.raises(StatementNotFound):
            reading.one(session, held.organisation_id, id, voided=False)
        assert reading.one(session, held.organisation_id, id, voided=True)
    assert "Cora" not in admin.get("statements").text
    everything = admin.get("statements", query_string={"voided": "yes"}).text
    assert "Cora" in everything
    assert "Voided" in everything
    assert "Voids another" in everything


@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 501])
def test_without_a_reason_it_is_not_done(admin: Browser, held: Store, reason: str) -> None:
    (id,) = held.add(a_statement())
    answer = admin.submit(f"statements/{id}/void", reason=reason)
    assert answer.status_code == 422
    assert "needs another look" in answer.text
    assert voiding_of(held, id) == []


def test_sent_twice_it_is_done_once_and_the_first_reason_stays(admin: Browser, held: Store) -> None:
    (id,) = held.add(a_statement())
    for reason in (WHY, WHY, "Another reason."):
        held.clock.forward(seconds=5)
        assert admin.submit(f"statements/{id}/void", reason=reason).status_code == 303
    (voiding,) = voiding_of(held, id)
    assert voiding["context"]["extensions"] == {Extension.VOID_REASON: WHY}
    assert [kind for kind, _ in held.looks()].count("statement.voided") == 1


def test_two_at_once_void_once(admin: Browser, held: Store, mentes: Mentes) -> None:
    (id,) = held.add(a_statement())
    with mentes.database.reading(held.organisation_id) as session:
        by = session.scalars(select(Person.id).where(Person.email == ALEX.email)).one()
    both = Barrier(2)

    def void(reason: str) -> UUID:
        both.wait()
        with mentes.database.transaction(held.organisation_id) as session:
            return service.void(
                session,
                id,
                reason=reason,
                by=by,
                account={"homePage": "https://lms.example", "name": "2"},
                home_page="https://mentes.example/xapi",
                clock=held.clock,
                on_stored=lambda *_: None,
            )

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(void, ["The first reason.", "The second reason."])
    assert one == other
    assert len(voiding_of(held, id)) == 1


def test_a_voiding_statement_cannot_be_voided(admin: Browser, held: Store) -> None:
    (id,) = held.add(a_statement())
    admin.submit(f"statements/{id}/void", reason=WHY)
    voiding = voiding_of(held, id)[0]["id"]
    answer = admin.submit(f"statements/{voiding}/void", reason=WHY)
    assert answer.status_code == VoidingRefused.status
    assert "cannot be voided itself" in answer.text
    for other in (voiding, id):
        assert "Void this statement" not in admin.get(f"statements/{other}").text
        assert admin.get(f"statements/{other}/void").status_code == 303


def test_what_is_voided_by_a_statement_that_is_erased_says_so(admin: Browser, held: Store) -> None:
    (id,) = held.add(a_statement())
    void = {"verb": {"id": Verb.VOIDED}, "object": {"objectType": "StatementRef", "id": str(id)}}
    (voiding,) = held.add(a_statement(**void))
    erasure = Erasure(
        organisation_id=held.organisation_id,
        transaction=lambda: held.mentes.database.transaction(EVERYWHERE),
        clock=held.clock,
        by="an operator",
        reason="asked to",
        secret=b"key",
    )
    for _ in erasure.erase(Wanted(ids=frozenset({voiding}))):
        pass
    answer = admin.submit(f"statements/{id}/void", reason=WHY)
    assert answer.status_code == VoidingRefused.status
    assert "voided by a statement that was erased since" in answer.text


def test_what_another_tool_voided_is_shown_as_voided_by_it(admin: Browser, held: Store) -> None:
    (id,) = held.add(a_statement())
    held.add(
        a_statement(
            actor={"name": "A tool", "mbox": "mailto:tool@lms.example"},
            verb={"id": Verb.VOIDED},
            object={"objectType": "StatementRef", "id": str(id)},
            context={"extensions": {Extension.VOID_REASON: {"not": "text"}}},
        )
    )
    page = admin.get(f"statements/{id}").text
    assert "A tool" in page
    assert "gives no reason that we know" in page
    assert admin.submit(f"statements/{id}/void", reason=WHY).status_code == 303
    assert len(voiding_of(held, id)) == 1


def test_who_takes_the_id_beforehand_is_found_out(admin: Browser, held: Store) -> None:
    (id,) = held.add(a_statement())
    (other,) = held.add(a_statement())
    admin.submit(f"statements/{other}/void", reason=WHY)
    home_page = f"{held.mentes.settings.public_url}/xapi"
    ours = service.voiding_id(home_page, held.organisation_id, id)
    held.add(a_statement(id=str(ours)))
    answer = admin.submit(f"statements/{id}/void", reason=WHY)
    assert answer.status_code == 409
    assert "has the id that the voiding would have" in answer.text


def test_what_is_not_there_cannot_be_voided(admin: Browser) -> None:
    assert admin.submit(f"statements/{uuid4()}/void", reason=WHY).status_code == 404


def test_no_other_site_can_make_an_admin_void(admin: Browser, held: Store) -> None:
    (id,) = held.add(a_statement())
    answer = admin.client.post(
        f"/l/{admin.launch_id}/statements/{id}/void",
        data={"reason": WHY},
        headers={**HTML, "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert voiding_of(held, id) == []
