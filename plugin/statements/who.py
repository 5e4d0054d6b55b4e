"""Whom a search is about: by mailbox, by account, or somebody whom the platforms told us of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lrs_bridge.errors import StatementInvalid
from lrs_bridge.identity import ifi
from lrs_bridge.validation import rules
from plugin.matching.searching import is_called
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import ACCOUNT

MOST = 20
"""People who are offered when several may be meant."""
_ACCOUNT = re.compile(r"(https?://[^\s|]+)[\s|]+(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody, as statements may call them.

    Attributes:
        id: the person, if we know them.
        name: as platforms say it; empty if unknown.
        accounts: how to tell them apart: "4 · campus.example".
        ifis: canonical identifiers, one at least.
    """

    id: UUID | None
    name: str
    accounts: tuple[str, ...]
    ifis: tuple[str, ...]


def typed(text: str) -> Who | None:
    """Return whom an address or an account names by itself; None: it is a part of a name."""
    account = _ACCOUNT.fullmatch(text)
    if account:
        home, name = account[1], account[2]
        return Who(id=None, name="", accounts=(_shown(home, name),), ifis=(_account(home, name),))
    mail = text.removeprefix("mailto:")
    if not _is_mailbox(mail):
        return None
    return Who(id=None, name="", accounts=(mail,), ifis=tuple(_of_mail(mail)))


def known(session: Session, person_id: UUID) -> Who | None:
    """Return a person of the organisation by all identifiers that they have, or None."""
    person = session.get(Person, person_id)
    found = _described(session, [person] if person else [])
    return found[0] if found else None


def called(session: Session, text: str) -> list[Who]:
    """Return people whose account is called `text` or whose name has it in it; MOST at most."""
    by_account = select(PersonIdentifier.person_id).where(
        PersonIdentifier.scheme == ACCOUNT, PersonIdentifier.value == text
    )
    people = session.scalars(
        select(Person)
        .where(or_(is_called(Person.name, text), Person.id.in_(by_account)))
        .order_by(Person.name, Person.id)
        .limit(MOST)
    )
    return _described(session, list(people))


def _described(session: Session, people: list[Person]) -> list[Who]:
    accounts: dict[UUID, list[tuple[str, str]]] = {person.id: [] for person in people}
    rows = session.execute(
        select(PersonIdentifier.person_id, PersonIdentifier.home_as_said, PersonIdentifier.value)
        .where(PersonIdentifier.person_id.in_(accounts), PersonIdentifier.scheme == ACCOUNT)
        .where(PersonIdentifier.set_aside_at.is_(None))
        .order_by(PersonIdentifier.created_at, PersonIdentifier.id)
    )
    for row in rows:
        accounts[row.person_id].append((row.home_as_said, row.value))
    found = (_who(person, accounts[person.id]) for person in people)
    return [who for who in found if who.ifis]


def _who(person: Person, accounts: Iterable[tuple[str, str]]) -> Who:
    accounts = list(accounts)
    ifis = [_account(home, name) for home, name in accounts]
    if person.email and _is_mailbox(person.email):
        ifis += _of_mail(person.email)
    return Who(
        id=person.id,
        name=(person.name or "").strip(),
        accounts=tuple(_shown(home, name) for home, name in accounts),
        ifis=tuple(ifis),
    )


def _account(home: str, name: str) -> str:
    return str(ifi({"account": {"homePage": home, "name": name}}))


def _of_mail(mail: str) -> list[str]:
    """Return how statements may call who has this address: by it, or by its digest."""
    mbox = f"mailto:{mail}"
    digest = hashlib.sha1(mbox.encode(), usedforsecurity=False).hexdigest()
    return [str(ifi({"mbox": mbox})), str(ifi({"mbox_sha1sum": digest}))]


def _is_mailbox(text: str) -> bool:
    try:
        rules.mailto(f"mailto:{text}")
    except StatementInvalid:
        return False
    return True


def _shown(home: str, name: str) -> str:
    return f"{name} · {host_of(home)}"


def host_of(iri: str) -> str:
    """Return the host of an address, or all of what is no address."""
    try:
        return urlsplit(iri).hostname or iri
    except ValueError:  # such as an unclosed IPv6 bracket
        return iri
