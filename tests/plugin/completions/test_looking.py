"""Whose turn it is to be looked at, and how long a turn is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from plugin.app import Mentes
from plugin.completions import sources
from plugin.completions.looking import PAGES, TURN, Leased, Looking, Page, claim, keep
from plugin.completions.model import SourceKind
from plugin.foundation.tenancy import EVERYWHERE
from tests.conftest import MovableClock
from tests.plugin.factories import an_organisation

MINUTE = timedelta(minutes=1)


def a_source(mentes: Mentes, organisation_id: UUID, name: str) -> UUID:
    """Return another record store, which is to be looked at."""
    with mentes.database.transaction(organisation_id) as session:
        return sources.add(
            session,
            mentes.cipher,
            kind=SourceKind.REMOTE_STORE,
            name=name,
            configuration={"endpoint": "http://127.0.0.1:9/xapi", "key": "k"},
            secret="a secret",
            now=mentes.clock(),
        ).id


def a_page(*, more: bool, now: datetime) -> Page:
    return Page(completions=(), cursor={}, read_to=now, more=more)


def test_however_many_one_organisation_has_another_is_looked_at_in_between(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    many = []
    for number in range(4):
        many.append(a_source(mentes, organisation_id, str(number)))
        clock.forward(seconds=1)
    few = [a_source(mentes, an_organisation(mentes.database), "theirs")]
    looked_at = []
    for _ in range(len(many) + len(few)):
        clock.forward(seconds=1)
        with mentes.database.transaction(EVERYWHERE) as session:
            source = claim(session, kinds=[SourceKind.REMOTE_STORE], now=clock(), lease=60)
        assert source is not None
        with mentes.database.transaction(source.organisation_id) as session:
            keep(session, source, a_page(more=False, now=clock()), now=clock(), every=MINUTE)
        looked_at.append(source.id)
    assert looked_at == [many[0], *few, *many[1:]]


@pytest.mark.parametrize(("turn", "pages"), [(TURN, PAGES), (0, 1)])
def test_a_turn_ends_with_its_pages_or_with_its_time(
    mentes: Mentes, organisation_id: UUID, clock: MovableClock, turn: float, pages: int
) -> None:
    a_source(mentes, organisation_id, "never ends")

    class Endless:
        every = MINUTE

        def __call__(self, source: Leased, *, now: datetime) -> Iterator[Page]:
            while True:
                yield a_page(more=True, now=now)

    looks = {SourceKind.REMOTE_STORE: Endless()}
    looking = Looking(mentes.database, clock, looks, lease=60, turn=turn)
    for _ in range(2):  # and is due again at once
        clock.forward(seconds=1)
        assert looking() == pages
