"""Pairings: a mentee has one, a mentor no more than their places."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from plugin.app import Mentes
from plugin.foundation.errors import NoPlaceLeft
from plugin.foundation.events import EventRow
from plugin.pairings.model import EndReason
from plugin.pairings.service import (
    close,
    mentees_by_mentor,
    of_mentor,
    open_pairing,
    pair,
    waiting,
)
from plugin.programmes import service as programmes
from plugin.programmes.model import Programme
from tests.plugin.factories import (
    NOW,
    a_mentee,
    a_mentor,
    a_programme,
    every,
    later,
)


@pytest.fixture
def programme_id(mentes: Mentes, organisation_id: UUID) -> UUID:
    """A programme in which nobody takes part yet."""
    with mentes.database.transaction(organisation_id) as session:
        return a_programme(session).id


def test_a_pairing_is_closed_once(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        a_mentor(session, programme)
        ada = a_mentee(session, programme)
        pairing = open_pairing(session, programme_id, ada.id)
        assert pairing is not None
        for why in (EndReason.COMPLETED, EndReason.OTHER):
            close(session, pairing, why=why, by=ada.id, now=later(days=1))
        assert pairing.end_reason == EndReason.COMPLETED
        assert len(every(session, EventRow, EventRow.kind == "pairing.closed")) == 1


def test_a_detached_mentor_keeps_their_mentees_and_gets_no_new_ones(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme)
        a_mentee(session, programme, "4")
        programmes.detach_mentor(session, programme, mo.id, by=mo.id, now=NOW)
        ben = a_mentee(session, programme, "5")
        assert len(of_mentor(session, programme_id, mo.id)) == 1
        assert open_pairing(session, programme_id, ben.id) is None
        with pytest.raises(NoPlaceLeft):
            pair(session, programme_id, mentor_id=mo.id, mentee_id=ben.id, reasons=[], now=NOW)


def test_no_place_is_given_that_is_not_there(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme, capacity=1)
        a_mentee(session, programme, "4")
        with pytest.raises(NoPlaceLeft, match="as many mentees"):
            pair(session, programme_id, mentor_id=mo.id, mentee_id=uuid4(), reasons=[], now=NOW)
        with pytest.raises(NoPlaceLeft):
            pair(session, programme_id, mentor_id=uuid4(), mentee_id=uuid4(), reasons=[], now=NOW)


def test_who_has_a_mentor_is_not_given_another(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme)
        ada = a_mentee(session, programme)
        again = pair(session, programme_id, mentor_id=mo.id, mentee_id=ada.id, reasons=[], now=NOW)
        assert again is None


def test_a_mentor_sees_their_mentees_in_the_order_of_pairing(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme, capacity=3)
        joined = [a_mentee(session, programme, now=later(hours=hour)).id for hour in range(3)]
        assert [each.mentee_id for each in of_mentor(session, programme_id, mo.id)] == joined


def test_who_leaves_closes_their_pairing(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        a_mentor(session, programme, capacity=1)
        ada = a_mentee(session, programme)
        pairing = open_pairing(session, programme_id, ada.id)
        assert pairing is not None
        programmes.leave(session, programme, ada.id, now=later(days=1))
        assert (pairing.closed_at, pairing.end_reason) == (later(days=1), EndReason.WITHDRAWN)
        assert open_pairing(session, programme_id, ada.id) is None


def test_who_waits_is_told_in_the_order_of_joining(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        third, first, second = (
            a_mentee(session, programme, now=later(days=day)).id for day in (3, 1, 2)
        )
        assert [each.person_id for each in waiting(session, programme_id)] == [first, second, third]


def test_mentees_are_counted_by_mentor_as_long_as_they_are_paired(
    mentes: Mentes, organisation_id: UUID, programme_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, programme_id)
        mo = a_mentor(session, programme, capacity=2)
        ada, _ben = a_mentee(session, programme), a_mentee(session, programme)
        assert mentees_by_mentor(session, programme_id) == {mo.id: 2}
        programmes.leave(session, programme, ada.id, now=later(days=1))
        assert mentees_by_mentor(session, programme_id) == {mo.id: 1}
