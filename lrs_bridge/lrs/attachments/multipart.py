"""Bodies of several parts: the statements, then the content of their attachments.

Read strictly, because a hash stands for every byte: lines end with CR LF, nothing is decoded or
tidied, and what is ambiguous is refused. The parts are views into the body, so that a large one
is in memory once.

One fault is too common to refuse: tincanjs and @xapi/xapi end no line between one attachment and
the boundary before the next. The hash tells such a part from one whose content holds a boundary.

RFC 2046, section 5.1, and
https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#152-multipartmixed
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from werkzeug.http import parse_options_header

from lrs_bridge.errors import Malformed, TooLarge

MOST_PARTS = 5000
MIXED = "multipart/mixed"

_TOO_MANY = f"One body may have {MOST_PARTS} parts. Send the statements in several."
_LARGEST_HEADERS = 16 * 1024  # bytes of the headers of one part
_NEWLINE = b"\r\n"
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]", re.ASCII)
_PADDING = re.compile(rb"[ \t]*")
_HEADER = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)", re.ASCII)
_FOLD = re.compile(r"\r\n(?=[ \t])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a body.

    Attributes:
        place: 1 for the first.
        headers: by their names in lower case.
        content: exactly what was between the headers and the next boundary.
    """

    place: int
    headers: Mapping[str, str]
    content: memoryview

    @property
    def mimetype(self) -> str:
        """Return the type of the content without parameters, in lower case; empty if not said."""
        return parse_options_header(self.headers.get("content-type"))[0].lower()

    def header(self, name: str) -> str:
        """Return a header; empty if there is none."""
        return self.headers.get(name.lower(), "")


def _always(_part: Part) -> bool:
    return True


def read_parts(
    content_type: str, body: bytes, *, is_whole: Callable[[Part], bool] = _always
) -> list[Part]:
    """Return the parts of `body`, in order.

    Args:
        content_type: of the request, with the boundary in it.
        is_whole: asked of a part with boundaries within lines: is it one, or does it end there?

    Raises:
        Malformed: if the body is not made up as its content type says; names the part.
        TooLarge: if there are more than `MOST_PARTS`.
    """
    delimiter = b"--" + _boundary(content_type).encode()
    view = memoryview(body)
    parts: list[Part] = []
    for begin, end in _sections(body, delimiter):
        one = _part(len(parts) + 1, body, view, begin, end)
        if body.find(delimiter + _NEWLINE, begin, end) < 0 or is_whole(one):
            parts.append(one)
            continue
        for first, last in _runs_on(body, delimiter + _NEWLINE, begin, end):
            parts.append(_part(len(parts) + 1, body, view, first, last))
            if len(parts) > MOST_PARTS:
                raise TooLarge(_TOO_MANY)
    return parts


def write_parts(parts: Iterable[tuple[Mapping[str, str], bytes]]) -> tuple[str, Sequence[bytes]]:
    """Return the content type and the pieces of a body with these headers and contents.

    The boundary is as random as a key, so that no content can hold it, nor be made to.
    """
    boundary = secrets.token_hex(20)
    pieces = []
    for headers, content in parts:
        lines = [f"--{boundary}", *(f"{name}: {value}" for name, value in headers.items())]
        pieces += ["\r\n".join([*lines, "", ""]).encode(), content, _NEWLINE]
    return f"{MIXED}; boundary={boundary}", [*pieces, f"--{boundary}--\r\n".encode()]


def _boundary(content_type: str) -> str:
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise Malformed(
            "The header Content-Type must name the boundary of the parts: at most 70 characters"
            " out of those of RFC 2046, in quotes unless they are letters and digits."
        )
    return boundary


def _sections(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each part begins and ends: its headers, the empty line and its content."""
    at = 0
    if not body.startswith(delimiter):
        at = body.find(_NEWLINE + delimiter) + len(_NEWLINE)
        if at < len(_NEWLINE):
            raise Malformed("No line of the body is the boundary that Content-Type names.")
    for place in range(1, MOST_PARTS + 2):
        at += len(delimiter)
        if body.startswith(b"--", at):
            _expect_end_of_line(body, at + 2, "The last boundary", may_end=True)
            if place == 1:
                raise Malformed("The body has no parts.")
            return
        begin = _expect_end_of_line(body, at, f"The boundary before part {place}")
        end = body.find(_NEWLINE + delimiter, begin)
        if end < 0:
            raise Malformed(f"Part {place} does not end with the boundary; was the body cut off?")
        yield begin, end
        at = end + len(_NEWLINE)
    raise TooLarge(_TOO_MANY)


def _runs_on(body: bytes, between: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where each of the parts begins and ends that have only `between` between them."""
    while (within := body.find(between, begin, end)) >= 0:
        yield begin, within
        begin = within + len(between)
    yield begin, end


def _expect_end_of_line(body: bytes, at: int, what: str, *, may_end: bool = False) -> int:
    """Return where the line after `at` begins; nothing but blanks may be before it."""
    padding = _PADDING.match(body, at)
    at = padding.end() if padding else at
    if body.startswith(_NEWLINE, at):
        return at + len(_NEWLINE)
    if may_end and at == len(body):
        return at
    raise Malformed(f"{what} is not alone on a line that ends with CR LF.")


def _part(place: int, body: bytes, view: memoryview, begin: int, end: int) -> Part:
    if body.startswith(_NEWLINE, begin, end):
        return Part(place=place, headers={}, content=view[begin + len(_NEWLINE) : end])
    blank = body.find(_NEWLINE * 2, begin, min(end, begin + _LARGEST_HEADERS))
    if blank < 0:
        raise Malformed(
            f"Part {place} has no empty line after its headers, or more than"
            f" {_LARGEST_HEADERS} bytes of them."
        )
    headers = _headers(place, body[begin:blank].decode("latin-1"))
    return Part(place=place, headers=headers, content=view[blank + 2 * len(_NEWLINE) : end])


def _headers(place: int, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _FOLD.sub("", text).split("\r\n"):
        header = _HEADER.fullmatch(line)
        if header is None:
            raise Malformed(f"Part {place} has a header that is not a name, a colon and a value.")
        name = header[1].lower()
        if name in found:
            raise Malformed(f"Part {place} has the header {header[1][:80]} twice.")
        found[name] = header[2].rstrip(" \t")
    return found
