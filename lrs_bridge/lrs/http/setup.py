"""What an application gives the resources."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lrs_bridge.lrs.contents import Contents
from lrs_bridge.lrs.store import Clock, OnStored

Transaction = Callable[[], AbstractContextManager[Session]]

LARGEST_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How to open the database, the time, who wants to know, limits.

    Attributes as in `xapi_blueprint`.
    """

    transaction: Transaction
    reading: Transaction
    clock: Clock
    on_stored: OnStored
    home_page: str
    largest_batch: int
    contents: Contents | None
