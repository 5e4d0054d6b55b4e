"""The campus as people see it."""

import json

import pytest
import requests
from werkzeug.wrappers import Request, Response

from lrs_bridge.vocabulary import Verb
from lti.testing import serving
from plugin.demo.coursework import COURSE, MODULES

FIRST = MODULES[0]


def verbs(statements):
    return [statement["verb"]["display"]["en"].lower() for statement in statements]


def about(statements, url):
    return [statement for statement in statements if statement["object"]["id"] == url]


@Request.application
def parrot(request):
    """Answer with the form that was posted, as JSON."""
    return Response(json.dumps(request.form.to_dict()), mimetype="application/json")


@pytest.fixture
def tool(campus):
    """A tool that repeats what it is told."""
    with serving(parrot) as server:
        yield campus.platform.register_tool(
            name="Parrot",
            login_url=f"{server.url}/lti/login",
            launch_url=f"{server.url}/lti/launch",
            jwks_uri=f"{server.url}/keys.json",
        )


def test_everybody_can_be_chosen_and_says_what_there_is_to_do(campus, browsers):
    page = browsers().open(campus.issuer)
    assert page.has(*(person.name for person in campus.people))
    assert page.has(*(person.can for person in campus.people))
    assert len(page.document.forms) == len(campus.people)


def test_whoever_has_not_chosen_is_asked_to(campus, browsers):
    page = browsers().open(f"{campus.issuer}/course/view.php?id={COURSE.id}")
    assert page.url == f"{campus.issuer}/"


def test_a_learner_lands_in_the_course_and_the_record_store_hears_of_it(campus, signed_in, sink):
    _, page = signed_in("Ada")
    assert page.has(COURSE.title, *(module.name for module in MODULES), "Nothing here yet.")
    assert campus.log_store.settled(5)
    assert verbs(about(sink.statements, page.url)) == ["viewed"]


def test_the_first_completion_says_uncompleted_just_before_at_the_same_moment(
    campus, signed_in, sink
):
    browser, course = signed_in("Ada")
    page = browser.click(course, FIRST.name)
    page = browser.submit(page, "/complete.php", button="Mark as done")
    assert campus.log_store.settled(5)
    told = about(sink.statements, f"{campus.issuer}/mod/page/view.php?id={FIRST.cmid}")
    assert verbs(told) == ["viewed", "uncompleted", "completed", "viewed"]
    assert told[1]["timestamp"] == told[2]["timestamp"]
    assert not any("id" in statement for statement in told)
    assert "result" not in told[1]
    assert told[2]["result"] == {"completion": True}
    assert told[2]["actor"]["account"] == {"homePage": campus.issuer, "name": "4"}
    assert page.has("Done")


def test_the_second_completion_says_completed_alone(campus, signed_in, sink, clock):
    browser, course = signed_in("Ada")
    page = browser.click(course, FIRST.name)
    for button in ("Mark as done", "take it back", "Mark as done"):
        clock.forward(minutes=1)
        page = browser.submit(page, "/complete.php", button=button)
    assert campus.log_store.settled(5)
    told = [verb for verb in verbs(sink.statements) if "completed" in verb]
    assert told == ["uncompleted", "completed", "uncompleted", "completed"]


def test_a_button_pressed_twice_says_it_once(campus, signed_in, sink):
    browser, course = signed_in("Ada")
    page = browser.click(course, FIRST.name)
    browser.submit(page, "/complete.php", button="Mark as done")
    browser.submit(page, "/complete.php", button="Mark as done")
    assert campus.log_store.settled(5)
    assert verbs(sink.statements).count("completed") == 1


def test_sending_again_posts_the_very_same_statements(campus, signed_in, sink):
    browser, course = signed_in("Ada")
    page = browser.submit(browser.click(course, FIRST.name), "/complete.php")
    page = browser.submit(page, "/resend.php")
    assert page.has("Sent again: 2 statements")
    assert campus.log_store.settled(5)
    told = [
        each for each in sink.statements if "completed" in each["verb"]["display"]["en"].lower()
    ]
    assert told[:2] == told[2:]


def test_the_course_is_completed_with_its_last_page_and_without_a_result(campus, signed_in, sink):
    browser, course = signed_in("Ada")
    for module in MODULES:
        browser.submit(browser.click(course, module.name), "/complete.php")
    assert campus.log_store.settled(5)
    [completed] = [
        statement
        for statement in about(sink.statements, f"{campus.issuer}/course/view.php?id=2")
        if statement["verb"]["id"] == Verb.COMPLETED
    ]
    assert "result" not in completed


def test_only_learners_complete(campus, signed_in):
    browser, course = signed_in("Ines")
    page = browser.click(course, FIRST.name)
    assert not page.document.forms[1:]  # "switch person" alone


def test_an_item_opens_in_a_frame_that_sends_the_launch_to_the_tool(campus, signed_in, tool, sink):
    campus.platform.add_resource_link(tool, COURSE.id, "Mentoring", description="Talk.")
    browser, _ = signed_in("Ada")
    page = browser.open(f"{campus.issuer}/course/view.php?id={COURSE.id}")
    page = browser.click(page, "Mentoring")
    begun = browser.enter(page)
    assert begun.url == tool.login_url
    assert begun.top == page.url
    said = json.loads(begun.text)
    assert said["iss"] == campus.issuer
    assert said["login_hint"] == "4"
    assert said["target_link_uri"] == tool.target_link_uri
    assert campus.log_store.settled(5)
    assert verbs(about(sink.statements, page.url)) == ["viewed"]


