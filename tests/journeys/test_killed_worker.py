"""kill -9 of the worker, at every point of a delivery: one score, one statement each.

A real worker process is killed the moment the gradebook or the record store reaches a certain
point of a request: before it acts; after it acted and before it has answered; or a moment after the
answer, while the worker writes down what came of it. Another takes over when the lease runs out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from threading import Event, Lock, Timer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config.settings import Settings
from lti.testing import Server
from plugin.foundation.outbox import Debt
from plugin.foundation.tenancy import EVERYWHERE
from tests.conftest import MovableClock
from tests.journeys.stage import KEY, SECRET, XAPI, Stage, done
from tests.plugin.launching import ADA

# The points that one worker reaches while it pays a score and some statements:
#   1–4 token asked for · our keys fetched · our keys answered · token granted
#   5–6 score posted · score recorded      7–8 statements posted · statements stored
PATIENCE = 120  # s; a machine may be busy, and what is tried again waits a while
POINTS = [(point, 0.0) for point in range(1, 9)] + [(6, 0.004), (8, 0.004)]
WORKER = """
import json, sys
from threading import Event
from config.log import configure_logging
from config.settings import Settings
from plugin.app import compose
from plugin.worker import Worker
configure_logging("error")
Worker(compose(Settings(**json.loads(sys.argv[1])))).run(Event())
"""


@dataclass
class Reaper:
    """Kills a process when it has made its servers reach a certain point."""

    victim: subprocess.Popen[bytes]
    point: int
    delay: float
    killed: Event = field(default_factory=Event)
    _lock: Any = field(default_factory=Lock)

    def around(self, app: Any) -> Any:
        """Return `app` with a point before each request and one after."""

        def served(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            self._reached()
            answer = b"".join(app(environ, start_response))
            self._reached()
            return [answer]

        return served

    def _reached(self) -> None:
        with self._lock:
            self.point -= 1
            if self.point == 0 and self.delay:
                Timer(self.delay, self._kill).start()
            elif self.point == 0:
                self._kill()

    def _kill(self) -> None:
        self.victim.kill()
        self.victim.wait()
        self.killed.set()


@contextmanager
def a_worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker process for as long as the block runs, or until it is killed."""
    arguments = [sys.executable, "-c", WORKER, json.dumps(asdict(settings))]
    with subprocess.Popen(arguments) as process:
        yield process
        process.kill()


def unpaid(stage: Stage) -> int:
    with stage.mentes.database.reading(EVERYWHERE) as session:
        waiting = select(func.count(Debt.id)).where(Debt.settled_at.is_(None), Debt.kind != "mail")
        return session.scalars(waiting).one()


def a_held_check_in(stage: Stage, clock: MovableClock) -> None:
    """Leave a score and some statements owed, and nothing else."""
    stage.join(stage.learner)
    clock.forward(seconds=1)
    stage.complete()
    stage.worker.run_until_idle()
    (checkin,) = stage.checkins()
    done(stage.learner.submit(f"check-ins/{checkin.id}/held"))
    done(stage.learner.submit(f"check-ins/{checkin.id}/feedback", worth="yes"))
    assert unpaid(stage) == 4  # score; attended, mentored, rated


@pytest.mark.parametrize(("point", "delay"), POINTS)
def test_a_worker_killed_anywhere_delivers_each_thing_once(
    stage: Stage,
    app: Flask,
    tool_server: Server,
    clock: MovableClock,
    point: int,
    delay: float,
) -> None:
    a_held_check_in(stage, clock)
    clock.go_on()
    settings = replace(
        stage.mentes.settings,
        lrs_url=f"{tool_server.url}/xapi",
        lrs_key=KEY,
        lrs_secret=SECRET,
        outbox_lease=1,
    )
    campus_app = stage.campus.server.app
    with a_worker(settings) as victim:
        reaper = Reaper(victim, point, delay)
        stage.campus.server.app = reaper.around(campus_app)
        tool_server.app = reaper.around(app.wsgi_app)
        came = reaper.killed.wait(PATIENCE)
        assert came, f"the worker came no further than {reaper.point} points"
    stage.campus.server.app, tool_server.app = campus_app, app.wsgi_app

    with a_worker(settings):
        deadline = time.monotonic() + PATIENCE
        while unpaid(stage) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert unpaid(stage) == 0

    recorded = [
        exchange
        for exchange in stage.campus.platform.exchanges
        if exchange.path.endswith("/scores") and exchange.status == 200
    ]
    assert len(recorded) == 1
    (column,) = stage.campus.platform.gradebook("2")
    assert column.grades[ADA.id].score_given == 1.0
    stored = app.test_client().get("/xapi/statements", headers=XAPI).get_json()["statements"]
    verbs = [one["verb"]["id"].rsplit("/", 1)[-1] for one in stored]
    for verb in ("attended", "mentored", "rated"):
        assert verbs.count(verb) == 1
