"""What is known of activities: their definitions as statements gave them, merged.

Statements repeat the same definitions all day. A process remembers for a while what it saw the
table say, so most of them cost one digest and no look-up. What it remembers was read from the
table, never only written there, so a transaction that fails leaves nothing behind.

Rows are locked in the order of their keys, whatever order a batch names them in.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#25-activities-resource
https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#2441-when-the-objecttype-is-activity
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lrs_bridge.lrs.index import digest
from lrs_bridge.lrs.tables import activity
from lrs_bridge.statement import listed
from lrs_bridge.validation.objects import COMPONENTS

_INTERACTION = frozenset({"correctResponsesPattern", *COMPONENTS})
_MAPS = ("name", "description", "extensions")
_ROWS_AT_ONCE = 500  # databases limit how many values a query may have

LARGEST = 64 * 1024
"""Characters of a definition's JSON, whoever says how much of it."""

Definition = Mapping[str, Any]


def known(session: Session, organisation_id: UUID, ids: Iterable[str]) -> dict[str, Definition]:
    """Return the definitions of those of the activities `ids` that have one."""
    found, _ = texts(session, organisation_id, ids)
    return {id: json.loads(text) for id, text in found.items()}


def texts(
    session: Session, organisation_id: UUID, ids: Iterable[str], *, most: int | None = None
) -> tuple[dict[str, str], bool]:
    """Return the JSON of the definitions of those of the activities `ids` that have one.

    Args:
        most: characters of all of them.

    Returns:
        the texts by id, and whether these are all; what would be more is left out.
    """
    found: dict[str, str] = {}
    size = 0
    for row in _rows(session, organisation_id, sorted({digest(id) for id in ids}), locked=False):
        size += len(row.definition)
        if most is not None and size > most:
            return found, False
        found[row.id] = row.definition
    return found, True


def define(
    session: Session, organisation_id: UUID, statements: Iterable[Mapping[str, Any]], now: datetime
) -> None:
    """Merge what valid `statements` say of activities into what is known, in their order."""
    news = _news(organisation_id, statements, now)
    if not news:
        return
    ids = {digest(id): id for id in news}
    rows = {row.key: row for row in _rows(session, organisation_id, sorted(ids), locked=True)}
    changed = []
    for key, id in sorted(ids.items()):
        row, said = rows.get(key), news[id]
        if row is None or [it for it, _ in said] != [row.said]:
            changed.append(_changed(organisation_id, key, id, row, said))
        elif _WROTE not in session.info:
            _remembered.add(organisation_id, id, row.said, now)
    if changed:
        session.info[_WROTE] = True
        _write(session, changed)


def merged(before: Definition, said: Definition) -> dict[str, Any]:
    """Return a definition with all that `said` says, and what only `before` did.

    Languages and extensions are merged one by one, and so are the components of an interaction,
    as long as it is still of the same type. What would be longer than `LARGEST` then is not
    merged: what is said now holds alone.
    """
    result = _merged(before, said)
    return result if len(_json(result)) <= LARGEST else dict(said)


def _merged(before: Definition, said: Definition) -> dict[str, Any]:
    kept = dict(before)
    if said.get("interactionType", before.get("interactionType")) != before.get("interactionType"):
        kept = {name: part for name, part in before.items() if name not in _INTERACTION}
    result = {**kept, **said}
    for name in kept.keys() & said.keys():
        if name in _MAPS:
            result[name] = {**kept[name], **said[name]}
        elif name in COMPONENTS:
            result[name] = _merged_components(kept[name], said[name])
    return result


def said_of_activities(statement: Mapping[str, Any]) -> Iterator[tuple[str, Definition]]:
    """Yield the id and the definition of each activity in a valid statement that has one."""
    for holder in (statement, statement["object"]):
        value = holder.get("object")
        if value is not None and value.get("definition") and "id" in value:
            yield value["id"], value["definition"]
        context = holder.get("context")
        if context is not None:
            for activities in context.get("contextActivities", {}).values():
                for one in listed(activities):
                    if one.get("definition"):
                        yield one["id"], one["definition"]


