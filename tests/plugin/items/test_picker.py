"""The picker: what an instructor chooses, what goes to the platform, what the platform makes of it.

The platform is on a real socket; it checks what comes back as strictly as Moodle does.
"""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
import requests
from sqlalchemy import select

from lti import claims, copies, jose
from lti.message import Context
from lti.roles import CONTENT_DEVELOPER, INSTRUCTOR, LEARNER, MENTOR
from lti.testing import messages
from plugin.app import Mentes
from plugin.circles import service as circles
from plugin.courses.model import Course
from plugin.foundation.tenancy import EVERYWHERE
from plugin.items.model import PlacedItem
from plugin.launches.items import Kind, Said
from plugin.platforms.model import DeploymentPolicy, RegistrationRow
from plugin.programmes.model import Checkpoint
from tests.plugin.factories import a_course, a_mentor, a_person, a_programme, an_activity, every
from tests.plugin.launching import ADA, COURSE, TEACHER, Browser, Campus
from tests.plugin.records.scoring import endpoint

TARGETS = "accept_presentation_document_targets"


def choosing(campus: Campus, *, role: str = INSTRUCTOR, **settings: Any) -> Browser:
    """Return a teacher's browser in a deep linking launch; `settings` changes what is accepted."""
    browser = campus.browser()
    state, nonce = browser.begin(TEACHER)
    asked = {
        "deep_link_return_url": f"{campus.platform.issuer}/return",
        "accept_types": ["ltiResourceLink"],
        TARGETS: ["iframe", "window"],
        "accept_multiple": True,
        "accept_lineitem": True,
        "auto_create": False,
        "data": 'op:321,"v":é ',
        **settings,
    }
    content = messages.deep_linking_request(
        campus.platform, campus.tool, TEACHER, COURSE, {k: v for k, v in asked.items() if v != ""}
    )
    answer = browser.post(state, browser.token(nonce, {**content, claims.ROLES: [role]}))
    browser.launch_id = answer.headers["Location"].strip("/").split("/")[-1]
    return browser


def sent(page: str) -> dict[str, Any]:
    """Return the claims of the answer that a page sends on."""
    (jwt,) = re.findall(r'name="JWT" value="([^"]+)"', page)
    return dict(jose.unverified_claims(unescape(jwt)))


def answered(browser: Browser, **form: Any) -> dict[str, Any]:
    page = browser.submit("items", **{"act": "add", **form})
    assert page.status_code == 200, page.get_data(as_text=True)
    return sent(page.get_data(as_text=True))


def placements(mentes: Mentes) -> list[PlacedItem]:
    with mentes.database.reading(EVERYWHERE) as session:
        return every(session, PlacedItem)


def test_several_items_go_back_at_once_each_with_our_own_id(campus: Campus, mentes: Mentes) -> None:
    browser = choosing(campus)
    said = answered(browser, kind=["mentoring", "check-in", "goal-review"], column="yes")
    items = said[claims.CONTENT_ITEMS]
    kept = {placed.kind: placed for placed in placements(mentes)}
    assert [item["custom"]["mentes_item"] for item in items] == [
        "mentoring",
        "check-in",
        "goal-review",
    ]
    for item in items:
        placed = kept[item["custom"]["mentes_item"]]
        assert item["custom"]["mentes_id"] == str(placed.id)
        assert item["title"] == placed.title
        assert item["icon"]["url"].endswith("/static/mark.svg")
    assert [("lineItem" in item) for item in items] == [True, False, False]
    assert items[0]["lineItem"]["resourceId"] == "mentoring"
    assert said[claims.DATA] == 'op:321,"v":é '
    assert said[claims.MESSAGE] == "Mentes: 3 items."
    assert said[claims.LOG] == "Mentes: 3 items (mentoring, check-in, goal-review)"


