"""What a request costs our server, layer by layer, in milliseconds of processor time.

The same requests are sent to the server, and given to its application within this process. What
they cost more through the server is the HTTP server. About needs no database and no credential, so
what it costs the application is what every answer does: Flask, headers, a line in the log.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice, repeat
from urllib.parse import urlencode

from flask import Flask
from werkzeug.test import EnvironBuilder

from benchmarks.lrs import load
from benchmarks.lrs.load import Way
from benchmarks.lrs.population import batches
from benchmarks.lrs.questions import Question, Questions
from benchmarks.lrs.rounds import Pace, Running
from benchmarks.lrs.servers.mentes import MENTES, SECRET_KEY
from config.settings import Settings
from plugin.app import create_app

ROUNDS, REQUESTS = 5, 80
ABOUT = "/xapi/about"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What one kind of request costs, in ms of processor time."""

    name: str
    server: float
    every_answer: float
    store: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A kind of request: addresses and bodies that take turns."""

    name: str
    targets: list[str]
    bodies: Iterator[bytes]

    def requests(self, way: Way) -> Iterator[load.Request]:
        """Return them as the server hears them."""
        for target, body in zip(cycle(self.targets), self.bodies, strict=False):
            yield way.post(body) if body else way.follow(target)


def layers(running: Running, questions: Questions, first: int, pace: Pace) -> list[Layers]:
    """Measure each kind of request; statements from number `first` on are stored."""
    about = _Asked(name="About", targets=[ABOUT], bodies=repeat(b""))
    path = running.way.path
    kinds = (
        about,
        _Asked(name="GET by id", targets=_targets(path, questions.by_id()), bodies=repeat(b"")),
        _Asked(
            name="GET by hot agent, verb, since",
            targets=_targets(path, questions.hot_agent()),
            bodies=repeat(b""),
        ),
        _Asked(name="POST 1 statement", targets=[path], bodies=batches(first, 1)),
        _Asked(name="POST 50 statements", targets=[path], bodies=batches(first + 10**6, 50)),
    )
    served = [_served(running, kind, pace) for kind in kinds]
    application = _application(running)
    alone = [_alone(application, running.way, kind) for kind in kinds]
    return [
        Layers(
            name=kind.name,
            server=whole - inside,
            every_answer=alone[0],
            store=inside - alone[0],
        )
        for kind, whole, inside in zip(kinds, served, alone, strict=True)
    ]


def _targets(path: str, questions: list[Question]) -> list[str]:
    return [f"{path}?{urlencode(each.parameters)}" for each in questions]


def _served(running: Running, asked: _Asked, pace: Pace) -> float:
    with running.going():
        return load.measure(
            running.way.port,
            asked.requests(running.way),
            running.process.cpu,
            connections=1,
            warm_up=pace.warm_up,
            lasts=pace.lasts,
        ).cpu_ms


def _application(running: Running) -> Flask:
    url = MENTES.url(running.folder)
    return create_app(Settings(secret_key=SECRET_KEY, database_url=url))


def _alone(application: Flask, way: Way, asked: _Asked) -> float:
    """Return the quickest of some rounds, which was the least disturbed."""
    rounds = []
    targets = cycle(asked.targets)
    for _ in range(ROUNDS):
        several = [
            _environ(way, target, body)
            for target, body in islice(zip(targets, asked.bodies, strict=False), REQUESTS)
        ]
        began = time.process_time()
        for environ in several:
            answer = application(environ, _started)
            b"".join(answer)
            answer.close()  # type: ignore[attr-defined]
        rounds.append(time.process_time() - began)
    return min(rounds) / REQUESTS * 1000


def _environ(way: Way, target: str, body: bytes) -> dict[str, object]:
    path, _, query = target.partition("?")
    builder = EnvironBuilder(
        path=path,
        query_string=query,
        method="POST" if body else "GET",
        input_stream=io.BytesIO(body),
        content_length=len(body),
        headers={
            "Authorization": way.authorization,
            "Content-Type": "application/json",
            "X-Experience-API-Version": "1.0.3",
        },
    )
    return builder.get_environ()


def _started(status: str, _headers: object, _error: object = None) -> object:
    assert status[0] == "2", status
    return io.BytesIO().write
