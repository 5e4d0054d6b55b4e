"""Uploads: taken in, confirmed, cancelled, taken back; what each step owes the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lrs_bridge.sources.payload import text
from plugin.completions.uploads import content
from plugin.completions.uploads.content import Content
from plugin.completions.uploads.errors import UploadMovedOn
from plugin.completions.uploads.events import UploadConfirmed, UploadTakenBack
from plugin.completions.uploads.model import Layout, State, Upload, UploadLine
from plugin.foundation.errors import NotFound
from plugin.foundation.events import happened
from plugin.foundation.outbox import owe

KIND = "upload"
"""What is owed for an upload: the next slice of its present step."""
LARGEST = 64 * 1024 * 1024
"""Bytes of the largest upload."""
MOST_ROWS = 100_000
LONGEST_NAME = 100
LISTED = 50
UNCONFIRMED_LASTS = timedelta(days=1)
"""How long an upload waits for somebody to confirm it; then it is cancelled."""
LINES_LAST = timedelta(days=90)
"""How long after its last step it is known what became of each line; so long it can be undone."""


def take_in(
    session: Session,
    given: Content,
    *,
    name: str,
    layout: Layout,
    size: int,
    digest: str,
    configuration: Mapping[str, Any],
    now: datetime,
) -> UUID:
    """Keep a file until somebody has read what it would do; return the upload's id."""
    upload = Upload(
        name=text(name[:LONGEST_NAME]) or "-",
        layout=layout,
        digest=digest,
        size=size,
        configuration=dict(configuration),
        state=State.CHECKING,
        created_at=now,
        line=0,
        progress=0,
        rows=0,
    )
    session.add(upload)
    session.flush()
    owe_next(session, upload, now=now)
    id = upload.id
    content.keep(session, upload, given)
    return id


def owe_next(session: Session, upload: Upload, *, now: datetime) -> None:
    """Owe the next slice of the step that an upload is in."""
    key = f"{upload.id}:{upload.state}:{upload.line}"
    owe(session, KIND, key=key, payload={"upload_id": str(upload.id)}, now=now)


def listed(session: Session) -> Sequence[Upload]:
    """Return the newest uploads."""
    newest = select(Upload).order_by(Upload.created_at.desc(), Upload.id).limit(LISTED)
    return session.scalars(newest).all()


def one(session: Session, upload_id: UUID, *, locked: bool = False) -> Upload:
    """Return an upload.

    Raises:
        NotFound: there is none, or it was cancelled.
    """
    upload = session.get(Upload, upload_id, with_for_update=locked)
    if upload is None:
        raise NotFound("There is no such upload. Perhaps it was cancelled.")
    return upload


def confirm(session: Session, upload_id: UUID, *, by: UUID | None, now: datetime) -> None:
    """Let the rows of an upload count; confirming twice is confirming once.

    Raises:
        NotFound: it was cancelled.
        UploadMovedOn: it is not looked through yet, was refused, or was taken back.
    """
    upload = one(session, upload_id, locked=True)
    if upload.state in (State.APPLYING, State.APPLIED):
        return
    if upload.state != State.CHECKED:
        raise UploadMovedOn("This upload cannot be applied as it stands now.")
    _begin(session, upload, State.APPLYING, now)
    upload.confirmed_at = now
    happened(
        session,
        UploadConfirmed(
            at=now, subject_id=upload.id, actor_id=by, rows=upload.rows, digest=upload.digest
        ),
    )


def cancel(session: Session, upload_id: UUID) -> None:
    """Let nothing be left of an upload that was not confirmed.

    Raises:
        NotFound: it was cancelled before.
        UploadMovedOn: it was confirmed; it can be taken back.
    """
    upload = one(session, upload_id, locked=True)
    if upload.state not in (State.CHECKING, State.CHECKED, State.REFUSED):
        raise UploadMovedOn("This upload was confirmed already. It can be taken back.")
    _forget(session, upload)


def undo(session: Session, upload_id: UUID, *, by: UUID | None, now: datetime) -> None:
    """Take back what an upload brought, as far as nobody has acted upon it.

    Raises:
        NotFound: there is none.
        UploadMovedOn: it was taken back already, was not applied, or is too old.
    """
    upload = one(session, upload_id, locked=True)
    if upload.state in (State.UNDOING, State.UNDONE):
        raise UploadMovedOn("This upload was taken back already.")
    if upload.state != State.APPLIED:
        raise UploadMovedOn("Only an upload that was applied can be taken back.")
    if not can_be_undone(upload, now=now):
        raise UploadMovedOn("It is not known any more what this upload brought.")
    _begin(session, upload, State.UNDOING, now)
    happened(session, UploadTakenBack(at=now, subject_id=upload.id, actor_id=by))


def can_be_undone(upload: Upload, *, now: datetime) -> bool:
    """Tell whether an upload can be taken back."""
    ended = upload.ended_at
    return upload.state == State.APPLIED and ended is not None and ended > now - LINES_LAST


def _begin(session: Session, upload: Upload, state: State, now: datetime) -> None:
    upload.state, upload.line, upload.progress = state, 0, 0
    session.flush()
    owe_next(session, upload, now=now)


def refuse(session: Session, upload: Upload, problem: str, *, now: datetime) -> None:
    """Say why a file cannot be read; of its text nothing is kept."""
    upload.state, upload.problem, upload.ended_at = State.REFUSED, problem, now
    content.forget(session, upload.id)
    session.execute(delete(UploadLine).where(UploadLine.upload_id == upload.id))


def _forget(session: Session, upload: Upload) -> None:
    content.forget(session, upload.id)
    session.execute(delete(UploadLine).where(UploadLine.upload_id == upload.id))
    session.delete(upload)
    session.flush()


def forget_old(session: Session, *, now: datetime) -> None:
    """Cancel what nobody confirmed for a day; forget lines that are old, and what was refused."""
    pending = Upload.state.in_((State.CHECKING, State.CHECKED, State.REFUSED))
    for upload in session.scalars(
        select(Upload).where(pending, Upload.created_at < now - UNCONFIRMED_LASTS)
    ):
        _forget(session, upload)
    done = Upload.state.in_((State.APPLIED, State.UNDONE))
    old = select(Upload.id).where(done, Upload.ended_at < now - LINES_LAST)
    session.execute(delete(UploadLine).where(UploadLine.upload_id.in_(old)))
