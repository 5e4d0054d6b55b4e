"""Bodies: good ones keep every character, bad ones are refused and never break anything."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs_bridge.errors import JsonInvalid, Malformed, StatementInvalid, TooLarge
from lrs_bridge.lrs.wire import DEEPEST, read_statement, read_statements
from lrs_bridge.testing import a_statement

GOOD = json.dumps(a_statement())


def read(text, most=1000):
    return read_statements(text if isinstance(text, bytes) else text.encode(), most=most)


def test_each_statement_of_a_batch_keeps_its_own_text():
    spaced = (
        GOOD.replace(":", " :\t")
        .replace("T10 :\t00 :\t00", "T10:00:00")
        .replace("https :\t", "https:")
        .replace("http :\t", "http:")
    )
    one, two = read(f" [\n {spaced} ,{GOOD}\r\n] ")
    assert (one.text, two.text) == (spaced, GOOD)
    assert one.payload == two.payload


def test_a_lone_statement_keeps_its_text_too():
    (one,) = read(f"\n{GOOD}\n")
    assert one.text == GOOD == read_statement(f" {GOOD} ".encode()).text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"{",
        b"[",
        b"[,]",
        f"[{GOOD}".encode(),
        f"[{GOOD},]".encode(),
        f"[{GOOD} {GOOD}]".encode(),
        f"[{GOOD}]]".encode(),
        f"{GOOD}{GOOD}".encode(),
        b"[] x",
        b"\xff\xfe",
        GOOD.encode("utf-16"),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace('"actor"', '"actor": {}, "actor"', 1).encode(),
        GOOD.replace('"account"', '"name": "a", "name": "b", "account"', 1).encode(),
        GOOD[:-1].encode() + b', "result": {"score": {"raw": NaN}}}',
        GOOD[:-1].encode() + b', "result": {"score": {"raw": -Infinity}}}',
        GOOD[:-1].encode() + b', "result": {"score": {"raw": 1e999}}}',
        GOOD[:-1].encode() + b', "result": {"score": {"raw": ' + b"9" * 5000 + b"}}}",
        GOOD[:-1].encode() + b', "result": {"response": "\\ud83d"}}',
        GOOD[:-1].encode() + b', "result": {"response": "a\nb"}}',
        GOOD[:-1].encode() + b', "result": {"response": "\x00"}}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 200 + b"]" * 200,
        b"\xe2\x80\xa8" + GOOD.encode(),
    ],
)
def test_what_is_not_json_is_malformed(body):
    """XAPI-00014, XAPI-00015."""
    with pytest.raises(Malformed):
        read(body)


@pytest.mark.parametrize("body", ["null", "1", '"x"', "true", "[null]", "[[]]", "[1]", "{}"])
def test_json_that_is_no_statement_is_invalid(body):
    with pytest.raises(StatementInvalid):
        read(body)


def nested(levels):
    extensions = '{"https://x.example":' + "[" * levels + "]" * levels + "}"
    return GOOD[:-1] + f', "result": {{"extensions": {extensions}}}}}'


def test_depth_has_a_limit():
    assert len(read(nested(DEEPEST - 3))) == 1
    with pytest.raises(Malformed, match="levels deep"):
        read(nested(DEEPEST))


def test_many_brackets_are_not_depth():
    extensions = '{"https://x.example": [' + ",".join(["[]"] * 500) + "]}"
    assert read(GOOD[:-1] + f', "result": {{"extensions": {extensions}}}}}')


def test_a_batch_has_a_limit():
    assert len(read(f"[{GOOD},{GOOD}]", most=2)) == 2
    with pytest.raises(TooLarge, match="2 statements"):
        read(f"[{GOOD},{GOOD},{GOOD}]", most=2)


def test_a_surrogate_pair_is_a_character():
    """XAPI-00015."""
    (one,) = read(GOOD[:-1] + ', "result": {"response": "\\ud83d\\ude00"}}')
    assert one.payload["result"]["response"] == "😀"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
PLACES = [
    (),
    ("actor",),
    ("actor", "account"),
    ("actor", "account", "homePage"),
    ("verb",),
    ("verb", "id"),
    ("verb", "display"),
    ("object",),
    ("object", "id"),
    ("object", "objectType"),
    ("timestamp",),
    ("result",),
    ("context",),
    ("id",),
    ("attachments",),
    ("authority",),
    ("version",),
]


def replaced(statement, place, value):
    if not place:
        return value
    first, *rest = place
    return {**statement, first: replaced(statement.get(first, {}), rest, value)}


@given(st.sampled_from(PLACES), json_values)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_json_is_posted_the_store_answers_for_it(lrs, place, value):
    answer = lrs.post(replaced(a_statement(), place, value))
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200 and answer.json:
        assert lrs.get(statementId=answer.json[0]).status_code == 200


@given(st.binary(max_size=300))
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_bytes_are_posted_the_store_answers_for_them(lrs, body):
    assert lrs.post(body).status_code in (200, 400)


@given(st.text(max_size=40), st.text(max_size=40))
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_asked_the_store_answers_for_it(lrs, name, value):
    assert lrs.get(**{name or "x": value}).status_code == 400
    for known in ("agent", "verb", "since", "limit", "cursor", "statementId"):
        assert lrs.get(**{known: value}).status_code in (200, 400, 404)


def with_result(result):
    return GOOD[:-1] + f', "result": {result}}}'


@pytest.mark.parametrize(
    ("result", "pointer", "says"),
    [
        ('{"score": {"raw": NaN}}', "/result/score/raw", "NaN"),
        ('{"score": {"min": -Infinity}}', "/result/score/min", "Infinity"),
        ('{"score": {"raw": 1e999}}', "/result/score/raw", "too large"),
        ('{"score": {"raw": ' + "9" * 5000 + "}}", "/result/score/raw", "too long"),
        ('{"success": true, "success": true}', "/result/success", "twice"),
        ('{"extensions": {"https://x.example/a": [1, NaN]}}', "/result/extensions/", "NaN"),
        (r'{"response": "\ud83d"}', "/result/response", "surrogate"),
        (r'{"\ud83d": 1}', "/result", "surrogate"),
    ],
)
@pytest.mark.parametrize("place", ["", "/0", "/1"])
def test_what_json_must_not_hold_is_named_with_its_place(result, pointer, says, place):
    one = with_result(result)
    body = {"": one, "/0": f"[{one}]", "/1": f"[{GOOD}, {one}]"}[place]
    with pytest.raises(JsonInvalid, match=says) as refusal:
        read(body)
    assert refusal.value.pointer.startswith(place + pointer)
