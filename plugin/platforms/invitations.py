"""One-time links by which a platform's administrator registers it: made, taken, spent, withdrawn.

Asking a platform takes seconds and no transaction lasts that long, so whoever approves takes the
invitation for a while: of two at once one asks the platform. It is spent when what the platform
gave is kept, and free again when anything fails before that.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from plugin.foundation.db import Database
from plugin.foundation.errors import NotFound
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.model import Invitation

INVITATION_DAYS: Final = 7
TAKEN: Final = timedelta(minutes=2)
"""Longer than a platform may take to answer twice."""


def invite(
    session: Session, *, administrators_are_analysts: bool, now: datetime
) -> tuple[Invitation, str]:
    """Return a new invitation and its secret, which is shown once and kept as a digest."""
    secret = secrets.token_urlsafe(24)
    invitation = Invitation(
        digest=_digest(secret),
        administrators_are_analysts=administrators_are_analysts,
        created_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    session.add(invitation)
    session.flush()
    return invitation, secret


def open_invitation(session: Session, secret: str, *, now: datetime) -> Invitation:
    """Return the invitation with this secret, if it may still be used.

    Raises:
        NotFound: it never was, is used, was withdrawn, or has run out.
    """
    invitation = session.scalar(
        select(Invitation).where(Invitation.digest == _digest(secret), _is_open(now))
    )
    if invitation is None:
        raise NotFound(
            "This registration link is used up or too old. Ask the operator of Mentes for another."
        )
    return invitation


def still_open(session: Session, *, now: datetime) -> Sequence[Invitation]:
    """Return the invitations that nobody has used yet, the newest first."""
    return session.scalars(
        select(Invitation).where(_is_open(now)).order_by(Invitation.created_at.desc())
    ).all()


def withdraw(session: Session, invitation_id: UUID, *, now: datetime) -> bool:
    """Take an invitation back; False if it was used, withdrawn or too old already."""
    withdrawn = session.scalar(
        update(Invitation)
        .where(Invitation.id == invitation_id, _is_open(now))
        .values(expires_at=now)
        .returning(Invitation.id)
    )
    return withdrawn is not None


@contextmanager
def taken(database: Database, secret: str, clock: Callable[[], datetime]) -> Iterator[Invitation]:
    """Take an invitation for one registration; free it if that does not come about.

    Raises:
        NotFound: it may not be used, or somebody else is registering with it just now.
    """
    now = clock()
    with database.transaction(EVERYWHERE) as session:
        invitation = open_invitation(session, secret, now=now)
        free = or_(Invitation.taken_until.is_(None), Invitation.taken_until <= now)
        mine = session.scalar(
            update(Invitation)
            .where(Invitation.id == invitation.id, _is_open(now), free)
            .values(taken_until=now + TAKEN)
            .returning(Invitation.id)
        )
        if mine is None:
            raise NotFound("This registration link is being used in another window just now.")
        session.expunge(invitation)
    try:
        yield invitation
    except Exception:
        with database.transaction(EVERYWHERE) as session:
            session.execute(
                update(Invitation).where(Invitation.id == invitation.id).values(taken_until=None)
            )
        raise


def spend(
    session: Session, invitation_id: UUID, *, registration_id: UUID, now: datetime
) -> Invitation:
    """Spend an invitation on what was registered with it.

    Raises:
        NotFound: it was spent or withdrawn meanwhile.
    """
    invitation = session.scalar(
        select(Invitation).where(Invitation.id == invitation_id).with_for_update()
    )
    if invitation is None or invitation.used_at is not None or invitation.expires_at <= now:
        raise NotFound("This registration link was used or withdrawn meanwhile.")
    invitation.used_at = now
    invitation.registration_id = registration_id
    return invitation


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(Invitation.used_at.is_(None), Invitation.expires_at > now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
