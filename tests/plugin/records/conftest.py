"""Fixtures of the records room."""

from __future__ import annotations

from uuid import UUID

import pytest

from plugin.app import Mentes
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.launching import Campus
from tests.plugin.records.scoring import Class


@pytest.fixture
def ada(
    mentes: Mentes, campus: Campus, worker: Worker, clock: MovableClock, organisation_id: UUID
) -> Class:
    """Ada's class, before anybody launched."""
    return Class(mentes, campus, worker, clock, organisation_id)
