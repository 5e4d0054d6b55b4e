"""Trouble on purpose: servers that fail as real ones do, workers that die, a clock that hurries."""

from __future__ import annotations

import multiprocessing
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from multiprocessing.process import BaseProcess
from threading import Event, Lock, Thread
from typing import Any

from config.log import configure_logging
from config.settings import Settings
from lti.testing import Server
from plugin.app import compose
from plugin.worker import Worker

WAYS = ("500", "429", "cut before", "cut after")
TOO_LATE = "too late"
PACE = 60
"""Seconds that go by in one of ours: waits of minutes are part of what is tried."""


@dataclass(frozen=True, slots=True)
class Hurried:
    """A clock that all processes share, and that goes faster than the world's."""

    since: float = field(default_factory=time.time)

    def __call__(self) -> datetime:
        """Return its time."""
        began = datetime.fromtimestamp(self.since, UTC)
        return began + timedelta(seconds=PACE * (time.time() - self.since))


class Failing:
    """A server that one time in a few fails a request, before or after it did what was asked.

    Args:
        often: how many of a hundred requests fail.
        too_late: which of its requests is answered when nobody waits any more: these take long.
    """

    def __init__(self, server: Server, *, seed: int, often: int, too_late: int) -> None:
        self._app = server.app
        self._chance = random.Random(seed)  # noqa: S311 # chance, not a secret
        self._ways = cycle(self._chance.sample(WAYS, k=len(WAYS)))
        self._lock = Lock()
        self._often = often
        self._too_late = too_late
        self._stopped = Event()
        self.failed: Counter[str] = Counter()
        self.done: list[str] = []
        """What it did, whoever heard of it: a method, a path and a status each."""
        server.app = self

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Answer, or fail to."""
        how = self._trouble()
        if how == "cut before":
            return _cut(environ)
        if how in ("500", "429"):
            headers = [("Retry-After", "2")] if how == "429" else []
            start(f"{how} Trouble", [*headers, ("Content-Length", "0")])
            return [b""]
        answer = self._done(environ, start)
        if how == TOO_LATE:
            self._stopped.wait(30)
        return _cut(environ) if how in ("cut after", TOO_LATE) else answer

    def stop(self) -> None:
        """Let go of who waits."""
        self._stopped.set()

    def _done(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        def starting(status: str, *more: Any) -> Any:
            self.done.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {status[:3]}")
            return start(status, *more)

        return self._app(environ, starting)

    def _trouble(self) -> str | None:
        with self._lock:
            self._too_late -= 1
            if self._too_late == 0:
                how: str | None = TOO_LATE
            elif self._chance.randrange(100) < self._often:
                how = next(self._ways)  # each in its turn: requests may be few
            else:
                how = None
            self.failed.update([how] if how else [])
            return how


def _cut(environ: dict[str, Any]) -> Iterable[bytes]:
    with suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError


def _work(settings: Settings, clock: Hurried) -> None:
    configure_logging("critical")  # they are meant to fail
    Worker(compose(settings, clock=clock)).run(Event())


class Crew:
    """Workers, each a process; now and then one is killed, and another takes its place."""

    def __init__(self, settings: Settings, clock: Hurried, *, size: int, seed: int) -> None:
        self._settings = settings
        self._clock = clock
        self._chance = random.Random(seed)  # noqa: S311 # chance, not a secret
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["plugin.worker"])
        self._workers: list[BaseProcess] = [self._started() for _ in range(size)]
        self.killed = 0

    def _started(self) -> BaseProcess:
        process = self._processes.Process(target=_work, args=(self._settings, self._clock))
        process.start()
        return process

    def kill_one(self) -> None:
        """Kill one that works, and let another begin."""
        place = self._chance.randrange(len(self._workers))
        assert self._workers[place].is_alive()  # nobody dies but by us
        self._ended(self._workers[place])
        self._workers[place] = self._started()
        self.killed += 1

    def close(self) -> None:
        """Kill all."""
        for worker in self._workers:
            self._ended(worker)

    @staticmethod
    def _ended(worker: BaseProcess) -> None:
        worker.kill()
        worker.join()
        worker.close()


@contextmanager
def a_crew(settings: Settings, clock: Hurried, *, size: int, seed: int) -> Iterator[Crew]:
    """Have workers for as long as the block runs."""
    crew = Crew(settings, clock, size=size, seed=seed)
    try:
        yield crew
    finally:
        crew.close()


@contextmanager
def beside(*works: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Do something beside the block, and to its end; what goes wrong there is raised here.

    Yields whether any of it goes on.
    """
    wrong: list[BaseException] = []

    def done(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            wrong.append(error)

    threads = [Thread(target=done, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield lambda: any(thread.is_alive() for thread in threads)
    finally:
        for thread in threads:
            thread.join()
    if wrong:
        raise wrong[0]
