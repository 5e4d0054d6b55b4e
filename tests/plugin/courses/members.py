"""Entries of rosters."""

from __future__ import annotations

from typing import Any

from lti.message import PersonClaims
from lti.nrps import Member, Status


def a_member(
    user_id: str,
    *,
    name: str | None = None,
    email: str | None = None,
    status: Status = Status.ACTIVE,
    **said: Any,
) -> Member:
    """Return an entry about a learner."""
    return Member(
        user_id=user_id,
        status=status,
        roles=frozenset({"Learner"}),
        person=PersonClaims(name=name, email=email),
        **said,
    )
