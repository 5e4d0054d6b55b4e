"""Completions of an inbox applied per second by one worker on PostgreSQL."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from benchmarks.bridge.targets import Measured, NotMeasured
from config.settings import Settings
from lrs_bridge.completion import Completion, PersonKey
from plugin import migrations
from plugin.app import Mentes, compose
from plugin.completions import inbox
from plugin.completions.applying import Applying
from plugin.completions.model import CompletionRow, Reason, SourceKind, Status
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation
from tests import postgresql
from tests.plugin.factories import (
    ISSUER,
    NOW,
    a_checkpoint,
    a_course,
    a_mentee,
    a_mentor,
    a_programme,
    an_activity,
    later,
)

LEAST = 500  # completions a second
MANY, FEW = 4000, 1000
IN_MIX = 10
"""One completion in so many opens a check-in."""
RULED, OTHER = (f"{ISSUER}/mod/page/view.php?id={number}" for number in (2, 3))
"""A page with a rule about it, and one without."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one worker did with an inbox."""

    applied: int
    opened: int
    seconds: float
    cpu: float


def measured(asked: argparse.Namespace) -> Iterator[Measured]:
    """Yield how many completions a second a worker applies: of a mix, and of openings alone.

    Raises:
        NotMeasured: there is no PostgreSQL.
    """
    many = FEW if asked.quick else MANY
    for name, told, total, least in (
        (f"applied, 1 in {IN_MIX} opens a check-in", mix, many, LEAST),
        ("applied, each opens a check-in", openings, many // IN_MIX, None),
    ):
        done = run(total, told)
        yield Measured(
            name=name,
            value=done.applied / done.seconds,
            unit="/s",
            least=least,
            beside=f"{done.applied / done.cpu:,.0f}/s of CPU; {done.opened:,} opened",
        )


Told = Callable[[UUID, int], list[Completion]]


def mix(organisation_id: UUID, total: int) -> list[Completion]:
    """Return what an inbox sees mostly: a tenth opens, a tenth says the same once more, a tenth is
    the `uncompleted` before a first `completed`, and the rest is about what no rule is about.
    """
    told = []
    for number in range(total):
        person, place = divmod(number, IN_MIX)
        ruled = place < 3
        told.append(
            _completion(
                organisation_id,
                number,
                person,
                RULED if ruled else OTHER,
                state="uncompleted" if place == 0 else "completed",
            )
        )
    return told


def openings(organisation_id: UUID, total: int) -> list[Completion]:
    """Return completions of which each opens a check-in."""
    return [_completion(organisation_id, number, number, RULED) for number in range(total)]


def _completion(
    organisation_id: UUID, number: int, person: int, place: str, *, state: str = "completed"
) -> Completion:
    return Completion(
        organisation_id=organisation_id,
        source="moodle",
        source_event_id=str(number),
        person_keys=(PersonKey.account(ISSUER, str(1000 + person)),),
        course_key=None,
        module_key=place,
        kind="module",
        state="uncompleted" if state == "uncompleted" else "completed",
        at=later(minutes=5) + timedelta(milliseconds=number),
    )


def run(total: int, told: Told) -> Round:
    """Fill an inbox and let one worker apply it.

    Raises:
        NotMeasured: there is no PostgreSQL.
    """
    with _mentes() as mentes:
        with mentes.database.transaction(EVERYWHERE) as session:
            owner = organisation(session, "Acme", now=NOW).id
        completions = told(owner, total)
        _people(mentes, owner, {key.value for each in completions for key in each.person_keys})
        for start in range(0, total, 500):
            with mentes.database.transaction(owner) as session:
                inbox.receive(
                    session,
                    completions[start : start + 500],
                    came_by=SourceKind.RECORD_STORE,
                    now=later(minutes=20),
                )
        applying = Applying(mentes.database, lambda: later(hours=1), cutoff_days=30)
        wall, cpu, applied = time.perf_counter(), time.process_time(), 0
        while done := applying():
            applied += done
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        with mentes.database.reading(owner) as session:
            opened = session.scalars(
                select(func.count(CompletionRow.id)).where(CompletionRow.status == Status.APPLIED)
            ).one()
            failed = session.scalars(
                select(func.count(CompletionRow.id)).where(CompletionRow.reason == Reason.FAILED)
            ).one()
    assert (applied, failed) == (total, 0)
    return Round(applied, opened, wall, cpu)


def _people(mentes: Mentes, owner: UUID, subjects: set[str]) -> None:
    """Let everybody have a mentor, and both an address to be written to."""
    with mentes.database.transaction(owner) as session:
        course = a_course(session)
        programme = a_programme(session, course)
        an_activity(session, course, OTHER)
        a_checkpoint(session, programme, an_activity(session, course, RULED))
        for number, subject in enumerate(sorted(subjects)):
            if number % 5 == 0:
                a_mentor(session, programme, capacity=5, email=f"mo{number}@acme.example")
            a_mentee(session, programme, subject, email=f"ada{number}@acme.example")


@contextmanager
def _mentes() -> Iterator[Mentes]:
    """Run Mentes on a PostgreSQL of its own, with durable commits."""
    server = postgresql.start("-c max_connections=50")
    if server is None:
        raise NotMeasured("there is no PostgreSQL here; see tests/postgresql.py")
    try:
        database = Database(server.url)
        migrations.upgrade(database.engine)
        database.dispose()
        mentes = compose(
            Settings(
                public_url="http://127.0.0.1:5000",
                secret_key="x" * 40,  # of a benchmark
                database_url=server.url,
                smtp_url="smtp://127.0.0.1:9",
            ),
            clock=lambda: later(hours=1),
        )
        yield mentes
        mentes.database.dispose()
    finally:
        server.stop()
