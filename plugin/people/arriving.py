"""Many people at once, as a roster brings them: with a few statements, however many they are.

What is kept of each is what `service.seen` keeps, who takes over wherever somebody is known
already under other names, or another process is quicker.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lti.nrps import Member
from plugin.foundation.events import all_happened
from plugin.foundation.pouring import ids_in_order, is_one_of
from plugin.foundation.tenancy import inserted, rows_of, streamed
from plugin.people import identifiers, service, telling
from plugin.people.events import PersonKnown
from plugin.people.identifiers import Evidence
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import ACCOUNT
from plugin.people.service import Described


class Account(Protocol):
    """An account by which somebody signs in, and what we know of them."""

    id: UUID
    value: str
    told: Mapping[str, str] | None
    verified_at: datetime
    person_id: UUID
    name: str | None
    email: str | None


Known = Mapping[str, Account]
"""What a platform calls people → the account by which they sign in, and who they are."""


@dataclass(slots=True, kw_only=True)
class Arriving:
    """Somebody in a roster, and what it says of them."""

    member: Member
    columns: Mapping[str, str]
    """What is kept of it with the person."""
    told: Mapping[str, str]
    """By which other names it calls them (`telling.by_roster`)."""


def arriving(member: Member, *, product: str | None) -> Arriving:
    """Return what an entry of a roster says of somebody."""
    columns = service.columns(Described(name=member.person.name, email=member.person.email))
    told = telling.by_roster(member, email=columns.get("email"), product=product)
    return Arriving(member=member, columns=columns, told=told)


def all_seen(
    session: Session,
    several: Sequence[Arriving],
    *,
    known: Known,
    issuer: str,
    product: str | None,
    now: datetime,
) -> dict[str, UUID]:
    """Return the person of each of `several`, made known if need be, by what `issuer` calls them.

    Args:
        several: each person once.
        known: those of them whom we know (`known_at`).
    """
    new = [each for each in several if each.member.user_id not in known]
    found = _made(session, new, issuer=issuer, now=now)
    described: list[tuple[UUID, Mapping[str, str]]] = []
    for each in several:
        subject = each.member.user_id
        if subject in found:
            continue
        account = known.get(subject)
        if account is not None and telling.tells_nothing_new(each.told, account.told):
            found[subject] = account.person_id
            if any(getattr(account, name) != value for name, value in each.columns.items()):
                described.append((account.person_id, each.columns))
            continue
        person = service.seen(
            session,
            issuer=issuer,
            subject=subject,
            said=Described(name=each.member.person.name, email=each.member.person.email),
            evidence=Evidence.ROSTER,
            now=now,
            product=product,
            message=each.member,
        )
        found[subject] = person.id
    people = rows_of(session, Person, [person_id for person_id, _ in described])
    for person_id, columns in described:
        for name, value in columns.items():
            setattr(people[person_id], name, value)
    return found


def known_at(session: Session, issuer: str, subjects: Collection[str], *, now: datetime) -> Known:
    """Return whom of `subjects`, as `issuer` calls them, we know; it still does so at `now`."""
    held, home = PersonIdentifier, same_place(issuer)
    rows = session.execute(
        select(
            held.id,
            held.value,
            held.told,
            held.verified_at,
            held.person_id,
            Person.name,
            Person.email,
        )
        .join(Person, Person.id == held.person_id)
        .where(
            held.scheme == ACCOUNT,
            held.home == home,
            is_one_of(session, held.value, subjects),
            held.signs_in,
        )
    )
    known: dict[str, Any] = {row.value: row for row in rows}
    long_ago = now - identifiers.VERIFIED_AGAIN_AFTER
    again = [account.id for account in known.values() if account.verified_at <= long_ago]
    if again:
        identifiers.verified(session, again, now=now)
    return known


def _made(
    session: Session, several: Sequence[Arriving], *, issuer: str, now: datetime
) -> dict[str, UUID]:
    """Make people known whom nobody knows; return those whom nobody else made known meanwhile."""
    if not several:
        return {}
    ids = dict(
        zip((each.member.user_id for each in several), ids_in_order(len(several)), strict=True)
    )
    people = [{"id": ids[each.member.user_id], **_UNKNOWN, **each.columns} for each in several]
    inserted(session, Person, people, same={"created_at": now})
    home = same_place(issuer)
    accounts = [
        {
            "person_id": ids[each.member.user_id],
            "value": each.member.user_id,
            "told": each.told,
        }
        for each in several
    ]
    same = {"scheme": ACCOUNT, "home": home, "home_as_said": issuer, "signs_in": True}
    same |= _said_by(home, now)
    lost = [row["value"] for row in streamed(session, PersonIdentifier, accounts, same=same)]
    if lost:
        strangers = [ids.pop(subject) for subject in lost]
        session.execute(
            delete(Person)
            .where(Person.id.in_(strangers))
            .execution_options(synchronize_session=False)
        )
    _called(session, [each for each in several if each.member.user_id in ids], ids, issuer, now)
    return ids


def _called(
    session: Session,
    several: Sequence[Arriving],
    ids: Mapping[str, UUID],
    issuer: str,
    now: datetime,
) -> None:
    """Keep by which other names new people are called, and say that they are known."""
    home = same_place(issuer)
    names: list[dict[str, Any]] = []
    events = []
    for each in several:
        person_id = ids[each.member.user_id]
        keys = telling.keys_told(each.told, issuer=issuer)
        names += [
            {"person_id": person_id, **identifiers.columns_of(key, spelled)}
            for key, spelled in keys.items()
        ]
        account = (ACCOUNT, home, each.member.user_id)
        events.append(PersonKnown(at=now, subject_id=person_id, keys=(*keys, account)))
    names.sort(key=itemgetter("scheme", "value"))  # as the index has them
    same = {"signs_in": False, "told": {}, **_said_by(home, now)}
    inserted(session, PersonIdentifier, names, same=same)
    all_happened(session, events)


_UNKNOWN = {"name": None, "email": None, "language": None, "zone": None}


def _said_by(home: str, now: datetime) -> dict[str, Any]:
    return {
        "evidence": Evidence.ROSTER.value,
        "said_by": home,
        "created_at": now,
        "verified_at": now,
    }