def test_the_platform_takes_what_was_chosen_and_puts_it_into_the_course(
    campus: Campus, mentes: Mentes
) -> None:
    initiation = campus.platform.deep_linking_initiation(campus.tool, TEACHER, COURSE)
    browser = campus.browser()
    answer = browser.client.post("/lti/login", data=initiation.params)
    landed = requests.get(answer.headers["Location"], timeout=10)
    fields = dict(re.findall(r'name="(state|id_token)" value="([^"]+)"', landed.text))
    answer = browser.post(unescape(fields["state"]), unescape(fields["id_token"]))
    browser.launch_id = answer.headers["Location"].strip("/").split("/")[-1]
    page = browser.submit(
        "items", act="add", kind="goal-review", **{"title-goal-review": "What came of it"}
    ).get_data(as_text=True)
    (return_url,) = re.findall(r'action="([^"]+)"', page)
    (jwt,) = re.findall(r'name="JWT" value="([^"]+)"', page)
    back = requests.post(unescape(return_url), data={"JWT": unescape(jwt)}, timeout=10)
    assert back.ok, back.text
    (link,) = [
        each for each in campus.platform.directory.links(COURSE.id) if each.id != campus.link.id
    ]
    assert link.title == "What came of it"
    assert link.custom == {
        **copies.CUSTOM,
        "mentes_item": "goal-review",
        "mentes_id": str(placements(mentes)[0].id),
    }


def test_wherever_a_platform_waits_its_address_breaks_out_of_nothing(campus: Campus) -> None:
    address = f"{campus.platform.issuer}/return?course=2&back='\"><script>alert(1)</script>"
    page = choosing(campus, deep_link_return_url=address).submit(
        "items", act="add", kind="mentoring"
    )
    text = page.get_data(as_text=True)
    assert "<script>alert" not in text
    (action,) = re.findall(r'<form[^>]* action="([^"]*)"', text)
    assert "&amp;back=" in action
    assert unescape(action) == address


@pytest.mark.parametrize(
    ("accepts", "form", "inside"),
    [
        ({}, {"opens_in": "iframe"}, {"iframe": {"height": 800}}),
        ({}, {"opens_in": "window"}, {"window": {}}),
        ({TARGETS: ["window"]}, {"opens_in": "window"}, {"window": {}}),
        ({TARGETS: ["embed"]}, {}, {}),
    ],
)
def test_an_item_opens_where_the_platform_lets_it(
    campus: Campus, accepts: dict[str, Any], form: dict[str, str], inside: dict[str, Any]
) -> None:
    (item,) = answered(choosing(campus, **accepts), kind="mentoring", **form)[claims.CONTENT_ITEMS]
    assert {name: item[name] for name in ("iframe", "window") if name in item} == inside


def test_windows_are_said_in_universal_time_and_kept(campus: Campus, mentes: Mentes) -> None:
    (item,) = answered(
        choosing(campus),
        kind="check-in",
        zone="Europe/Berlin",
        available_from="2027-01-10T09:00",
        available_until="2027-02-10T09:00",
        submit_until="2027-02-01T09:00",
    )[claims.CONTENT_ITEMS]
    assert item["available"] == {
        "startDateTime": "2027-01-10T08:00:00+00:00",
        "endDateTime": "2027-02-10T08:00:00+00:00",
    }
    assert item["submission"]["endDateTime"] == "2027-02-01T08:00:00+00:00"
    (placed,) = placements(mentes)
    assert placed.available_from is not None
    assert placed.available_from.isoformat() == "2027-01-10T08:00:00+00:00"


def test_a_platform_that_takes_one_item_is_offered_one(campus: Campus, mentes: Mentes) -> None:
    browser = choosing(campus, accept_multiple=False)
    page = browser.get("items").get_data(as_text=True)
    assert 'type="radio" id="kind-1"' in page
    answer = browser.submit("items", act="add", kind=["mentoring", "goal-review"])
    assert answer.status_code == 422
    assert "one item at a time" in answer.get_data(as_text=True)
    assert placements(mentes) == []


def test_no_column_where_the_platform_takes_none(campus: Campus) -> None:
    browser = choosing(campus, accept_lineitem=False)
    assert "nothing into the gradebook" in browser.get("items").get_data(as_text=True)
    (item,) = answered(browser, kind="mentoring", column="yes")[claims.CONTENT_ITEMS]
    assert "lineItem" not in item


def test_a_course_gets_no_second_column(campus: Campus) -> None:
    campus.launched(TEACHER)
    browser = choosing(campus)
    assert "has its column" in browser.get("items").get_data(as_text=True)
    (item,) = answered(browser, kind="mentoring", column="yes")[claims.CONTENT_ITEMS]
    assert "lineItem" not in item


