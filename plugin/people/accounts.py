"""Accounts that one person signs in by and another, the same human being, is only called by.

Somebody said by hand whose an account is; then they signed in by it, and were somebody new. Once
the two are one, signing in must lead to whoever is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from plugin.people.model import PersonIdentifier

SIGNING_IN: Final = (
    "signs_in",
    "told",
    "evidence",
    "said_by",
    "home_as_said",
    "verified_at",
    "set_aside_at",
)
"""What makes an account that of whoever signs in by it."""


def to_be_exchanged(session: Session, resting: Collection[UUID], kept_id: UUID) -> dict[str, str]:
    """Return which of the accounts `resting` are signed in by, → what `kept_id` has like them."""
    account, like = PersonIdentifier, aliased(PersonIdentifier)
    rows = session.execute(
        select(account.id, like.id)
        .join(
            like,
            (like.scheme == account.scheme)
            & (like.home == account.home)
            & (like.value == account.value),
        )
        .where(account.id.in_(resting), account.signs_in, like.person_id == kept_id)
    )
    return {str(one): str(other) for one, other in rows}


def exchanged(session: Session, accounts: Mapping[str, str]) -> None:
    """Let each two accounts (by their ids) be what the other was; doing it twice undoes it."""
    for ids in accounts.items():
        one, other = (session.get(PersonIdentifier, UUID(id)) for id in ids)
        if one is None or other is None:
            continue
        was = [{name: getattr(each, name) for name in SIGNING_IN} for each in (one, other)]
        one.signs_in = other.signs_in = False  # nobody else may, while one does
        session.flush()
        for each, values in zip((other, one), was, strict=True):
            for name, value in values.items():
                setattr(each, name, value)
        session.flush()
