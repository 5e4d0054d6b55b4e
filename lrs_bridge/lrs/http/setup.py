"""What an application gives the resources."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lrs_bridge.lrs.access.last_use import LastUses
from lrs_bridge.lrs.access.limits import Allowances
from lrs_bridge.lrs.access.proofs import Proofs
from lrs_bridge.lrs.attachments.contents import Contents
from lrs_bridge.lrs.consistency import Freshness
from lrs_bridge.lrs.direct import Over
from lrs_bridge.lrs.refusals import OnRefused
from lrs_bridge.lrs.store import Clock
from lrs_bridge.lrs.together import Together

Transaction = Callable[[], AbstractContextManager[Session]]
Asking = Callable[[], AbstractContextManager[Over]]

LARGEST_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How to open the database, the time, limits.

    Attributes as in `xapi_blueprint`, and:
        together: stores statements.
        proofs: what this process has found out about secrets.
        allowances: what credentials with limits may still do.
        last_uses: when credentials were used last.
        freshness: up to when readers see everything.
    """

    transaction: Transaction
    reading: Transaction
    asking: Asking
    clock: Clock
    together: Together
    proofs: Proofs
    allowances: Allowances
    last_uses: LastUses
    freshness: Freshness
    home_page: str
    largest_batch: int
    contents: Contents | None
    on_refused: OnRefused
