"""Fixtures of the items room."""

from __future__ import annotations

import pytest

from plugin.app import Mentes
from tests.conftest import MovableClock
from tests.plugin.items.school import Class
from tests.plugin.launching import Campus


@pytest.fixture
def school(mentes: Mentes, campus: Campus, clock: MovableClock) -> Class:
    """The class, before anybody joined."""
    return Class(mentes, campus, clock)
