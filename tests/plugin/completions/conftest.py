"""An administrator's browser, and a school; fixtures of a campus are those of all rooms."""

from __future__ import annotations

from uuid import UUID

import pytest

from plugin.app import Mentes
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.completions.schooling import School
from tests.plugin.factories import later
from tests.plugin.statements.conftest import admin, held

__all__ = ["admin", "held"]


@pytest.fixture
def school(mentes: Mentes, worker: Worker, organisation_id: UUID, clock: MovableClock) -> School:
    """A course with a rule, a mentor and Ada; the worker looks an hour after it was set up."""
    clock.now = later(hours=2)
    return School(mentes, worker, organisation_id)
