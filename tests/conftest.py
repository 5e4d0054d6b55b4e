"""What tests stand on: settings, a process of the tool, its worker, a clock that can be moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings

from config.log import configure_logging
from config.settings import Settings
from lti.testing import Server, serving
from plugin.app import Mentes, compose, create_app
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation
from plugin.worker import Worker

hypothesis_settings.register_profile("mentes", deadline=None)  # machines may be busy
hypothesis_settings.load_profile("mentes")

SECRET = "a secret key of the tests, long enough"


class MovableClock:
    """The time, standing still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.stands_still = True

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now if self.stands_still else datetime.now(UTC)

    def go_on(self) -> None:
        """Show the time of the machine from here on: other processes look at that."""
        self.stands_still = False

    def forward(self, **span: float) -> datetime:
        """Move on by `span` (days=…, minutes=…) and return the time."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Log as the product does, errors only; anew for each test, as some set it otherwise."""
    configure_logging("error")


@pytest.fixture
def clock() -> MovableClock:
    """A clock that starts at the present moment."""
    return MovableClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def tool_server() -> Iterator[Server]:
    """A real socket for the tool: platforms fetch its keys there."""
    with serving() as server:
        yield server


@pytest.fixture
def settings(database_url: str, tool_server: Server) -> Settings:
    """Settings of a tool on loopback."""
    return Settings(
        public_url=tool_server.url,
        secret_key=SECRET,
        database_url=database_url,
        smtp_url="smtp://127.0.0.1:9",
        allow_private_addresses=True,
    )


@pytest.fixture
def mentes(settings: Settings, clock: MovableClock) -> Iterator[Mentes]:
    """One process of the tool."""
    composed = compose(settings, clock=clock)
    yield composed
    composed.database.dispose()


@pytest.fixture
def app(mentes: Mentes, tool_server: Server) -> Flask:
    """Its web side, which also answers on its socket."""
    created = create_app(mentes.settings, mentes=mentes)
    tool_server.app = created.wsgi_app
    return created


@pytest.fixture
def worker(mentes: Mentes) -> Worker:
    """Its worker."""
    return Worker(mentes)


@pytest.fixture
def organisation_id(mentes: Mentes) -> UUID:
    """An organisation."""
    with mentes.database.transaction(EVERYWHERE) as session:
        return organisation(session, "Acme", now=mentes.clock()).id
