"""Everything goes wrong at once, and at the end all is as if nothing had.

Two thousand events come in out of order and more than once, workers are killed while they work, and
the record store and the gradebook fail one request in a few, some of them after they did what was
asked. It is let go on until nothing is owed any more; then everything is counted.
"""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from lrs_bridge.testing import moodle_module_completed, moodle_module_uncompleted
from lti.testing import Server, User, serving
from plugin.checkins import service as checkins
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State
from plugin.completions.model import CompletionRow, Status
from plugin.courses.model import Course
from plugin.foundation.outbox import Debt, Outcome
from plugin.programmes import checkpoints
from plugin.programmes.model import Checkpoint, Programme
from plugin.targets.model import STATEMENT
from tests.journeys.chaos import TOO_LATE, WAYS, Failing, Hurried, a_crew, beside
from tests.journeys.stage import Stage
from tests.plugin.factories import an_activity
from tests.plugin.launching import COURSE, TEACHER
from tests.plugin.pairs import CAPACITY, paired
from tests.plugin.targets.conftest import KEY, SECRET, Somewhere, a_store

LEARNERS = 500
MODULES = (11, 12)
"""A rule is about each."""
EVENTS = LEARNERS * len(MODULES) * 2
"""Moodle takes back what was never completed, and then it is completed."""
HELD = 150
"""Learners who have spoken about the first module: two statements and a score each."""
KILLS = 12
PATIENCE = 300  # s; a machine may be busy


@pytest.fixture
def clock() -> Hurried:
    """A minute goes by in a second."""
    return Hurried()


@pytest.fixture
def somewhere(tmp_path: Path) -> Iterator[Somewhere]:
    """A record store of somebody else."""
    with a_store(tmp_path / "elsewhere.db") as store:
        yield store


@pytest.fixture
def front(somewhere: Somewhere) -> Iterator[Server]:
    """The way to it."""
    with serving(somewhere.app.wsgi_app) as server:
        yield server


@pytest.fixture
def settings(settings: Settings, front: Server) -> Settings:
    """What we say goes to that store."""
    return replace(
        settings,
        smtp_url="",
        lrs_url=f"{front.url}/xapi",
        lrs_key=KEY,
        lrs_secret=SECRET,
        outbox_lease=900,  # of the hurried clock's: longer than anybody waits for an answer
    )


