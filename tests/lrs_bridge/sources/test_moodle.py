"""What a real Moodle 4.3 said, and what we understand of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from lrs_bridge.completion import PersonKey
from lrs_bridge.sources import read
from lrs_bridge.testing import (
    moodle_course_completed,
    moodle_module_completed,
    moodle_module_uncompleted,
)
from lrs_bridge.validation import check_statement
from lrs_bridge.vocabulary import COURSE_TYPES, Extension
from tests.lrs_bridge.sources.golden import sighted
from tests.lrs_bridge.test_validation import GOOD

RECORDED = Path(__file__).parents[2] / "data" / "moodle-4.3"
SITE = "http://127.0.0.1:8090"
AT = datetime(2026, 11, 22, 1, 58, 28, tzinfo=UTC)
ORGANISATION = uuid4()


def recorded():
    lines = (RECORDED / "xapi_statements.jsonl").read_text().splitlines()
    return [json.loads(line)["statement"] for line in lines]


def test_of_everything_recorded_only_completions_are_read():
    understood = (read(statement, ORGANISATION) for statement in recorded())
    told = [
        (it.person_keys[0].value, it.state, (it.module_key or it.course_key).removeprefix(SITE))
        for it in understood
        if it
    ]
    first_page, second_page = "/mod/page/view.php?id=2", "/mod/page/view.php?id=3"
    course = "/course/view.php?id=2"
    whole_course = [
        ("uncompleted", first_page),
        ("completed", first_page),
        ("completed", course),
        ("completed", second_page),
    ]
    assert told == [
        *(("4", *it) for it in whole_course),
        *(("5", *it) for it in whole_course),
        ("6", "passed", "/mod/lti/view.php?id=4"),
        *(("6", *it) for it in whole_course),
        ("6", "uncompleted", second_page),
    ]


def test_a_module_completion_says_who_what_where_and_when():
    id = uuid4()
    statement = {"id": str(id), **moodle_module_completed(SITE, 4, 2, 2, AT)}
    completion = read(statement, ORGANISATION)
    assert completion.organisation_id == ORGANISATION
    assert completion.source == "moodle"
    assert completion.person_keys == (
        PersonKey(scheme="account", home="https://127.0.0.1:8090", value="4"),
    )
    assert completion.course_key == f"{SITE}/course/view.php?id=2"
    assert completion.module_key == f"{SITE}/mod/page/view.php?id=2"
    assert (completion.kind, completion.state, completion.at) == ("module", "completed", AT)
    assert completion.reference == id
    assert completion.course_names == {"en": "Mentored Course 101"}
    assert completion.module_names == {"en": "Read me (view to complete)"}


def test_a_course_completion_has_no_module_and_needs_no_result():
    completion = read(moodle_course_completed(SITE, 4, 2, AT), ORGANISATION)
    assert (completion.kind, completion.state) == ("course", "completed")
    assert completion.course_key == f"{SITE}/course/view.php?id=2"
    assert completion.module_key is None
    assert completion.reference is None


@pytest.mark.parametrize(("success", "state"), [(True, "passed"), (False, "failed")])
def test_success_tells_passed_from_failed(success, state):
    statement = moodle_module_completed(SITE, 4, 2, 2, AT, success=success)
    assert read(statement, ORGANISATION).state == state


def test_uncompleted_just_before_completed_is_another_event():
    undone = read(moodle_module_uncompleted(SITE, 4, 2, 2, AT), ORGANISATION)
    done = read(moodle_module_completed(SITE, 4, 2, 2, AT), ORGANISATION)
    assert undone.at == done.at
    assert (undone.state, done.state) == ("uncompleted", "completed")
    assert undone.source_event_id != done.source_event_id


def test_the_same_event_sent_twice_is_one_event_whatever_ids_a_store_gave():
    sent = moodle_module_completed(SITE, 4, 2, 2, AT)
    again = {**sent, "id": str(uuid4()), "timestamp": "2026-11-22T02:58:28+01:00"}
    again["context"] = {**sent["context"], "registration": str(uuid4())}
    first = read({"id": str(uuid4()), **sent}, ORGANISATION)
    second = read(again, ORGANISATION)
    assert first.source_event_id == second.source_event_id
    assert first.reference != second.reference


@pytest.mark.parametrize("type", sorted(COURSE_TYPES))
def test_every_type_that_a_course_has_had_is_a_course(type):
    statement = moodle_course_completed(SITE, 4, 2, AT)
    statement["object"]["definition"]["type"] = str(type)
    assert read(statement, ORGANISATION).kind == "course"


def test_criteria_that_were_edited_are_not_a_completion():
    statement = moodle_course_completed(SITE, 4, 2, AT)
    info = statement["context"]["extensions"][
        "http://lrs.learninglocker.net/define/extensions/info"
    ]
    info["event_name"] = "\\core\\event\\course_completion_updated"
    assert read(statement, ORGANISATION) is None


def test_a_site_identified_by_mail_address_gives_that_as_the_key():
    statement = moodle_course_completed(SITE, 4, 2, AT)
    statement["actor"] = {"name": "Ada One", "mbox": "mailto:Ada@LMS.example"}
    keys = read(statement, ORGANISATION).person_keys
    assert keys == (PersonKey(scheme="mbox", value="ada@lms.example"),)


def test_a_group_completes_nothing():
    statement = moodle_course_completed(SITE, 4, 2, AT)
    statement["actor"] = {"objectType": "Group", "member": [statement["actor"]]}
    assert read(statement, ORGANISATION) is None


def without_registration(statement):
    statement["context"].pop("registration")
    return statement


def test_the_factories_send_what_the_real_one_sent():
    undone, done, course = recorded()[3:6]
    assert [
        without_registration(made)
        for made in (
            moodle_module_uncompleted(SITE, 4, 2, 2, AT),
            moodle_module_completed(SITE, 4, 2, 2, AT),
            moodle_course_completed(SITE, 4, 2, AT),
        )
    ] == [without_registration(sent) for sent in (undone, done, course)]


def test_the_registration_of_a_factory_is_a_uuid():
    statement = moodle_course_completed(SITE, 4, 2, AT)
    assert UUID(statement["context"]["registration"])


def test_a_module_is_sighted_in_whatever_is_said_about_it():
    seen = {
        (it.course_key, it.module_key, it.module_name)
        for it in (sighted(statement) for statement in recorded())
        if it
    }
    course = f"{SITE}/course/view.php?id=2"
    assert (course, f"{SITE}/mod/lti/view.php?id=4", "Mentoring (LTI)") in seen
    assert (course, f"{SITE}/mod/page/view.php?id=2", "Read me (view to complete)") in seen
    assert len(seen) == 3


@pytest.mark.parametrize("overrides", GOOD, ids=lambda it: json.dumps(it)[:60])
def test_whatever_is_valid_can_be_read(overrides):
    """A reader that fails would keep the statement from being stored."""
    for sent in (
        moodle_course_completed(SITE, 4, 2, AT),
        moodle_module_completed(SITE, 4, 2, 2, AT),
        moodle_module_uncompleted(SITE, 4, 2, 2, AT),
    ):
        sent["context"].pop("platform")  # stands beside activities only
        statement = {**sent, **overrides}
        check_statement(statement)
        read(statement, ORGANISATION)
        sighted(statement)


@pytest.mark.parametrize("info", [None, [], "x", {}, {"event_name": []}, {"event_name": None}])
def test_an_extension_of_any_shape_can_be_read(info):
    statement = moodle_course_completed(SITE, 4, 2, AT)
    statement["context"]["extensions"] = {Extension.INFO.value: info}
    assert read(statement, ORGANISATION).state == "completed"


def test_a_module_without_its_course_is_not_sighted():
    statement = moodle_module_completed(SITE, 4, 2, 2, AT)
    del statement["context"]["contextActivities"]["parent"]
    assert sighted(statement) is None
    assert read(statement, ORGANISATION).course_key is None


def test_what_an_external_tool_completes_may_be_our_own_item():
    item = moodle_module_completed(SITE, 6, 4, 2, AT, module="lti")
    assert read(item, ORGANISATION).lti_item
    assert not read(moodle_module_completed(SITE, 6, 4, 2, AT), ORGANISATION).lti_item
    assert not read(moodle_course_completed(SITE, 6, 2, AT), ORGANISATION).lti_item
