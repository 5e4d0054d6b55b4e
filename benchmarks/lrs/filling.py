"""Fill a store of ours: the same rows as requests make, without the requests.

The first ones are stored by the code that stores those of requests. Of a large store on PostgreSQL
the others are poured: their rows are put together from what recurs, and a test lets the store look
whether it agrees with itself. It would take twice as long otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from uuid import UUID

from benchmarks.lrs import population
from lrs_bridge.lrs import links, store, wire
from lrs_bridge.lrs.bulk import insert_rows
from lrs_bridge.lrs.consistency import newest
from lrs_bridge.lrs.direct import Inside
from lrs_bridge.lrs.index import Entry, Key, entry
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.recording import Authority
from lrs_bridge.lrs.tables import statement
from lrs_bridge.statement import parsed_timestamp, written_timestamp
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
            _pour(Inside(session), keys, range(first, min(first + POURED, total)))


def _bodies(total: int) -> Iterator[bytes]:
    for first in range(0, total, BATCH):
        several = population.texts(range(first, min(first + BATCH, total)))
        yield f"[{','.join(several)}]".encode()


class _Keys:
    """What statements are found by: each part of one has its keys, whatever the others are."""

    def __init__(self, organisation_id: UUID) -> None:
        self.organisation_id = organisation_id
        self.of_parts = cache(self._of_parts)
        self.of_learner_in_course = cache(self._of_learner_in_course)

    def of(self, agent: int, verb: int, activity: int, instructor: int) -> Entry:
        """Return what a statement is found by."""
        about = self.of_parts(verb, activity, instructor)
        learner = self.of_learner_in_course(agent, activity % population.COURSES)
        return Entry(about.verb, about.keys | learner)

    def _of_parts(self, verb: int, activity: int, instructor: int) -> Entry:
        """Return what is the same whoever the learner is."""
        one, another = (self._entry(agent, verb, activity, instructor) for agent in (0, 1))
        return Entry(one.verb, one.keys & another.keys)

    def _of_learner_in_course(self, agent: int, course: int) -> frozenset[Key]:
        """Return what is the same whatever the learner did in a course, and with whom."""
        one, another = (self._entry(agent, n, course + n * population.COURSES, n) for n in (0, 1))
        return one.keys & another.keys

    def _entry(self, agent: int, verb: int, activity: int, instructor: int) -> Entry:
        payload = json.loads(population.text("", 0, agent, verb, activity, instructor))
        return entry(self.organisation_id, payload, AUTHORITY)


def _pour(inside: Inside, keys: _Keys, numbers: range) -> None:
    """Write the rows of statements, in their order."""
    organisation_id, authority = keys.organisation_id, Authority.of(AUTHORITY)
    first = newest(inside, organisation_id) + 1
    statements, found_by = [], []
    for seq, (number, id, text, parts) in enumerate(_about(numbers), start=first):
        stored = written_timestamp(moment(seq))
        assigned = f'{{"version": "1.0.0", "stored": "{stored}", "authority": {authority.text}}}'
        at = parsed_timestamp(population.timestamp(number))
        known = (organisation_id, seq, UUID(id), at, authority.key)
        statements.append((*known, None, False, False, text, None, assigned))
        found_by.append((seq, keys.of(*parts)))
    insert_rows(inside, statement, statements)
    links.write(inside, organisation_id, found_by, [])


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
