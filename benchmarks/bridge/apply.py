"""Completions of an inbox applied per second by one worker on PostgreSQL."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from benchmarks.bridge.installation import on_postgresql
from benchmarks.bridge.targets import Measured
from lrs_bridge.completion import Completion, PersonKey, State
from plugin.app import Mentes
from plugin.completions import inbox
from plugin.completions.applying import Applying
from plugin.completions.model import CompletionRow, Reason, SourceKind, Status
from plugin.foundation.outbox import Debt
from plugin.foundation.tenancy import EVERYWHERE
from plugin.nudges.service import KIND as MAIL
from plugin.platforms.service import organisation
from plugin.targets.model import STATEMENT
from tests.plugin.factories import (
    ISSUER,
    NOW,
    a_checkpoint,
    a_course,
    a_programme,
    an_activity,
    every,
    later,
)
from tests.plugin.pairs import paired

LEAST = 500  # completions a second
MANY, FEW = 6000, 1500
PLACES = 10
"""Completions of each person in the mix."""
RULES = 2
"""Of the places, those with a rule about them: each opens a check-in."""
WARMING_UP = 100
"""Completions before the clock starts: a worker starts once, and runs for weeks."""
AGAIN, BEFORE = 2, 3
"""One says again what opened a check-in, and one is the `uncompleted` that Moodle sends before."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one worker did with an inbox."""

    applied: int
    opened: int
    statements: int
    mails: int
    seconds: float
    cpu: float


def measured(asked: argparse.Namespace) -> Iterator[Measured]:
    """Yield how many completions a second a worker applies: of a mix, and of openings alone.

    Raises:
        NotMeasured: there is no PostgreSQL.
    """
    many = FEW if asked.quick else MANY
    for name, told, total, least in (
        (f"applied, {RULES} in {PLACES} open a check-in", mix, many, LEAST),
        ("applied, each opens a check-in", openings, many // PLACES, None),
    ):
        done = run(total, told)
        yield Measured(
            name=name,
            value=done.applied / done.seconds,
            unit="/s",
            least=least,
            beside=(
                f"{done.applied / done.cpu:,.0f}/s of CPU; {done.opened:,} opened, "
                f"{done.statements:,} statements and {done.mails:,} mails owed"
            ),
        )


Told = Callable[[UUID, int], list[Completion]]


def mix(organisation_id: UUID, total: int) -> list[Completion]:
    """Return what an inbox sees of a course: ten completions of each person, whom we know.

    Two open a check-in each, one says so again, one is the `uncompleted` before a first
    `completed`, and six are of what no rule is about.
    """
    told = []
    for number in range(total):
        person, place = divmod(number, PLACES)
        ruled = 0 if place == AGAIN else 1 if place == BEFORE else place
        told.append(
            _completion(
                organisation_id,
                number,
                person,
                ruled,
                state="uncompleted" if place == BEFORE else "completed",
                at=timedelta(milliseconds=0 if place == BEFORE else 1 + number),
            )
        )
    return told


def openings(organisation_id: UUID, total: int) -> list[Completion]:
    """Return completions of which each opens a check-in."""
    return [
        _completion(organisation_id, number, number, 0, at=timedelta(milliseconds=number))
        for number in range(total)
    ]


def _completion(
    organisation_id: UUID,
    number: int,
    person: int,
    place: int,
    *,
    at: timedelta,
    state: State = "completed",
) -> Completion:
    return Completion(
        organisation_id=organisation_id,
        source="moodle",
        source_event_id=str(number),
        person_keys=(PersonKey.account(ISSUER, str(1000 + person)),),
        course_key=None,
        module_key=_page(place),
        kind="module",
        state=state,
        at=later(minutes=5) + at,
    )


def _page(place: int) -> str:
    return f"{ISSUER}/mod/page/view.php?id={2 + place}"


def run(total: int, told: Told) -> Round:
    """Fill an inbox and let one worker apply it.

    Raises:
        NotMeasured: there is no PostgreSQL.
    """
    with on_postgresql(lambda: later(hours=1)) as mentes:
        with mentes.database.transaction(EVERYWHERE) as session:
            owner = organisation(session, "Acme", now=NOW).id
        completions = told(owner, total)
        _people(mentes, owner, sorted({each.person_keys[0].value for each in completions}))
        applying = Applying(mentes.database, lambda: later(hours=1), cutoff_days=30)
        _receive(mentes, owner, completions[:WARMING_UP])
        while applying():
            pass
        _receive(mentes, owner, completions[WARMING_UP:])
        wall, cpu, applied = time.perf_counter(), time.process_time(), 0
        while done := applying():
            applied += done
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        with mentes.database.reading(owner) as session:
            counted = Counter(session.scalars(select(CompletionRow.status)))
            failed = every(session, CompletionRow, CompletionRow.reason == Reason.FAILED)
            owed = Counter(session.scalars(select(Debt.kind)))
    assert (applied, failed) == (total - WARMING_UP, [])
    assert counted[Status.APPLIED] + counted[Status.COUNTED] == total
    return Round(applied, counted[Status.APPLIED], owed[STATEMENT], owed[MAIL], wall, cpu)


def _receive(mentes: Mentes, owner: UUID, completions: list[Completion]) -> None:
    """Put completions into the inbox: half came as statements, half by a webhook."""
    for number, start in enumerate(range(0, len(completions), 100)):
        came_by = SourceKind.WEBHOOK if number % 2 else SourceKind.RECORD_STORE
        with mentes.database.transaction(owner) as session:
            several = completions[start : start + 100]
            inbox.receive(session, several, came_by=came_by, now=later(minutes=20))


def _people(mentes: Mentes, owner: UUID, subjects: list[str]) -> None:
    """Let everybody have a mentor and an address, and record every other."""
    with mentes.database.transaction(owner) as session:
        course = a_course(session)
        programme = a_programme(session, course)
        for place in range(PLACES):
            activity = an_activity(session, course, _page(place))
            if place < RULES:
                a_checkpoint(session, programme, activity)
        paired(session, programme, subjects, recorded=subjects[::2])
