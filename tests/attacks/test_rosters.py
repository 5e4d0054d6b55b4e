"""Rosters that hold what no database takes, or more people than a course ever has."""

from __future__ import annotations

import secrets

from sqlalchemy import event, func, select

from lti.testing import User
from plugin.app import Mentes
from plugin.courses.deliveries import AT_ONCE
from plugin.courses.model import Membership
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people.model import Person
from plugin.worker import Worker
from tests.plugin.launching import COURSE, TEACHER, Campus


def enrol(campus: Campus, id: str, name: str) -> None:
    """Add somebody to the course."""
    campus.platform.directory.add_user(
        User(id=id, given_name=name, family_name="", email="", username=id)
    )
    campus.platform.directory.enrol(id, COURSE.id, "Learner")


def test_one_member_whom_nobody_can_keep_does_not_cost_the_others(
    campus: Campus, mentes: Mentes, worker: Worker
) -> None:
    for id in (secrets.token_hex(4000), "line\nbreak"):
        enrol(campus, id, "Unusable")
    campus.launched(TEACHER)
    worker.run_once()
    with mentes.database.reading(EVERYWHERE) as session:
        names = set(session.scalars(select(Person.name)))
    assert names == {"Tina Teacher", "Ada One", "Ben Two", "Mo Mentor"}


def test_thousands_are_kept_in_many_short_transactions(
    campus: Campus, mentes: Mentes, worker: Worker
) -> None:
    for number in range(100, 100 + 3 * AT_ONCE):
        enrol(campus, str(number), "Learner")
    campus.launched(TEACHER)
    commits: list[object] = []
    event.listen(mentes.database.engine, "commit", commits.append)
    worker.run_once()
    with mentes.database.reading(EVERYWHERE) as session:
        kept = session.scalars(select(func.count()).select_from(Membership)).one()
    assert kept == 3 * AT_ONCE + len(("Tina", "Ada", "Ben", "Mo"))
    assert len(commits) > 4
