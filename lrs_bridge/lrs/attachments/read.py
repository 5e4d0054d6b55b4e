"""The content that a page of statements came with, ready to be sent with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs.attachments.contents import Contents
from lrs_bridge.lrs.select import Page
from lrs_bridge.lrs.tables import attachment, statement_attachment

log = structlog.get_logger()

LARGEST_PAGE = 32 * 1024 * 1024  # bytes of content; a page ends sooner rather than be larger


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Content of one page.

    Attributes:
        sha2, content_type: as the statement spells them.
        content: the bytes, or None if they are elsewhere, under `name`.
    """

    sha2: str
    content_type: str
    content: bytes | None
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """That a statement came with content, and how much that is."""

    seq: int
    digest: str
    sha2: str
    content_type: str
    length: int


def with_attachments(
    session: Session, organisation_id: UUID, page: Page
) -> tuple[Page, list[Attached]]:
    """Return as much of `page` as may be sent at once, and what is attached to that."""
    links = _links(session, organisation_id, [one.seq for one in page.found])
    shown: dict[str, _Link] = {}
    for place, one in enumerate(page.found):
        more = {it.digest: it for it in links.get(one.seq, ()) if it.digest not in shown}
        size = sum(it.length for it in (*shown.values(), *more.values()))
        if place and size > LARGEST_PAGE:
            page = page.of(place)
            break
        shown |= more
    return page, _fetched(session, organisation_id, shown)


def digests(session: Session, organisation_id: UUID, seq: int) -> set[str]:
    """Return the digests, in lower case, of the content that the statement at `seq` came with."""
    rows = session.scalars(
        select(statement_attachment.c.digest).where(
            statement_attachment.c.organisation_id == organisation_id,
            statement_attachment.c.seq == seq,
        )
    )
    return set(rows)


def one_attached(session: Session, organisation_id: UUID, seq: int, digest: str) -> Attached | None:
    """Return one content that the statement at `seq` came with, or None if it did not."""
    links = _links(session, organisation_id, [seq]).get(seq, ())
    wanted = {link.digest: link for link in links if link.digest == digest}
    return next(iter(_fetched(session, organisation_id, wanted)), None)


def parts_of(
    attached: Sequence[Attached], contents: Contents | None
) -> Sequence[tuple[Mapping[str, str], bytes]]:
    """Return headers and content of each, having read what is outside of the database.

    Content that was lost there is left out and logged: a reader can do nothing about it, and must
    not be kept from every statement behind it.
    """
    parts = []
    for one in attached:
        content = one.content
        if content is None and contents is not None and one.name is not None:
            content = contents.get(one.name)
        if content is None:
            log.error("xapi.attachment-lost")
            continue
        headers = {
            "Content-Type": one.content_type,
            "Content-Transfer-Encoding": "binary",
            "X-Experience-API-Hash": one.sha2,
        }
        parts.append((headers, content))
    return parts


def _links(session: Session, organisation_id: UUID, seqs: Sequence[int]) -> dict[int, list[_Link]]:
    """Return what is attached to each of `seqs`, without the content."""
    rows = session.execute(
        select(
            statement_attachment.c.seq,
            statement_attachment.c.digest,
            statement_attachment.c.sha2,
            statement_attachment.c.content_type,
            attachment.c.length,
        )
        .join(
            attachment,
            and_(
                attachment.c.organisation_id == statement_attachment.c.organisation_id,
                attachment.c.digest == statement_attachment.c.digest,
            ),
        )
        .where(
            statement_attachment.c.organisation_id == organisation_id,
            statement_attachment.c.seq.in_(seqs),
        )
        .order_by(statement_attachment.c.seq, statement_attachment.c.digest)
    )
    found: dict[int, list[_Link]] = {}
    for row in rows:
        found.setdefault(row.seq, []).append(_Link(**row._mapping))
    return found


def _fetched(
    session: Session,
    organisation_id: UUID,
    shown: Mapping[str, _Link],
) -> list[Attached]:
    if not shown:
        return []
    rows = session.execute(
        select(attachment.c.digest, attachment.c.content, attachment.c.name).where(
            attachment.c.organisation_id == organisation_id, attachment.c.digest.in_(shown)
        )
    )
    places = {row.digest: row for row in rows}
    return [
        Attached(
            sha2=link.sha2,
            content_type=link.content_type,
            content=places[digest].content,
            name=places[digest].name,
        )
        for digest, link in shown.items()
    ]