def test_no_column_where_the_instructor_wants_none(campus: Campus) -> None:
    campus.launched(TEACHER, **endpoint(campus, lineitem=False)).submit("column/stop")
    browser = choosing(campus)
    assert "It brings nothing into the gradebook" in browser.get("items").text
    (item,) = answered(browser, kind="mentoring", column="yes")[claims.CONTENT_ITEMS]
    assert "lineItem" not in item


def test_cancelling_goes_back_with_nothing_and_says_so(campus: Campus, mentes: Mentes) -> None:
    said = answered(choosing(campus), act="none")
    assert said[claims.CONTENT_ITEMS] == []
    assert said[claims.MESSAGE] == "Nothing was added."
    assert said[claims.DATA] == 'op:321,"v":é '
    assert placements(mentes) == []


def test_without_data_none_goes_back(campus: Campus) -> None:
    assert claims.DATA not in answered(choosing(campus, data=""), act="none")


@pytest.mark.parametrize("act", ["add", "none"])
def test_where_no_items_are_taken_the_answer_says_why(campus: Campus, act: str) -> None:
    browser = choosing(campus, accept_types=["file"])
    assert "takes no items" in browser.get("items").get_data(as_text=True)
    said = answered(browser, act=act, kind="mentoring")
    assert said[claims.CONTENT_ITEMS] == []
    assert said[claims.ERROR_MESSAGE].startswith("In this place your platform takes no items")
    assert said[claims.ERROR_LOG] == "Mentes: accept_types is without ltiResourceLink"


def test_a_choice_is_answered_once(campus: Campus) -> None:
    browser = choosing(campus)
    answered(browser, kind="mentoring")
    assert browser.submit("items", act="add", kind="mentoring").status_code == 404


def test_looking_first_keeps_nothing_and_can_be_followed_by_adding(
    campus: Campus, mentes: Mentes
) -> None:
    browser = choosing(campus)
    form = {"kind": ["check-in", "goal-review"], "title-check-in": "Talk about it"}
    page = browser.submit("items", act="preview", **form).get_data(as_text=True)
    assert "This is what your learners will find" in page
    assert "Talk about it" in page
    assert placements(mentes) == []
    assert len(answered(browser, **form)[claims.CONTENT_ITEMS]) == 2


def test_a_check_in_after_what_stands_before_it_has_a_rule_of_its_own(
    campus: Campus, mentes: Mentes
) -> None:
    (item,) = answered(choosing(campus), kind="check-in")[claims.CONTENT_ITEMS]
    (placed,) = placements(mentes)
    with mentes.database.reading(EVERYWHERE) as session:
        (rule,) = every(session, Checkpoint)
    assert placed.checkpoint_id == rule.id
    assert item["custom"]["mentes_after"] == rule.iri


def test_a_check_in_after_a_module_takes_the_rule_that_stands(
    campus: Campus, mentes: Mentes
) -> None:
    campus.launched(TEACHER)
    with mentes.database.reading(EVERYWHERE) as session:
        course = every(session, Course)[0]
    with mentes.database.transaction(course.organisation_id) as session:
        activity = an_activity(session, session.get_one(Course, course.id)).id
    for _ in range(2):
        (item,) = answered(choosing(campus), kind="check-in", after=str(activity))[
            claims.CONTENT_ITEMS
        ]
        assert "mentes_after" not in item["custom"]
    with mentes.database.reading(EVERYWHERE) as session:
        (rule,) = every(session, Checkpoint)
    assert {placed.checkpoint_id for placed in placements(mentes)} == {rule.id}


@pytest.mark.parametrize("role", [LEARNER, MENTOR, CONTENT_DEVELOPER])
def test_whoever_does_not_teach_goes_back_with_nothing_and_a_reason(
    campus: Campus, mentes: Mentes, role: str
) -> None:
    browser = choosing(campus, role=role)
    home = browser.get("")
    page = browser.follow(home)
    assert (home.status_code, page.status_code) == (303, 200)
    assert "Whoever teaches the course adds mentoring" in page.text
    for path, form in (("items", {"act": "add", "kind": "mentoring"}), ("items", {"act": "none"})):
        assert browser.submit(path, **form).status_code == 403
    said = sent(browser.submit("items/not-allowed").text)
    assert said[claims.CONTENT_ITEMS] == []
    assert said[claims.DATA] == 'op:321,"v":é '
    assert said[claims.ERROR_MESSAGE] == "Whoever teaches the course adds mentoring to it"
    assert "role of an instructor" in said[claims.ERROR_LOG]
    assert browser.submit("items/not-allowed").status_code in (404, 409)  # it is answered once
    assert placements(mentes) == []


