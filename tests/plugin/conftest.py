"""Fixtures of the tool's own tests."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask

from plugin.app import Mentes
from tests.plugin.launching import Campus, a_campus


@pytest.fixture
def campus(mentes: Mentes, app: Flask, organisation_id: UUID) -> Iterator[Campus]:
    """A platform that is registered with the tool, on a real socket."""
    with a_campus(mentes, app, organisation_id) as running:
        yield running
