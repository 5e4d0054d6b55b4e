"""By what a person is called in our statements: as the platform's own call them, or more privately.

The platform's form is a setting of its registration. A person agreed to a form when they chose to
be recorded, and is never told of under a less private one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.compose import Account, Actor, Mailbox, MailboxDigest, written_agent
from lrs_bridge.identity import same_place
from plugin.courses.model import Course
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import USERNAME
from plugin.people.service import account_of, accounts_of, merged_into
from plugin.platforms.model import ActorForm, RegistrationRow
from plugin.programmes.model import Participation, Programme


def form_for(registration: RegistrationRow, part: Participation) -> ActorForm:
    """Return by what somebody is called: as the platform does, or as privately as they want."""
    agreed = ActorForm(part.recorded_as)
    return ActorForm(registration.actor_form).but_no_less_private_than(agreed)


def actor_of(
    session: Session, person_id: UUID, registration: RegistrationRow, form: ActorForm
) -> Actor | None:
    """Return a person as statements call them, or None: what the form needs is not known."""
    if form.needs_mail:
        return _by_mail(session.get_one(Person, person_id).email, form)
    if form is ActorForm.USERNAME:
        name = _username(session, person_id, registration.issuer)
        home = registration.actor_home or registration.issuer
        return Account(home_page=home, name=name) if name else None
    account = account_of(session, person_id, home=registration.issuer)
    return Account(home_page=account[0], name=account[1]) if account else None


def _by_mail(address: str | None, form: ActorForm) -> Actor | None:
    if not address:
        return None
    if form is ActorForm.MBOX:
        return Mailbox(address=address)
    if form is ActorForm.MBOX_SHA1SUM:
        return MailboxDigest.of(address)
    return MailboxDigest.of_bare(address)


def _username(session: Session, person_id: UUID, issuer: str) -> str | None:
    return session.scalar(
        select(PersonIdentifier.value)
        .where(
            PersonIdentifier.person_id == person_id,
            PersonIdentifier.scheme == USERNAME,
            PersonIdentifier.home == same_place(issuer),
            PersonIdentifier.set_aside_at.is_(None),
        )
        .order_by(PersonIdentifier.created_at.desc())
        .limit(1)
    )


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
    for registration in registrations:
        if username := _username(session, person_id, registration.issuer):
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
        named = [
            actor_of(session, part.person_id, registration, form)
            for part, form in zip(parts, forms, strict=True)
        ]
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
