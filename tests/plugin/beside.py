"""Doing something over another connection to the database, at the same time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from sqlalchemy import text

from plugin.app import Mentes

PATIENCE = 10.0  # s


class Beside:
    """Something done over another connection, at the same time."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._failed: list[Exception] = []
        self._work = work
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:
            self._failed.append(error)

    def join(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        assert self._failed == []

    def waits_or_ends(self, mentes: Mentes) -> None:
        """Come back once it waits for a lock, or is over."""
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        pause = Event()
        for _ in range(int(PATIENCE / 0.02)):
            with mentes.database.engine.connect() as connection:
                if connection.execute(waiting).scalar() or not self._thread.is_alive():
                    return
            pause.wait(0.02)
        raise AssertionError("It neither waits nor ends.")
