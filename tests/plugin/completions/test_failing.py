"""Completions that we fail at: tried again by themselves, so often, and then by a click."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

from lrs_bridge.completion import PersonKey
from lti import claims
from lti.roles import LEARNER
from plugin.app import Mentes
from plugin.completions import failing
from plugin.completions.model import CompletionRow, Reason, Status
from tests.conftest import MovableClock
from tests.plugin.completions.schooling import School
from tests.plugin.factories import ISSUER, every
from tests.plugin.launching import ADA, Browser, Campus
from tests.plugin.statements.conftest import launched_as_admin

KEYS = [["account", ISSUER, "4"]]
NO_KEYS = [["account"]]  # what we choke on


def choked(school: School) -> None:
    """Let a completion of Ada come, and the worker fail at it."""
    school.tell(PersonKey.account(ISSUER, "4"))
    keys_are(school, NO_KEYS, status=Status.NEW)
    school.worker.run_until_idle()


def keys_are(school: School, keys: list[list[str]], **values: str) -> None:
    with school.mentes.database.transaction(school.organisation_id) as session:
        (row,) = every(session, CompletionRow)
        row.person_keys = keys
        for name, value in values.items():
            setattr(row, name, value)


def test_it_is_tried_again_however_long_ago_it_came(school: School, clock: MovableClock) -> None:
    choked(school)
    clock.forward(hours=5)
    school.worker.run_until_idle()
    assert school.outcomes() == [("waiting", Reason.FAILED)]
    keys_are(school, KEYS)  # whatever was wrong is mended
    clock.forward(hours=5)
    school.worker.run_until_idle()
    assert school.outcomes() == [("counted", Reason.OPEN_ALREADY)]


def test_it_is_tried_again_ever_more_seldom_and_in_the_end_no_more(
    school: School, clock: MovableClock
) -> None:
    choked(school)
    hours = []
    for hour in range(24 * 7):
        clock.forward(hours=1)
        before = tries(school)
        school.worker.run_until_idle()
        if tries(school) > before:
            hours.append(hour)
    assert tries(school) == failing.MOST_TRIES
    assert hours[-1] < 24 * 5
    gaps = [later - earlier for earlier, later in pairwise(hours)]
    assert gaps == sorted(gaps)


def tries(school: School) -> int:
    (row,) = school.rows(CompletionRow)
    return int(row.failures)


def test_it_is_tried_again_when_whoever_it_may_be_about_becomes_known(
    school: School, clock: MovableClock
) -> None:
    school.tell(PersonKey.account(ISSUER, "5"))
    with school.mentes.database.transaction(school.organisation_id) as session:
        (row,) = every(session, CompletionRow)
        row.status = Status.NEW
        row.person_keys = NO_KEYS
    school.worker.run_until_idle()
    keys_are(school, [["account", ISSUER, "5"]])
    school.known("5", "five@lms.example")
    school.worker.run_until_idle()
    assert school.outcomes() == [("waiting", Reason.NOT_TAKING_PART)]


def test_an_administrator_sees_it_and_lets_it_be_tried_again(
    campus: Campus, school: School, clock: MovableClock, organisation_id: UUID, mentes: Mentes
) -> None:
    choked(school)
    for _ in range(failing.MOST_TRIES):
        clock.forward(days=4)
        school.worker.run_until_idle()
    assert tries(school) == failing.MOST_TRIES
    keys_are(school, KEYS)
    clock.forward(days=30)
    school.worker.run_until_idle()
    assert school.outcomes() == [("waiting", Reason.FAILED)]
    admin: Browser = launched_as_admin(campus)
    assert "1 completion could not be looked at" in admin.get("not-assigned").text
    assert admin.submit("not-assigned/failed").status_code == 303
    school.worker.run_until_idle()
    assert school.outcomes() == [("counted", Reason.OPEN_ALREADY)]
    assert "could not be looked at" not in admin.get("not-assigned").text


def test_nobody_else_may(campus: Campus) -> None:
    learner = campus.launched(ADA, **{claims.ROLES: [LEARNER]})
    assert learner.submit("not-assigned/failed").status_code == 403
