"""A course where mentoring is set up, by way of the pages: where journeys begin."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from werkzeug.test import TestResponse

from lrs_bridge.lrs.access.credentials import add_credential
from lrs_bridge.testing import moodle_module_completed, moodle_module_uncompleted
from lti.testing import User
from plugin.app import Mentes
from plugin.checkins.model import CheckIn
from plugin.courses import service as courses
from plugin.courses.model import Course, CourseActivity
from plugin.people.model import Person, PersonIdentifier
from plugin.programmes import checkpoints
from plugin.programmes.model import Programme
from plugin.worker import Worker
from tests.plugin.launching import ADA, MO, TEACHER, Browser, Campus

KEY, SECRET = "moodle", "a secret of the campus"
XAPI = {
    "Authorization": "Basic " + b64encode(f"{KEY}:{SECRET}".encode()).decode(),
    "X-Experience-API-Version": "1.0.3",
}
MODULE = 2


@dataclass
class Stage:
    """A campus, a process of the tool, and the three people of a story in their browsers."""

    campus: Campus
    mentes: Mentes
    worker: Worker
    organisation_id: UUID
    teacher: Browser
    mentor: Browser
    learner: Browser

    def person_id(self, user: User) -> UUID:
        """Return the tool's id of a user of the campus."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return session.scalars(select(Person.id).where(Person.email == user.email)).one()

    def post_statements(self, *statements: dict[str, Any]) -> TestResponse:
        """Post what the campus's xAPI plugin posts."""
        return self.campus.app.test_client().post(
            "/xapi/statements", json=list(statements), headers=XAPI
        )

    def complete(self, user: User = ADA, *, at: datetime | None = None) -> None:
        """Let `user` complete Module 1, as Moodle tells it: uncompleted first, in one second."""
        at = at or self.mentes.clock()
        site, number = self.campus.platform.issuer, int(user.id)
        answer = self.post_statements(
            moodle_module_uncompleted(site, number, MODULE, 2, at, module_name="Module 1"),
            moodle_module_completed(site, number, MODULE, 2, at, module_name="Module 1"),
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)

    def checkins(self) -> list[CheckIn]:
        """Return every check-in there is."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return list(session.scalars(select(CheckIn).order_by(CheckIn.opened_at)))

    def call(self, user: User, *, home: str, name: str) -> None:
        """Say by hand what another system calls `user`: an account there."""
        person_id, now = self.person_id(user), self.mentes.clock()
        with self.mentes.database.transaction(self.organisation_id) as session:
            session.add(
                PersonIdentifier(
                    person_id=person_id,
                    scheme="account",
                    home=home,
                    home_as_said=home,
                    value=name,
                    evidence="hand",
                    said_by="hand",
                    created_at=now,
                    verified_at=now,
                )
            )

    def set_rule_about(self, place: str, kind: str = "course") -> None:
        """Bind what another system calls the course, or a module of it, and set a rule about it."""
        by, now = self.person_id(TEACHER), self.mentes.clock()
        with self.mentes.database.transaction(self.organisation_id) as session:
            course = session.scalars(select(Course)).one()
            programme = session.scalars(select(Programme)).one()
            courses.seen_activity(session, course.id, iri=place, kind=kind, name="It", now=now)
            activity = courses.activity_at(session, place)
            assert activity is not None
            checkpoints.set_checkpoint(
                session, programme, activity, name="It", minutes=10, within_days=14, by=by, now=now
            )

    def come_back(self) -> None:
        """Let everybody open the item again: their visits have ended."""
        for browser, user in ((self.teacher, TEACHER), (self.mentor, MO), (self.learner, ADA)):
            done(browser.launch(user))

    def join(self, browser: Browser) -> None:
        """Answer the three questions."""
        answer = browser.submit("join", first_use="The first feedback", talk="call", recorded="yes")
        assert answer.status_code == 303, answer.get_data(as_text=True)


def set_up(campus: Campus, mentes: Mentes, worker: Worker, organisation_id: UUID) -> Stage:
    """Return a stage with one mentor who is recorded, one rule about Module 1, nobody joined."""
    with mentes.database.transaction(organisation_id) as session:
        add_credential(session, organisation_id, KEY, SECRET, ["all"], mentes.clock())
    stage = Stage(
        campus,
        mentes,
        worker,
        organisation_id,
        teacher=campus.launched(TEACHER),
        mentor=campus.launched(MO),
        learner=campus.launched(ADA),
    )
    done(stage.teacher.submit("mentors", person=str(stage.person_id(MO)), capacity="2"))
    done(stage.mentor.submit("mentoring", capacity="2", talk="call", recorded="yes"))
    _set_rule(stage)
    return stage


def _set_rule(stage: Stage) -> None:
    site = stage.campus.platform.issuer
    address = f"{site}/mod/page/view.php?id={MODULE}"
    done(stage.teacher.submit("modules", address=address, name="Module 1"))
    with stage.mentes.database.reading(stage.organisation_id) as session:
        module = session.scalars(
            select(CourseActivity).where(CourseActivity.kind == "module")
        ).one()
    done(
        stage.teacher.submit("checkpoints", activity=str(module.id), minutes="10", within_days="14")
    )


def done(answer: TestResponse) -> None:
    """Assert that a form was taken."""
    assert answer.status_code == 303, answer.get_data(as_text=True)