@pytest.fixture
def learners(stage: Stage) -> dict[str, UUID]:
    """Everybody has a mentor and is recorded, and there is a rule about each module."""
    site, now = stage.campus.platform.issuer, stage.mentes.clock()
    subjects = [str(1000 + number) for number in range(LEARNERS)]
    directory = stage.campus.platform.directory
    for subject in subjects:
        directory.add_user(
            User(
                id=subject,
                given_name="Somebody",
                family_name=subject,
                email=f"{subject}@lms.example",
                username=subject,
            )
        )
        directory.enrol(subject, COURSE.id, "Learner")
    with stage.mentes.database.transaction(stage.organisation_id) as session:
        programme = session.scalars(select(Programme)).one()
        course = session.get_one(Course, programme.course_id)
        for module in MODULES:
            activity = an_activity(session, course, page(site, module))
            checkpoints.set_checkpoint(
                session,
                programme,
                activity,
                name=f"Module {module}",
                minutes=10,
                within_days=14,
                by=stage.person_id(TEACHER),
                now=now,
            )
        everybody = [*subjects, *(f"mentor-{number}" for number in range(LEARNERS // CAPACITY))]
        return paired(
            session, programme, subjects, recorded=everybody, issuer=site, mailed=False, now=now
        )


def test_at_the_end_everything_is_there_once(
    stage: Stage, learners: dict[str, UUID], somewhere: Somewhere, front: Server, clock: Hurried
) -> None:
    seed = secrets.randbits(32)
    print(f"The seed is {seed}.")  # noqa: T201 # shown when it fails
    stage.worker.run_until_idle()
    before = verbs(somewhere)
    workers = 4 if stage.mentes.database.engine.dialect.name == "postgresql" else 1
    until = time.monotonic() + PATIENCE
    chance = random.Random(seed)  # noqa: S311 # chance, not a secret
    store = Failing(front, seed=seed, often=40, too_late=chance.randint(3, 12))
    gradebook = Failing(stage.campus.server, seed=seed, often=15, too_late=chance.randint(9, 90))
    with (
        a_crew(stage.mentes.settings, clock, size=workers, seed=seed) as crew,
        beside(
            lambda: tell(stage, learners, seed), lambda: speak(stage, learners, until)
        ) as goes_on,
    ):
        while time.monotonic() < until and (crew.killed < KILLS or goes_on() or left(stage)):
            time.sleep(chance.uniform(0.2, 1.5))
            if crew.killed < KILLS:
                crew.kill_one()
        for server in (store, gradebook):
            server.stop()
    assert (crew.killed, left(stage)) == (KILLS, {})
    assert set(store.failed) == set(gradebook.failed) == {*WAYS, TOO_LATE}

    first, second = (check_ins(stage, module) for module in MODULES)
    assert Counter(one.mentee_id for one in first) == Counter(learners.values())
    assert Counter(one.mentee_id for one in second) == Counter(learners.values())
    assert Counter(one.state for one in first) == {State.HELD: HELD, State.OPEN: LEARNERS - HELD}
    assert Counter(one.state for one in second) == {State.OPEN: LEARNERS}
    with stage.mentes.database.reading(stage.organisation_id) as session:
        assert session.scalar(select(func.count(CompletionRow.id))) == EVENTS
        assert set(session.scalars(select(Debt.outcome))) <= {Outcome.DELIVERED, Outcome.SUPERSEDED}
        debts = session.scalars(select(Debt.payload).where(Debt.kind == STATEMENT)).all()
    told = sorted(one["id"] for one in everything(somewhere))
    assert told == sorted(debt["id"] for debt in debts)
    assert verbs(somewhere) - before == Counter(
        {"was-assigned": LEARNERS * len(MODULES), "attended": HELD, "mentored": HELD}
    )
    (column,) = stage.campus.platform.gradebook(COURSE.id)
    graded = {subject: grade.score_given for subject, grade in column.grades.items()}
    share = pytest.approx(1 / (1 + len(MODULES)))  # of three rules, with that of the stage
    assert graded == dict.fromkeys(sorted(learners)[:HELD], share)
    posted = [each for each in gradebook.done if "/scores" in each and each.endswith("200")]
    assert len(posted) == HELD


def tell(stage: Stage, learners: dict[str, UUID], seed: int) -> None:
    """Tell of every event, in no order, and of one in five again: without ids, as Moodle does."""
    chance = random.Random(seed)  # noqa: S311 # chance, not a secret
    site, at = stage.campus.platform.issuer, stage.mentes.clock()
    events = [
        said(site, int(subject), module, int(COURSE.id), at)
        for subject in learners
        for module in MODULES
        for said in (moodle_module_uncompleted, moodle_module_completed)
    ]
    assert len(events) == EVENTS
    chance.shuffle(events)
    told = 0
    while told < len(events):
        batch = events[told : told + chance.randint(1, 30)]
        told += len(batch)
        batch += chance.sample(events[:told], k=len(batch) // 5)
        assert stage.post_statements(*batch).status_code == 200


def speak(stage: Stage, learners: dict[str, UUID], until: float) -> None:
    """Say of the first check-in of some learners, once it is open, that the two spoke."""
    waiting = {learners[subject] for subject in sorted(learners)[:HELD]}
    while waiting and time.monotonic() < until:
        for checkin in check_ins(stage, MODULES[0]):
            if checkin.mentee_id in waiting:
                with stage.mentes.database.transaction(stage.organisation_id) as session:
                    checkins.hold(
                        session, checkin.id, by=checkin.mentee_id, now=stage.mentes.clock()
                    )
                waiting.remove(checkin.mentee_id)
        time.sleep(0.2)


def page(site: str, module: int) -> str:
    """Return the address of a module."""
    return f"{site}/mod/page/view.php?id={module}"


def check_ins(stage: Stage, module: int) -> list[CheckIn]:
    """Return the check-ins about a module."""
    with stage.mentes.database.reading(stage.organisation_id) as session:
        return list(
            session.scalars(
                select(CheckIn)
                .join(Checkpoint, Checkpoint.id == CheckIn.checkpoint_id)
                .where(Checkpoint.name == f"Module {module}")
            )
        )


def left(stage: Stage) -> dict[str, int]:
    """Return how much there is to do, by what it is."""
    with stage.mentes.database.reading(stage.organisation_id) as session:
        new = session.scalars(
            select(func.count(CompletionRow.id)).where(CompletionRow.status == Status.NEW)
        ).one()
        owed = session.execute(
            select(Debt.kind, func.count(Debt.id))
            .where(Debt.settled_at.is_(None))
            .group_by(Debt.kind)
        ).all()
    return {kind: count for kind, count in [*owed, ("completions", new)] if count}


def everything(somewhere: Somewhere) -> list[dict[str, Any]]:
    """Return every statement of a store."""
    client, told = somewhere.app.test_client(), []
    path = "/xapi/statements?ascending=true&limit=500"
    while path:
        answer = client.get(
            path, auth=(KEY, SECRET), headers={"X-Experience-API-Version": "1.0.3"}
        ).get_json()
        told += answer["statements"]
        path = answer["more"]
    return told


def verbs(somewhere: Somewhere) -> Counter[str]:
    """Count the statements of a store by the last word of their verbs."""
    return Counter(one["verb"]["id"].rsplit("/", 1)[-1] for one in everything(somewhere))