News = dict[str, list[tuple[bytes, Definition]]]
"""By activity what is said of it, in order, each definition with its digest."""


def _news(organisation_id: UUID, statements: Iterable[Mapping[str, Any]], now: datetime) -> News:
    """Return by activity what `statements` say that is not known to be known."""
    news: News = {}
    for statement in statements:
        for id, definition in said_of_activities(statement):
            text = repr(definition)  # tells 1 from 1.0 and from true, and is quicker than JSON
            if len(text) > LARGEST:
                continue
            said = digest(text)
            before = news.get(id)
            if before is None:
                if not _remembered.has(organisation_id, id, said, now):
                    news[id] = [(said, definition)]
            elif before[-1][0] != said:
                before.append((said, definition))
    return news


def _merged_components(
    before: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the components of both, in the order in which they are said now, then before."""
    older = {one["id"]: one for one in before}
    newer = {one["id"]: one for one in said}
    return [
        *(_merged_component(older.get(id, {}), one) for id, one in newer.items()),
        *(one for id, one in older.items() if id not in newer),
    ]


def _merged_component(before: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    descriptions = {**before.get("description", {}), **said.get("description", {})}
    return {**said, "description": descriptions} if descriptions else said


def _rows(
    session: Session, organisation_id: UUID, keys: Sequence[bytes], *, locked: bool
) -> Iterator[Any]:
    for start in range(0, len(keys), _ROWS_AT_ONCE):
        query = (
            select(activity.c.key, activity.c.id, activity.c.definition, activity.c.said)
            .where(
                activity.c.organisation_id == organisation_id,
                activity.c.key.in_(keys[start : start + _ROWS_AT_ONCE]),
            )
            .order_by(activity.c.key)
        )
        yield from session.connection().execute(query.with_for_update() if locked else query)


def _changed(
    organisation_id: UUID, key: bytes, id: str, row: Any, said: Sequence[tuple[bytes, Definition]]
) -> dict[str, Any]:
    """Return the row of an activity once what is said is merged into what it was."""
    before: Definition = json.loads(row.definition) if row else {}
    definition = reduce(merged, (it for _, it in said), before)
    return {
        "organisation_id": organisation_id,
        "key": key,
        "id": id,
        "definition": _json(definition),
        "said": said[-1][0],
    }


def _json(definition: Definition) -> str:
    return json.dumps(definition, ensure_ascii=False)


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(activity) if is_sqlite else postgresql.insert(activity)
    changes = {name: insert.excluded[name] for name in ("definition", "said")}
    session.connection().execute(
        insert.on_conflict_do_update(index_elements=["organisation_id", "key"], set_=changes),
        rows,
    )


_WROTE = "xapi_activities_written"
"""Marks a session that wrote rows itself: what it reads may yet be undone."""


class _Remembered:
    """What was last said of activities, as the table was seen to say.

    Another process may have changed the table since; so each entry counts for a short time only.
    """

    _MOST = 10_000
    _LASTS = timedelta(minutes=1)

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[UUID, str], tuple[bytes, datetime]] = OrderedDict()
        self._lock = Lock()

    def has(self, organisation_id: UUID, id: str, said: bytes, now: datetime) -> bool:
        """Return whether `said` is what the table says last of the activity."""
        entry = self._entries.get((organisation_id, id))
        return entry is not None and entry[0] == said and now - entry[1] < self._LASTS

    def add(self, organisation_id: UUID, id: str, said: bytes, now: datetime) -> None:
        """Remember what the table says; what was added first is forgotten first."""
        with self._lock:
            self._entries.pop((organisation_id, id), None)
            self._entries[organisation_id, id] = (said, now)
            while len(self._entries) > self._MOST:
                self._entries.popitem(last=False)


_remembered = _Remembered()
