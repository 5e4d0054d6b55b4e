"""What people who look into a store ask for beyond the standard."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from lrs_bridge.errors import StatementNotFound
from lrs_bridge.identity import ifi
from lrs_bridge.lrs import formats, select, store, wire
from lrs_bridge.lrs.attachments import read as attached
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.testing import a_statement
from lrs_bridge.vocabulary import Verb
from tests.lrs_bridge.conftest import Clock

AUTHORITY = {"account": {"homePage": "https://lrs.example", "name": "1"}}
BY_MAIL = {"mbox": "mailto:ada@lms.example"}
BY_ACCOUNT = {"account": {"homePage": "https://lms.example", "name": "4"}}


class Kept:
    """Statements of one organisation."""

    def __init__(self, session: Session, organisation_id: UUID, clock: Clock) -> None:
        self.session = session
        self.organisation_id = organisation_id
        self.clock = clock

    def add(self, **changed: Any) -> UUID:
        self.clock.forward(seconds=1)
        statement = wire.incoming({**a_statement(), **changed})
        (id,) = store.insert(
            self.session,
            self.organisation_id,
            [statement],
            authority=AUTHORITY,
            clock=self.clock,
        )
        return id

    def void(self, id: UUID) -> UUID:
        target = {"objectType": "StatementRef", "id": str(id)}
        return self.add(verb={"id": Verb.VOIDED}, object=target)

    def ids(self, found: list[select.Found]) -> list[UUID]:
        return [UUID(formats.whole(one.text, one.assigned)["id"]) for one in found]


@pytest.fixture
def kept(session: Session, organisation_id: UUID, clock: Clock) -> Kept:
    return Kept(session, organisation_id, clock)


def test_a_statement_is_found_whether_voided_or_not_by_its_organisation(kept: Kept) -> None:
    stays, voided = kept.add(), kept.add()
    kept.void(voided)
    for id, is_voided in ((stays, False), (voided, True)):
        assert select.either(kept.session, kept.organisation_id, id).voided is is_voided
        with pytest.raises(StatementNotFound):
            select.either(kept.session, uuid4(), id)


def test_who_refers_to_a_statement_and_who_voids_it(kept: Kept) -> None:
    id = kept.add()
    reference = {"objectType": "StatementRef", "id": str(id)}
    about, other = (kept.add(object=reference) for _ in range(2))
    voiding = kept.void(id)
    asked = (kept.session, kept.organisation_id, id)
    assert kept.ids(select.referring(*asked, most=10)) == [about, other, voiding]
    assert kept.ids(select.referring(*asked, most=2)) == [about, other]
    assert kept.ids(select.referring(*asked, most=1, voiding=True)) == [voiding]
    assert select.referring(kept.session, uuid4(), id, most=10) == []


def test_somebody_is_found_by_all_their_identifiers_each_statement_once(kept: Kept) -> None:
    first = kept.add(actor=BY_MAIL)
    second = kept.add(actor=BY_ACCOUNT)
    both = kept.add(actor=BY_MAIL, object={"objectType": "Agent", **BY_ACCOUNT})
    kept.add(actor={"mbox": "mailto:ben@lms.example"})
    query = StatementQuery(agent=ifi(BY_MAIL))
    asked = (kept.session, kept.organisation_id)
    page = select.page(*asked, query, also=[str(ifi(BY_ACCOUNT))])
    assert kept.ids(page.found) == [both, second, first]
    assert kept.ids(select.page(*asked, query).found) == [both, first]


def test_what_a_statement_did_not_come_with_is_not_found(kept: Kept) -> None:
    id = kept.add()
    seq = select.either(kept.session, kept.organisation_id, id).seq
    assert attached.digests(kept.session, kept.organisation_id, seq) == set()
    assert attached.one_attached(kept.session, kept.organisation_id, seq, "0" * 64) is None
