"""From the bytes of a file to its rows, without keeping more than one of them.

Files come from spreadsheets: UTF-8 with or without a mark, or UTF-16; commas, semicolons or tabs,
perhaps with a first line "sep=;"; names of columns in any letter case.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from typing import BinaryIO, Literal

from lrs_bridge.completion import Completion
from lrs_bridge.sources.errors import TableInvalid
from lrs_bridge.sources.payload import instant, text

LONGEST_CELL = 1000  # characters
_LONGEST_HEAD = 20_000  # characters of the row that names the columns
_LONGEST_ROW = 200_000  # characters, however many lines it goes over: a row is held in memory
_NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
"""How archives and spreadsheets begin."""
_DELIMITERS = (",", ";", "\t")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATE_WITH_POINTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)", re.DOTALL)

_NOT_UTF_8 = "The file is not in UTF-8. Save it again as “CSV UTF-8” and send that."
_NOT_A_TABLE = "The file is not a table. Look for a quotation mark that is not closed."

Fault = Literal[
    "person-missing",
    "place-missing",
    "time-missing",
    "time-unreadable",
    "time-to-come",
    "state-unknown",
    "address-unreadable",
    "score-unreadable",
    "cell-unusable",
    "too-many-cells",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a row.

    Attributes:
        column: its name as the file writes it; "" when it is about the whole row.
        fault: what it is, for whoever says it in another language.
        advice: what it is and what to do, in English.
    """

    column: str
    fault: Fault
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a row says; with neither a completion nor a problem, nothing that counts yet.

    Attributes:
        line: of the file, from 1, in which the row begins.
    """

    line: int
    completion: Completion | None = None
    problem: Problem | None = None


class RowRefused(Exception):
    """A row cannot be read."""

    def __init__(self, column: str, fault: Fault, advice: str) -> None:
        super().__init__(advice)
        self.problem = Problem(column=column, fault=fault, advice=advice)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a row, by what their columns are.

    Attributes:
        heads: the names of the columns as the file writes them.
    """

    line: int
    heads: Mapping[str, str]
    _said: Mapping[str, str]

    def said(self, column: str) -> str:
        """Return a cell, without space around it; "" if it is empty or there is none.

        Raises:
            RowRefused: if no database could keep it.
        """
        cell = self._said.get(column, "").strip()
        if cell and (len(cell) > LONGEST_CELL or text(cell) is None):
            raise self.refused(column, "cell-unusable", "Shorten it to 1,000 plain characters.")
        return cell

    def refused(self, column: str, fault: Fault, advice: str) -> RowRefused:
        """Return that something is wrong with a cell."""
        return RowRefused(self.heads.get(column, column), fault, advice)

    def moment(self, column: str, zone: tzinfo, now: datetime) -> tuple[datetime, str]:
        """Return when it was, and a text that is the same for every spelling of that.

        A date alone is the end of its day, or now if that is earlier: so a rule that was made on
        the same day counts.

        Args:
            zone: of dates, and of times without a zone of their own.
            now: aware.

        Raises:
            RowRefused: if it is no time, or one to come.
        """
        cell = _with_dashes(self.said(column))
        if not cell:
            raise self.refused(column, "time-missing", "Say when it was, such as 2026-11-20.")
        at = instant(cell, zone)
        if at is None:
            advice = "Write the time as 2026-11-20, or 2026-11-20T10:15:00+01:00."
            raise self.refused(column, "time-unreadable", advice)
        is_a_day = bool(_DATE.fullmatch(cell))
        if at > now:
            raise self.refused(column, "time-to-come", "This time is still to come: correct it.")
        if not is_a_day:
            return at, at.isoformat()
        day = datetime.fromisoformat(cell).date()
        return min(datetime.combine(day, time.max, zone).astimezone(UTC), now), cell


def column_names(file: BinaryIO) -> frozenset[str]:
    """Return the names of a file's columns: small letters, nothing but letters and digits.

    Raises:
        TableInvalid: if the file is no table.
    """
    wrapped = _text_of(file)
    try:
        _before, head, delimiter = _head(wrapped)
        return frozenset(_plain(name) for name in next(csv.reader([head], delimiter=delimiter), []))
    except UnicodeError:
        raise TableInvalid("not-utf-8", _NOT_UTF_8) from None
    except csv.Error:
        raise TableInvalid("not-a-table", _NOT_A_TABLE) from None
    finally:
        wrapped.detach()


