"""What the rows of an upload would do, by the rules that are applied later; nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lrs_bridge.completion import Completion
from lrs_bridge.sources.tables import Row
from plugin.completions import foreseeing, inbox
from plugin.completions.model import Reason, SourceKind, Status
from plugin.completions.understanding import Understood
from plugin.completions.uploads.model import Outcome, Upload, UploadLine

_OUTCOMES = {Status.WAITING: Outcome.WAITS, Status.COUNTED: Outcome.COUNTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Foreseen:
    outcome: Outcome
    reason: Reason | None = None
    opens: str | None = None


def lines(
    session: Session, upload: Upload, rows: Sequence[Row], *, now: datetime, cutoff_days: int
) -> list[dict[str, Any]]:
    """Return a line for each row, as things are now and as earlier rows of the file leave them.

    The session may be one that only reads.
    """
    told = _told(session, upload, [row.completion for row in rows if row.completion])
    fresh: dict[int, Completion] = {}
    for row in rows:
        if row.completion is not None and row.completion.source_event_id not in told:
            told.add(row.completion.source_event_id)
            fresh[row.line] = row.completion
    foreseen = dict(
        zip(fresh, _foreseen(session, list(fresh.values()), now, cutoff_days), strict=True)
    )
    found = [(row, foreseen.get(row.line) or _Foreseen(outcome=_of_itself(row))) for row in rows]
    asked = [each.opens for _, each in found if each.opens]
    opened = _there(session, upload, UploadLine.opens, asked)
    return [_line(upload, row, each, opened) for row, each in found]


def _told(session: Session, upload: Upload, completions: Sequence[Completion]) -> set[str]:
    """Return which of these events were told before, by whichever upload, or by earlier rows."""
    if not completions:
        return set()
    ids = [each.source_event_id for each in completions]
    before = inbox.known(session, completions[0].source, ids)
    return before | _there(session, upload, UploadLine.event_id, ids)


def _there(
    session: Session,
    upload: Upload,
    column: InstrumentedAttribute[str | None],
    asked: Sequence[str],
) -> set[str]:
    query = select(column).where(UploadLine.upload_id == upload.id, column.in_(asked))
    return {each for each in session.scalars(query) if each}


def _of_itself(row: Row) -> Outcome:
    """Return what becomes of a row that tells nothing new."""
    if row.problem is not None:
        return Outcome.PROBLEM
    return Outcome.KNOWN if row.completion is not None else Outcome.NOTHING


def _foreseen(
    session: Session, completions: Sequence[Completion], now: datetime, cutoff_days: int
) -> list[_Foreseen]:
    rows = [inbox.row_of(each, came_by=SourceKind.FILE, now=now) for each in completions]
    outcomes = foreseeing.foreseen(session, rows, cutoff_days=cutoff_days)
    return [
        _in_short(completion, known, *outcome)
        for completion, (known, outcome) in zip(completions, outcomes, strict=True)
    ]


def _in_short(
    completion: Completion, known: Understood, status: Status, reason: Reason | None
) -> _Foreseen:
    if status != Status.APPLIED:
        return _Foreseen(outcome=_OUTCOMES[status], reason=reason)
    if completion.state == "uncompleted" or known.checkpoint is None:
        return _Foreseen(outcome=Outcome.TAKES_BACK)
    opens = inbox.digest(str(known.checkpoint.id), str(known.person_id))
    return _Foreseen(outcome=Outcome.OPENS, opens=opens)


def _line(upload: Upload, row: Row, foreseen: _Foreseen, opened: set[str]) -> dict[str, Any]:
    """Return a line; one that opens what a row before it opens is told so (and `opened` grows)."""
    outcome, reason, opens = foreseen.outcome, foreseen.reason, foreseen.opens
    if opens in opened:
        outcome, reason, opens = Outcome.COUNTS, Reason.OPEN_ALREADY, None
    elif opens is not None:
        opened.add(opens)
    return {
        "organisation_id": upload.organisation_id,
        "upload_id": upload.id,
        "line": row.line,
        "outcome": outcome,
        "reason": reason,
        "column": row.problem.column if row.problem else None,
        "fault": row.problem.fault if row.problem else None,
        "event_id": row.completion.source_event_id if row.completion else None,
        "opens": opens,
    }
