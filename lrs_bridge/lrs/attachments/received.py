"""What statements have attached: what must come with a request, and where it is kept.

Content is known by its digest and kept once for each organisation, however many statements came
with it. A statement has only content that came in the request that stored it: who writes down the
digest of somebody else's content gets nowhere near it.

Small content is in the database. Large content may be kept elsewhere (`contents`); it is put there
before the transaction that tells of it, and what no transaction told of is swept away a day later.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#152-multipartmixed
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from lrs_bridge.errors import Malformed, StatementInvalid
from lrs_bridge.lrs.attachments.contents import Buffer, Contents
from lrs_bridge.lrs.attachments.multipart import Part
from lrs_bridge.lrs.attachments.signatures import CONTENT_TYPE, USAGE, check_signature
from lrs_bridge.lrs.tables import attachment, statement_attachment
from lrs_bridge.lrs.wire import Incoming
from lrs_bridge.version import Version

LARGEST_IN_DATABASE = 64 * 1024  # bytes; where there is another place, larger content goes there
SWEPT_AFTER = timedelta(days=1)  # far longer than any request takes

DIGESTS: dict[int, Callable[[Buffer], Any]] = {
    56: hashlib.sha224,
    64: hashlib.sha256,
    96: hashlib.sha384,
    128: hashlib.sha512,
}

Received = Mapping[str, memoryview]
"""Content that came with a request, by its digest in lower case."""


def received(statements: Sequence[Incoming], parts: Sequence[Part], version: Version) -> Received:
    """Return the content in `parts`, each the content of an attachment in `statements`.

    Raises:
        Malformed: if a part is not as it should be; names the part.
        StatementInvalid: if content is missing, or a signature is not one of its statement.
    """
    attached = [
        (one, *found)
        for one in statements
        if "attachments" in one.payload or "attachments" in one.payload["object"]
        for found in described_in(one.payload)
    ]
    if not attached and not parts:
        return {}
    content = _by_digest(parts, {it["sha2"].lower() for _, _, it in attached})
    for one, pointer, described in attached:
        try:
            _check(one.payload, described, content.get(described["sha2"].lower()), version)
        except StatementInvalid as error:
            raise error.within(one.pointer + pointer) from None
    return content


def is_whole(part: Part) -> bool:
    """Return whether the content of a part is what its hash says."""
    digest = part.header("X-Experience-API-Hash").lower()
    digested = DIGESTS.get(len(digest))
    return digested is not None and digested(part.content).hexdigest() == digest


def described_in(payload: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what a statement and its SubStatement describe as attached, and where."""
    for holder, pointer in ((payload, ""), (payload["object"], "/object")):
        for index, described in enumerate(holder.get("attachments", ())):
            yield f"{pointer}/attachments/{index}", described


def _by_digest(parts: Sequence[Part], wanted: set[str]) -> dict[str, memoryview]:
    content: dict[str, memoryview] = {}
    for part in parts:
        digest = part.header("X-Experience-API-Hash").lower()
        if part.header("Content-Transfer-Encoding").lower() != "binary":
            raise Malformed(
                f"Part {part.place} needs the header Content-Transfer-Encoding: binary."
            )
        if digest not in wanted:
            raise Malformed(
                f"Part {part.place} needs the header X-Experience-API-Hash with the sha2 of an"
                " attachment of the statements."
            )
        if digest in content:
            raise Malformed(f"Part {part.place} is the same attachment as an earlier part.")
        if not is_whole(part):
            raise Malformed(f"The SHA-2 of part {part.place} is not its X-Experience-API-Hash.")
        content[digest] = part.content
    return content


def _check(
    statement: Mapping[str, Any],
    described: Mapping[str, Any],
    content: memoryview | None,
    version: Version,
) -> None:
    if content is None and (described["usageType"] == USAGE or "fileUrl" not in described):
        raise StatementInvalid(
            "",
            "needs its content as a part of a multipart/mixed request, with this sha2 in"
            " X-Experience-API-Hash; only what is no signature may name a fileUrl instead",
        )
    if content is not None and described["usageType"] == USAGE:
        if described["contentType"] != CONTENT_TYPE:
            raise StatementInvalid("/contentType", f"must be {CONTENT_TYPE} for a signature")
        check_signature(statement, content, version)


