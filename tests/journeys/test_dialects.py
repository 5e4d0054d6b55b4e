"""What others than Moodle say, posted to the embedded record store: from there to a check-in."""

from __future__ import annotations

from hashlib import sha1
from typing import Any
from uuid import uuid4

import pytest
import requests

from lti.testing import Server
from plugin.checkins.rules import State
from plugin.completions.model import CompletionRow
from tests.conftest import MovableClock
from tests.journeys.stage import KEY, SECRET, Stage
from tests.lrs_bridge.sources.golden import FOLDER, loaded
from tests.plugin.factories import every
from tests.plugin.launching import ADA, BEN

EDX = "https://learn.example.org"
LMS = "https://lms.example.com"
SAFETY = "https://publisher.example.com/courses/safety"
UNIT = "https://lms.example.com/au/5"


@pytest.fixture
def learning(stage: Stage, tool_server: Server, clock: MovableClock) -> Stage:
    """Two learners who have a mentor; the tool answers on its socket."""
    stage.join(stage.learner)
    stage.join(stage.campus.launched(BEN))
    clock.forward(minutes=1)
    return stage


def tell(stage: Stage, name: str, **changed: Any) -> int:
    """Post a golden statement twice, as of now; return how many check-ins are open then."""
    statement = {
        **loaded(FOLDER / f"{name}.json")["given"],
        "id": str(uuid4()),
        "timestamp": stage.mentes.clock().isoformat(),
        **changed,
    }
    for _ in range(2):
        answer = requests.post(
            f"{stage.mentes.settings.public_url}/xapi/statements",
            json=statement,
            auth=(KEY, SECRET),
            headers={"X-Experience-API-Version": "1.0.3"},
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        stage.worker.run_until_idle()
    return len([it for it in stage.checkins() if it.state == State.OPEN])


def at_lms(name: str) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": LMS, "name": name}}


def test_open_edx_tells_of_a_course_that_was_passed_and_of_a_unit(learning: Stage) -> None:
    course = loaded(FOLDER / "open-edx-course-passed.json")["given"]
    unit = loaded(FOLDER / "open-edx-block-completed.json")["given"]
    learning.set_rule_about(course["object"]["id"])
    learning.set_rule_about(unit["object"]["id"], "module")
    learning.call(ADA, **_named(course["actor"]["account"]))
    assert tell(learning, "open-edx-course-failed") == 0
    assert tell(learning, "open-edx-course-passed") == 1
    # It can call people by the digest of their bare address, which launches share.
    somebody = {"mbox_sha1sum": sha1(BEN.email.encode()).hexdigest()}  # noqa: S324
    not_done = {**unit["result"], "completion": False}
    assert tell(learning, "open-edx-block-completed", actor=somebody, result=not_done) == 1
    assert tell(learning, "open-edx-block-completed", actor=somebody) == 2
    assert {it.mentee_id for it in learning.checkins()} == {
        learning.person_id(ADA),
        learning.person_id(BEN),
    }


def _named(account: dict[str, str]) -> dict[str, str]:
    return {"home": account["homePage"], "name": account["name"]}


def test_cmi5_tells_of_what_is_satisfied_and_of_units_that_move_on(learning: Stage) -> None:
    learning.set_rule_about(SAFETY)
    learning.set_rule_about(UNIT, "module")
    learning.call(ADA, home=LMS, name="u-77")
    learning.call(BEN, home=LMS, name="u-78")
    for name in ("launched-to-browse", "unit-failed", "unit-passed-without-move-on"):
        assert tell(learning, f"cmi5-{name}") == 0
    assert tell(learning, "cmi5-course-satisfied") == 1
    other_spelling = "cmi5-course-satisfied-in-the-other-spelling"
    assert tell(learning, other_spelling) == 1  # by the same person: it is the same
    assert tell(learning, other_spelling, actor=at_lms("u-78")) == 2
    assert tell(learning, "cmi5-unit-passed") == 3
    assert tell(learning, "cmi5-unit-completed") == 3  # CompletedAndPassed says both: one check-in
    assert tell(learning, "cmi5-unit-completed", actor=at_lms("u-78")) == 4
    with learning.mentes.database.reading(learning.organisation_id) as session:
        assert {row.source for row in every(session, CompletionRow)} == {"cmi5"}


def test_linkedin_learning_fetches_its_token_and_tells_of_a_course(learning: Stage) -> None:
    video, course = (loaded(FOLDER / f"linkedin-{it}.json")["given"] for it in ("video", "course"))
    learning.set_rule_about(course["object"]["id"])
    xapi = f"{learning.mentes.settings.public_url}/xapi"
    fetched = requests.post(
        f"{xapi}/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": KEY,
            "client_secret": SECRET,
            "scope": "xapi:write",
        },
        timeout=10,
    )
    assert fetched.status_code == 200, fetched.text
    bearing = {
        "Authorization": f"Bearer {fetched.json()['access_token']}",
        "X-Experience-API-Version": "1.0.0",
    }
    ada = {"objectType": "Agent", "mbox": f"mailto:{ADA.email}"}
    for told, opened in ((video, 0), (course, 1), (course, 1)):
        statement = {
            **told,
            "id": str(uuid4()),
            "actor": ada,
            "timestamp": learning.mentes.clock().isoformat(),
        }
        answer = requests.post(f"{xapi}/statements", json=statement, headers=bearing, timeout=10)
        assert answer.status_code == 200, answer.text
        learning.worker.run_until_idle()
        assert len(learning.checkins()) == opened
    assert learning.checkins()[0].mentee_id == learning.person_id(ADA)


def test_scorm_tells_of_a_lesson_of_a_course_that_was_bound(learning: Stage) -> None:
    lesson = loaded(FOLDER / "scorm-lesson-completed.json")
    learning.call(ADA, **_named(lesson["given"]["actor"]["account"]))
    learning.set_rule_about(lesson["completion"]["module_key"], "module")
    assert tell(learning, "scorm-lesson-completed") == 1
    assert tell(learning, "scorm-lesson-passed") == 1  # the same lesson: one check-in
    assert {it.mentee_id for it in learning.checkins()} == {learning.person_id(ADA)}
