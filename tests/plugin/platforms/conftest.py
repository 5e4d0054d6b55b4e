"""An administrator's browser on the pages of platforms."""

from __future__ import annotations

import pytest

from tests.plugin.launching import Browser, Campus
from tests.plugin.statements.conftest import launched_as_admin


@pytest.fixture
def admin(campus: Campus) -> Browser:
    """The browser of somebody who administers the institution, and learns in the course."""
    return launched_as_admin(campus)
