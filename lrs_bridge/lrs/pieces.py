"""A file of statements, one after another, as they come: of a million, one is in memory at a time.

Three shapes are told apart by how a file begins: JSON Lines, one statement a line; an array; and a
StatementResult, what a store answers to a query. Of the last two there may be several after each
other, as they are when pages of an answer are written into one file.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import BinaryIO

LONGEST = 16 * 1024 * 1024
"""Bytes (in an array, characters) of one statement; four times what one request may be."""

_CHUNK = 256 * 1024
_OPENING = re.compile(
    r'\s*(?:\[|\{\s*(?:"more"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*)?"statements"\s*:\s*\[)'
)
_LONGEST_OPENING = 8 * 1024  # characters; an address of the next page may be long
_CLOSING = re.compile(r'\s*(?:,\s*"more"\s*:\s*(?:"(?:[^"\\]|\\.)*"|null)\s*)?\}')
_SPACE = re.compile(r"[ \t\r\n]*")
_BEYOND = "What comes after it cannot be read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What should be one statement.

    Attributes:
        number: of its line; in an array, of its place there; from 1.
        fault: why it is none, if that is known without reading it.
    """

    number: int
    text: bytes
    fault: str | None = None


def pieces(file: BinaryIO) -> Iterator[Piece]:
    """Yield what a file holds, in its order; what cannot be read is yielded with its fault."""
    last = 0
    try:
        head = _filled(file)
        is_array = _OPENING.match(head.decode("latin-1"))
        found = _elements(_Text(head, file)) if is_array else _lines(head, file)
        for piece in found:
            last = piece.number
            yield piece
    except (EOFError, zlib.error, io.UnsupportedOperation) as error:
        yield Piece(number=last + 1, text=b"", fault=f"The file is damaged ({error}). {_BEYOND}")
    except OSError as error:  # gzip's own, above all: what it reads is no gzip file
        yield Piece(number=last + 1, text=b"", fault=f"The file cannot be read ({error}).")


def _filled(file: BinaryIO) -> bytes:
    """Return the beginning of a file, without the mark that some editors put there."""
    return file.read(_CHUNK).removeprefix(codecs.BOM_UTF8)


# Lines


def _lines(head: bytes, file: BinaryIO) -> Iterator[Piece]:
    lines = io.BufferedReader(_Rejoined(head, file), _CHUNK)
    for number in count(1):
        text = lines.readline(LONGEST + 1)
        if not text:
            return
        if len(text) > LONGEST:
            while text and not text.endswith(b"\n"):
                text = lines.readline(LONGEST)
            yield Piece(number=number, text=b"", fault=f"The line has more than {LONGEST} bytes.")
        elif not text.isspace():
            yield Piece(number=number, text=text.rstrip(b"\r\n"))


class _Rejoined(io.RawIOBase):
    """A file with its beginning, which was read, put back."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what it is given
        read = self._head.readinto(buffer)
        if read:
            return read
        some = self._rest.read(len(buffer))
        buffer[: len(some)] = some
        return len(some)


# Arrays


def _elements(text: _Text) -> Iterator[Piece]:
    """Yield the elements of one array after another, alone or in StatementResults."""
    numbers = count(1)
    while text.opens():
        if text.takes("]"):
            text.close()
            continue
        while True:
            value = text.value()
            number = next(numbers)
            if value is None:
                fault = f"This is not JSON, or has more than {LONGEST} characters. {_BEYOND}"
                yield Piece(number=number, text=b"", fault=fault)
                return
            yield Piece(number=number, text=value.encode(errors="surrogateescape"))
            if text.takes(","):
                continue
            if not text.takes("]"):
                fault = f'There must be "," or "]" before it. {_BEYOND}'
                yield Piece(number=next(numbers), text=b"", fault=fault)
                return
            break
        text.close()
    if not text.is_over():
        fault = f"There is more after the end of the array. {_BEYOND}"
        yield Piece(number=next(numbers), text=b"", fault=fault)


class _Text:
    """The text of a file: a part of it, and how far that was taken."""

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        self._file = file
        # Bytes that are no UTF-8 come back out as they were, for whoever reads the statement.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = self._decoder.decode(head)
        self._at = 0

    def opens(self) -> bool:
        """Take the beginning of an array or a StatementResult, if there is one."""
        self._skip()
        while (opening := _OPENING.match(self._text, self._at)) is None:
            if len(self._text) - self._at > _LONGEST_OPENING or not self._grow():
                return False
        self._is_result = "{" in opening[0]
        self._at = opening.end()
        return True

    def close(self) -> None:
        """Take what is left of a StatementResult after its array."""
        if self._is_result:
            self._skip()
            while (closing := _CLOSING.match(self._text, self._at)) is None:
                if not self._grow():
                    return
            self._at = closing.end()

    def takes(self, character: str) -> bool:
        """Take a character, if it comes next."""
        self._skip()
        if not self._text.startswith(character, self._at):
            return False
        self._at += 1
        return True

    def value(self) -> str | None:
        """Take a JSON value, or return None if there is none."""
        self._skip()
        while True:
            try:
                _, end = _decoder.raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                if len(self._text) - self._at > LONGEST or not self._grow():
                    return None
                continue
            found = self._text[self._at : end]
            self._at = end
            return found

    def is_over(self) -> bool:
        """Return whether nothing but space is left."""
        self._skip()
        return self._at == len(self._text)

    def _skip(self) -> None:
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text) or not self._grow():
                return

    def _grow(self) -> bool:
        """Read on, and let go of what was taken; False at the end of the file."""
        some = self._file.read(_CHUNK)
        self._text = self._text[self._at :] + self._decoder.decode(some, final=not some)
        self._at = 0
        return bool(some)


_decoder = json.JSONDecoder()
