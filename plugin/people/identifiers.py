"""The identifiers of people: filled by launches and rosters, asked by whoever has to know whose.

Nobody is ever found by an identifier at a launch but by the platform's own (issuer, sub), and no
identifier makes two people one: what several hold names nobody until a person decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, or_, select, tuple_, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from plugin.foundation.events import happened
from plugin.foundation.pouring import is_one_of
from plugin.foundation.tenancy import organisation_of
from plugin.people import telling
from plugin.people.events import PersonKnown
from plugin.people.model import PersonIdentifier
from plugin.people.rules import (
    MBOX,
    MBOX_SHA1SUM,
    SOURCED_ID,
    USERNAME,
    Key,
    Resolution,
    also_meant,
    resolution,
    sums_of,
)

VERIFIED_AGAIN_AFTER = timedelta(hours=1)
"""How coarse `verified_at` is: a roster every minute need not write every minute."""


class Evidence(StrEnum):
    """How we know an identifier."""

    LAUNCH = "launch"
    ROSTER = "roster"
    BOUND = "bound"
    """Somebody said so on the page for it."""


def digest(scheme: str, home: str, value: str) -> str:
    """Return what an identifier is found by in an index, however long it is."""
    return hashlib.sha256(f"{scheme}\n{home}\n{value}".encode()).hexdigest()


def whose(session: Session, keys: Sequence[Key]) -> Resolution:
    """Return whose `keys` are, by the law in `rules`."""
    return whose_each(session, [keys])[0]


def whose_each(session: Session, several: Iterable[Sequence[Key]]) -> list[Resolution]:
    """Return whose each of `several` keys are: one question, however many there are."""
    meant = [as_compared(keys) for keys in several]
    known = holders(session, {key for keys in meant for key in keys})
    return [resolution(keys, known) for keys in meant]


def as_compared(keys: Iterable[Key]) -> list[Key]:
    """Return `keys` with their homes as compared, and with what else each may mean."""
    found: dict[Key, None] = {}
    for scheme, home, value in keys:
        key = (scheme, same_place(home) if home else "", value)
        found[key] = None
        also = also_meant(key)
        if also is not None:
            found[also] = None
    return list(found)


def holders(session: Session, keys: Collection[Key]) -> Mapping[Key, set[UUID]]:
    """Return who holds each of `keys`: one question, however many there are."""
    if not keys:
        return {}
    held = PersonIdentifier
    those = select(held.scheme, held.home, held.value, held.person_id).where(
        held.set_aside_at.is_(None)
    )
    rows = session.execute(union_all(*(those.where(each) for each in meanings(keys))))
    found: dict[Key, set[UUID]] = {}
    for scheme, home, value, person_id in rows:
        for key in {*_meant_by((scheme, home, value))}.intersection(keys):
            found.setdefault(key, set()).add(person_id)
    return found


def _meant_by(key: Key) -> list[Key]:
    """Return by what else is known who is called `key`."""
    scheme, _, value = key
    anywhere = [(scheme, "", value)] if _is_anywhere(scheme, "") else []
    return [key, *sums_of(key), *anywhere]


def meanings(keys: Collection[Key]) -> list[ColumnElement[bool]]:
    """Return the conditions, one of which is true of whatever one of `keys` means.

    Each is found in an index, if it is asked for by itself and begins with what the index does:
    joined by OR, or of several columns at once, SQLite would rather read all that an organisation
    knows.
    """
    held = PersonIdentifier
    found = []
    for scheme in sorted({scheme for scheme, _, _ in keys}):
        named = [(value, home) for of, home, value in keys if of == scheme]
        so = and_(held.scheme == scheme, held.value.in_({value for value, _ in named}))
        anywhere = [value for value, home in named if _is_anywhere(scheme, home)]
        there = tuple_(held.value, held.home).in_(named)
        found.append(and_(so, or_(there, held.value.in_(anywhere)) if anywhere else there))
    if sums := {value for scheme, _, value in keys if scheme == MBOX_SHA1SUM}:
        found += [held.sha1sum.in_(sums), held.bare_sha1sum.in_(sums)]
    return found


def _is_anywhere(scheme: str, home: str) -> bool:
    """Tell whether names of a scheme, without a home, may be of any platform."""
    return not home and scheme in (SOURCED_ID, USERNAME)


def told(
    session: Session,
    account: PersonIdentifier,
    names: Mapping[str, str],
    *,
    evidence: Evidence,
    now: datetime,
) -> list[Key]:
    """Keep by which names a platform calls the person of `account`; return those that are new.

    What it called them before and now calls them otherwise is theirs no longer; about what it is
    silent, nothing changes.
    """
    before = account.told or {}
    if account.verified_at <= now - VERIFIED_AGAIN_AFTER:
        verified(session, [account.id], now=now)
    if telling.tells_nothing_new(names, before):
        return []
    issuer = account.home_as_said
    now_told = {**before, **names}
    keys = telling.keys_told(now_told, issuer=issuer)
    gone = telling.keys_told(before, issuer=issuer).keys() - keys.keys()
    if gone:
        _forget(session, account, {each for key in gone for each in (key, *sums_of(key))})
    new = added(
        session,
        account.person_id,
        keys,
        evidence=evidence,
        said_by=account.said_by,
        now=now,
    )
    account.told = now_told
    return new


def verified(session: Session, accounts: Collection[UUID], *, now: datetime) -> None:
    """Note that a platform still says who signs in by `accounts`, and what it told with them."""
    session.execute(
        update(PersonIdentifier)
        .where(
            is_one_of(session, PersonIdentifier.id, accounts),
            PersonIdentifier.verified_at <= now - VERIFIED_AGAIN_AFTER,
        )
        .values(verified_at=now)
        .execution_options(synchronize_session=False)
    )


def _forget(session: Session, account: PersonIdentifier, keys: Iterable[Key]) -> None:
    each = tuple_(PersonIdentifier.scheme, PersonIdentifier.home, PersonIdentifier.value)
    session.execute(
        delete(PersonIdentifier)
        .where(
            PersonIdentifier.person_id == account.person_id,
            PersonIdentifier.said_by == account.said_by,
            PersonIdentifier.signs_in.is_(False),
            PersonIdentifier.set_aside_at.is_(None),
            each.in_(sorted(keys)),
        )
        .execution_options(synchronize_session=False)
    )


def added(
    session: Session,
    person_id: UUID,
    keys: Mapping[Key, str],
    *,
    evidence: Evidence,
    said_by: str,
    now: datetime,
) -> list[Key]:
    """Keep that a person is called by `keys` (→ home as spelled); return those that are new.

    What somebody has said by hand and a platform says now is the platform's word from then on.
    """
    if not keys:
        return []
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    rows: list[dict[str, Any]] = [
        {
            "id": uuid4(),
            "organisation_id": organisation_of(session),
            "person_id": person_id,
            **columns_of(key, keys[key]),
            "evidence": evidence,
            "said_by": said_by,
            "signs_in": False,
            "told": {},
            "created_at": now,
            "verified_at": now,
        }
        for key in sorted(keys)  # two at once wait for each other in one order
    ]
    held = PersonIdentifier
    adding = insert(held).values(rows)
    said = adding.excluded
    inserted = session.execute(
        adding.on_conflict_do_update(
            index_elements=["organisation_id", "scheme", "value", "home", "person_id"],
            set_={
                "evidence": said.evidence,
                "said_by": said.said_by,
                "home_as_said": said.home_as_said,
                "verified_at": said.verified_at,
            },
            where=(held.evidence == Evidence.BOUND) & (said.evidence != Evidence.BOUND),
        ).returning(held.scheme, held.home, held.value)
    )
    return [(scheme, home, value) for scheme, home, value in inserted]


def columns_of(key: Key, home_as_said: str) -> dict[str, str | None]:
    """Return what a row says of the name itself."""
    scheme, home, value = key
    sha1sum, bare = (digest for _, _, digest in sums_of(key)) if scheme == MBOX else (None, None)
    return {
        "scheme": scheme,
        "home": home,
        "home_as_said": home_as_said,
        "value": value,
        "sha1sum": sha1sum,
        "bare_sha1sum": bare,
    }


def become_known(
    session: Session, person_id: UUID, keys: Collection[Key], *, now: datetime
) -> None:
    """Tell whoever waits for one of `keys` that it is known now."""
    if keys:
        happened(session, PersonKnown(at=now, subject_id=person_id, keys=tuple(keys)))


def awaited(keys: Iterable[Key]) -> set[str]:
    """Return the digests under which somebody may wait for whoever is called one of `keys`."""
    return {digest(*each) for key in keys for each in _meant_by(key)}


def awaited_of(session: Session, people: Collection[UUID]) -> set[str]:
    """Return the digests under which somebody may wait for any of the names of `people`."""
    held = PersonIdentifier
    names = session.execute(
        select(held.scheme, held.home, held.value).where(held.person_id.in_(people))
    )
    return awaited((scheme, home, value) for scheme, home, value in names)


def awaits(keys: Iterable[Key]) -> list[str]:
    """Return the digests of what would tell whose `keys` are, were it known."""
    return sorted({digest(*key) for key in as_compared(keys)})


def place_digest(place: str) -> str:
    """Return what a course's IRI, as compared, is found by in an index."""
    return hashlib.sha256(place.encode()).hexdigest()
