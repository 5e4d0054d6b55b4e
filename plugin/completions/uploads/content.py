"""What an uploaded file says: kept in pieces where every worker finds it, and read row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lrs_bridge.sources.tables import Row, column_names, one_roster, ours
from plugin.completions.uploads.model import Layout, Upload, UploadPart
from plugin.foundation.db import Database
from plugin.foundation.i18n import Words

PIECE = 256 * 1024  # bytes
ROWS, LINE_ITEMS = "rows", "line-items"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The files of one upload.

    Attributes:
        line_items: lineItems.csv of OneRoster, if it was given.
    """

    rows: BinaryIO
    line_items: BinaryIO | None


def layout_of(file: BinaryIO) -> Layout:
    """Return what kind of table a file is, by the names of its columns.

    Raises:
        TableInvalid: it is none that can be read.
    """
    is_one_roster = one_roster.is_meant(column_names(file))
    return Layout.ONE_ROSTER if is_one_roster else Layout.OURS


def size_and_digest(*files: BinaryIO | None) -> tuple[int, str]:
    """Return how many bytes files have together, and the SHA-256 of them."""
    size, digest = 0, hashlib.sha256()
    for file in files:
        for piece in _pieces(file) if file else ():
            size += len(piece)
            digest.update(piece)
    return size, digest.hexdigest()


def keep(session: Session, upload: Upload, content: Content) -> None:
    """Keep the text of an upload until it is applied or cancelled."""
    for name, file in ((ROWS, content.rows), (LINE_ITEMS, content.line_items)):
        for number, piece in enumerate(_pieces(file) if file else ()):
            session.add(UploadPart(upload_id=upload.id, file=name, number=number, content=piece))
            session.flush()
            session.expunge_all()  # 64 MB need not be held twice


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def forget(session: Session, upload_id: UUID) -> None:
    """Delete the text of an upload."""
    session.execute(delete(UploadPart).where(UploadPart.upload_id == upload_id))


@contextmanager
def opened(database: Database, organisation_id: UUID, upload_id: UUID) -> Iterator[Content]:
    """Open what was kept: as files without a name, which are gone when they are closed."""
    with TemporaryFile() as rows, TemporaryFile() as line_items:
        files = {ROWS: rows, LINE_ITEMS: line_items}
        with database.reading(organisation_id) as session:
            pieces = session.execute(
                select(UploadPart.file, UploadPart.content)
                .where(UploadPart.upload_id == upload_id)
                .order_by(UploadPart.file, UploadPart.number)
                .execution_options(yield_per=1)
            )
            for name, piece in pieces:
                files[name].write(piece)
        yield Content(rows=rows, line_items=line_items if line_items.tell() else None)


def rows_after(upload: Upload, content: Content) -> Generator[Row, None, None]:
    """Yield the rows behind the line that the upload is done with; close it before `content`.

    Raises:
        TableInvalid: while rows are read.
    """
    said = upload.configuration
    zone = Words(None, said["zone"]).zone
    if upload.layout == Layout.OURS:
        yield from ours.read(
            content.rows,
            upload.organisation_id,
            zone=zone,
            now=upload.created_at,
            home=said["home"],
            after=upload.line,
        )
        return
    yield from one_roster.read(
        content.rows,
        upload.organisation_id,
        zone=zone,
        now=upload.created_at,
        threshold=said["threshold"],
        items=one_roster.line_items(content.line_items) if content.line_items else None,
        after=upload.line,
    )
