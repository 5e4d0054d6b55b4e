"""Who is paired again: what is told of it leads to what was told of the end before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.programmes import service as programmes
from plugin.programmes.model import Part, Programme
from plugin.records.groups import Group, groups_set
from tests.plugin.factories import NOW, Mentoring, a_mentee, later, mentoring
from tests.plugin.records.telling import statements


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """A pair, both of whom chose to be recorded."""
    return mentoring(mentes.database, organisation_id, recorded=True)


def leave(mentes: Mentes, pair: Mentoring, day: int) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        programme = session.get_one(Programme, pair.programme_id)
        programmes.leave(session, programme, pair.mentee_id, now=later(days=day))


def come_back(mentes: Mentes, pair: Mentoring, day: int) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        programmes.join(
            session,
            session.get_one(Programme, pair.programme_id),
            pair.mentee_id,
            first_use="the next talk",
            talk=("call",),
            recorded=True,
            now=later(days=day),
        )


def led_back_to(mentes: Mentes, pair: Mentoring) -> list[str | None]:
    """Return which statement each proposal of the pair's mentee refers to."""
    proposed = statements(mentes, Verb.INVITE)
    return [one["context"].get("statement", {}).get("id") for one in proposed]


def closings(mentes: Mentes) -> list[Any]:
    return [one["id"] for one in statements(mentes, Verb.CLOSE)]


def test_a_proposal_refers_to_the_end_of_the_pairing_before_and_the_first_to_none(
    mentes: Mentes, pair: Mentoring
) -> None:
    for day in (1, 3):
        leave(mentes, pair, day)
        come_back(mentes, pair, day + 1)
    first, second = closings(mentes)
    assert led_back_to(mentes, pair) == [None, first, second]


def test_another_mentees_proposal_refers_to_nothing(mentes: Mentes, pair: Mentoring) -> None:
    leave(mentes, pair, 1)
    with mentes.database.transaction(pair.organisation_id) as session:
        programme = session.get_one(Programme, pair.programme_id)
        a_mentee(session, programme, "5", recorded=True, now=later(days=2))
    assert led_back_to(mentes, pair) == [None, None]


def test_after_a_stop_nothing_leads_back_to_what_was_before(
    mentes: Mentes, pair: Mentoring
) -> None:
    leave(mentes, pair, 1)
    with mentes.database.transaction(pair.organisation_id) as session:
        mine = programmes.participation(session, pair.programme_id, pair.mentee_id, Part.MENTEE)
        assert mine is not None
        programmes.choose_recording(session, mine, False, now=later(days=2))
    come_back(mentes, pair, 3)
    assert led_back_to(mentes, pair)[-1] is None
    assert len(statements(mentes, Verb.INVITE)) == 1  # the one before was dropped


def test_an_end_that_was_not_told_is_not_referred_to(mentes: Mentes, pair: Mentoring) -> None:
    for told, act, day in (
        (set(Group) - {Group.PAIRING}, leave, 1),
        (set(Group), come_back, 2),
    ):
        with mentes.database.transaction(pair.organisation_id) as session:
            programme = session.get_one(Programme, pair.programme_id)
            groups_set(session, programme, told, by=pair.mentor_id, now=NOW)
        act(mentes, pair, day)
    assert led_back_to(mentes, pair) == [None, None]