def test_an_answer_is_of_the_deployment_that_asked_though_the_course_was_opened_by_another(
    campus: Campus, mentes: Mentes
) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        row = session.get_one(RegistrationRow, campus.registration_id)
        row.deployment_policy = DeploymentPolicy.ALL
    teacher = choosing(campus)
    campus.launched(ADA, **{claims.DEPLOYMENT_ID: "another"})
    answer = answered(teacher, kind="mentoring")
    assert answer[claims.DEPLOYMENT_ID] == campus.tool.deployment_id != "another"


def test_a_circle_is_chosen_among_those_of_the_course(campus: Campus, mentes: Mentes) -> None:
    campus.launched(TEACHER)
    with mentes.database.reading(EVERYWHERE) as session:
        course = every(session, Course)[0]
    with mentes.database.transaction(course.organisation_id) as session:
        here = session.get_one(Course, course.id)
        programme = a_programme(session, here)
        mentor = a_mentor(session, programme)
        circle = circles.make(
            session,
            programme,
            topic="Difficult talks",
            mentor_id=mentor.id,
            members={a_person(session, here).id},
            group_id=None,
            by=mentor.id,
            now=mentes.clock(),
        ).id
    (item,) = answered(choosing(campus), kind="circle", circle=str(circle))[claims.CONTENT_ITEMS]
    assert item["custom"]["mentes_item"] == Kind.CIRCLE
    assert placements(mentes)[0].circle_id == circle
    with mentes.database.transaction(course.organisation_id) as session:
        registration = session.get_one(RegistrationRow, course.registration_id)
        another = a_course(session, registration, context=Context(id="99"))
        elsewhere = circles.make(
            session,
            programme := a_programme(session, another),
            topic="Secret talks",
            mentor_id=a_mentor(session, programme).id,
            members={a_person(session, another).id},
            group_id=None,
            by=mentor.id,
            now=mentes.clock(),
        ).id
    for circle in (elsewhere, UUID(int=7)):
        for act in ("add", "preview"):
            answer = choosing(campus).submit("items", act=act, kind="circle", circle=str(circle))
            assert answer.status_code == 422
            assert "Secret talks" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({}, "Choose what to add."),
        ({"kind": "quiz"}, "Choose from those shown."),
        ({"kind": "circle"}, "Choose a circle, or make one first."),
        ({"kind": "check-in", "after": "7"}, "Choose something of this course."),
        (
            {
                "kind": "mentoring",
                "available_from": "2027-02-10T09:00",
                "available_until": "2027-01-10T09:00",
            },
            "It cannot close before it opens.",
        ),
        ({"kind": "mentoring", "available_from": "soon"}, "Choose a day and a time."),
        ({"kind": "mentoring", "title-mentoring": "x" * 121}, "At most 120 characters."),
    ],
)
def test_what_cannot_be_added_is_said_at_its_field(
    campus: Campus, mentes: Mentes, form: dict[str, str], why: str
) -> None:
    answer = choosing(campus).submit("items", act="add", **form)
    assert answer.status_code == 422
    assert why in answer.get_data(as_text=True)
    assert placements(mentes) == []


def test_an_item_says_the_same_of_itself_as_its_launch_understands() -> None:
    said = Said(kind=Kind.CHECK_IN, id="7", after="https://tool.example/items/7")
    assert Said.of(said.custom()) == said == Said.kept(said.as_kept())


def test_the_rule_of_an_item_opens_within_a_fortnight(campus: Campus, mentes: Mentes) -> None:
    answered(choosing(campus), kind="check-in")
    with mentes.database.reading(EVERYWHERE) as session:
        rule = session.scalars(select(Checkpoint)).one()
    assert (rule.minutes, timedelta(days=rule.within_days)) == (10, timedelta(days=14))
