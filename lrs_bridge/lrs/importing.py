"""Taking statements in from a file: another store's export, or this one's own.

**What holds for each statement** is what holds at the front door, for the version that it names
(1.0 if it names none): a file has no header to say it. What only the other version allows is let in
too; at the front door either may be spoken.

**Its id** is kept. If it is stored already, it is not stored again, and a different one with its id
is refused: so whatever went wrong, the same file may be given again. A line without an id gets one
that follows from the organisation and the line; if it does not say when (`timestamp`), from its
number as well, because then two equal lines may well be two events.

**Its authority** is the importer's, as it is the sender's at the front door, unless the operator
says that the file's may be trusted.

**Its stored** is the present, unless the operator says that it is to be kept, as for a backup. The
order of statements is that of `stored`, and readers follow it: none may turn up among those that
they have seen. So it is kept as long as it rises, in a file as in the store; what is earlier than
the newest statement is refused, and can be taken in with a stored of the present. Whoever polls the
store while its past comes back does not learn of it. Statements of one time come a microsecond
after each other.

A transaction stores some hundred lines, each good or refused for itself. Only those are in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from lrs_bridge.errors import Malformed, StatementInvalid, XapiError
from lrs_bridge.lrs import attachments
from lrs_bridge.lrs.attachment_files import Find, content_of, nowhere
from lrs_bridge.lrs.contents import Contents
from lrs_bridge.lrs.pieces import Piece
from lrs_bridge.lrs.spelling import parted
from lrs_bridge.lrs.store import Clock, Delivery, OnStored, ignored, insert_all
from lrs_bridge.lrs.wire import Incoming, read_json
from lrs_bridge.statement import Statement, parsed_timestamp, written_timestamp
from lrs_bridge.validation import check_statement
from lrs_bridge.version import Version

TOGETHER = 500
"""Lines that a transaction stores, unless they are large."""
_TOGETHER_BYTES = 8 * 1024 * 1024

Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How statements are taken in.

    Attributes:
        authority: who vouches for them.
        keeps_authority: whether theirs is kept, where they have one.
        keeps_stored: whether theirs is kept.
        defines: whether what they say of activities counts for all.
        find: where the content of what they have attached is.
        needs_content: whether those whose content is nowhere are refused.
    """

    authority: Mapping[str, Any]
    keeps_authority: bool = False
    keeps_stored: bool = False
    defines: bool = True
    find: Find = nowhere
    needs_content: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line that was not taken in, and why."""

    number: int
    text: bytes
    reason: str


@dataclass(slots=True)
class Tally:
    """What came of the lines so far; `known` were stored already."""

    stored: int = 0
    known: int = 0
    refused: int = 0

    @property
    def lines(self) -> int:
        """Return how many there were."""
        return self.stored + self.known + self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line that may be stored."""

    piece: Piece
    delivery: Delivery

    @property
    def size(self) -> int:
        """Return how many bytes of memory it is worth."""
        return len(self.piece.text) + sum(len(it.content) for it in self.delivery.attached)


