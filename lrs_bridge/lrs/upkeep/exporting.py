"""Taking statements out: JSON Lines in the order in which they were stored, however many there are.

What is written is one moment of the store: all that was committed when it began, and nothing that
came later. Statements become visible in the order of `stored`, so nothing can turn up later among
what was written: whoever asks again with `since` the last line's `stored` gets the rest, and misses
nothing. (Voiding and erasing reach back. A line that was written does not tell of them.)

A page of the store is read at a time. So memory stays flat, and no cursor of the database's own is
held open; the transaction is, and with it the moment that it sees, as long as one reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from lrs_bridge.lrs import select
from lrs_bridge.lrs.consistency import newest
from lrs_bridge.lrs.formats import exact
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.select import Found

_PAGE = 500  # statements that are in memory at a time


def lines(
    session: Session,
    organisation_id: UUID,
    query: StatementQuery,
    *,
    authority: int | None = None,
    voided: bool = False,
) -> Iterator[str]:
    """Yield the JSON of every statement that matches `query`, oldest first, without line ends.

    Args:
        query: its limit, format and order do not count.
        authority: index key; only statements of this authority exist.
        voided: whether voided ones are wanted as well, as whoever moves a store wants them.
    """
    for page in pages(session, organisation_id, query, authority=authority, voided=voided):
        for one in page:
            yield line(one)


def pages(
    session: Session,
    organisation_id: UUID,
    query: StatementQuery,
    *,
    authority: int | None = None,
    voided: bool = False,
) -> Iterator[list[Found]]:
    """Yield the same as statements, some hundred at a time."""
    end = moment(newest(session, organisation_id))
    until = end if query.until is None else min(query.until, end)
    query = replace(query, until=until, limit=_PAGE, ascending=True)
    while True:
        page = select.page(session, organisation_id, query, authority=authority, voided=voided)
        yield page.found
        if page.after is None:
            return
        query = replace(query, after=page.after)


def line(one: Found) -> str:
    """Return a statement on one line, without the line's end.

    Members keep their order, and numbers their spelling. JSON has line ends only between its
    parts, never within a string, so they can give way to spaces.
    """
    text = exact(one.text, one.assigned)
    return text.translate(_SPACES) if "\n" in text or "\r" in text else text


_SPACES = str.maketrans("\n\r", "  ")
