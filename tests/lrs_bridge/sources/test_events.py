"""Canvas, Caliper and webhooks: golden pairs, traps, and whatever else may arrive."""

from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.sources import caliper, canvas, mapping, webhooks
from lrs_bridge.sources.errors import EventInvalid
from lrs_bridge.sources.payload import read_json
from lrs_bridge.sources.shards import local_id
from tests.lrs_bridge.sources.anything import json_values, places, replaced
from tests.lrs_bridge.sources.golden import ORGANISATION, loaded, pairs, written

NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)
PAIRS = [path for how in ("canvas", "caliper", "webhook") for path in pairs(how)]
READ = {path.stem: loaded(path) for path in PAIRS if loaded(path)["completion"]}
QUIZ = READ["canvas-caliper-quiz-submitted"]["given"]
COMPLETED = READ["canvas-course-completed"]["given"]
BATCH = READ["webhook-docebo-batch"]["given"]
SITE = "https://oxana.instructure.com"
DOCEBO = mapping.parsed(webhooks.docebo("https://acme.docebosaas.com"))


def batch(pair, sent):
    if pair["read"] == "canvas":
        return canvas.read(sent, ORGANISATION, site=pair["site"])
    if pair["read"] == "caliper":
        options = {it: pair[it] for it in ("passing_share", "canvas_site") if it in pair}
        return caliper.read(sent, ORGANISATION, **options)
    by = mapping.parsed(webhooks.PRESETS[pair["preset"]](pair["home"]))
    return webhooks.read(sent, ORGANISATION, by, now=NOW)


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_an_event_is_read_as_its_golden_pair_says(path):
    pair = loaded(path)
    found = batch(pair, pair["given"])
    assert found.faults == ()
    wanted = [] if pair["completion"] is None else [pair["completion"]]
    assert [written(it) for it in found.completions] == wanted
    assert found.passed_over == 1 - len(wanted)


@pytest.mark.parametrize("name", READ)
@given(data=st.data(), by=json_values)
def test_whatever_stands_anywhere_in_an_event_it_is_read_or_refused(name, data, by):
    pair = READ[name]
    broken = replaced(pair["given"], data.draw(st.sampled_from(places(pair["given"]))), by)
    try:
        found = batch(pair, broken)
    except EventInvalid:
        return
    assert found == batch(pair, broken) or found.faults  # errors are not equal to one another
    for completion in found.completions:
        assert completion.person_keys
        assert completion.source_event_id
        assert completion.course_key or completion.module_key
        assert completion.at.tzinfo is not None


@given(value=json_values)
@pytest.mark.parametrize("name", ["canvas-course-completed", *list(READ)[-3:]])
def test_any_json_is_read_or_refused(name, value):
    with suppress(EventInvalid):
        assert batch(READ[name], value).completions == ()


def test_canvas_sends_again_and_it_is_one_event():
    again = deepcopy(COMPLETED)
    again["metadata"]["event_time"] = "2019-11-01T19:12:00.000Z"
    again["metadata"]["request_id"] = "another"
    ids = {
        canvas.read(it, ORGANISATION, site=site).completions[0].source_event_id
        for it in (COMPLETED, again)
        for site in (SITE, "http://OXANA.instructure.com/")
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("handed_in", "kind"),
    [
        ("external_tool", "AssignableDigitalResource"),
        ("basic_lti_launch", "AssignableDigitalResource"),
        (None, "LtiLink"),
    ],
)
def test_what_an_lti_tool_handed_in_may_be_our_own_item(handed_in, kind):
    sent = deepcopy(QUIZ)
    assert not caliper.read(sent, ORGANISATION).completions[0].lti_item
    done = sent["data"][0]["object"]
    done["extensions"] = {"com.instructure.canvas": {"submission_type": handed_in}}
    done["assignable"]["type"] = kind
    assert caliper.read(sent, ORGANISATION).completions[0].lti_item


def test_a_completion_time_that_is_set_anew_is_another_event():
    again = deepcopy(COMPLETED)
    again["body"]["progress"]["completed_at"] = "2019-11-06T00:00:00Z"
    ids = {
        canvas.read(it, ORGANISATION, site=SITE).completions[0].source_event_id
        for it in (COMPLETED, again)
    }
    assert len(ids) == 2


def test_a_global_id_and_the_local_one_are_one_event():
    given = READ["canvas-course-completed-found-by-a-job-with-global-ids"]["given"]
    ids = {
        canvas.read(it, ORGANISATION, site=SITE).completions[0].source_event_id
        for it in (COMPLETED, given)
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("id", "of", "local"),
    [
        ("21070000000000123", "21070000000000001", "123"),
        ("11210000000000123", "21070000000000001", "11210000000000123"),
        ("123", "21070000000000001", "123"),
        ("21070000000000123", None, "21070000000000123"),
        ("123", "1", "123"),
        ("9" * 40, "21070000000000001", "9" * 40),
        ("x", "21070000000000001", "x"),
    ],
)
def test_ids_of_the_own_shard_are_local(id, of, local):
    assert local_id(id, of) == local


@pytest.mark.parametrize("missing", ["course", "user"])
def test_canvas_must_say_who_and_what(missing):
    broken = deepcopy(COMPLETED)
    del broken["body"][missing]["id"]
    found = canvas.read(broken, ORGANISATION, site=SITE)
    assert [fault.pointer for fault in found.faults] == [f"/body/{missing}/id"]


def test_what_canvas_does_not_know_is_not_read():
    with pytest.raises(EventInvalid, match="Live Event of Canvas"):
        canvas.read({"hello": 1}, ORGANISATION, site=SITE)