@dataclass(slots=True, kw_only=True)
class Import:
    """One import into one organisation.

    Attributes:
        transaction, reading: see `xapi_blueprint`.
        refuse: told of each line that is not taken in.
        on_stored: see `store.insert_all`.
        contents: see `xapi_blueprint`.
        tally: what came of it so far.
    """

    organisation_id: UUID
    transaction: Transaction
    reading: Transaction
    clock: Clock
    terms: Terms
    refuse: Callable[[Refused], None]
    on_stored: OnStored = ignored
    contents: Contents | None = None
    tally: Tally = field(default_factory=Tally)

    def each(self, pieces: Iterable[Piece]) -> Iterator[Tally]:
        """Take in what can be, a transaction for some hundred lines; yield the tally after each."""
        return self._run(pieces, self.transaction)

    def all_or_nothing(self, pieces: Iterable[Piece]) -> Iterator[Tally]:
        """Take in all lines in one transaction, or none if one of them is refused.

        All are read all the same, so that whoever mends the file knows of every fault.
        """
        with self.transaction() as session:
            yield from self._run(pieces, lambda: nullcontext(session))
            if self.tally.refused:
                session.rollback()
                self.tally = Tally(refused=self.tally.refused)

    def _run(self, pieces: Iterable[Piece], transaction: Transaction) -> Iterator[Tally]:
        for lines in self._batches(pieces):
            with transaction() as session:
                self._store(session, lines)
            yield self.tally

    def _batches(self, pieces: Iterable[Piece]) -> Iterator[list[_Line]]:
        lines: list[_Line] = []
        size = 0
        for piece in pieces:
            try:
                line = self._read(piece)
            except XapiError as error:
                self._refused(piece, str(error))
                continue
            lines.append(line)
            size += line.size
            if len(lines) == TOGETHER or size >= _TOGETHER_BYTES:
                yield lines
                lines, size = [], 0
        yield lines

    def _refused(self, piece: Piece, reason: str) -> None:
        self.tally.refused += 1
        self.refuse(Refused(number=piece.number, text=piece.text, reason=reason))

    def _store(self, session: Session, lines: Sequence[_Line]) -> None:
        new = 0

        def count(session: Session, organisation_id: UUID, stored: Sequence[Statement]) -> None:
            nonlocal new
            new = len(stored)
            self.on_stored(session, organisation_id, stored)

        outcomes = insert_all(
            session,
            self.organisation_id,
            [line.delivery for line in lines],
            clock=self.clock,
            on_stored=count,
        )
        refused = 0
        for line, outcome in zip(lines, outcomes, strict=True):
            if isinstance(outcome, XapiError):
                refused += 1
                self._refused(line.piece, str(outcome))
        self.tally.stored += new
        self.tally.known += len(lines) - new - refused

    def _read(self, piece: Piece) -> _Line:
        """Return what a piece holds, valid.

        Raises:
            XapiError: if it holds no valid statement.
        """
        if piece.fault is not None:
            raise Malformed(piece.fault)
        text = _text_of(piece)
        payload = read_json(text)
        version = checked(payload)
        given = {name: payload.pop(name, None) for name in ("stored", "authority")}
        left, assigned = parted(text, given)
        terms = self.terms
        stored = given["stored"] if terms.keeps_stored else None
        authority = given["authority"] if terms.keeps_authority else None
        at = None if stored is None else parsed_timestamp(stored)
        is_as_we_write = at is not None and authority and stored == written_timestamp(at)
        return _Line(
            piece=piece,
            delivery=Delivery(
                statements=[
                    Incoming(text=left, payload=payload, id=self._id(piece, payload, left))
                ],
                authority=authority or terms.authority,
                version=version,
                attached=self._attached(payload, version),
                defines=terms.defines,
                stored=at,
                assigned=assigned if is_as_we_write else None,
            ),
        )

    def _id(self, piece: Piece, payload: Mapping[str, Any], text: str) -> UUID:
        if "id" in payload:
            return UUID(payload["id"])
        line = "" if "timestamp" in payload else f"{piece.number} "
        return uuid5(self.organisation_id, f"imported {line}{text}")

    def _attached(self, payload: Mapping[str, Any], version: Version) -> list[attachments.Kept]:
        if "attachments" not in payload and "attachments" not in payload["object"]:
            return []
        needed = self.terms.needs_content
        content = content_of(payload, self.terms.find, version, needed=needed)
        with self.reading() as session:
            known = attachments.known(session, self.organisation_id, content)
        return attachments.keep(self.contents, self.organisation_id, content, known)


def checked(payload: Any) -> Version:
    """Return the version of the standard by whose rules a statement is valid.

    Raises:
        StatementInvalid: if it is by none; says why by the one that it names.
    """
    named = payload.get("version") if isinstance(payload, dict) else None
    is_2_0 = isinstance(named, str) and named.startswith("2.")
    own, other = (Version.V2_0, Version.V1_0) if is_2_0 else (Version.V1_0, Version.V2_0)
    try:
        check_statement(payload, own)
    except StatementInvalid as fault:
        try:
            check_statement(payload, other)
        except StatementInvalid:
            raise fault from None
        return other
    return own


def _text_of(piece: Piece) -> str:
    try:
        return piece.text.decode().strip(" \t\r\n")
    except UnicodeDecodeError:
        raise Malformed("The line is not UTF-8.") from None
