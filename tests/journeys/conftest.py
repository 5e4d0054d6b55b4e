"""Fixtures of the journeys."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask

from plugin.app import Mentes
from plugin.worker import Worker
from tests.journeys.stage import Stage, set_up
from tests.plugin.launching import Campus, a_campus


@pytest.fixture
def campus(mentes: Mentes, app: Flask, organisation_id: UUID) -> Iterator[Campus]:
    """A platform that is registered with the tool, on a real socket."""
    with a_campus(mentes, app, organisation_id) as running:
        yield running


@pytest.fixture
def stage(campus: Campus, mentes: Mentes, worker: Worker, organisation_id: UUID) -> Stage:
    """A course where mentoring is set up and nobody has joined yet."""
    return set_up(campus, mentes, worker, organisation_id)
