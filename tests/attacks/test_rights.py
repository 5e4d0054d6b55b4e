"""People who try to do what they may not, or no longer may."""

from __future__ import annotations

import io
import json

from sqlalchemy import select

from config.log import configure_logging
from lrs_bridge.testing import moodle_course_completed
from lti import claims
from lti.roles import INSTRUCTOR
from plugin.app import Mentes
from plugin.courses.model import Course, CourseActivity
from tests.conftest import MovableClock
from tests.journeys.stage import Stage, done
from tests.plugin.launching import ADA, BEN, HTML, Campus


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


def test_naming_another_course_as_a_module_does_not_take_it(stage: Stage, mentes: Mentes) -> None:
    address = f"{stage.campus.platform.issuer}/course/view.php?id=77"
    done(stage.teacher.submit("modules", address=address, name="Mine now"))
    context = {"id": "77", "title": "Course B", "label": "B", "type": []}
    stage.campus.launched(BEN, **{claims.CONTEXT: context, claims.ROLES: [INSTRUCTOR]})
    with mentes.database.reading(stage.organisation_id) as session:
        activity = session.scalars(
            select(CourseActivity).where(CourseActivity.iri == address)
        ).one()
        course = session.get_one(Course, activity.course_id)
    assert (course.title, activity.kind, activity.name) == ("Course B", "course", "Course B")


def test_a_rule_about_what_is_another_courses_opens_nothing(stage: Stage, mentes: Mentes) -> None:
    site = stage.campus.platform.issuer
    address = f"{site}/course/view.php?id=77"
    done(stage.teacher.submit("modules", address=address, name="Mine now"))
    with mentes.database.reading(stage.organisation_id) as session:
        activity = session.scalars(select(CourseActivity.id).where(CourseActivity.iri == address))
        activity_id = str(activity.one())
    done(stage.teacher.submit("checkpoints", activity=activity_id))
    stage.join(stage.learner)
    context = {"id": "77", "title": "Course B", "label": "B", "type": []}
    stage.campus.launched(BEN, **{claims.CONTEXT: context, claims.ROLES: [INSTRUCTOR]})
    stage.post_statements(moodle_course_completed(site, int(ADA.id), 77, mentes.clock()))
    stage.worker.run_once()
    assert stage.checkins() == []


def test_an_unknown_deployment_is_refused_and_the_operator_learns_its_name(campus: Campus) -> None:
    said = io.StringIO()
    configure_logging("warning", stream=said)
    assert campus.browser().launch(BEN, **{claims.DEPLOYMENT_ID: "nobody's"}).status_code == 403
    (refused,) = map(json.loads, said.getvalue().splitlines())
    assert (refused["slug"], refused["deployment_id"]) == ("deployment-pending", "nobody's")
    assert refused["registration_id"] == str(campus.registration_id)
