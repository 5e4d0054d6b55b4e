"""People who try to do what they may not, or no longer may."""

from __future__ import annotations

from lti import claims
from lti.roles import INSTRUCTOR
from tests.conftest import MovableClock
from tests.plugin.launching import BEN, HTML, Campus


def test_an_instructor_of_once_does_not_keep_the_old_visit_by_launching_as_a_learner(
    campus: Campus, clock: MovableClock
) -> None:
    browser = campus.launched(BEN, **{claims.ROLES: [INSTRUCTOR]})
    as_instructor = f"/l/{browser.launch_id}/people"
    for _ in range(2):
        clock.forward(hours=5)
        browser.launch(BEN)
    assert browser.client.get(as_instructor, headers=HTML).status_code == 401
    assert browser.get("choices").status_code == 200