# Keeping


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Content on its way into the store.

    Attributes:
        name: what it is called outside of the database, if it is there already.
    """

    digest: str
    content: Buffer
    name: str | None = None


def keep(
    contents: Contents | None, organisation_id: UUID, received: Received, known: set[str]
) -> list[Kept]:
    """Put what is large into `contents`, if there is such a place; outside of any transaction.

    Args:
        known: digests of what the organisation has already.
    """
    kept = []
    for digest, content in received.items():
        name = None
        if contents and len(content) > LARGEST_IN_DATABASE and digest not in known:
            name = f"{organisation_id}/{digest[:2]}/{digest}-{secrets.token_hex(4)}"
            contents.put(name, content)
        kept.append(Kept(digest=digest, content=content, name=name))
    return kept


def known(session: Session, organisation_id: UUID, digests: Iterable[str]) -> set[str]:
    """Return those of `digests` whose content the organisation has already."""
    return set(
        session.scalars(
            select(attachment.c.digest).where(
                attachment.c.organisation_id == organisation_id,
                attachment.c.digest.in_(list(digests)),
            )
        )
    )


def link(
    session: Session,
    organisation_id: UUID,
    statements: Iterable[tuple[int, Mapping[str, Any]]],
    kept: Sequence[Kept],
) -> None:
    """Write which of the new `statements`, by seq, have which content; in the writer's turn."""
    by_digest = {one.digest: one for one in kept}
    links = {
        (seq, described["sha2"].lower()): described
        for seq, payload in statements
        for _, described in described_in(payload)
        if described["sha2"].lower() in by_digest
    }
    if not links:
        return
    used = {digest for _, digest in links}
    new = used - known(session, organisation_id, used)
    if new:
        session.execute(
            insert(attachment),
            [_row(organisation_id, by_digest[digest]) for digest in sorted(new)],
        )
    session.execute(
        insert(statement_attachment),
        [
            {
                "organisation_id": organisation_id,
                "seq": seq,
                "digest": digest,
                "sha2": described["sha2"],
                "content_type": described["contentType"],
            }
            for (seq, digest), described in links.items()
        ],
    )


def _row(organisation_id: UUID, one: Kept) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "digest": one.digest,
        "length": len(one.content),
        "content": None if one.name else one.content,
        "name": one.name,
    }


# Forgetting


def forget(session: Session, organisation_id: UUID, seqs: Sequence[int]) -> list[str]:
    """Delete the content that only the statements at `seqs` have.

    Returns:
        names to delete from `contents` once this is committed.
    """
    ours = statement_attachment.c.organisation_id == organisation_id
    gone = statement_attachment.c.seq.in_(seqs)
    digests = session.scalars(select(statement_attachment.c.digest).where(ours, gone)).all()
    session.execute(delete(statement_attachment).where(ours, gone))
    still = select(statement_attachment.c.digest).where(ours)
    rows = session.execute(
        select(attachment.c.digest, attachment.c.name).where(
            attachment.c.organisation_id == organisation_id,
            attachment.c.digest.in_(digests),
            attachment.c.digest.not_in(still.where(statement_attachment.c.digest.in_(digests))),
        )
    ).all()
    session.execute(
        delete(attachment).where(
            attachment.c.organisation_id == organisation_id,
            attachment.c.digest.in_([row.digest for row in rows]),
        )
    )
    return [row.name for row in rows if row.name]


def sweep(reading: Callable[[], Any], contents: Contents, now: datetime) -> int:
    """Delete what requests put into `contents` before they failed; return how much it was."""
    swept = 0
    names = contents.names(now - SWEPT_AFTER)
    while some := list(islice(names, 500)):
        with reading() as session:
            told_of = set(
                session.scalars(select(attachment.c.name).where(attachment.c.name.in_(some)))
            )
        for name in set(some) - told_of:
            contents.delete(name)
            swept += 1
    return swept
