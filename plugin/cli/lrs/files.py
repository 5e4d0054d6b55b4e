"""Files that commands of the record store read and write; theirs are for their owner alone."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click


@contextmanager
def opened_to_read(name: str) -> Iterator[tuple[BinaryIO, int, Callable[[], int]]]:
    """Open a file; give how many bytes it has, 0 if nobody knows, and what tells how many are read.

    Unpacked, it has more; so what is read is told of the file as it is.
    """
    if name == "-":
        yield sys.stdin.buffer, 0, lambda: 0
        return
    with Path(name).open("rb") as file:
        size = Path(name).stat().st_size
        if name.endswith(".gz"):
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield unpacked, size, file.tell  # type: ignore[misc] # has all that is used of it
        else:
            yield file, size, file.tell


@contextmanager
def opened_to_write(path: Path | None) -> Iterator[BinaryIO]:
    """Open the file to be, for us alone; it gets its name when all of it is on the disk."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with open(unfinished, "wb", opener=for_us) as file:
            if path.suffix == ".gz":
                with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
                    yield packed  # type: ignore[misc] # has all that is used of it
            else:
                yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from error
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def for_us(path: str, flags: int) -> int:
    """Open a file that nobody else may read, if it is new; for `open(…, opener=…)`."""
    return os.open(path, flags, 0o600)
