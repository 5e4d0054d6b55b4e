"""The way to the embedded record store: writing ours, reading what is passed on, erasing ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lrs_bridge.client import Part
from lrs_bridge.errors import StatementInvalid, XapiError
from lrs_bridge.identity import ifi
from lrs_bridge.lrs import formats, store, wire
from lrs_bridge.lrs import select as reading
from lrs_bridge.lrs.attachments.contents import Contents
from lrs_bridge.lrs.attachments.read import parts_of, with_attachments
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.select import Page
from lrs_bridge.lrs.upkeep.erasure import Erasure
from lrs_bridge.lrs.upkeep.wanted import Wanted
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.outbox import Outcome, Result, Settled
from plugin.foundation.tenancy import EVERYWHERE, narrowed
from plugin.targets.payloads import Erase, Item, Own
from plugin.targets.rules import is_of, people_in, without_instructor

Json = Mapping[str, Any]
Erasures = Callable[[UUID, str, str], Erasure]
"""(organisation, who erases, why) → a new erasure."""

Retold = Callable[[Session, Mapping[UUID, UUID]], Collection[UUID]]
"""(session, ids of statements → ids under which they are told anew) → those that are not to be,
because they were taken back. Who told them remembers the others, so as to take them back, too."""

OURSELVES = "mentes"
BY = "withdrawal"
REASON = "consent to be recorded was withdrawn"
_PAGE = 200


def our_authority(home_page: str) -> dict[str, Any]:
    """Return the agent that vouches for what Mentes itself puts into the embedded store."""
    return {"objectType": "Agent", "account": {"homePage": home_page, "name": OURSELVES}}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedStore:
    """The embedded store of every organisation."""

    database: Database
    home_page: str
    clock: Clock
    contents: Contents | None
    erasures: Erasures
    retold: Retold

    def of(self, organisation_id: UUID) -> EmbeddedOf:
        """Return that of one organisation."""
        return EmbeddedOf(self, organisation_id)


@dataclass(frozen=True, slots=True)
class EmbeddedOf:
    """The embedded store of one organisation."""

    store: EmbeddedStore
    organisation_id: UUID

    def send(self, items: Sequence[Item]) -> Iterator[Result]:
        """Store statements of ours in one transaction; one that is there counts as delivered."""
        ready = [_incoming(item) for item in items]
        deliveries = [
            store.Delivery(statements=[one], authority=our_authority(self.store.home_page))
            for one in ready
            if isinstance(one, wire.Incoming)
        ]
        with self.store.database.transaction(EVERYWHERE) as session:
            outcomes = iter(
                store.insert_all(session, self.organisation_id, deliveries, clock=self.store.clock)
            )
        for one in ready:
            yield one if isinstance(one, Settled) else _came_of(next(outcomes))

    def statements(self, ids: Sequence[UUID]) -> dict[UUID, Json]:
        """Return those statements with `ids` that there are, with what the store added."""
        with self.store.database.reading(self.organisation_id) as session:
            found = reading.several(session, self.organisation_id, ids)
        several = (json.loads(formats.exact(it.text, it.assigned)) for it in found)
        return {UUID(it["id"]): it for it in several}

    def attached(self, statement_id: str) -> Sequence[Part]:
        """Return the content that came with a statement.

        Raises:
            Unavailable: where it is kept cannot be reached.
        """
        with self.store.database.reading(self.organisation_id) as session:
            found = reading.several(session, self.organisation_id, [UUID(statement_id)])
            page = Page(found=found, after=None)
            _, attached = with_attachments(session, self.organisation_id, page)
        return parts_of(attached, self.store.contents)

    def erase(self, erase: Erase) -> Result:
        """Erase our own statements about somebody; what others wrote of them is not ours to erase.

        What names them as the instructor of somebody else is told anew without them.
        """
        identifiers = {found for person in erase.people if (found := ifi(person)) is not None}
        erasure = self.store.erasures(self.organisation_id, BY, REASON)
        for query in _about(sorted(identifiers), erase.programme):
            after: int | None = 0
            while after is not None:
                asked = replace(query, after=after)
                ids, after = self._told_anew(asked, identifiers, erase.programme)
                if ids:
                    for _ in erasure.erase(Wanted(ids=frozenset(ids))):
                        pass
        return Settled()

    def _told_anew(
        self, query: StatementQuery, identifiers: set[str], programme: str
    ) -> tuple[list[UUID], int | None]:
        """Return some of the statements to erase, and where to go on, once others are told anew.

        What each says decides: extensions, which may name somebody, are in no index.
        """
        authority = our_authority(self.store.home_page)
        with self.store.database.transaction(EVERYWHERE) as session:
            page = reading.page(
                session, self.organisation_id, query, authority=store.key_of(authority), voided=True
            )
            several = [(json.loads(one.text), one.voided) for one in page.found]
            voided = {UUID(it["id"]) for it, is_voided in several if is_voided}
            found = [
                it for it, _ in several if people_in(it) & identifiers and is_of(it, programme)
            ]
            anew = self._standing(session, found, identifiers, voided)
            if anew:
                store.insert(
                    session,
                    self.organisation_id,
                    [wire.incoming(one) for one in anew],
                    authority=authority,
                    clock=self.store.clock,
                )
        return [UUID(one["id"]) for one in found], page.after

    def _standing(
        self, session: Session, found: Sequence[Json], identifiers: set[str], voided: set[UUID]
    ) -> list[Json]:
        """Return without their instructor those of `found` that are still to stand."""
        without = {
            UUID(one["id"]): told
            for one in found
            if (told := without_instructor(one, identifiers)) is not None
        }
        ids = {was: UUID(told["id"]) for was, told in without.items() if was not in voided}
        with narrowed(session, self.organisation_id):
            taken_back = self.store.retold(session, ids)
        return [without[was] for was in ids if was not in taken_back]


def _about(identifiers: Sequence[str], programme: str) -> Iterator[StatementQuery]:
    """Yield what to ask the store for: what is of a programme, and what somebody did in none."""
    every = StatementQuery(
        limit=_PAGE, ascending=True, related_activities=True, related_agents=True
    )
    yield replace(every, activity=programme)
    for identifier in identifiers:
        yield replace(every, agent=identifier)


def _incoming(item: Item) -> wire.Incoming | Settled:
    if not isinstance(item, Own):  # it is in this store already
        return Settled(outcome=Outcome.SUPERSEDED, problem="target-is-embedded")
    try:
        return wire.incoming(item.statement)
    except StatementInvalid as error:
        return Settled(outcome=Outcome.GIVEN_UP, problem=error.slug, said=str(error))


def _came_of(outcome: store.Outcome) -> Settled:
    if isinstance(outcome, XapiError):
        return Settled(outcome=Outcome.GIVEN_UP, problem=outcome.slug)
    return Settled()
