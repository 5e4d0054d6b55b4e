"""Names and addresses of 4,000 characters, as long as any source may make them, at each inlet.

PostgreSQL takes 2,700 bytes in an index, and these cannot be compressed: never an answer of 500,
and nothing lost. They wait, are shown, and a course can be assigned by them.
"""

from __future__ import annotations

import io
import json
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from lrs_bridge.testing import moodle_module_completed
from lti import claims
from plugin.completions.model import CompletionRow, Reason, SourceKind, Status
from plugin.completions.waiting_model import Unassigned, What
from plugin.courses.model import Course, CourseActivity
from plugin.people.model import PersonIdentifier
from tests.conftest import MovableClock
from tests.journeys.stage import Stage
from tests.journeys.test_inlets import MAPPING, SECRET, a_sender
from tests.plugin.factories import every
from tests.plugin.launching import ADA, BEN, Browser
from tests.plugin.statements.conftest import launched_as_admin

LONG = 4000
HOME = "https://elsewhere.example"


def long(beginning: str) -> str:
    """Return a text of LONG characters that nobody can compress."""
    seed = beginning
    rest = "".join(sha256(f"{seed}{number}".encode()).hexdigest() for number in range(LONG // 64))
    return (beginning + rest)[:LONG]


def of_statements(stage: Stage, _admin: Browser) -> None:
    told = {
        "id": str(uuid4()),
        "actor": {"account": {"homePage": long(f"{HOME}/"), "name": long("ada")}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {
            "id": long(f"{HOME}/course/"),
            "definition": {"type": "http://adlnet.gov/expapi/activities/course"},
        },
        "timestamp": stage.mentes.clock().isoformat(),
    }
    assert stage.post_statements(told).status_code == 200


def of_a_module_in_statements(stage: Stage, _admin: Browser) -> None:
    site = long(f"{HOME}/")[:-100]  # what is of the site has longer addresses
    told = moodle_module_completed(site, 7, 900, 901, stage.mentes.clock())
    assert stage.post_statements(told).status_code == 200


def of_a_webhook(stage: Stage, _admin: Browser) -> None:
    sender = a_sender(stage, SourceKind.WEBHOOK, SECRET, proof="bearer", mapping=MAPPING)
    event = {
        "type": "finished",
        "id": long("event"),
        "user": long("ada"),
        "course": long(f"{HOME}/course/"),
        "at": stage.mentes.clock().isoformat(),
    }
    answer = sender.post(json.dumps(event).encode(), {"Authorization": f"Bearer {SECRET}"})
    assert answer.json()["new"] == 1, answer.text


def of_caliper(stage: Stage, _admin: Browser) -> None:
    sender = a_sender(stage, SourceKind.CALIPER, SECRET)
    now = stage.mentes.clock().isoformat()
    event = {
        "id": long("urn:uuid:"),
        "type": "Event",
        "action": "Completed",
        "actor": {"id": long(f"{HOME}/users/"), "type": "Person"},
        "object": {"id": long(f"{HOME}/courses/"), "type": "CourseOffering"},
        "eventTime": now,
    }
    envelope = {
        "sensor": long(f"{HOME}/sensor/"),
        "sendTime": now,
        "dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "data": [event],
    }
    answer = sender.post(json.dumps(envelope).encode(), {"Authorization": f"Bearer {SECRET}"})
    assert answer.json()["new"] == 1, answer.text


def of_a_file(stage: Stage, admin: Browser) -> None:
    page = uploaded(stage, admin, long("ada")[:1000], long(f"{HOME}/course/")[:1000])
    assert admin.submit(f"{page}/confirm").status_code == 303


def uploaded(stage: Stage, admin: Browser, account: str, course: str) -> str:
    """Upload a file of a line, and return its page."""
    now = stage.mentes.clock().isoformat()
    lines = f"account,course,completed_at\n{account},{course},{now}\n"
    file = (io.BytesIO(lines.encode()), "finished.csv")
    answer = admin.submit("uploads", file=file, home=HOME, zone="UTC")
    assert answer.status_code == 303, answer.text
    stage.worker.run_until_idle()
    return "uploads/" + answer.headers["Location"].rpartition("/")[2]


INLETS = [of_statements, of_a_module_in_statements, of_a_webhook, of_caliper, of_a_file]


@pytest.mark.parametrize("inlet", INLETS, ids=lambda inlet: inlet.__name__)
def test_nothing_is_lost_and_a_course_is_assigned_by_it(
    stage: Stage, clock: MovableClock, inlet: Any
) -> None:
    stage.join(stage.learner)
    admin = launched_as_admin(stage.campus)
    clock.forward(minutes=1)
    inlet(stage, admin)
    stage.worker.run_until_idle()
    assert outcomes(stage) == [(Status.WAITING, Reason.COURSE_UNKNOWN)]
    assert admin.get("not-assigned").status_code == 200
    course = the(stage, Course).id
    waiting = the(stage, Unassigned, Unassigned.what == What.COURSE).id
    assert admin.get(f"not-assigned/{waiting}").status_code == 200
    assert admin.submit(f"not-assigned/{waiting}/course", course=str(course)).status_code == 303
    stage.worker.run_until_idle()
    assert outcomes(stage) == [(Status.COUNTED, Reason.NO_CHECKPOINT)]
    a_rule_about(stage, admin)
    clock.forward(minutes=1)
    again(stage, admin, inlet)
    assert (Status.WAITING, Reason.PERSON_UNKNOWN) in outcomes(stage)


def again(stage: Stage, admin: Browser, inlet: Any) -> None:
    """Let the same be looked at anew, now that there is a rule."""
    with stage.mentes.database.transaction(stage.organisation_id) as session:
        for row in every(session, CompletionRow):
            row.status, row.at = Status.NEW, stage.mentes.clock()
    stage.worker.run_until_idle()


def a_rule_about(stage: Stage, _admin: Browser) -> None:
    (row,) = rows(stage, CompletionRow)
    wanted = row.module_iri or row.course_iri
    activity = next(each for each in rows(stage, CourseActivity) if each.iri == wanted)
    answer = stage.teacher.submit(
        "checkpoints", activity=str(activity.id), minutes="10", within_days="14"
    )
    assert answer.status_code == 303, answer.text


def test_a_line_of_a_file_says_which_cell_is_too_long(stage: Stage) -> None:
    admin = launched_as_admin(stage.campus)
    page = uploaded(stage, admin, long("ada"), long(f"{HOME}/course/"))
    assert "Rows that cannot be read" in admin.get(page).text


def test_a_person_is_not_assigned_by_a_name_that_no_index_takes_and_the_page_says_why(
    stage: Stage, clock: MovableClock
) -> None:
    place = f"{HOME}/course/1"
    stage.set_rule_about(place)
    admin = launched_as_admin(stage.campus)
    clock.forward(minutes=1)
    sender = a_sender(stage, SourceKind.WEBHOOK, SECRET, proof="bearer", mapping=MAPPING)
    event = {"type": "finished", "id": "1", "user": long("ada"), "course": place}
    body = json.dumps({**event, "at": clock().isoformat()}).encode()
    assert sender.post(body, {"Authorization": f"Bearer {SECRET}"}).status_code == 200
    waiting = the(stage, Unassigned, Unassigned.what == What.PERSON).id
    answer = admin.submit(f"not-assigned/{waiting}/person", person=str(stage.person_id(ADA)))
    assert answer.status_code == 409
    assert "This name is too long" in answer.text
    assert outcomes(stage) == [(Status.WAITING, Reason.PERSON_UNKNOWN)]


def test_what_a_launch_calls_people_and_courses_by_is_taken_or_passed_over(stage: Stage) -> None:
    browser = stage.campus.launched(
        BEN,
        **{
            claims.CONTEXT: {"id": "2", "label": long("label"), "title": long("title")},
            claims.LIS: {
                "person_sourcedid": long("person"),
                "course_section_sourcedid": long("section"),
            },
            claims.CUSTOM: {"username": long("ben")},
        },
    )
    assert browser.get("").status_code in (200, 303, 404)
    assert all(len(each.value) <= 255 for each in rows(stage, PersonIdentifier))
    assert [each for each in rows(stage, CourseActivity) if len(each.place) > 2700]


def outcomes(stage: Stage) -> list[tuple[str, str | None]]:
    return [(row.status, row.reason) for row in rows(stage, CompletionRow)]


def rows(stage: Stage, table: type[Any], *where: Any) -> list[Any]:
    with stage.mentes.database.reading(stage.organisation_id) as session:
        return every(session, table, *where)


def the(stage: Stage, table: type[Any], *where: Any) -> Any:
    (row,) = rows(stage, table, *where)
    return row
