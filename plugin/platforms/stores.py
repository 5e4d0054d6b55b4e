"""What `lti` asks to be remembered, kept in our tables.

Every launch passes through here twice, so the statements are prepared, for the tables rather than
for objects, and each asks for all it needs at one time. A login does not know its organisation yet:
the tenancy's filter is none for it, and each statement names whose rows it means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, delete, insert, select, update

from lrs_bridge.lrs.direct import Over, Prepared
from lti.registration import PendingLogin, Registration
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE, unwalled
from plugin.platforms.model import (
    DeploymentRow,
    DeploymentState,
    PendingLoginRow,
    RegistrationRow,
    as_registration,
)

_REGISTRATION, _DEPLOYMENT, _LOGIN = (
    unwalled(each) for each in (RegistrationRow, DeploymentRow, PendingLoginRow)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registration, and whose it is."""

    organisation_id: UUID
    administrators_are_analysts: bool
    administering: frozenset[str]
    """The deployments whose administrators administer Mentes for the organisation."""
    registration: Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLogin:
    """A login that began in a frame, before it goes on to `authentication_url`."""

    browser_digest: str
    storage_target: str | None
    authentication_url: str


class StoredRegistrations:
    """`lti.Registrations`, for as long as a session or a transaction lasts."""

    def __init__(self, over: Over) -> None:
        self._over = over

    def by_id(self, id: str, /) -> Registration | None:
        """Return the enabled registration with our identifier `id`."""
        try:
            found = _BY_ID.rows(self._over, id=UUID(id))
        except ValueError:
            return None
        return _registration(found) if found else None

    def registered(self, id: str) -> Registered | None:
        """Return the enabled registration with our identifier `id`, and whose it is."""
        rows = _BY_ID.rows(self._over, id=UUID(id))
        return _registered(rows) if rows else None

    def by_issuer(self, issuer: str, /) -> Sequence[Registration]:
        """Return the enabled registrations of `issuer`, the oldest first."""
        rows = _BY_ISSUER.rows(self._over, issuer=issuer)
        return [_registration(list(same)) for _, same in groupby(rows, key=attrgetter("id"))]


class StoredLogins:
    """`lti.PendingLogins`, for as long as a session or a transaction lasts."""

    def __init__(self, over: Over) -> None:
        self._over = over

    def add(self, login: PendingLogin, /, *, authentication_url: str | None = None) -> None:
        """Remember `login` under the organisation of its registration.

        With `authentication_url`, where it goes on, if it does not go on at once.
        """
        _ADDED.changed(
            self._over,
            id=uuid4(),
            registration=UUID(login.registration_id),
            registration_id=UUID(login.registration_id),
            state=login.state,
            nonce=login.nonce,
            browser_digest=login.browser_digest,
            target_link_uri=login.target_link_uri,
            storage_target=login.storage_target,
            issued_at=login.issued_at,
            expires_at=login.expires_at,
            authentication_url=authentication_url,
        )

    def find(self, state: str, /) -> PendingLogin | None:
        """Return the unspent login with this `state`."""
        answered = self.answered(state)
        return answered[0] if answered else None

    def answered(self, state: str) -> tuple[PendingLogin, Registered] | None:
        """Return the unspent login with this `state`, and the enabled registration it was with."""
        rows = _ANSWERED.rows(self._over, state=state)
        if not rows:
            return None
        return _login(rows[0]), _registered(rows)

    def begun_with(self, state: str) -> str | None:
        """Return the id of the registration that a login began with, spent or not."""
        row = _BEGUN_WITH.first(self._over, which=state)
        return None if row is None else str(row.registration_id)

    def spend(self, state: str, now: datetime, /) -> bool:
        """Spend `state`; of two at once exactly one sees True."""
        return bool(_SPENT.changed(self._over, which=state, now=now))

    def waiting(self, state: str, now: datetime) -> WaitingLogin | None:
        """Return the login with this `state` that has not yet gone on to its platform."""
        row = _WAITING.first(self._over, which=state, now=now)
        if row is None:
            return None
        return WaitingLogin(
            browser_digest=row.browser_digest,
            storage_target=row.storage_target,
            authentication_url=row.authentication_url,
        )

    def go_on_elsewhere(
        self, state: str, *, browser_digest: str, ticket_digest: str, until: datetime, now: datetime
    ) -> bool:
        """Bind a waiting login to another verifier, and a new tab's ticket to it; True once."""
        changed = _OFFERED.changed(
            self._over,
            which=state,
            now=now,
            new_browser_digest=browser_digest,
            new_ticket_digest=ticket_digest,
            new_ticket_expires_at=until,
        )
        return bool(changed)

    def spend_ticket(
        self, state: str, ticket_digest: str, *, browser_digest: str, now: datetime
    ) -> str | None:
        """Spend a ticket: bind its login to the new tab; return where it goes on, once."""
        row = _TICKET_SPENT.first(
            self._over,
            which=state,
            ticket=ticket_digest,
            now=now,
            new_browser_digest=browser_digest,
        )
        return None if row is None else str(row.authentication_url)

    def forget_expired(self, now: datetime) -> int:
        """Delete logins that can no longer come back; return how many."""
        return _EXPIRED.changed(self._over, now=now)


