"""Servers side by side, measured in turn.

All of them run the whole time, but each stands still unless it is its turn: what disturbs the
machine for a while so disturbs all of them, and none disturbs another.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Protocol

from benchmarks.lrs import load
from benchmarks.lrs.load import Measured, Request, Way
from benchmarks.lrs.processes import Process
from benchmarks.lrs.questions import Question


class Server(Protocol):
    """What can be measured."""

    @property
    def name(self) -> str:
        """As the table calls it."""

    def prepare(self, folder: Path, total: int) -> None:
        """Store statements 0 to `total` − 1."""

    def start(self, folder: Path) -> tuple[Process, Way]:
        """Start it."""

    def since(self, folder: Path, number: int) -> str:
        """Return the value of `since` that begins after statement `number`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that stands still, ready to go on."""

    server: Server
    process: Process
    way: Way
    folder: Path

    @contextlib.contextmanager
    def going(self) -> Iterator[None]:
        """Let it go on for a while."""
        self.process.resume()
        try:
            yield
        finally:
            self.process.pause()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One server, and what it is asked.

    Attributes:
        questions: asked in turn, again and again; their answers are checked first.
        batches: without questions: bodies to store.
    """

    name: str
    running: Running
    questions: Sequence[Question] = ()
    batches: Iterator[bytes] | None = None

    def requests(self) -> Iterator[Request]:
        """Return what to send, without end."""
        way = self.running.way
        if self.batches is not None:
            return map(way.post, self.batches)
        return cycle([question.request(way) for question in self.questions])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """What one contender did in all rounds.

    Attributes:
        right: how many of its questions were answered rightly, before it was measured.
    """

    contender: Contender
    measured: tuple[Measured, ...]
    right: int

    def middle(self, of: Callable[[Measured], float]) -> float:
        """Return the median of the rounds."""
        return median(map(of, self.measured))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long is measured, and how often."""

    rounds: int
    warm_up: float
    lasts: float


@contextlib.contextmanager
def started(servers: Sequence[tuple[Server, int]], folder: Path) -> Iterator[list[Running]]:
    """Fill each server with so many statements and start it; end them with the block."""
    with ExitStack() as stack:
        found = []
        for number, (server, total) in enumerate(servers):
            own = folder / str(number)
            own.mkdir()
            say(f"{server.name}: storing {total:,} statements")
            server.prepare(own, total)
            process, way = server.start(own)
            stack.callback(process.stop)
            process.pause()
            found.append(Running(server=server, process=process, way=way, folder=own))
        say("")
        yield found


def in_turn(contenders: Sequence[Contender], pace: Pace, *, connections: int) -> list[Rounds]:
    """Measure the contenders one after the other, so many times over."""
    right = [_right(contender) for contender in contenders]
    requests = [contender.requests() for contender in contenders]
    measured: list[list[Measured]] = [[] for _ in contenders]
    for number in range(pace.rounds):
        for contender, asked, own in zip(contenders, requests, measured, strict=True):
            say(f"  round {number + 1} of {pace.rounds}: {contender.name}")
            with contender.running.going():
                own.append(
                    load.measure(
                        contender.running.way.port,
                        asked,
                        contender.running.process.cpu,
                        connections=connections,
                        warm_up=pace.warm_up,
                        lasts=pace.lasts,
                    )
                )
    say("")
    return [
        Rounds(contender=contender, measured=tuple(own), right=each)
        for contender, own, each in zip(contenders, measured, right, strict=True)
    ]


def _right(contender: Contender) -> int:
    """Ask every question once and return how many answers are right.

    Who stores is asked as well: the first request that a server ever hears, with a secret that it
    must hash, is no measure of the others.
    """
    connection = load.Connection(contender.running.way.port)
    with contender.running.going(), contextlib.closing(connection):
        connection.ask(next(contender.requests()))
        return sum(
            question.is_answered_by(connection.ask(question.request(contender.running.way)))
            for question in contender.questions
        )


def say(what: str) -> None:
    """Tell who waits how far it is, in a line that the next one overwrites."""
    if sys.stderr.isatty():
        print(f"\r{what:70}\r", end="", file=sys.stderr, flush=True)
