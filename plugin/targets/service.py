"""The targets of an organisation: which there are, and owing statements to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.version import Version
from plugin.foundation import outbox
from plugin.foundation.cipher import Cipher
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.outbox import Owed, owe_each
from plugin.foundation.tenancy import inserted_once, organisation_of
from plugin.targets.model import STATEMENT, Erasing, Kind, Pseudonym, Target, installation_id
from plugin.targets.rules import Filter, digest, people_in, renamed

INSTALLATION = "installation"
"""What the target of the installation is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What an administrator says of a target; None leaves a secret as it is."""

    name: str
    kind: Kind = Kind.REMOTE
    endpoint: str | None = None
    key: str | None = None
    secret: str | None = None
    version: Version = Version.V1_0
    ours: bool = True
    forwards: Filter | None = None
    erasing: Erasing = Erasing.CANNOT
    admin_url: str | None = None
    admin_user: str | None = None
    admin_password: str | None = None


def targets(session: Session, *, now: datetime) -> Sequence[Target]:
    """Return the targets of the session's organisation, the oldest first.

    One that has never had any has the installation's: it gets what Mentes has to tell.
    """
    organisation_id = organisation_of(session)
    there = select(Target).order_by(Target.created_at, Target.id)
    found = session.scalars(there.where(Target.removed_at.is_(None))).all()
    if not found and session.scalar(there.limit(1)) is None:
        inserted_once(
            session,
            Target,
            id=installation_id(organisation_id),
            name=INSTALLATION,
            kind=Kind.INSTALLATION,
            version=Version.V1_0.value,
            ours=True,
            told=True,
            erasing=Erasing.CANNOT,
            created_at=now,
        )
        found = session.scalars(there.where(Target.removed_at.is_(None))).all()
    return found


def told(session: Session, *, now: datetime) -> Sequence[Target]:
    """Return the targets that ever got what Mentes has to tell, also those that are removed."""
    targets(session, now=now)  # makes that of the installation, if it is not there yet
    ever = select(Target).where(Target.told.is_(True))
    return session.scalars(ever.order_by(Target.created_at, Target.id)).all()


def called(session: Session, name: str) -> Target:
    """Return the target of that name.

    Raises:
        NotFound: there is none.
    """
    named = select(Target).where(Target.name == name, Target.removed_at.is_(None))
    found = session.scalar(named)
    if found is None:
        raise NotFound(f"There is no target called {name}.")
    return found


def one(session: Session, target_id: UUID) -> Target:
    """Return a target that there is.

    Raises:
        NotFound: it never was, or is removed.
    """
    found = session.get(Target, target_id)
    if found is None or found.removed_at is not None:
        raise NotFound("There is no such target; it may have been removed.")
    return found


def described(target: Target) -> Described:
    """Return what is said of a target; its secrets stay where they are."""
    return Described(
        name=target.name,
        kind=Kind(target.kind),
        endpoint=target.endpoint,
        key=target.key,
        version=Version(target.version),
        ours=target.ours,
        forwards=None if target.forwards is None else Filter.of(target.forwards),
        erasing=Erasing(target.erasing),
        admin_url=target.admin_url,
        admin_user=target.admin_user,
    )


def add(session: Session, described: Described, cipher: Cipher, *, now: datetime) -> Target:
    """Add a target; it gets what happens from now on.

    Raises:
        FormInvalid: the name is taken, there is one like it already, or something is missing.
    """
    _check(session, described, None, now)
    target = Target(kind=described.kind, created_at=now)
    _describe(target, described, cipher)
    session.add(target)
    session.flush()
    return target


def change(
    session: Session, target: Target, described: Described, cipher: Cipher, *, now: datetime
) -> None:
    """Change a target; what it would not take is tried again.

    Raises:
        FormInvalid: see `add`.
    """
    _check(session, described, target, now)
    _describe(target, described, cipher)
    session.flush()
    outbox.mended(session, STATEMENT, str(target.id), now=now)


def remove(session: Session, target: Target, *, now: datetime) -> int:
    """Remove a target; return how much that waited for it is dropped.

    What it has, it keeps.
    """
    target.removed_at = now
    target.sealed_secret = target.sealed_admin_password = None
    outbox.forget(session, STATEMENT, str(target.id))
    return outbox.drop(session, STATEMENT, str(target.id), now=now)


def _describe(target: Target, described: Described, cipher: Cipher) -> None:
    target.name = described.name
    target.endpoint = described.endpoint
    target.key = described.key
    target.version = described.version.value
    target.ours = described.ours
    target.told = described.ours or bool(target.told)
    target.forwards = None if described.forwards is None else described.forwards.as_json()
    target.erasing = described.erasing
    target.admin_url = described.admin_url
    target.admin_user = described.admin_user
    if described.secret is not None:
        target.sealed_secret = cipher.seal(described.secret)
    if described.admin_password is not None:
        target.sealed_admin_password = cipher.seal(described.admin_password)


def _check(session: Session, described: Described, changed: Target | None, now: datetime) -> None:
    others = [each for each in targets(session, now=now) if each is not changed]
    faults: dict[str, list[str]] = {}
    if described.name in {each.name for each in others}:
        faults["name"] = ["Another target has this name. Choose one that tells them apart."]
    if described.kind is not Kind.REMOTE:
        if described.kind in {each.kind for each in others}:
            faults["kind"] = ["There is one already."]
        if described.forwards is not None and described.kind is Kind.EMBEDDED:
            faults["forwards"] = ["What others store is in this store already."]
    elif not (described.endpoint and described.key):
        faults["endpoint"] = ["A remote store needs an address, a key and a secret."]
    elif described.secret is None and not (
        changed and changed.sealed_secret and _same_host(changed.endpoint, described.endpoint)
    ):
        faults["secret"] = ["Enter the secret that belongs to the key."]
    if described.erasing is Erasing.SQL_LRS and not (
        described.admin_url
        and described.admin_user
        and (
            described.admin_password
            or (
                changed
                and changed.sealed_admin_password
                and _same_host(changed.admin_url, described.admin_url)
            )
        )
    ):
        faults["admin_url"] = ["Erasing needs the address of SQL LRS, an admin and a password."]
    if faults:
        raise FormInvalid("This target cannot be kept like that.", faults)


def _same_host(before: str | None, now: str | None) -> bool:
    """Tell whether a secret that was given for one address may go to another one."""
    was, will_be = (urlsplit(address or "") for address in (before, now))
    return (was.scheme, was.hostname, was.port) == (will_be.scheme, will_be.hostname, will_be.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A statement of ours to be owed.

    Attributes:
        key: unlike that of any other.
        now: when it is owed, by our clock: one that is due later would wait, one that was due last
            year would be served before all others.
    """

    statement: Mapping[str, Any]
    key: str
    now: datetime


