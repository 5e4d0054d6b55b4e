"""How statements are answered: in which format, in which language, and with what beside them.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#213-get-statements
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from lrs_bridge.lrs import activities, formats
from lrs_bridge.lrs.attachments import multipart
from lrs_bridge.lrs.http.asked import Asked
from lrs_bridge.lrs.http.languages import Languages
from lrs_bridge.lrs.paging import LARGEST_PAGE
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.select import Found

JSON = "application/json"


def written(
    session: Session,
    organisation_id: UUID,
    asked: Asked,
    query: StatementQuery,
    found: Sequence[Found],
) -> list[str]:
    """Return the JSON of each statement, in the format that `query` asks for.

    With their activities' definitions they may be too long together; then, of the first ones only.
    """
    if query.format != "canonical":
        return as_stored(query, found)
    statements = [formats.whole(one.text, one.assigned) for one in found]
    ids = [formats.activities_in(one) for one in statements]
    choose = _in_language(asked)
    texts, are_all = _texts(session, organisation_id, set().union(*ids))
    read = cache(json.loads) if are_all else json.loads
    shown: list[str] = []
    size = 0
    for one, its in zip(statements, ids, strict=True):
        if not are_all:  # too much to be read for all of them at once
            texts, _ = _texts(session, organisation_id, its)
        text = formats.canonical(one, _Definitions(texts, read), choose)
        size += len(text)
        if size > LARGEST_PAGE and shown:
            break
        shown.append(text)
    return shown


def _texts(
    session: Session, organisation_id: UUID, ids: Iterable[str]
) -> tuple[Mapping[str, str], bool]:
    return activities.texts(session, organisation_id, ids, most=LARGEST_PAGE)


class _Definitions:
    """What is known of activities, as much of it as one statement is shown with.

    A statement may name a thing, or many, as often as it likes. Beyond `_OF_A_STATEMENT` its own
    words hold.
    """

    def __init__(self, texts: Mapping[str, str], read: Callable[[str], Any]) -> None:
        self._texts, self._read = texts, read
        self._left = _OF_A_STATEMENT

    def get(self, id: str, otherwise: Any) -> Any:
        """Return the definition of an activity, or `otherwise`."""
        text = self._texts.get(id)
        if text is None or len(text) > self._left:
            return otherwise
        self._left -= len(text)
        return self._read(text)


_OF_A_STATEMENT = 1024 * 1024  # characters


def as_stored(query: StatementQuery, found: Sequence[Found]) -> list[str]:
    """Return the same in a format for which nothing else has to be known."""
    show = formats.ids if query.format == "ids" else formats.exact
    return [show(one.text, one.assigned) for one in found]


def as_json(body: str) -> Response:
    """Return the answer with `body` alone."""
    return Response(body, content_type=JSON)


def as_parts(body: str, attached: Sequence[tuple[Mapping[str, str], bytes]]) -> Response:
    """Return the answer with `body` and, in parts of their own, what is attached to it."""
    first = ({"Content-Type": JSON}, body.encode())
    content_type, pieces = multipart.write_parts([first, *attached])
    return Response(pieces, content_type=content_type)


def _in_language(asked: Asked) -> formats.Choose:
    """Return what keeps of each language map the entry that suits the reader best.

    Chosen map by map: the entries of one answer may be in different languages.
    """
    languages = Languages(asked.headers.get("Accept-Language"))

    def choose(several: Mapping[str, str]) -> dict[str, str]:
        best = languages.best(several)
        return {} if best is None else {best: several[best]}

    return choose
