"""A deployment that nobody has approved yet: kept waiting, told calmly, decided by hand."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti import claims
from lti.testing import Course, messages
from plugin.app import Mentes
from plugin.courses.model import Course as CourseRow
from plugin.courses.model import Membership
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people.model import Person
from plugin.platforms import deployments
from plugin.platforms.model import DeploymentPolicy, DeploymentState
from plugin.platforms.service import registration
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.launching import ADA, BEN, COURSE, MO, TEACHER, Campus

NEW = {claims.DEPLOYMENT_ID: "course-level-7"}


def page(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def decide(campus: Campus, mentes: Mentes, state: DeploymentState) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        row = registration(session, campus.registration_id)
        deployments.decide(session, row, "course-level-7", state, now=mentes.clock())


def trust(campus: Campus, mentes: Mentes) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        registration(session, campus.registration_id).deployment_policy = DeploymentPolicy.ALL


def waiting(mentes: Mentes) -> list[str]:
    with mentes.database.reading(EVERYWHERE) as session:
        rows = deployments.listed(session, DeploymentState.PENDING)
        return [row.deployment_id for row in rows]


def test_it_waits_and_the_person_is_told_calmly(campus: Campus, mentes: Mentes) -> None:
    answer = campus.browser().launch(ADA, **NEW)
    assert answer.status_code == 403
    assert "Mentes waits for approval here" in page(answer)
    assert "You did nothing wrong" in page(answer)
    assert "lti_errormsg=" in page(answer)
    assert waiting(mentes) == ["course-level-7"]


def test_launching_again_makes_it_wait_once(campus: Campus, mentes: Mentes) -> None:
    for _ in range(3):
        campus.browser().launch(ADA, **NEW)
    assert waiting(mentes) == ["course-level-7"]


def test_once_approved_it_is_let_in(campus: Campus, mentes: Mentes) -> None:
    campus.browser().launch(ADA, **NEW)
    decide(campus, mentes, DeploymentState.APPROVED)
    assert campus.browser().launch(ADA, **NEW).status_code == 303
    assert waiting(mentes) == []


def test_refused_it_stays_out_whatever_the_policy_says(campus: Campus, mentes: Mentes) -> None:
    campus.browser().launch(ADA, **NEW)
    decide(campus, mentes, DeploymentState.REFUSED)
    trust(campus, mentes)
    answer = campus.browser().launch(ADA, **NEW)
    assert answer.status_code == 403
    assert "not open to this part" in page(answer)
    assert waiting(mentes) == []


@pytest.mark.parametrize("has_waited", [False, True])
def test_with_the_policy_all_it_is_let_in_at_once(
    campus: Campus, mentes: Mentes, has_waited: bool
) -> None:
    if has_waited:
        campus.browser().launch(ADA, **NEW)
    trust(campus, mentes)
    browser = campus.launched(ADA, **NEW)
    assert browser.get("choices").status_code == 200
    with mentes.database.reading(EVERYWHERE) as session:
        states = {row.deployment_id: row.state for row in deployments.listed(session)}
    assert states["course-level-7"] == DeploymentState.APPROVED


def test_what_waited_may_be_opened_once_more_without_starting_over(
    campus: Campus, mentes: Mentes
) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    token = browser.token(nonce, {**browser.claims(), **NEW})
    assert browser.post(state, token).status_code == 403
    decide(campus, mentes, DeploymentState.APPROVED)
    assert browser.post(state, token).status_code == 303


def test_nobody_but_the_platform_can_make_a_deployment_wait(campus: Campus, mentes: Mentes) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    header, body, _ = browser.token(nonce, {**browser.claims(), **NEW}).split(".")
    assert browser.post(state, f"{header}.{body}.AAAA").status_code == 401
    broken = {**browser.claims(), **NEW, claims.ROLES: "Learner"}
    assert browser.post(state, browser.token(nonce, broken)).status_code == 400
    assert waiting(mentes) == []


def test_two_institutions_of_one_registration_share_no_course_and_no_roster(
    campus: Campus, mentes: Mentes, worker: Worker, clock: MovableClock
) -> None:
    trust(campus, mentes)
    with mentes.database.transaction(EVERYWHERE) as session:
        registration(session, campus.registration_id).product = "blackboard"
    theirs, platform = Course(id="77", label="X", title="Of the other institution"), campus.platform
    platform.directory.add_course(theirs)
    for user, role in ((BEN, "Learner"), (MO, "Instructor")):
        platform.directory.enrol(user.id, theirs.id, role)
    tool = platform.deployed(campus.tool)
    link = platform.add_resource_link(tool, theirs.id, "Mentoring")

    def opened_there() -> None:
        said = messages.resource_link_request(platform, tool, MO, link, "iframe")
        said[claims.CONTEXT] |= {"id": COURSE.id}  # an id that it has, too
        browser = campus.browser()
        state, nonce = browser.begin(MO)
        assert browser.post(state, platform.id_token(tool, nonce, said)).status_code == 303

    for _ in range(2):  # at first it is news, then it is recognised
        campus.launched(TEACHER)
        opened_there()
        worker.run_until_idle()
        clock.forward(days=8)
    with mentes.database.reading(EVERYWHERE) as session:
        here, there = session.scalars(select(CourseRow).order_by(CourseRow.created_at))
        assert (here.title, there.title) == (COURSE.title, theirs.title)
        assert here.memberships_url != there.memberships_url
        who = {
            course: {
                session.get_one(Person, each.person_id).name
                for each in session.scalars(select(Membership).filter_by(course_id=course.id))
                if each.active
            }
            for course in (here, there)
        }
        assert who[there] == {"Ben Two", "Mo Mentor"}
        assert "Ada One" in who[here]
        assert not session.scalars(select(Membership).filter_by(left_out=True)).all()