def owe_statements(session: Session, several: Sequence[Said]) -> None:
    """Owe statements of ours, as they are now, to each target that gets what we have to tell."""
    if not several:
        return
    there = targets(session, now=min(said.now for said in several))
    wanting = [target for target in there if target.ours]
    named = [_named(said.statement) for said in several]
    instead = _pseudonyms(session, [target.id for target in wanting], set().union(*named))
    owed = []
    for said, people in zip(several, named, strict=True):
        for target in wanting:
            payload, called = dict(said.statement), people
            if people & (names := instead.get(target.id, {})).keys():
                payload = renamed(said.statement, partial(_instead, names))
                called = _named(payload)
            owed.append(
                Owed(
                    key=said.key,
                    payload=payload,
                    now=said.now,
                    target=str(target.id),
                    named=called,
                )
            )
    owe_each(session, STATEMENT, owed)


def _named(statement: Mapping[str, Any]) -> set[str]:
    """Return by what those can be found whom a statement names."""
    return {digest(it) for it in people_in(statement)}


def _pseudonyms(
    session: Session, target_ids: Collection[UUID], digests: Collection[str]
) -> dict[UUID, dict[str, Mapping[str, Any]]]:
    """Return by target what some are called there instead."""
    rows = session.scalars(
        select(Pseudonym).where(
            Pseudonym.target_id.in_(target_ids), Pseudonym.instead_of.in_(digests)
        )
    )
    found: dict[UUID, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        account = {"homePage": row.home_page, "name": row.name}
        found.setdefault(row.target_id, {})[row.instead_of] = {"account": account}
    return found


def _instead(names: Mapping[str, Mapping[str, Any]], identifier: str) -> Mapping[str, Any] | None:
    return names.get(digest(identifier))


def pause(session: Session, target: Target, *, now: datetime) -> None:
    """Send nothing to a target until somebody resumes; what is owed to it waits."""
    outbox.pause(session, STATEMENT, str(target.id), now=now)


def resume(session: Session, target: Target, *, now: datetime) -> None:
    """Send to a target again."""
    outbox.resume(session, STATEMENT, str(target.id), now=now)
