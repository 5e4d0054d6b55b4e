"""What the worker does for an upload: a slice of its present step, and owing the next.

A slice reads on behind the last line that is done. Each batch of it is one transaction that begins
by locking the upload and ends by moving that line: two workers that both think they have it, and
one that is killed, do no row twice and leave none out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lrs_bridge.sources.errors import TableInvalid
from lrs_bridge.sources.tables import Row
from plugin.completions import inbox, sources
from plugin.completions.inbox import Received
from plugin.completions.model import SourceKind
from plugin.completions.uploads import content, service, trying, undoing
from plugin.completions.uploads.model import AT_WORK, Outcome, State, Upload, UploadLine
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database

BATCH = 200
"""Rows a transaction."""
SLICE = 2_000
"""Rows a turn; between two, the worker looks after everything else."""
SOURCE = "file"
"""What the source of uploaded completions is called."""

Hold = Callable[[Session], None]
"""Says in the transaction of each batch that we are still at it; raises if we are not any more."""


class Overtaken(Exception):
    """Somebody else did this batch; there may be more to do."""


class MovedOn(Exception):
    """The upload is in another step by now, or was cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """Does the steps of uploads.

    Attributes:
        cutoff_days: completions older than this open nothing.
    """

    database: Database
    clock: Clock
    cutoff_days: int

    def __call__(self, organisation_id: UUID, upload_id: UUID, hold: Hold) -> bool:
        """Do a slice of what an upload's present step asks for; False: it asks for nothing.

        Raises:
            Overtaken: somebody else does the same just now; ask again.
        """
        with self.database.reading(organisation_id) as session:
            upload = session.get(Upload, upload_id)
        if upload is None or upload.state not in AT_WORK:
            return False
        try:
            if upload.state == State.UNDOING:
                self._undo(upload, hold)
            else:
                self._read_on(upload, hold)
        except MovedOn:
            return False
        except TableInvalid as error:
            self._refuse(upload, hold, error.fault)
        return True

    def _read_on(self, upload: Upload, hold: Hold) -> None:
        """Read the file behind the last line that is done, as far as a slice goes."""
        with (
            content.opened(self.database, upload.organisation_id, upload.id) as files,
            closing(content.rows_after(upload, files)) as rows,
        ):
            for _ in range(SLICE // BATCH):
                batch = list(islice(rows, BATCH))
                if not batch:
                    self._finish(upload, hold)
                    return
                percent = min(99, 100 * files.rows.tell() // max(upload.size, 1))
                if self._batch(upload, batch, percent, hold) > service.MOST_ROWS:
                    self._refuse(upload, hold, "too-many-rows")
                    return
        with self.database.transaction(upload.organisation_id) as session:
            service.owe_next(session, _held(session, upload, hold), now=self.clock())

    def _batch(self, upload: Upload, batch: Sequence[Row], percent: int, hold: Hold) -> int:
        """Do a batch and move the line; return how many rows were looked through."""
        is_new = upload.state == State.CHECKING
        foreseen = self._foreseen(upload, batch) if is_new else []
        with self.database.transaction(upload.organisation_id) as session:
            held = _held(session, upload, hold)
            if held.line >= batch[0].line:
                raise Overtaken
            if is_new:
                session.execute(insert(UploadLine), foreseen)
                held.rows += len(batch)
            else:
                self._bring(session, held, batch)
            held.line, held.progress = batch[-1].line, percent
            return held.rows

    def _foreseen(self, upload: Upload, batch: Sequence[Row]) -> list[dict[str, Any]]:
        """Return what a batch would do: found out while others may write."""
        now = self.clock()
        with self.database.reading(upload.organisation_id) as session:
            return trying.lines(session, upload, batch, now=now, cutoff_days=self.cutoff_days)

    def _bring(self, session: Session, upload: Upload, batch: Sequence[Row]) -> None:
        """Put what a batch tells into the inbox, and write down which rows were new."""
        now = self.clock()
        within = UploadLine.line.between(batch[0].line, batch[-1].line)
        found = session.scalars(select(UploadLine).where(UploadLine.upload_id == upload.id, within))
        lines = {line.line: line for line in found}
        for line in lines.values():
            line.event_id = line.opens = line.reason = None
        telling = [row.line for row in batch if row.completion]
        completions = [row.completion for row in batch if row.completion]
        kept = inbox.receive_each(session, completions, came_by=SourceKind.FILE, now=now)
        for number, completion_id in zip(telling, kept, strict=True):
            line = lines[number]
            line.completion_id = completion_id
            line.outcome = Outcome.KNOWN if completion_id is None else Outcome.BROUGHT
        repeated = kept.count(None)
        sources.brought(
            session,
            sources.of_itself(session, SourceKind.FILE, SOURCE, now=now),
            Received(new=len(kept) - repeated, repeated=repeated),
            passed_over=len(batch) - len(kept),
            now=now,
        )

    def _undo(self, upload: Upload, hold: Hold) -> None:
        """Take back what was brought, as far as a slice goes."""
        for _ in range(SLICE // BATCH):
            with self.database.transaction(upload.organisation_id) as session:
                held = _held(session, upload, hold)
                done = undoing.undo_some(session, held, limit=BATCH, now=self.clock())
                if not done:
                    break
                held.line += done
        else:
            with self.database.transaction(upload.organisation_id) as session:
                service.owe_next(session, _held(session, upload, hold), now=self.clock())
            return
        self._finish(upload, hold)

    def _finish(self, upload: Upload, hold: Hold) -> None:
        """Write down that the step is done; once a file is applied, its text is deleted."""
        with self.database.transaction(upload.organisation_id) as session:
            held = _held(session, upload, hold)
            if not held.rows:
                service.refuse(session, held, "no-rows", now=self.clock())
                return
            held.state, held.progress = _THEN[State(held.state)], 100
            held.ended_at = self.clock()
            if held.state == State.APPLIED:
                content.forget(session, held.id)

    def _refuse(self, upload: Upload, hold: Hold, problem: str) -> None:
        with self.database.transaction(upload.organisation_id) as session:
            service.refuse(session, _held(session, upload, hold), problem, now=self.clock())


_THEN = {
    State.CHECKING: State.CHECKED,
    State.APPLYING: State.APPLIED,
    State.UNDOING: State.UNDONE,
}


def _held(session: Session, upload: Upload, hold: Hold) -> Upload:
    """Return the upload, locked, if it is still in the step that we do.

    Raises:
        MovedOn: it is not.
    """
    held = session.get(Upload, upload.id, with_for_update=True)
    if held is None or held.state != upload.state:
        raise MovedOn
    hold(session)
    return held
