"""Where the content of attachments is kept, when it is not in the database.

Content is put under a name that nobody has used, before the transaction that tells of it. So a
name that no row knows, a day later, belongs to a request that failed: it can be deleted without
asking anybody, and no lock between databases and disks is needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from lrs_bridge.errors import Unavailable

Buffer = bytes | memoryview

_ONLY_OURS = 0o600


class Contents(Protocol):
    """What can keep content. Every method raises `Unavailable` when the place cannot be reached."""

    def put(self, name: str, content: Buffer) -> None:
        """Keep `content` under a new name; once this returns, a power cut does not lose it."""

    def get(self, name: str) -> bytes | None:
        """Return the content, or None if it is lost."""

    def delete(self, name: str) -> None:
        """Forget the content; that of an unknown name is forgotten already."""

    def names(self, before: datetime) -> Iterator[str]:
        """Yield the names of what was put before a time."""


def contents_at(where: str) -> Contents | None:
    """Return the place that `where` names: a folder, S3-compatible storage, or, if empty, none.

    Raises:
        ValueError: if it names none; says what to do.
    """
    if not where.startswith("s3:"):
        return Folder(where) if where else None
    try:
        from lrs_bridge.lrs.attachments.bucket import Bucket  # only who needs it installs boto3
    except ImportError as error:
        raise ValueError("Install mentes[s3] to keep attachments in a bucket.") from error
    return Bucket.at(where)


class Folder:
    """Content as files of a folder, written aside and renamed once they are on the disk."""

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root)

    def put(self, name: str, content: Buffer) -> None:
        """See `Contents`."""
        path = self._root / name
        unfinished = path.with_name(f"{path.name}.part")
        try:
            new = _made(path.parent)
            with open(unfinished, "xb", opener=_for_us) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
            for folder in (path.parent, *(it.parent for it in new)):
                _sync(folder)
        except OSError as error:
            raise Unavailable("The attachments could not be kept. Send the same again.") from error

    def get(self, name: str) -> bytes | None:
        """See `Contents`."""
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable("The attachments could not be read. Ask again.") from error

    def delete(self, name: str) -> None:
        """See `Contents`."""
        try:
            (self._root / name).unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable("An attachment could not be deleted.") from error

    def names(self, before: datetime) -> Iterator[str]:
        """See `Contents`."""
        for folder, _, files in os.walk(self._root):
            for file in files:
                path = Path(folder, file)
                if _put_at(path) < before:
                    yield path.relative_to(self._root).as_posix()


def _made(folder: Path) -> list[Path]:
    """Make `folder` with those above it; return those that are new."""
    missing = [it for it in (folder, *folder.parents) if not it.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _for_us(path: str, flags: int) -> int:
    return os.open(path, flags, _ONLY_OURS)


def _sync(folder: Path) -> None:
    """Make the names in a folder survive a power cut, as fsync makes a file's bytes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # deleted since it was listed
        return datetime.max.replace(tzinfo=UTC)
