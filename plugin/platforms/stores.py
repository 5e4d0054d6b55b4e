"""What `lti` asks to be remembered, kept in our tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lti.registration import PendingLogin, Registration
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.model import PendingLoginRow, RegistrationRow


class StoredRegistrations:
    """`lti.Registrations` over one session; a login does not know its organisation yet."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, id: str, /) -> Registration | None:
        """Return the enabled registration with our identifier `id`."""
        row = self.row(id)
        return row.as_value() if row else None

    def by_issuer(self, issuer: str, /) -> Sequence[Registration]:
        """Return the enabled registrations of `issuer`."""
        rows = self._session.scalars(
            select(RegistrationRow)
            .where(RegistrationRow.issuer == issuer, RegistrationRow.enabled)
            .order_by(RegistrationRow.created_at)
        )
        return [row.as_value() for row in rows]

    def row(self, id: str) -> RegistrationRow | None:
        """Return the row of the enabled registration `id`."""
        try:
            row = self._session.get(RegistrationRow, UUID(id))
        except ValueError:
            return None
        return row if row is not None and row.enabled else None


class StoredLogins:
    """`lti.PendingLogins` over one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, login: PendingLogin, /) -> None:
        """Remember `login` under the organisation of its registration."""
        registration = self._session.get_one(RegistrationRow, UUID(login.registration_id))
        self._session.add(
            PendingLoginRow(
                organisation_id=registration.organisation_id,
                state=login.state,
                nonce=login.nonce,
                registration_id=registration.id,
                browser_digest=login.browser_digest,
                target_link_uri=login.target_link_uri,
                storage_target=login.storage_target,
                issued_at=login.issued_at,
                expires_at=login.expires_at,
            )
        )

    def find(self, state: str, /) -> PendingLogin | None:
        """Return the unspent login with this `state`."""
        row = self._session.scalar(
            select(PendingLoginRow).where(
                PendingLoginRow.state == state, PendingLoginRow.spent_at.is_(None)
            )
        )
        return row.as_value() if row else None

    def spend(self, state: str, now: datetime, /) -> bool:
        """Spend `state`; of two at once exactly one sees True."""
        result = self._session.execute(
            update(PendingLoginRow)
            .where(
                PendingLoginRow.state == state,
                PendingLoginRow.spent_at.is_(None),
                PendingLoginRow.expires_at > now,
            )
            .values(spent_at=now)
        )
        return bool(result.rowcount)  # type: ignore[attr-defined]

    def forget_expired(self, now: datetime) -> int:
        """Delete logins that can no longer come back; return how many."""
        result = self._session.execute(
            delete(PendingLoginRow).where(PendingLoginRow.expires_at < now)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]


def organisation_of_registration(database: Database, registration_id: UUID) -> UUID:
    """Return whose registration it is; services know a registration, not its organisation."""
    with database.reading(EVERYWHERE) as session:
        return session.get_one(RegistrationRow, registration_id).organisation_id
