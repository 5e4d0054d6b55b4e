"""By which names somebody is called because a person said so, and whose they are no longer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, tuple_, update
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from plugin.foundation.errors import BindingRefused, NameTooLong
from plugin.people import identifiers
from plugin.people.model import PersonIdentifier
from plugin.people.rules import MBOX_SHA1SUM, Key
from plugin.people.telling import LONGEST


def bound(session: Session, person_id: UUID, keys: Sequence[Key], *, now: datetime) -> list[UUID]:
    """Keep what somebody said of a person by hand; return the ids of what is new.

    Raises:
        NameTooLong: none of `keys` is as short as a name has to be.
    """
    spelled = {
        (scheme, same_place(home) if home else "", value): home
        for scheme, home, value in keys
        if len(home) <= LONGEST and len(value) <= LONGEST
    }
    if keys and not spelled:
        raise NameTooLong("Mentes keeps no name of more than 255 characters. What came waits.")
    new = identifiers.added(
        session, person_id, spelled, evidence=identifiers.Evidence.BOUND, said_by="", now=now
    )
    each = tuple_(PersonIdentifier.scheme, PersonIdentifier.home, PersonIdentifier.value)
    rows = select(PersonIdentifier.id).where(
        PersonIdentifier.person_id == person_id, each.in_(sorted(new))
    )
    return list(session.scalars(rows)) if new else []


def of_nobody_else(session: Session, keys: Sequence[Key], person_id: UUID) -> list[Key]:
    """Return which of `keys` nobody but `person_id` is called by, and need to be said.

    A digest that somebody has by an address need not: it would stay theirs when the address is not.
    """
    held = identifiers.holders(session, identifiers.as_compared(keys))
    found = []
    for key in keys:
        compared = identifiers.as_compared([key])[0]
        follows = key[0] == MBOX_SHA1SUM and compared in held
        if held.get(compared, {person_id}) == {person_id} and not follows:
            found.append(key)
    return found


def unbound(session: Session, ids: Collection[UUID]) -> None:
    """Take back what somebody said by hand."""
    session.execute(
        delete(PersonIdentifier).where(
            PersonIdentifier.id.in_(ids), PersonIdentifier.evidence == identifiers.Evidence.BOUND
        )
    )


def set_aside(session: Session, keys: Sequence[Key], *, but: UUID, now: datetime) -> list[UUID]:
    """Decide that `keys`, if they name several, name the one `but`; return what is set aside.

    Only what leaves it in doubt is set aside, of those who are in doubt.

    Raises:
        BindingRefused: one of the others signs in by it, which is the platform's word.
    """
    whose_now = identifiers.whose(session, keys)
    in_doubt = [key for key in identifiers.as_compared(keys) if key[0] == whose_now.by]
    if not whose_now.rivals:
        return []
    mine = PersonIdentifier
    held = session.execute(
        select(mine.id, mine.signs_in).where(
            or_(*identifiers.meanings(in_doubt)),
            mine.person_id.in_(whose_now.rivals - {but}),
            mine.set_aside_at.is_(None),
        )
    ).all()
    if any(signs_in for _, signs_in in held):
        raise BindingRefused("Somebody else signs in by this account, so it is theirs.")
    ids = [id for id, _ in held]
    session.execute(
        update(mine)
        .where(mine.id.in_(ids))
        .values(set_aside_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return ids


def set_aside_no_more(session: Session, ids: Collection[UUID]) -> None:
    """Take that decision back."""
    session.execute(
        update(PersonIdentifier)
        .where(PersonIdentifier.id.in_(ids))
        .values(set_aside_at=None)
        .execution_options(synchronize_session="fetch")
    )
