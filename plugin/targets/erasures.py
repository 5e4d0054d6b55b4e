"""How an erasure in the embedded record store is begun, with all that the tool knows of it."""

from __future__ import annotations

from uuid import UUID

from lrs_bridge.lrs.attachments.contents import Contents
from lrs_bridge.lrs.upkeep.erasure import Erasure
from plugin.completions import arrivals
from plugin.foundation.clock import Clock
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from plugin.targets.embedded import Erasures


def erasures(
    database: Database, clock: Clock, contents: Contents | None, secret: bytes
) -> Erasures:
    """Return what begins erasures.

    Args:
        secret: key of the digests by which it can be told what was asked to be erased.
    """

    def begun(organisation_id: UUID, by: str, reason: str) -> Erasure:
        return Erasure(
            organisation_id=organisation_id,
            transaction=lambda: database.transaction(EVERYWHERE),
            clock=clock,
            by=by,
            reason=reason,
            secret=secret,
            contents=contents,
            on_erased=arrivals.on_erased,
        )

    return begun
