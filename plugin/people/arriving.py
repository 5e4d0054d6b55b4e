"""Many people at once, as a roster brings them: with a few statements, however many they are.

What is kept of each is what `service.seen` keeps, who takes over wherever somebody is known
already under other names, or another process is quicker.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lti.nrps import Member
from plugin.foundation.events import all_happened
from plugin.foundation.pouring import is_one_of
from plugin.foundation.tenancy import inserted, streamed
from plugin.people import identifiers, service, telling
from plugin.people.identifiers import Evidence
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import ACCOUNT, Key
from plugin.people.service import Described

Known = Mapping[str, tuple[PersonIdentifier, Person]]
"""What a platform calls people → the account by which they sign in, and who they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """Somebody in a roster, and what it says of them."""

    member: Member
    said: Described
    told: Mapping[str, str]
    """By which other names it calls them (`service.told_by`)."""


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
    for each in several:
        subject = each.member.user_id
        if subject in found:
            continue
        account, person = known.get(subject, (None, None))
        if account is None or person is None or not _is_as_before(each, account, now):
            person = service.seen(
                session,
                issuer=issuer,
                subject=subject,
                said=each.said,
                evidence=Evidence.ROSTER,
                now=now,
                product=product,
                message=each.member,
            )
        else:
            service.described(person, each.said)
        found[subject] = person.id
    return found


def _is_as_before(each: Arriving, account: PersonIdentifier, now: datetime) -> bool:
    verified = account.verified_at > now - identifiers.VERIFIED_AGAIN_AFTER
    return verified and telling.tells_nothing_new(each.told, account.told)


def known_at(session: Session, issuer: str, subjects: Collection[str]) -> Known:
    """Return whom of `subjects`, as `issuer` calls them, we know."""
    rows = session.execute(
        select(PersonIdentifier, Person)
        .join(Person, Person.id == PersonIdentifier.person_id)
        .where(
            PersonIdentifier.scheme == ACCOUNT,
            PersonIdentifier.home == same_place(issuer),
            is_one_of(session, PersonIdentifier.value, subjects),
            PersonIdentifier.signs_in,
        )
    )
    return {account.value: (account, person) for account, person in rows}


def _made(
    session: Session, several: Sequence[Arriving], *, issuer: str, now: datetime
) -> dict[str, UUID]:
    """Make people known whom nobody knows; return those whom nobody else made known meanwhile."""
    if not several:
        return {}
    ids = {each.member.user_id: uuid4() for each in several}
    people = [
        {
            "id": ids[each.member.user_id],
            "created_at": now,
            **_COLUMNS,
            **service.columns(each.said),
        }
        for each in several
    ]
    inserted(session, Person, people)
    home = same_place(issuer)
    accounts = {
        uuid4(): {
            **_identifier((ACCOUNT, home, each.member.user_id), issuer, home, now),
            "person_id": ids[each.member.user_id],
            "signs_in": True,
            "told": dict(each.told),
        }
        for each in several
    }
    rows = [{"id": id, **account} for id, account in accounts.items()]
    won = streamed(session, PersonIdentifier, rows)
    lost = [account["value"] for id, account in accounts.items() if id not in won]
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
            {**_identifier(key, spelled, home, now), "person_id": person_id}
            for key, spelled in keys.items()
        ]
        account = (ACCOUNT, home, each.member.user_id)
        events.append(identifiers.known_by(person_id, [*keys, account], now=now))
    inserted(session, PersonIdentifier, names)
    all_happened(session, events)


_COLUMNS = {"name": None, "email": None, "language": None, "zone": None}


def _identifier(key: Key, spelled: str, said_by: str, now: datetime) -> dict[str, Any]:
    scheme, home, value = key
    return {
        "scheme": scheme,
        "home": home,
        "home_as_said": spelled,
        "value": value,
        "evidence": Evidence.ROSTER.value,
        "said_by": said_by,
        "signs_in": False,
        "told": {},
        "created_at": now,
        "verified_at": now,
    }
