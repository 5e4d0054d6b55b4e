"""Statements of every dialect: golden pairs, laws, and whatever else may arrive."""

import json
from copy import deepcopy
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.completion import same_place
from lrs_bridge.sources import DIALECTS, read
from lrs_bridge.sources.heard import heard, topic_of
from lrs_bridge.validation import check_statement
from tests.lrs_bridge.sources.anything import json_values, places, replaced
from tests.lrs_bridge.sources.golden import ORGANISATION, loaded, pairs, sighted, written

PAIRS = list(pairs("statement"))
GIVEN = {path.stem: loaded(path)["given"] for path in PAIRS}
READ = {name: it for name, it in GIVEN.items() if read(it, ORGANISATION)}

each_pair = pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
each_read = pytest.mark.parametrize("name", READ)


@each_pair
def test_a_statement_is_read_as_its_golden_pair_says(path):
    pair = loaded(path)
    assert written(read(pair["given"], ORGANISATION)) == pair["completion"]


@each_pair
def test_the_golden_statements_are_statements(path):
    check_statement(loaded(path)["given"])


def test_every_dialect_has_golden_pairs():
    def speaker(statement):
        topic = topic_of(statement)
        return next((it for it in DIALECTS if it.recognises(topic)), None)

    assert {speaker(statement) for statement in READ.values()} == set(DIALECTS)


@each_read
def test_an_event_is_one_event_however_often_and_through_whom_it_is_sent(name):
    sent = READ[name]
    again = {**deepcopy(sent), "id": str(uuid4()), "stored": "2026-11-30T10:00:00Z"}
    again["timestamp"] = heard(sent, topic_of(sent)).at.isoformat()
    again.setdefault("context", {})["registration"] = str(uuid4())
    first, second = read(sent, ORGANISATION), read(again, ORGANISATION)
    assert first.source_event_id == second.source_event_id
    assert first.person_keys == second.person_keys


def respelled(value, **changes):
    """Return a statement with every web address in it spelled otherwise."""
    if isinstance(value, dict):
        return {name: respelled(part, **changes) for name, part in value.items()}
    if isinstance(value, list):
        return [respelled(part, **changes) for part in value]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        parts = urlsplit(value)
        return parts._replace(scheme=changes["scheme"], netloc=parts.netloc.upper()).geturl()
    return value


@each_read
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_http_or_https_and_the_case_of_hosts_make_no_difference(name, scheme):
    one = read(READ[name], ORGANISATION)
    other = read(respelled(READ[name], scheme=scheme), ORGANISATION)
    assert other is not None
    assert (other.kind, other.state, other.source) == (one.kind, one.state, one.source)
    assert other.person_keys == one.person_keys
    for key in ("course_key", "module_key"):
        assert same_place(getattr(other, key) or "") == same_place(getattr(one, key) or "")


@each_read
def test_whoever_reads_a_completion_of_a_module_learns_of_the_module(name):
    completion = read(READ[name], ORGANISATION)
    sighting = sighted(READ[name])
    if completion.kind == "course" or completion.course_key is None:
        assert sighting is None
    else:
        assert (sighting.course_key, sighting.module_key) == (
            completion.course_key,
            completion.module_key,
        )


def test_what_an_open_edx_says_of_a_block_names_the_block():
    sighting = sighted(GIVEN["open-edx-block-half-done-without-its-course"])
    assert sighting.course_key == "https://learn.example.org/course/course-v1:edX+DemoX+2026"
    assert sighting.module_name is None


def test_nothing_of_ours_is_sighted():
    ours = deepcopy(GIVEN["moodle-our-item-scored-by-us"])
    assert sighted(ours) is not None
    ours["context"]["contextActivities"]["category"] = [{"id": "https://mentes.example/xapi/v1.0"}]
    assert sighted(ours) is None


@given(data=st.data(), by=json_values)
def test_whatever_stands_anywhere_in_a_statement_it_is_read_or_not_read(data, by):
    statement = READ[data.draw(st.sampled_from(sorted(READ)))]
    broken = replaced(statement, data.draw(st.sampled_from(places(statement))), by)
    first = read(broken, ORGANISATION)
    assert first == read(broken, ORGANISATION)
    sighted(broken)
    if first is not None:
        assert first.person_keys
        assert first.at.tzinfo is not None
        json.dumps(written(first), ensure_ascii=False).encode()  # it can be kept


@given(json_values.filter(lambda it: isinstance(it, dict)))
def test_any_object_can_be_looked_at(value):
    assert read(value, ORGANISATION) is None
    assert sighted(value) is None