def test_deep_linking_begins_in_a_frame(campus, signed_in, tool):
    browser, course = signed_in("Ines")
    begun = browser.enter(browser.click(course, "Add an external item"))
    assert begun.url == tool.login_url
    assert json.loads(begun.text)["login_hint"] == "3"


def test_instructors_add_items_and_learners_do_not(campus, signed_in, tool):
    browser, course = signed_in("Ines")
    page = browser.click(course, "Add an external item")
    assert page.document.frames == [f"/mod/lti/choose.php?id={COURSE.id}&tool={tool.client_id}"]
    other, _ = signed_in("Ada")
    assert other.open(page.url).status == 403


def test_grades_are_everybodys_for_instructors_and_ones_own_for_learners(
    campus, signed_in, tool, clock
):
    campus.platform.add_resource_link(tool, COURSE.id, "Mentoring", score_maximum=1)
    [column] = campus.platform.grades.columns(COURSE.id)
    campus.platform.grades.record(
        column,
        {
            "userId": "4",
            "timestamp": clock().isoformat(),
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": 1,
            "scoreMaximum": 1,
        },
        campus.platform.directory.learners(COURSE.id),
    )
    browser, course = signed_in("Ines")
    page = browser.click(course, "Grades")
    assert page.has("Ada Okafor", "Ben Larsen", "Completed")
    browser, course = signed_in("Ben")
    page = browser.click(course, "Grades")
    assert page.has("Ben Larsen")
    assert not page.has("Ada")
    assert not page.has("Completed")


def test_a_full_grade_completes_the_item_and_the_record_store_hears_of_it_once(campus, tool, sink):
    link = campus.platform.add_resource_link(tool, COURSE.id, "Mentoring", score_maximum=1)
    url = campus.platform.at.activity(link.id)
    campus.platform.complete("4", COURSE.id, url)
    campus.platform.complete("4", COURSE.id, url)
    assert campus.log_store.settled(5)
    [told] = sink.statements
    assert told["object"]["id"] == url
    assert told["result"] == {"completion": True, "success": True}


def test_a_tool_can_send_people_back_with_a_word(campus, browsers):
    page = browsers().open(f"{campus.issuer}/mod/lti/return.php?course=2&lti_errormsg=Too+late")
    assert page.has("Too late")
    assert page.link("Back to the course").target == "_top"


@pytest.mark.parametrize(
    "path",
    [
        "/mod/page/view.php?id=9",
        "/mod/page/view.php?id=x",
        "/mod/lti/view.php?id=9",
        "/mod/lti/launch.php?id=9",
        "/mail/1",
        "/mail/1/invitation.ics",
    ],
)
def test_what_is_not_there_is_said_calmly(campus, signed_in, path):
    browser, _ = signed_in("Ada")
    page = browser.open(campus.issuer + path)
    assert page.status == 404
    assert page.has("That did not work")


def test_signing_out_ends_the_session(campus, signed_in):
    browser, course = signed_in("Ada")
    assert browser.submit(course, "/logout.php").url == f"{campus.issuer}/"
    assert browser.open(course.url).url == f"{campus.issuer}/"


def test_a_form_from_another_site_is_refused(campus):
    answer = requests.post(
        f"{campus.issuer}/login/index.php",
        data={"person": "4"},
        headers={"Sec-Fetch-Site": "cross-site"},
        timeout=5,
    )
    assert answer.status_code == 403


def test_a_course_is_copied_with_its_pages_and_items_and_without_its_learners(
    campus, signed_in, tool, sink
):
    item = campus.platform.add_resource_link(tool, COURSE.id, "Parrot", score_maximum=1)
    browser, page = signed_in("Ines")
    copy = browser.submit(page, "/copy.php", button="Copy this course")
    assert copy.has(f"{COURSE.title} (copy)", "Parrot", *(module.name for module in MODULES))
    made = campus.courses()[1]
    assert made.copied_from == (COURSE.id,)
    assert [link.copied_from for link in campus.links(made.id)] == [(item.id,)]
    assert not campus.platform.directory.learners(made.id)
    assert len(campus.platform.gradebook(made.id)) == 1
    page = browser.click(copy, FIRST.name)
    assert page.url != f"{campus.issuer}/mod/page/view.php?id={FIRST.cmid}"
    assert campus.log_store.settled(5)
    (told,) = about(sink.statements, page.url)
    activities = told["context"]["contextActivities"].values()
    assert copy.url in [each["id"] for several in activities for each in several]
    assert browser.click(page, f"{COURSE.title} (copy)").url == copy.url


def test_only_instructors_copy_and_only_what_is_there(campus, signed_in):
    browser, page = signed_in("Ada")
    assert not page.has("Copy this course")
    browser, _ = signed_in("Ines")
    assert browser.open(f"{campus.issuer}/course/view.php?id=404").status == 404
