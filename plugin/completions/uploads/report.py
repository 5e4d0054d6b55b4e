"""What an upload would do, or has done: counted, and line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from plugin.completions.model import CompletionRow, Reason, Status
from plugin.completions.uploads.model import Outcome, UploadLine
from plugin.completions.uploads.wording import FATES, FAULTS, REASONS, WHY
from plugin.foundation.db import Database
from plugin.foundation.i18n import Words

SHOWN = 100
"""Problems on a page; the report has all."""
TOGETHER = 1000  # lines of a report read at a time
HEADINGS = ("line", "outcome", "reason", "column")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How cells begin that a spreadsheet would compute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of a line.

    Attributes:
        slug: of `wording.FATES`.
        reason: why it waits or is only counted.
        fault: what is wrong with it.
    """

    slug: str
    reason: str | None = None
    fault: str | None = None

    @property
    def outcome(self) -> str:
        """What becomes of it, as `to_say`."""
        return FATES[self.slug]

    @property
    def why(self) -> str | None:
        """Why, and what to do, as `to_say`; None: there is nothing to say."""
        if self.fault is not None:
            return FAULTS.get(self.fault)
        return REASONS[Reason(self.reason)] if self.reason else WHY.get(self.slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the report; `column` is what the file calls it."""

    number: int
    fate: Fate
    column: str


_COLUMNS = (
    UploadLine.outcome,
    UploadLine.reason,
    UploadLine.fault,
    UploadLine.undone,
    CompletionRow.status,
    CompletionRow.reason,
    CompletionRow.state,
)
_APPLIED = {Status.NEW: "new", Status.WAITING: "waits", Status.COUNTED: "counts"}


def counted(session: Session, upload_id: UUID) -> list[tuple[Fate, int]]:
    """Return how many lines share each fate, in the order of `FATES`; problems are one."""
    rows = session.execute(
        _lines(upload_id, *_COLUMNS, func.count(UploadLine.id)).group_by(*_COLUMNS)
    )
    counts: dict[Fate, int] = {}
    for *said, number in rows:
        fate = replace(_fate(*said), fault=None)
        counts[fate] = counts.get(fate, 0) + number
    order = list(FATES)
    return sorted(counts.items(), key=lambda each: (order.index(each[0].slug), -each[1]))


def lines(
    session: Session,
    upload_id: UUID,
    *,
    after: int = 0,
    limit: int = TOGETHER,
    outcome: Outcome | None = None,
    undone: Sequence[str] = (),
) -> list[Line]:
    """Return lines in order, behind the line `after`; some only, if it is said which."""
    query = _lines(upload_id, UploadLine.line, UploadLine.column, *_COLUMNS)
    if outcome is not None:
        query = query.where(UploadLine.outcome == outcome)
    if undone:
        query = query.where(UploadLine.undone.in_(undone))
    rows = session.execute(
        query.where(UploadLine.line > after).order_by(UploadLine.line).limit(limit)
    )
    return [
        Line(number=number, column=column or "", fate=_fate(*said))
        for number, column, *said in rows
    ]


def _lines(upload_id: UUID, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(UploadLine)
        .outerjoin(CompletionRow, CompletionRow.id == UploadLine.completion_id)
        .where(UploadLine.upload_id == upload_id)
    )


def _fate(
    outcome: str,
    reason: str | None,
    fault: str | None,
    undone: str | None,
    status: str | None,
    came_of_it: str | None,
    state: str | None,
) -> Fate:
    if undone is not None:
        return Fate(slug=undone)
    if outcome != Outcome.BROUGHT:
        return Fate(slug=outcome, reason=reason, fault=fault)
    if status is None:
        return Fate(slug="erased")
    if status == Status.APPLIED:
        return Fate(slug="took-back" if state == "uncompleted" else "opened")
    return Fate(slug=_APPLIED[Status(status)], reason=came_of_it)


def as_csv(
    database: Database, organisation_id: UUID, upload_id: UUID, words: Words
) -> Iterator[str]:
    """Yield the report, a thousand lines at a time; the first has the mark by which Excel knows
    UTF-8.
    """
    yield "\ufeff" + _written([HEADINGS])
    last = 0
    while True:
        with database.reading(organisation_id) as session:
            found = lines(session, upload_id, after=last)
        if not found:
            return
        last = found[-1].number
        yield _written(
            (
                line.number,
                words.gettext(line.fate.outcome),
                words.gettext(line.fate.why) if line.fate.why else "",
                plain(line.column),
            )
            for line in found
        )


def _written(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def plain(cell: str) -> str:
    """Return `cell` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
