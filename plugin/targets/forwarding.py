"""Passing on what others store in the embedded record store, owed in the transaction that stores.

What Mentes itself tells is never passed on; targets get that as their own. And nothing goes round
in a circle: a statement keeps its id, and a store that has it already takes in nothing new, so it
has nothing to pass on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs.direct import Prepared
from lrs_bridge.statement import Statement
from plugin.foundation.outbox import owe
from plugin.foundation.tenancy import narrowed, unwalled
from plugin.targets.embedded import our_authority
from plugin.targets.model import STATEMENT, Target
from plugin.targets.payloads import passing_on
from plugin.targets.rules import Filter


def on_stored(
    session: Session,
    organisation_id: UUID,
    statements: Sequence[Statement],
    *,
    home_page: str,
    now: datetime,
) -> None:
    """Owe new statements to the targets that want them.

    Args:
        home_page: what credentials of the store are accounts of.
    """
    forwarding = _FORWARDING.rows(session, organisation=organisation_id)
    if not forwarding:
        return
    ours = our_authority(home_page)
    others = [it for it in statements if it.assigned["authority"] != ours]
    with narrowed(session, organisation_id):
        for target in forwarding:
            wanted = Filter.of(target.forwards)
            for statement in others:
                if wanted.lets_through(statement.payload, _credential(statement, home_page)):
                    owe(
                        session,
                        STATEMENT,
                        target=str(target.id),
                        key=f"pass-on:{statement.id}",
                        payload=passing_on(statement.id),
                        now=now,
                    )


_TARGET = unwalled(Target)
_FORWARDING = Prepared(  # asked whenever anything is stored
    select(_TARGET.c.id, _TARGET.c.forwards)
    .where(
        _TARGET.c.organisation_id == bindparam("organisation"),
        _TARGET.c.forwards.is_not(None),
        _TARGET.c.removed_at.is_(None),
    )
    .order_by(_TARGET.c.created_at, _TARGET.c.id)
)


def _credential(statement: Statement, home_page: str) -> str:
    """Return the id of the credential that vouches for a statement; "" if none of ours does."""
    authority: Mapping[str, Any] = statement.assigned["authority"]
    members = authority.get("member", [authority])
    for member in members:
        account = member.get("account", {})
        if account.get("homePage") == home_page:
            return str(account["name"])
    return ""
