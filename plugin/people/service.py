"""Finding and keeping people."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lti.message import LaunchMessage
from lti.nrps import Member
from plugin.foundation.i18n import known_zone
from plugin.foundation.tenancy import inserted_once
from plugin.people import identifiers, telling
from plugin.people.identifiers import Evidence
from plugin.people.model import Person, PersonIdentifier, PersonMerge
from plugin.people.rules import ACCOUNT

ADDRESS = re.compile(r'[^\s@,;:<>()[\]\\"]{1,64}@[^\s@,;:<>()[\]\\"]{1,190}')
"""A mail address as people have them; quoted ones, which nobody has, count as none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a platform said of a person; None where it said nothing."""

    name: str | None = None
    email: str | None = None
    language: str | None = None
    zone: str | None = None


def seen(
    session: Session,
    *,
    issuer: str,
    subject: str,
    said: Described,
    evidence: Evidence | str,
    now: datetime,
    product: str | None = None,
    message: LaunchMessage | Member | None = None,
) -> Person:
    """Return the person whom `issuer` calls `subject`, made known if need be.

    A name or an address we know is never overwritten by silence. By which other names the platform
    calls them, in `message`, is kept.
    """
    account = _account(session, issuer, subject)
    new = account is None
    if account is None:
        account, new = _made(session, issuer, subject, Evidence(evidence), now)
    person = session.get_one(Person, account.person_id)
    described(person, said)
    names = told_by(message, said, product)
    keys = identifiers.told(session, account, names, evidence=Evidence(evidence), now=now)
    if new:
        keys.append((ACCOUNT, account.home, subject))
    identifiers.become_known(session, person.id, keys, now=now)
    return person


def launched_as(session: Session, *, issuer: str, subject: str) -> Person | None:
    """Return the person whom `issuer` calls `subject` in launches, or None: we do not know them."""
    account = _account(session, issuer, subject)
    return session.get_one(Person, account.person_id) if account is not None else None


def told_by(
    message: LaunchMessage | Member | None, said: Described, product: str | None
) -> dict[str, str]:
    """Return by which other names a launch, or an entry of a roster, calls a person."""
    email = _address(said.email)
    if isinstance(message, LaunchMessage):
        return telling.by_launch(message, email=email, product=product)
    if message is not None:
        return telling.by_roster(message, email=email, product=product)
    return {telling.EMAIL: email} if email else {}


def _account(session: Session, issuer: str, subject: str) -> PersonIdentifier | None:
    """Return the account by which somebody signs in."""
    return session.scalar(
        select(PersonIdentifier).where(
            PersonIdentifier.scheme == ACCOUNT,
            PersonIdentifier.home == same_place(issuer),
            PersonIdentifier.value == subject,
            PersonIdentifier.signs_in,
        )
    )


def described(person: Person, said: Described) -> None:
    """Keep what a platform said of a person; what it did not say stays as it was."""
    for name, value in columns(said).items():
        setattr(person, name, value)


def columns(said: Described) -> dict[str, str]:
    """Return what is kept of what a platform said: only what it did say, and what is usable."""
    kept = {
        "name": said.name,
        "email": _address(said.email),
        "language": said.language,
        "zone": known_zone(said.zone),
    }
    return {name: value for name, value in kept.items() if value}


def _address(said: str | None) -> str | None:
    """Return one plain mail address, or None: a list of several would tell others of a talk."""
    return said if said and said.isprintable() and ADDRESS.fullmatch(said) else None


def _made(
    session: Session, issuer: str, subject: str, evidence: Evidence, now: datetime
) -> tuple[PersonIdentifier, bool]:
    """Return the account of a new person, and whether it is new: another tab may be quicker."""
    person = Person(created_at=now)
    session.add(person)
    session.flush()
    first = inserted_once(
        session,
        PersonIdentifier,
        person_id=person.id,
        scheme=ACCOUNT,
        home=same_place(issuer),
        home_as_said=issuer,
        value=subject,
        evidence=evidence,
        said_by=same_place(issuer),
        signs_in=True,
        told={},
        created_at=now,
        verified_at=now,
    )
    if not first:
        session.delete(person)
        session.flush()
    account = _account(session, issuer, subject)
    assert account is not None  # noqa: S101 # it is ours, or stood in our way
    return account, first


def account_of(session: Session, person_id: UUID, *, home: str) -> tuple[str, str] | None:
    """Return (home page, name) by which the platform at `home` knows a person, or None.

    Of two people who were merged, that of the one who stays.
    """
    return accounts_at(session, [(person_id, home)]).get((person_id, home))


def accounts_at(
    session: Session, several: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], tuple[str, str]]:
    """Return `account_of` for several (person, home), where there is one: one question."""
    if not several:
        return {}
    places = {home: same_place(home) for _, home in several}
    rows = session.execute(
        select(
            PersonIdentifier.person_id,
            PersonIdentifier.home,
            PersonIdentifier.home_as_said,
            PersonIdentifier.value,
        )
        .where(
            PersonIdentifier.person_id.in_({person_id for person_id, _ in several}),
            PersonIdentifier.scheme == ACCOUNT,
            PersonIdentifier.home.in_(places.values()),
            PersonIdentifier.signs_in,
        )
        .order_by(PersonIdentifier.merged_from.is_not(None), PersonIdentifier.created_at)
    )
    first: dict[tuple[UUID, str], tuple[str, str]] = {}
    for row in rows:
        first.setdefault((row.person_id, row.home), (row.home_as_said, row.value))
    return {
        (person_id, home): first[person_id, places[home]]
        for person_id, home in several
        if (person_id, places[home]) in first
    }


def accounts_of(session: Session, person_id: UUID) -> set[tuple[str, str]]:
    """Return every (home page, name) by which platforms know a person, as they spell them."""
    rows = session.execute(
        select(PersonIdentifier.home_as_said, PersonIdentifier.value).where(
            PersonIdentifier.person_id == person_id, PersonIdentifier.signs_in
        )
    )
    return {(row.home_as_said, row.value) for row in rows}


def merged_into(session: Session, person_id: UUID) -> set[UUID]:
    """Return who turned out to be this person, one after the other, and was not parted again."""
    found: set[UUID] = set()
    newest = {person_id}
    while newest:
        rows = select(PersonMerge.merged_id).where(
            PersonMerge.kept_id.in_(newest), PersonMerge.undone_at.is_(None)
        )
        newest = set(session.scalars(rows)) - found
        found |= newest
    return found
