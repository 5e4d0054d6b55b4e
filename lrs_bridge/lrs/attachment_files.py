"""The content of attachments beside a file of statements: a folder, each in a file named by its
SHA-2 in lower-case hexadecimal digits, as statements name it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from lrs_bridge.errors import StatementInvalid
from lrs_bridge.lrs.attachments import DIGESTS, Received, described_in
from lrs_bridge.lrs.contents import Contents
from lrs_bridge.lrs.signatures import CONTENT_TYPE, USAGE, check_signature
from lrs_bridge.lrs.tables import attachment, statement_attachment
from lrs_bridge.version import Version

Find = Callable[[str], bytes | None]
"""Returns the content with a digest, if it is at hand."""


def nowhere(_digest: str) -> bytes | None:
    """Find no content."""
    return None


def found_in(folder: Path) -> Find:
    """Return what finds content in a folder."""

    def find(digest: str) -> bytes | None:
        try:
            return (folder / digest).read_bytes()
        except FileNotFoundError:
            return None

    return find


def content_of(
    payload: Mapping[str, Any], find: Find, version: Version, *, needed: bool
) -> Received:
    """Return by its digest the content that a valid statement describes as attached.

    Args:
        needed: whether it must be found, if the statement says of no other place where it is.

    Raises:
        StatementInvalid: if it is not there or another one, or is not the signature it should be.
    """
    received = {}
    for pointer, described in described_in(payload):
        digest = described["sha2"].lower()
        content = find(digest)
        if content is None:
            if needed and (described["usageType"] == USAGE or "fileUrl" not in described):
                raise StatementInvalid(pointer, "needs its content, in a file named by its sha2")
            continue
        if DIGESTS[len(digest)](content).hexdigest() != digest:
            raise StatementInvalid(pointer, "must be what is in the file named by its sha2")
        if described["usageType"] == USAGE:
            if described["contentType"] != CONTENT_TYPE:
                raise StatementInvalid(f"{pointer}/contentType", f"must be {CONTENT_TYPE}")
            check_signature(payload, content, version)
        received[digest] = memoryview(content)
    return received


def kept_with(
    session: Session, organisation_id: UUID, seqs: Collection[int], contents: Contents | None
) -> Iterator[tuple[str, bytes | None]]:
    """Yield digest and content of what came with the statements at `seqs`; None if it is lost."""
    links = statement_attachment.c
    ours = and_(attachment.c.organisation_id == organisation_id, links.seq.in_(seqs))
    same = and_(
        links.organisation_id == attachment.c.organisation_id, links.digest == attachment.c.digest
    )
    digests = session.scalars(
        select(attachment.c.digest).join(statement_attachment, same).where(ours).distinct()
    ).all()
    for digest in digests:  # one at a time: each may be large
        row = session.execute(
            select(attachment.c.content, attachment.c.name).where(
                attachment.c.organisation_id == organisation_id, attachment.c.digest == digest
            )
        ).one()
        content = row.content
        if row.name is not None:
            content = contents.get(row.name) if contents else None
        yield digest, content


def write_into(folder: Path, digest: str, content: bytes) -> None:
    """Write content into a folder, unless it is there."""
    path = folder / digest
    if path.exists():
        return
    unfinished = folder / f"{digest}.part"
    with open(unfinished, "wb", opener=_for_us) as file:
        file.write(content)
    unfinished.rename(path)


def _for_us(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
