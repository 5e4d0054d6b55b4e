"""How statements are answered: in which format, in which language, and with what beside them.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#213-get-statements
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from lrs_bridge.lrs import activities, formats
from lrs_bridge.lrs.attachments import multipart
from lrs_bridge.lrs.http.asked import Asked
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
    """Return the JSON of each statement, in the format that `query` asks for."""
    if query.format != "canonical":
        return as_stored(query, found)
    statements = [formats.whole(one.text, one.assigned) for one in found]
    ids = {id for one in statements for id in formats.activities_in(one)}
    known = activities.known(session, organisation_id, ids)
    choose = _in_language(asked)
    return [formats.canonical(one, known, choose) for one in statements]


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
    """Return what keeps of each language map the entry that suits the reader best, else its first.

    Chosen map by map: the entries of one answer may be in different languages.
    """
    accepted = parse_accept_header(asked.headers.get("Accept-Language"), LanguageAccept)

    def choose(several: Mapping[str, str]) -> dict[str, str]:
        if not several:
            return {}
        best = accepted.best_match(several) or next(iter(several))
        return {best: several[best]}

    return choose
