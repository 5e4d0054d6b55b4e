"""Fixtures of the matching room."""

from __future__ import annotations

from uuid import UUID

import pytest

from plugin.app import Mentes
from tests.plugin.matching.drafting import Instructor, an_instructor


@pytest.fixture
def instructor(mentes: Mentes, organisation_id: UUID) -> Instructor:
    """Somebody who pairs the people of a programme by drafts; nobody takes part yet."""
    return an_instructor(mentes, organisation_id)
