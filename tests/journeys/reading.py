"""Workers that are killed while they read another record store, over a real socket."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from lti.testing import Server
from plugin.completions.model import SourceRow
from tests.journeys.stage import Stage
from tests.journeys.test_killed_worker import Reaper, a_worker

PATIENCE = 150  # s; machines may be busy


@dataclass
class Noting:
    """A record store that notes what is read from it."""

    app: Any
    asked: list[str] = field(default_factory=list)
    reaper: Reaper | None = None

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].endswith("/statements"):
            return self.app(environ, start)  # type: ignore[no-any-return]
        self.asked.append(environ["QUERY_STRING"])
        served = self.reaper.around(self.app) if self.reaper else self.app
        return served(environ, start)  # type: ignore[no-any-return]


def read_though_killed(
    stage: Stage, source_id: UUID, server: Server, *, point: int, delay: float = 0
) -> tuple[list[str], list[str]]:
    """Let a worker that is killed read the store behind `server`, and another finish.

    Args:
        point: of its requests: 1 before the first is answered, 2 after, 3 before the second …
        delay: seconds from there to the kill.

    Returns:
        What the first asked for, and what the second did.
    """
    store = Noting(server.app)
    settings = replace(stage.mentes.settings, outbox_lease=1)
    with a_worker(settings) as victim:
        store.reaper = Reaper(victim, point, delay)
        server.app = store
        assert store.reaper.killed.wait(PATIENCE), f"no further than {store.reaper.point} points"
    first = store.asked[:]
    store.reaper = None
    with a_worker(settings):
        until = time.monotonic() + PATIENCE
        while not _is_read(stage, source_id) and time.monotonic() < until:
            time.sleep(0.05)
    server.app = store.app
    assert _is_read(stage, source_id)
    return first, store.asked[len(first) :]


def _is_read(stage: Stage, source_id: UUID) -> bool:
    """Tell whether a pass came to its end: while there is more, its worker holds the source."""
    with stage.mentes.database.reading(stage.organisation_id) as session:
        source = session.get_one(SourceRow, source_id)
        return source.read_to is not None and source.leased_until is None
