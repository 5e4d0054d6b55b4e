"""The tool's keys: one ring an organisation, sealed in the database, parsed once a process."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti.keys import ToolKey, ToolKeyRing, new_tool_key, rotation
from plugin.foundation.cipher import Cipher
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.errors import NotFound
from plugin.foundation.tenancy import Organisation
from plugin.platforms.model import ToolKeyRow


def stored_keys(session: Session, cipher: Cipher) -> list[ToolKey]:
    """Return the organisation's keys, oldest first."""
    rows = session.scalars(select(ToolKeyRow).order_by(ToolKeyRow.created_at, ToolKeyRow.kid))
    return [
        ToolKey(kid=row.kid, private_pem=cipher.open(row.sealed_pem), created_at=row.created_at)
        for row in rows
    ]


def rotate_if_due(session: Session, cipher: Cipher, *, now: datetime) -> bool:
    """Publish the next key and drop those long out of use, if it is time; True if so."""
    due = rotation(stored_keys(session, cipher), now)
    if due.new is not None:
        add_key(session, cipher, due.new)
    if due.retired:
        session.execute(delete(ToolKeyRow).where(ToolKeyRow.kid.in_(due.retired)))
    return due.new is not None or bool(due.retired)


def rotate_now(session: Session, cipher: Cipher, *, now: datetime) -> ToolKey:
    """Publish a new key at once; it signs when platforms have had a day to see it."""
    key = new_tool_key(now)
    add_key(session, cipher, key)
    return key


def withdraw(session: Session, cipher: Cipher, kid: str, *, now: datetime) -> ToolKey:
    """Take out at once a key that somebody else may have; return the one that signs from now on.

    The next in line does, without waiting to be seen: a platform that does not know it fetches our
    key set again. If there is none, one is made. Other processes see it within a minute.

    Raises:
        NotFound: the organisation has no key with this id.
    """
    known = stored_keys(session, cipher)
    left = [key for key in known if key.kid != kid]
    if len(left) == len(known):
        raise NotFound("There is no key of this id here. “mentes keys list” shows which there are.")
    session.execute(delete(ToolKeyRow).where(ToolKeyRow.kid == kid))
    return ToolKeyRing(left or [rotate_now(session, cipher, now=now)]).signer(now)


def add_key(session: Session, cipher: Cipher, key: ToolKey) -> None:
    """Keep `key`, its private half sealed."""
    session.add(
        ToolKeyRow(kid=key.kid, sealed_pem=cipher.seal(key.private_pem), created_at=key.created_at)
    )


class KeyRings:
    """The key ring of every organisation that this process has worked for; shared by threads.

    Reading a private key costs some 40 ms, so a ring is kept, and looked up again each minute for
    what another process may have rotated.
    """

    FRESH = timedelta(minutes=1)

    def __init__(self, database: Database, cipher: Cipher, clock: Clock) -> None:
        self._database = database
        self._cipher = cipher
        self._clock = clock
        self._kept: dict[UUID, tuple[datetime, frozenset[str], ToolKeyRing]] = {}
        self._lock = Lock()

    def of(self, organisation_id: UUID) -> ToolKeyRing:
        """Return the ring of an organisation, made if it has none yet.

        Raises:
            NotFound: there is no such organisation.
        """
        now = self._clock()
        with self._lock:
            kept = self._kept.get(organisation_id)
            if kept is not None and now - kept[0] < self.FRESH:
                return kept[2]
            keys = self._keys(organisation_id, now)
            kids = frozenset(key.kid for key in keys)
            ring = kept[2] if kept is not None and kept[1] == kids else ToolKeyRing(keys)
            self._kept[organisation_id] = (now, kids, ring)
            return ring

    def _keys(self, organisation_id: UUID, now: datetime) -> list[ToolKey]:
        with self._database.reading(organisation_id) as session:
            keys = stored_keys(session, self._cipher)
        if keys:
            return keys
        with self._database.transaction(organisation_id) as session:
            if session.get(Organisation, organisation_id) is None:
                raise NotFound("There is no such key set.")
            rotate_if_due(session, self._cipher, now=now)
            session.flush()
            return stored_keys(session, self._cipher)
