"""OneRoster 1.1 and 1.2: results.csv, which has grades, and lineItems.csv, which names courses.

A result counts once it is fully graded and, where a threshold is given, at or above it. A result
that is to be deleted takes the completion back. People are `studentSourcedId`, which launches call
person_sourcedid; a class is `classSourcedId`, which they call course_section_sourcedid.

https://www.imsglobal.org/oneroster-v11-final-csv-tables
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID

from lrs_bridge.completion import Completion, State
from lrs_bridge.identity import PersonKey, named_place
from lrs_bridge.sources.tables.rows import Cells, Row, read_rows

SOURCE = "one-roster"

_RESULTS = {
    it.lower(): it
    for it in (
        "sourcedId",
        "status",
        "lineItemSourcedId",
        "studentSourcedId",
        "scoreStatus",
        "score",
        "scoreDate",
    )
}
_LINE_ITEMS = {it.lower(): it for it in ("sourcedId", "title", "classSourcedId")}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """What a result is of.

    Attributes:
        class_id: the class's sourcedId; "" if it is not said.
    """

    class_id: str
    title: str


def is_meant(columns: Collection[str]) -> bool:
    """Tell whether a file with these columns (`column_names`) is results.csv."""
    return {"studentsourcedid", "lineitemsourcedid"} <= set(columns)


def line_items(file: BinaryIO) -> dict[str, LineItem]:
    """Return what lineItems.csv says, by sourcedId; there are as many as a school has exams.

    Raises:
        TableInvalid: if the file is no table.
    """
    found: dict[str, LineItem] = {}

    def keep(cells: Cells) -> None:
        id = cells.said("sourcedId")
        if id:
            found[id] = LineItem(class_id=cells.said("classSourcedId"), title=cells.said("title"))

    for _row in read_rows(file, _LINE_ITEMS, keep):
        pass
    return found


def read(
    file: BinaryIO,
    organisation_id: UUID,
    *,
    zone: tzinfo,
    now: datetime,
    threshold: float | None = None,
    items: Mapping[str, LineItem] | None = None,
    after: int = 0,
) -> Iterator[Row]:
    """Return what each row of results.csv says.

    Args:
        file: seekable; read from its beginning.
        zone: of dates.
        now: aware; nothing can have been graded later.
        threshold: the score from which a result is `passed`, and below which it is `failed`; files
            do not say what the best score is.
        items: from `line_items`; without them results have no course, only a module.
        after: rows up to this line are passed over unread.

    Raises:
        TableInvalid: while rows are read, if the file is no table.
    """

    def read_row(cells: Cells) -> Completion | None:
        return _read(cells, organisation_id, zone, now, threshold, items or {})

    return read_rows(file, _RESULTS, read_row, after=after)


def _read(
    cells: Cells,
    organisation_id: UUID,
    zone: tzinfo,
    now: datetime,
    threshold: float | None,
    items: Mapping[str, LineItem],
) -> Completion | None:
    state = _state(cells, threshold)
    if state is None:
        return None
    student, line_item = cells.said("studentSourcedId"), cells.said("lineItemSourcedId")
    if not student:
        advice = "Say who it was, by the sourcedId of the user."
        raise cells.refused("studentSourcedId", "person-missing", advice)
    if not line_item:
        advice = "Say what was graded, by the sourcedId of the line item."
        raise cells.refused("lineItemSourcedId", "place-missing", advice)
    at, when = cells.moment("scoreDate", zone, now)
    id = cells.said("sourcedId")
    item = items.get(line_item)
    what = (id or "\n".join((student, line_item)), state, when)
    return Completion(
        organisation_id=organisation_id,
        source=SOURCE,
        source_event_id=sha256("\n".join(what).encode()).hexdigest(),
        person_keys=(PersonKey.sourced_id(student),),
        course_key=named_place(item.class_id) if item and item.class_id else None,
        module_key=named_place(f"line item {line_item}"),
        kind="module",
        state=state,
        at=at,
        source_reference=id or f"line {cells.line}",
        module_names={"und": item.title} if item and item.title else {},
    )


def _state(cells: Cells, threshold: float | None) -> State | None:
    if cells.said("status").lower() == "tobedeleted":
        return "uncompleted"
    if cells.said("scoreStatus").lower() != "fully graded":
        return None
    if threshold is None:
        return "completed"
    written = cells.said("score")
    try:
        score = float(written)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        advice = "Write the score as a number, such as 7.5."
        raise cells.refused("score", "score-unreadable", advice)
    return "passed" if score >= threshold else "failed"
