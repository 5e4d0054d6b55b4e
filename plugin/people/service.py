"""Finding and keeping people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from plugin.foundation.events import happened
from plugin.foundation.i18n import known_zone
from plugin.foundation.tenancy import inserted_once
from plugin.people.events import PersonKnown
from plugin.people.model import Person, PersonIdentifier

ACCOUNT = "account"
"""(home page, name): LTI's (issuer, sub), and the account of an xAPI actor."""
ADDRESS = re.compile(r'[^\s@,;:<>()[\]\\"]{1,64}@[^\s@,;:<>()[\]\\"]{1,190}')
"""A mail address as people have them; quoted ones, which nobody has, count as none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a platform said of a person; None where it said nothing."""

    name: str | None = None
    email: str | None = None
    language: str | None = None
    zone: str | None = None


def found(session: Session, keys: Sequence[tuple[str, str, str]]) -> Person | None:
    """Return the person whom the first of `keys` (scheme, home, value) knows, or None."""
    for scheme, home, value in keys:
        person = session.scalar(
            select(Person)
            .join(PersonIdentifier, PersonIdentifier.person_id == Person.id)
            .where(
                PersonIdentifier.scheme == scheme,
                PersonIdentifier.home == (same_place(home) if home else ""),
                PersonIdentifier.value == value,
            )
        )
        if person is not None:
            return person
    return None


def seen(
    session: Session,
    *,
    issuer: str,
    subject: str,
    said: Described,
    evidence: str,
    now: datetime,
) -> Person:
    """Return the person whom `issuer` calls `subject`, made known if need be.

    A name or an address we know is never overwritten by silence.
    """
    person = found(session, [(ACCOUNT, issuer, subject)])
    if person is None:
        person = _made(session, issuer, subject, evidence, now)
    described(person, said)
    return person


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


def _made(session: Session, issuer: str, subject: str, evidence: str, now: datetime) -> Person:
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
        created_at=now,
    )
    if first:
        happened(
            session,
            PersonKnown(at=now, subject_id=person.id, home=same_place(issuer), value=subject),
        )
        return person
    session.delete(person)  # a launch in another tab was quicker
    session.flush()
    quicker = found(session, [(ACCOUNT, issuer, subject)])
    assert quicker is not None  # noqa: S101 # its identifier stood in our way
    return quicker


def account_of(session: Session, person_id: UUID, *, home: str) -> tuple[str, str] | None:
    """Return (home page, name) by which the platform at `home` knows a person, or None."""
    row = session.execute(
        select(PersonIdentifier.home_as_said, PersonIdentifier.value)
        .where(
            PersonIdentifier.person_id == person_id,
            PersonIdentifier.scheme == ACCOUNT,
            PersonIdentifier.home == same_place(home),
        )
        .order_by(PersonIdentifier.created_at)
        .limit(1)
    ).first()
    return (row.home_as_said, row.value) if row else None


def accounts_of(session: Session, person_id: UUID) -> set[tuple[str, str]]:
    """Return every (home page, name) by which platforms know a person, as they spell them."""
    rows = session.execute(
        select(PersonIdentifier.home_as_said, PersonIdentifier.value).where(
            PersonIdentifier.person_id == person_id, PersonIdentifier.scheme == ACCOUNT
        )
    )
    return {(row.home_as_said, row.value) for row in rows}