def read_rows(
    file: BinaryIO,
    columns: Mapping[str, str],
    read: Callable[[Cells], Completion | None],
    *,
    after: int = 0,
) -> Iterator[Row]:
    """Return what each row says that is not empty.

    Args:
        file: seekable; read from its beginning, and left open.
        columns: what each name of a column stands for: names in small letters, without anything
            but letters and digits. Columns of other names are passed over.
        read: what a row says, or None; raises RowRefused.
        after: rows up to this line are passed over unread.

    Raises:
        TableInvalid: if the file is no table, or names no column that is wanted.
    """
    wrapped = _text_of(file)
    try:
        for line, heads, cells in _rows(wrapped, columns):
            if line > after:
                yield _read(line, heads, cells, read)
    except UnicodeError:
        raise TableInvalid("not-utf-8", _NOT_UTF_8) from None
    except csv.Error:
        raise TableInvalid("not-a-table", _NOT_A_TABLE) from None
    finally:
        wrapped.detach()


def _read(
    line: int,
    heads: list[tuple[str, str]],
    cells: list[str],
    read: Callable[[Cells], Completion | None],
) -> Row:
    try:
        if any(cell.strip() for cell in cells[len(heads) :]):
            advice = "Put quotation marks around a text that has a comma or semicolon in it."
            raise RowRefused("", "too-many-cells", advice)
        said = {column: cell for (column, _), cell in zip(heads, cells, strict=False) if column}
        names = {column: name for column, name in heads if column}
        return Row(line=line, completion=read(Cells(line, names, said)))
    except RowRefused as refused:
        return Row(line=line, problem=refused.problem)


def _text_of(file: BinaryIO) -> io.TextIOWrapper:
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if start.startswith(_NOT_TEXT):
        raise TableInvalid(
            "not-text",
            "The file is a spreadsheet or an archive. Save the sheet as “CSV UTF-8”, or unpack the "
            "archive, and send that.",
        )
    is_utf_16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return io.TextIOWrapper(file, encoding="utf-16" if is_utf_16 else "utf-8-sig", newline="")


def _rows(
    lines: io.TextIOWrapper, columns: Mapping[str, str]
) -> Iterator[tuple[int, list[tuple[str, str]], list[str]]]:
    """Return the line, the heads and the cells of each row that is not empty."""
    before, head, delimiter = _head(lines)
    heads = [
        (columns.get(_plain(name), ""), name.strip())
        for name in next(csv.reader([head], delimiter=delimiter), [])
    ]
    if not any(column for column, _ in heads):
        known = ", ".join(dict.fromkeys(columns.values()))
        raise TableInvalid(
            "columns-unknown", f"The first row must name the columns. Known are: {known}."
        )
    short = _Lines(lines)
    reader = csv.reader(short, delimiter=delimiter)
    line = before + 1
    for cells in reader:
        short.taken = 0
        if any(cell.strip() for cell in cells):
            yield line, heads, cells
        line = before + reader.line_num + 1


def _head(lines: io.TextIOWrapper) -> tuple[int, str, str]:
    """Return how many lines the head ends after, the row that names the columns, what parts it."""
    delimiter = None
    for number in range(1, 11):
        line = lines.readline(_LONGEST_HEAD)
        if "\0" in line:  # UTF-16 that does not say so
            raise TableInvalid("not-utf-8", _NOT_UTF_8)
        if line.lower().startswith("sep=") and len(line.strip()) == 5:
            delimiter = line.strip()[4]
        elif line.strip():
            return number, line, delimiter or max(_DELIMITERS, key=line.count)
    raise TableInvalid("empty", "The file is empty.")


def _plain(name: str) -> str:
    """Return the name of a column as it is compared."""
    return re.sub(r"[\W_]", "", name.lower())


class _Lines:
    """The lines of a file, as long as no row is longer than memory is meant for."""

    def __init__(self, lines: io.TextIOWrapper) -> None:
        self._lines = lines
        self.taken = 0
        """Characters since the last row ended."""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._lines.readline(_LONGEST_ROW)
        if not line:
            raise StopIteration
        self.taken += len(line)
        if self.taken >= _LONGEST_ROW:
            raise TableInvalid(
                "row-too-long",
                "A row is longer than a row of completions can be. Look for a quotation mark that "
                "is not closed, or for line breaks that are missing.",
            )
        return line


def _with_dashes(written: str) -> str:
    found = _DATE_WITH_POINTS.fullmatch(written)
    if found is None:
        return written
    day, month, year, rest = found.groups()
    return f"{year}-{int(month):02}-{int(day):02}{rest}"
