"""By what a person is called in our statements: as the platform's own call them, or more privately.

The platform's form is a setting of its registration. A person agreed to a form when they chose to
be recorded, and is never told of under a less private one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.compose import Account, Actor, Mailbox, MailboxDigest, written_agent
from lrs_bridge.identity import same_place
from plugin.courses.model import Course
from plugin.foundation.tenancy import rows_of
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import USERNAME
from plugin.people.service import accounts_at, accounts_of, merged_into
from plugin.platforms.model import ActorForm, RegistrationRow
from plugin.programmes.model import Participation, Programme


def form_for(registration: RegistrationRow, part: Participation) -> ActorForm:
    """Return by what somebody is called: as the platform does, or as privately as they want."""
    agreed = ActorForm(part.recorded_as)
    return ActorForm(registration.actor_form).but_no_less_private_than(agreed)


def actors_of(
    session: Session, several: Sequence[tuple[UUID, RegistrationRow, ActorForm]]
) -> list[Actor | None]:
    """Return people as statements call them; None: what the form needs is not known."""
    by_mail = {person_id for person_id, _, form in several if form.needs_mail}
    people = rows_of(session, Person, by_mail)
    usernames = _usernames(
        session,
        [(each, of.issuer) for each, of, form in several if form is ActorForm.USERNAME],
    )
    accounts = accounts_at(
        session,
        [(each, of.issuer) for each, of, form in several if form is ActorForm.ACCOUNT],
    )
    found: list[Actor | None] = []
    for person_id, registration, form in several:
        if form.needs_mail:
            found.append(_by_mail(people[person_id].email, form))
        elif form is ActorForm.USERNAME:
            name = usernames.get((person_id, registration.issuer))
            home = registration.actor_home or registration.issuer
            found.append(Account(home_page=home, name=name) if name else None)
        else:
            account = accounts.get((person_id, registration.issuer))
            found.append(Account(home_page=account[0], name=account[1]) if account else None)
    return found


def _by_mail(address: str | None, form: ActorForm) -> Actor | None:
    if not address:
        return None
    if form is ActorForm.MBOX:
        return Mailbox(address=address)
    if form is ActorForm.MBOX_SHA1SUM:
        return MailboxDigest.of(address)
    return MailboxDigest.of_bare(address)


def _usernames(
    session: Session, several: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], str]:
    """Return by (person, issuer) what the platform there calls somebody, newest word."""
    if not several:
        return {}
    places = {issuer: same_place(issuer) for _, issuer in several}
    rows = session.execute(
        select(PersonIdentifier.person_id, PersonIdentifier.home, PersonIdentifier.value)
        .where(
            PersonIdentifier.person_id.in_({person_id for person_id, _ in several}),
            PersonIdentifier.scheme == USERNAME,
            PersonIdentifier.home.in_(places.values()),
            PersonIdentifier.set_aside_at.is_(None),
        )
        .order_by(PersonIdentifier.created_at)
    )
    newest = {(row.person_id, row.home): row.value for row in rows}
    return {
        (person_id, issuer): newest[person_id, places[issuer]]
        for person_id, issuer in several
        if (person_id, places[issuer]) in newest
    }


def names_of(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    """Return every agent by which statements may have called somebody, as they are written.

    Who turned out to be somebody else was called by names that stayed with them.
    """
    registrations = session.scalars(select(RegistrationRow)).all()
    known_as = sorted({person_id, *merged_into(session, person_id)})
    names = [name for each in known_as for name in _names(session, each, registrations)]
    return [written_agent(name) for name in dict.fromkeys(names)]


def _names(
    session: Session, person_id: UUID, registrations: Sequence[RegistrationRow]
) -> Iterator[Actor]:
    for home, name in sorted(accounts_of(session, person_id)):
        yield Account(home_page=home, name=name)
    usernames = _usernames(session, [(person_id, each.issuer) for each in registrations])
    for registration in registrations:
        if username := usernames.get((person_id, registration.issuer)):
            for home in {registration.issuer, registration.actor_home or registration.issuer}:
                yield Account(home_page=home, name=username)
    address = session.get_one(Person, person_id).email
    for form in ActorForm:
        if form.needs_mail and (mailbox := _by_mail(address, form)) is not None:
            yield mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How it goes with calling people of one registration as the platform does."""

    registration: RegistrationRow
    recorded: int
    """Parts of people who chose to be recorded."""
    untold: int
    """Of these, of whom nothing is told: what the form needs is not known of them."""
    otherwise: int
    """Of these, who are called more privately than the platform calls them."""


def namings(session: Session) -> Iterator[Naming]:
    """Yield how it goes, for each registration whose platform does not call people by number."""
    rows = session.scalars(
        select(RegistrationRow)
        .where(RegistrationRow.enabled, RegistrationRow.actor_form != ActorForm.ACCOUNT)
        .order_by(RegistrationRow.created_at, RegistrationRow.id)
    ).all()
    for registration in rows:
        parts = _recorded_parts(session, registration)
        forms = [form_for(registration, part) for part in parts]
        named = actors_of(
            session,
            [(part.person_id, registration, form) for part, form in zip(parts, forms, strict=True)],
        )
        yield Naming(
            registration=registration,
            recorded=len(parts),
            untold=named.count(None),
            otherwise=sum(form != registration.actor_form for form in forms),
        )


def _recorded_parts(session: Session, registration: RegistrationRow) -> Sequence[Participation]:
    return session.scalars(
        select(Participation)
        .join(Programme, Programme.id == Participation.programme_id)
        .join(Course, Course.id == Programme.course_id)
        .where(
            Course.registration_id == registration.id,
            Participation.recorded,
            Participation.left_at.is_(None),
        )
    ).all()
