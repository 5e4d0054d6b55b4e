"""By what people were called in what was told: kept as long as it may be found under that.

It is written in the transaction that owes the statement. Whoever withdraws withdraws all of it, and
not only what they are called today.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from lrs_bridge.compose import Actor, written_agent
from lrs_bridge.identity import ifi
from plugin.foundation.tenancy import inserted_each
from plugin.people.service import merged_into
from plugin.records.actors import names_of
from plugin.records.model import ToldName
from plugin.targets.rules import digest

Json = dict[str, Any]
Called = tuple[UUID, Actor]
"""A person, and what they are called."""
Key = tuple[UUID, UUID, str]
"""Person, programme, digest of the identifier."""


def remember(
    session: Session, several: Sequence[tuple[UUID, Collection[str], Sequence[Called]]]
) -> None:
    """Remember who was called by what.

    Args:
        several: of each statement its programme, the identifiers in it, and whom it may name.
    """
    wanted: dict[Key, Json] = {}
    for programme_id, identifiers, called in several:
        for person_id, actor in called:
            agent = written_agent(actor)
            identifier = ifi(agent)
            if identifier is not None and identifier in identifiers:
                wanted[person_id, programme_id, digest(identifier)] = agent
    new = wanted.keys() - _known(session, wanted.keys())
    inserted_each(
        session,
        ToldName,
        [
            {
                "person_id": person_id,
                "programme_id": programme_id,
                "digest": said,
                "agent": wanted[person_id, programme_id, said],
            }
            for person_id, programme_id, said in sorted(new)  # two at once wait in one order
        ],
    )


def _known(session: Session, keys: Collection[Key]) -> set[Key]:
    """Return what is remembered already, as nearly all is."""
    if not keys:
        return set()
    rows = session.execute(
        select(ToldName.person_id, ToldName.programme_id, ToldName.digest)
        .where(
            ToldName.person_id.in_({person_id for person_id, _, _ in keys}),
            ToldName.programme_id.in_({programme_id for _, programme_id, _ in keys}),
            ToldName.digest.in_({said for _, _, said in keys}),
        )
        .with_for_update(read=True, key_share=True)  # who forgets them waits for us
    )
    return {(person_id, programme_id, said) for person_id, programme_id, said in rows}


def called_in(session: Session, person_id: UUID, programme_id: UUID) -> list[Json]:
    """Return every agent by which what was told of a programme calls somebody.

    What was told before this was kept is under what they are called today.
    """
    told = ToldName.programme_id == programme_id
    return _all(session, person_id, session.scalars(_of(session, person_id).where(told)).all())


def called_anywhere(session: Session, person_id: UUID) -> list[Json]:
    """Return every agent by which anything that was told may call somebody."""
    return _all(session, person_id, session.scalars(_of(session, person_id)).all())


def forget(session: Session, person_id: UUID, programme_id: UUID) -> None:
    """Forget what somebody was called in a programme: it is taken back."""
    people = {person_id, *merged_into(session, person_id)}
    session.execute(
        delete(ToldName).where(
            ToldName.person_id.in_(people), ToldName.programme_id == programme_id
        )
    )


def _of(session: Session, person_id: UUID) -> Select[ToldName]:
    people = {person_id, *merged_into(session, person_id)}
    return select(ToldName).where(ToldName.person_id.in_(people)).order_by(ToldName.digest)


def _all(session: Session, person_id: UUID, told: Sequence[ToldName]) -> list[Json]:
    agents = [*names_of(session, person_id), *(row.agent for row in told)]
    return list({ifi(agent): agent for agent in agents}.values())
