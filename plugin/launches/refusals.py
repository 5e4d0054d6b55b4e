"""Refused launches are kept, the newest of each organisation, for whoever has to find out why.

Those that are no organisation's (an issuer or a client that nobody has registered) are kept for
whoever runs the tool, with who the platform said that it is.

Keeping never changes an answer: it happens after the answer is sent, and a failure is logged and
forgotten. A flood of refusals is not a flood of writes: of one kind, from one registration, a few a
minute are kept; they would all say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from plugin.launches.model import RefusedLaunch, StrayRefusal
from plugin.platforms.model import RegistrationRow

log = structlog.get_logger()

KEPT = 200
"""How many refusals are kept of an organisation."""
KEPT_DAYS = 30
OF_A_KIND = 3
"""How many of one kind are kept in a minute, of one registration, by one process."""
MINUTE = timedelta(minutes=1)
KINDS = 1000
"""Of how many kinds any are kept in a minute: ids in login URLs can be made up without end."""
STRAYS = 20
"""How many that are nobody's are kept in a minute: issuers can be made up without end, too."""
OWNERS = 10
"""How many organisations keep a refusal that may be about any of them."""
NEWEST_STRAYS = (StrayRefusal.refused_at.desc(), StrayRefusal.id)

Kind = tuple[tuple[object, ...], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One refusal; `claims` are redacted already.

    It may be about one of several registrations (an issuer that tenants share, and no client id).
    Then each organisation that has any of them keeps it once, with the first of its own: nobody
    else can mend it, and which of them has to, nobody can tell. If none has any, it is a stray:
    then `issuer` and `client_id` are what is kept of it, redacted as well.
    """

    registration_ids: tuple[UUID, ...]
    reference: str
    slug: str
    check: str | None
    specification: str | None
    is_signed: bool
    claims: dict[str, Any]
    issuer: str | None = None
    client_id: str | None = None

    @property
    def kind(self) -> Kind:
        """What it has in common with others that say the same."""
        return self.registration_ids or (self.issuer, self.client_id), self.slug


class Refusals:
    """Keeps what is refused; shared by the threads of a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._began: datetime | None = None
        self._counted: dict[Kind, int] = {}
        self._strays = 0

    def keep(self, refusal: Refusal, now: datetime) -> None:
        """Keep `refusal`, unless there were many like it just now. Never raises."""
        if not self._is_wanted(refusal, now):
            return
        try:
            with self._database.transaction(EVERYWHERE, durable=False) as session:
                owners = _owners(session, refusal.registration_ids)
                for owner, registration_id in owners.items():
                    _keep(session, refusal, owner, registration_id, now)
                if not owners and self._has_room_for_a_stray():
                    _keep_stray(session, refusal, now)
        except Exception:  # whoever was refused must not wait, nor get another answer, for this
            log.warning("refusal.not-kept", slug=refusal.slug, exc_info=True)

    def _is_wanted(self, refusal: Refusal, now: datetime) -> bool:
        kind = refusal.kind
        with self._lock:
            if self._began is None or now - self._began >= MINUTE:
                self._began, self._counted, self._strays = now, {}, 0
            if not refusal.registration_ids and self._strays >= STRAYS:
                return False
            if kind not in self._counted and len(self._counted) >= KINDS:
                return False
            self._counted[kind] = self._counted.get(kind, 0) + 1
            return self._counted[kind] <= OF_A_KIND

    def _has_room_for_a_stray(self) -> bool:
        with self._lock:
            self._strays += 1
            return self._strays <= STRAYS


def newest(session: Session, registration_id: UUID | None = None) -> Sequence[RefusedLaunch]:
    """Return what was refused, the newest first; of one registration if it is named."""
    query = select(RefusedLaunch).order_by(RefusedLaunch.refused_at.desc(), RefusedLaunch.id)
    if registration_id is not None:
        query = query.where(RefusedLaunch.registration_id == registration_id)
    return session.scalars(query).all()


def strays(session: Session) -> Sequence[StrayRefusal]:
    """Return what was refused and is no organisation's, the newest first."""
    return session.scalars(select(StrayRefusal).order_by(*NEWEST_STRAYS)).all()


def forget_old(session: Session, now: datetime) -> None:
    """Delete refusals that nobody will ask about any more."""
    before = now - timedelta(days=KEPT_DAYS)
    session.execute(delete(RefusedLaunch).where(RefusedLaunch.refused_at < before))
    session.execute(delete(StrayRefusal).where(StrayRefusal.refused_at < before))


def _owners(session: Session, registration_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return a registration for each organisation that has one of these, the first of its own.

    An id that somebody made up is nobody's.
    """
    rows = session.execute(
        select(RegistrationRow.organisation_id, RegistrationRow.id)
        .where(RegistrationRow.id.in_(registration_ids[:KINDS]))
        .order_by(RegistrationRow.created_at, RegistrationRow.id)
    )
    found: dict[UUID, UUID] = {}
    for owner, registration_id in rows:
        if owner in found or len(found) < OWNERS:
            found.setdefault(owner, registration_id)
    return found


def _keep(
    session: Session, refusal: Refusal, owner: UUID, registration_id: UUID, now: datetime
) -> None:
    session.add(
        RefusedLaunch(
            organisation_id=owner,
            registration_id=registration_id,
            refused_at=now,
            reference=refusal.reference,
            slug=refusal.slug,
            check=refusal.check,
            specification=refusal.specification,
            is_signed=refusal.is_signed,
            claims=refusal.claims,
        )
    )
    session.flush()
    beyond = (
        select(RefusedLaunch.id)
        .where(RefusedLaunch.organisation_id == owner)
        .order_by(RefusedLaunch.refused_at.desc(), RefusedLaunch.id)
        .offset(KEPT)
    )
    if ids := session.scalars(beyond).all():
        session.execute(delete(RefusedLaunch).where(RefusedLaunch.id.in_(ids)))


def _keep_stray(session: Session, refusal: Refusal, now: datetime) -> None:
    session.add(
        StrayRefusal(
            refused_at=now,
            reference=refusal.reference,
            slug=refusal.slug,
            issuer=refusal.issuer,
            client_id=refusal.client_id,
        )
    )
    session.flush()
    beyond = select(StrayRefusal.id).order_by(*NEWEST_STRAYS).offset(KEPT)
    if ids := session.scalars(beyond).all():
        session.execute(delete(StrayRefusal).where(StrayRefusal.id.in_(ids)))