def organisation_of_registration(database: Database, registration_id: UUID) -> UUID:
    """Return whose registration it is; services know a registration, not its organisation."""
    with database.reading(EVERYWHERE) as session:
        return session.get_one(RegistrationRow, registration_id).organisation_id


def _login(row: Any) -> PendingLogin:
    return PendingLogin(
        state=row.state,
        nonce=row.nonce,
        registration_id=str(row.id),
        browser_digest=row.browser_digest,
        target_link_uri=row.target_link_uri,
        storage_target=row.storage_target,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )


def _registered(rows: Sequence[Any]) -> Registered:
    first = rows[0]
    return Registered(
        organisation_id=first.organisation_id,
        administrators_are_analysts=first.administrators_are_analysts,
        administering=frozenset(row.deployment_id for row in rows if row.administers),
        registration=_registration(rows),
    )


def _registration(rows: Sequence[Any]) -> Registration:
    """Return the registration that `rows` are about, one row to each approved deployment."""
    ids = (row.deployment_id for row in rows if row.deployment_id is not None)
    return as_registration(rows[0], ids)


_OF_REGISTRATION = (
    *(_REGISTRATION.c[name] for name in ("id", "organisation_id", "issuer", "client_id")),
    *(_REGISTRATION.c[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")),
    *(_REGISTRATION.c[name] for name in ("token_audience", "product", "allow_anonymous")),
    *(_REGISTRATION.c[name] for name in ("trusted_audiences", "administrators_are_analysts")),
    *(_DEPLOYMENT.c[name] for name in ("deployment_id", "administers")),
)
_APPROVED = and_(
    _DEPLOYMENT.c.registration_id == _REGISTRATION.c.id,
    _DEPLOYMENT.c.state == DeploymentState.APPROVED,
)
_WITH_DEPLOYMENTS = _REGISTRATION.outerjoin(_DEPLOYMENT, _APPROVED)
_ENABLED = select(*_OF_REGISTRATION).select_from(_WITH_DEPLOYMENTS).where(_REGISTRATION.c.enabled)
_BY_ID = Prepared(_ENABLED.where(_REGISTRATION.c.id == bindparam("id")))
_BY_ISSUER = Prepared(
    _ENABLED.where(_REGISTRATION.c.issuer == bindparam("issuer")).order_by(
        _REGISTRATION.c.created_at, _REGISTRATION.c.id
    )
)
_ANSWERED = Prepared(
    select(
        *(_LOGIN.c[name] for name in ("state", "nonce", "browser_digest", "target_link_uri")),
        *(_LOGIN.c[name] for name in ("storage_target", "issued_at", "expires_at")),
        *_OF_REGISTRATION,
    )
    .select_from(
        _LOGIN.join(_REGISTRATION, _REGISTRATION.c.id == _LOGIN.c.registration_id).outerjoin(
            _DEPLOYMENT, _APPROVED
        )
    )
    .where(
        _LOGIN.c.state == bindparam("state"),
        _LOGIN.c.spent_at.is_(None),
        _REGISTRATION.c.enabled,
    )
)
_BEGUN_WITH = Prepared(select(_LOGIN.c.registration_id).where(_LOGIN.c.state == bindparam("which")))
_ADDED = Prepared(
    insert(_LOGIN).values(
        organisation_id=select(_REGISTRATION.c.organisation_id)
        .where(_REGISTRATION.c.id == bindparam("registration"))
        .scalar_subquery()
    )
)
_WAITS = and_(
    _LOGIN.c.state == bindparam("which"),
    _LOGIN.c.spent_at.is_(None),
    _LOGIN.c.expires_at > bindparam("now"),
)
_SPENT = Prepared(update(_LOGIN).where(_WAITS).values(spent_at=bindparam("now")))
_WAITING = Prepared(
    select(
        *(_LOGIN.c[name] for name in ("browser_digest", "storage_target", "authentication_url"))
    ).where(
        _WAITS,
        _LOGIN.c.authentication_url.is_not(None),
        _LOGIN.c.ticket_digest.is_(None),
    )
)
_OFFERED = Prepared(
    update(_LOGIN)
    .where(_WAITS, _LOGIN.c.authentication_url.is_not(None), _LOGIN.c.ticket_digest.is_(None))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("browser_digest", "ticket_digest", "ticket_expires_at")
        }
    )
)
_TICKET_SPENT = Prepared(
    update(_LOGIN)
    .where(
        _WAITS,
        _LOGIN.c.ticket_digest == bindparam("ticket"),
        _LOGIN.c.ticket_expires_at > bindparam("now"),
        _LOGIN.c.ticket_spent_at.is_(None),
    )
    .values(browser_digest=bindparam("new_browser_digest"), ticket_spent_at=bindparam("now"))
    .returning(_LOGIN.c.authentication_url)
)
_EXPIRED = Prepared(delete(_LOGIN).where(_LOGIN.c.expires_at < bindparam("now")))
