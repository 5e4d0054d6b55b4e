"""Whose is it? The law, without a database.

A source names somebody in one way or in several; any of them may be known, of one person or, a
shared mail address say, of two. The surest way by which anybody is known decides. If it names two
people, nobody is chosen: a person has to say who it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from lrs_bridge.identity import (
    SUREST_FIRST,
    compared_address,
    digests_as_compared,
    digests_as_typed,
)

ACCOUNT: Final = "account"
"""(home page, name): LTI's (issuer, sub), and the account of an xAPI actor."""
OPENID: Final = "openid"
SOURCED_ID: Final = "sourced_id"
"""The id of the student information system; what an HR system calls a personnel number."""
USERNAME: Final = "username"
MBOX: Final = "mbox"
"""A mail address in lower case, without mailto:."""
MBOX_SHA1SUM: Final = "mbox_sha1sum"

ORDER: Final = SUREST_FIRST

Key = tuple[str, str, str]
"""(scheme, home, value); without a home, a sourced id or a username may be of any platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Whose it is; or who it may be, if one identifier is known of several; or neither."""

    person_id: UUID | None = None
    rivals: frozenset[UUID] = frozenset()
    by: str | None = None
    """The scheme that decided."""


def resolution(keys: Sequence[Key], holders: Mapping[Key, Collection[UUID]]) -> Resolution:
    """Return whose `keys` are, given who holds each.

    Neither the order of the keys nor what is known by a less sure way changes the answer.
    """
    for scheme in ORDER:
        named = frozenset(
            person for key in keys if key[0] == scheme for person in holders.get(key, ())
        )
        if len(named) == 1:
            return Resolution(person_id=next(iter(named)), by=scheme)
        if named:
            return Resolution(rivals=named, by=scheme)
    return Resolution()


def also_meant(key: Key) -> Key | None:
    """Return what else an account may be: the username on the same system.

    Moodle's plugin sends the user's number, or, if it is told to, the username. What is all digits
    is taken for the number: a username that is a number would be somebody else's.
    """
    scheme, home, value = key
    if scheme != ACCOUNT or not value or value.isdigit():
        return None
    return USERNAME, home, value.strip().lower()


def mail_keys(address: str) -> list[Key]:
    """Return the keys that a mail address needs: itself, and the digests that do not follow.

    Those follow that are made of it as it is compared (`sums_of`); who digests it as it was typed
    may call somebody by another.
    """
    return [(MBOX, "", compared_address(address)), *map(_summed, digests_as_typed(address))]


def sums_of(key: Key) -> tuple[Key, ...]:
    """Return what else a mail address is called: its digest by xAPI, and that by Open edX."""
    scheme, _, value = key
    return tuple(map(_summed, digests_as_compared(value))) if scheme == MBOX else ()


def _summed(digest: str) -> Key:
    return MBOX_SHA1SUM, "", digest
