"""Fill a store of ours: the same rows as requests make, without the requests.

The first ones are stored by the code that stores those of requests. Of a large store on PostgreSQL
the others are poured: their rows are put together from what recurs, and a test lets the store look
whether it agrees with itself. Ten million would take hours otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from benchmarks.lrs import population
from lrs_bridge.lrs import store, wire
from lrs_bridge.lrs.consistency import newest
from lrs_bridge.lrs.index import Key, entry
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.recording import key_of
from lrs_bridge.statement import written_timestamp
from plugin.foundation.clock import utc_now
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE

BATCH = 1000
STORED = 20_000
"""Statements that are stored before any are poured: all activities are known then."""
POURED = 20_000
"""Statements that are poured in one transaction."""
AUTHORITY = {
    "objectType": "Agent",
    "account": {"homePage": "https://mentes.example.org/xapi", "name": "benchmark"},
}
_STATEMENTS = """COPY xapi_statement
    (organisation_id, seq, id, "timestamp", authority, voiding, voided, payload, assigned)
    FROM STDIN"""
_KEYS = "COPY xapi_statement_key (key, seq, verb) FROM STDIN"


def fill(database: Database, organisation_id: UUID, total: int) -> None:
    """Store statements 0 to `total` − 1, in this order."""
    pours = database.engine.dialect.name == "postgresql"
    stored = min(total, STORED) if pours else total
    for body in _bodies(stored):
        with database.transaction(EVERYWHERE) as session:
            store.insert(
                session,
                organisation_id,
                wire.read_statements(body, most=BATCH),
                authority=AUTHORITY,
                clock=utc_now,
            )
    keys = _Keys(organisation_id)
    for first in range(stored, total, POURED):
        with database.transaction(EVERYWHERE) as session:
            last = newest(session, organisation_id)
            cursor: Any = session.connection().connection.cursor()
            _pour(cursor, keys, range(first, min(first + POURED, total)), last + 1)


def _bodies(total: int) -> Iterator[bytes]:
    for first in range(0, total, BATCH):
        several = population.texts(range(first, min(first + BATCH, total)))
        yield f"[{','.join(several)}]".encode()


class _Cursor(Protocol):
    """What of the driver's cursor is used."""

    copy: Callable[[str], Any]


class _Keys:
    """What statements are found by: each part of one has its keys, whatever the others are."""

    def __init__(self, organisation_id: UUID) -> None:
        self.organisation_id = organisation_id
        self.of_parts = cache(self._of_parts)
        self.of_learner_in_course = cache(self._of_learner_in_course)

    def of(self, agent: int, verb: int, activity: int, instructor: int) -> tuple[Key, set[Key]]:
        """Return the key of the verb, and all of a statement's keys."""
        verb_key, keys = self.of_parts(verb, activity, instructor)
        return verb_key, keys | self.of_learner_in_course(agent, activity % population.COURSES)

    def _of_parts(self, verb: int, activity: int, instructor: int) -> tuple[Key, frozenset[Key]]:
        """Return the verb's key, and what is the same whoever the learner is."""
        one, another = (self._entry(agent, verb, activity, instructor) for agent in (0, 1))
        return one.verb, one.keys & another.keys

    def _of_learner_in_course(self, agent: int, course: int) -> frozenset[Key]:
        """Return what is the same whatever the learner did in a course, and with whom."""
        one, another = (self._entry(agent, n, course + n * population.COURSES, n) for n in (0, 1))
        return one.keys & another.keys

    def _entry(self, agent: int, verb: int, activity: int, instructor: int) -> Any:
        statement = json.loads(population.text("", 0, agent, verb, activity, instructor))
        return entry(self.organisation_id, statement, AUTHORITY)


def _pour(cursor: _Cursor, keys: _Keys, numbers: range, first: int) -> None:
    """Pour statements, the first of them at place `first`."""
    organisation, authority = keys.organisation_id, key_of(AUTHORITY)
    written = json.dumps(AUTHORITY)
    about = list(_about(numbers))
    with cursor.copy(_STATEMENTS) as stream:
        for seq, (number, id, text, _) in enumerate(about, start=first):
            stored = written_timestamp(moment(seq))
            assigned = f'{{"version": "1.0.0", "stored": "{stored}", "authority": {written}}}'
            at = population.timestamp(number)
            stream.write(
                f"{organisation}\t{seq}\t{id}\t{at}\t{authority}\tf\tf\t{text}\t{assigned}\n"
            )
    rows = []
    for seq, (_, _, _, parts) in enumerate(about, start=first):
        verb, found_by = keys.of(*parts)
        rows += [(key, seq, verb) for key in found_by]
    rows.sort()
    with cursor.copy(_KEYS) as stream:
        stream.write("".join(f"{key}\t{seq}\t{verb}\n" for key, seq, verb in rows))


def _about(numbers: Iterable[int]) -> Iterator[tuple[int, str, str, tuple[int, int, int, int]]]:
    """Yield number, id, text and parts of statements."""
    several = list(numbers)
    facts = population.facts(several)
    parts = zip(
        facts.agent.tolist(),
        facts.verb.tolist(),
        facts.activity.tolist(),
        facts.instructor.tolist(),
        strict=True,
    )
    yield from zip(several, population.ids(several), population.texts(several), parts, strict=True)