def test_one_bad_event_of_an_envelope_loses_none_of_the_others():
    broken = deepcopy(QUIZ["data"][0])
    del broken["eventTime"]
    nobody = deepcopy(QUIZ["data"][0])
    nobody["actor"] = nobody["object"]["assignee"] = {"type": "Person"}
    view = {**QUIZ["data"][0], "type": "ViewEvent", "action": "Viewed"}
    envelope = {**QUIZ, "data": [broken, QUIZ["data"][0], view, nobody, 7]}
    found = caliper.read(envelope, ORGANISATION, canvas_site=SITE)
    assert len(found.completions) == 1
    assert found.passed_over == 2
    assert [it.pointer for it in found.faults] == ["/data/0/eventTime", "/data/3/actor"]


def test_an_actor_who_is_a_bare_number_is_nobody():
    nobody = deepcopy(QUIZ["data"][0])
    nobody["actor"] = nobody["object"]["assignee"] = {"type": "Person", "id": "42"}
    found = caliper.read({**QUIZ, "data": [nobody]}, ORGANISATION, canvas_site=SITE)
    assert [str(it) for it in found.faults] == [
        "/data/0/actor must say who it is, with an id that says of which system."
    ]


def test_the_teacher_who_graded_is_not_the_learner():
    envelope = deepcopy(READ["caliper-canvas-grade-passed"]["given"])
    del envelope["data"][0]["object"]["assignee"]
    found = caliper.read(envelope, ORGANISATION, passing_share=0.5)
    assert [fault.pointer for fault in found.faults] == ["/data/0/actor"]


def test_caliper_one_point_zero_names_its_types_by_iris():
    event = deepcopy(READ["caliper-blackboard-test-completed"]["given"]["data"][0])
    event["@type"] = "http://purl.imsglobal.org/caliper/v1/" + event.pop("type")
    event["action"] = "http://purl.imsglobal.org/vocab/caliper/v1/action#" + event["action"]
    assert len(caliper.read({"data": [event]}, ORGANISATION).completions) == 1


def test_an_envelope_without_events_is_refused():
    with pytest.raises(EventInvalid, match="/data must be a list"):
        caliper.read({"sensor": "x"}, ORGANISATION)


def test_a_batch_is_as_many_events_and_sent_again_the_same():
    ada, ben = BATCH["payloads"][0], {**BATCH["payloads"][0], "user_id": 2, "username": "ben"}
    first = webhooks.read({**BATCH, "payloads": [ada, ben]}, ORGANISATION, DOCEBO, now=NOW)
    again = webhooks.read({**BATCH, "payloads": [ben, ada]}, ORGANISATION, DOCEBO, now=NOW)
    ids = [it.source_event_id for it in first.completions]
    assert len(set(ids)) == 2
    assert sorted(ids) == sorted(it.source_event_id for it in again.completions)


def test_what_is_missing_is_said_by_the_path_where_it_was_looked_for():
    nameless = {**BATCH["payloads"][0], "user_id": None, "username": ""}
    timeless = {**BATCH["payloads"][0], "completion_date": "soon"}
    courseless = {**BATCH["payloads"][0], "course_id": None, "course_code": ""}
    sent = {**BATCH, "payloads": [nameless, timeless, courseless, BATCH["payloads"][0]]}
    found = webhooks.read(sent, ORGANISATION, DOCEBO, now=NOW)
    assert [str(fault) for fault in found.faults] == [
        "/0 must say who it is, at user_id, username, email.",
        "/1 must say when it was, at completion_date | completed_at | fired_at.",
        "/2 must say what was completed, at course_id | course_code.",
    ]
    assert len(found.completions) == 1


def test_a_message_without_events_says_where_they_were_looked_for():
    with pytest.raises(EventInvalid, match=r"at payloads \| payload"):
        webhooks.read({"event": "x"}, ORGANISATION, DOCEBO, now=NOW)


def test_an_event_without_a_time_of_its_own_happened_now_and_is_one_event():
    by = mapping.parsed(
        {
            "source": "hr",
            "states": {"*": "passed"},
            "sourced_id": "employee",
            "course": "training",
            "module": "part",
            "module_name": "title",
        }
    )
    sent = {"employee": 7, "training": "Safety", "part": 2, "title": {"en": "Part two"}}
    later = datetime(2026, 12, 1, tzinfo=UTC)
    (one,), (other,) = (
        webhooks.read(sent, ORGANISATION, by, now=now).completions for now in (NOW, later)
    )
    assert (one.at, other.at) == (NOW, later)
    assert one.source_event_id == other.source_event_id
    assert (one.kind, one.state, one.module_names) == ("module", "passed", {"en": "Part two"})
    assert one.course_key == "tag:mentes.example,2026:named//safety"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"a":1,"a":2}', b"NaN", b"1e999", b"\xff", b"[" * 100_000, b'{"a":-Infinity}'],
)
def test_a_body_that_two_readers_may_read_twice_is_not_read(body):
    with pytest.raises(EventInvalid, match="one JSON value in UTF-8"):
        read_json(body)


def test_a_body_may_begin_with_a_byte_order_mark():
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("changes", "site"),
    [
        ({}, "https://oxana.instructure.com"),
        ({"extensions": {}}, "http://oxana.instructure.com"),
        ({"extensions": {}, "edApp": {}}, "https://canvas.instructure.com"),
    ],
)
def test_a_canvas_of_which_nobody_said_the_address_says_it_itself(changes, site):
    envelope = {**QUIZ, "data": [{**QUIZ["data"][0], **changes}]}
    (completion,) = caliper.read(envelope, ORGANISATION).completions
    assert completion.course_key == f"{site}/courses/100123"
