"""Files of statements: their shapes, their faults, and how little of them is held at a time."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs_bridge.lrs import pieces as module
from lrs_bridge.lrs.pieces import pieces

objects = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
).filter(lambda it: next(iter(it), None) not in ("statements", "more"))


def read(content: bytes):
    return list(pieces(io.BytesIO(content)))


def values(content: bytes):
    found = read(content)
    assert [it.fault for it in found] == [None] * len(found)
    return [json.loads(it.text) for it in found]


@settings(max_examples=40)
@given(st.lists(objects), st.sampled_from(["\n", "\r\n", "\n\n"]), st.booleans())
def test_lines_are_read(statements, end, ascii_only):
    lines = [json.dumps(one, ensure_ascii=ascii_only) for one in statements]
    assert values(end.join(lines).encode(errors="surrogatepass")) == statements


@settings(max_examples=40)
@given(
    st.lists(st.lists(objects), min_size=1, max_size=3),
    st.sampled_from(["{}", '{{"statements":{},"more":""}}', '{{"more": "/x", "statements": {}}}']),
    st.sampled_from([None, 2]),
    st.integers(1, 40),
)
def test_arrays_are_read_however_little_comes_at_a_time(several, shape, indent, chunk):
    text = "\n".join(shape.format(json.dumps(each, indent=indent)) for each in several)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", max(chunk, 40))  # the beginning must show the shape
        assert values(text.encode()) == [one for each in several for one in each]


def test_the_number_is_that_of_the_line():
    assert [it.number for it in read(b'{}\n\n{"a":1}\n  \n{"b":2}')] == [1, 3, 5]


def test_an_editors_mark_at_the_beginning_is_no_part_of_the_line():
    assert read(b"\xef\xbb\xbf{}")[0].text == b"{}"
    assert read(b"\xef\xbb\xbf[{}]")[0].text == b"{}"


def test_bytes_of_no_encoding_come_as_they_are():
    assert read(b'[{"a":"\xff"}]')[0].text == b'{"a":"\xff"}'


def test_a_line_that_is_too_long_is_told_of_and_the_next_one_read(monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 20)
    first, second, third = read(b'{}\n{"a":"' + b"x" * 100 + b'"}\n{"b":2}\n')
    assert (first.fault, third.text) == (None, b'{"b":2}')
    assert "more than 20 bytes" in second.fault
    assert (second.number, third.number) == (2, 3)


@pytest.mark.parametrize(
    ("content", "good", "fault"),
    [
        (b'[{"a":1},{"b":]', 1, "This is not JSON"),
        (b'[{"a":1} {"b":1}]', 1, 'There must be ","'),
        (b'[{"a":1}] {"b":1}', 1, "more after the end"),
        (b'[{"a":1},', 1, "This is not JSON"),
        (b"[" * 100_000, 0, "This is not JSON"),
    ],
)
def test_a_broken_array_is_read_as_far_as_it_goes(content, good, fault):
    found = read(content)
    assert [it.fault for it in found[:-1]] == [None] * good
    assert fault in found[-1].fault


@pytest.mark.parametrize("damage", [lambda it: it[:-20], lambda it: b"no gzip" + it])
def test_a_damaged_archive_is_said_to_be(damage):
    content = gzip.compress(b'{"a":1}\n' * 100_000)
    found = list(pieces(gzip.GzipFile(fileobj=io.BytesIO(damage(content)))))
    assert found[-1].fault
    assert all(it.fault is None for it in found[:-1])


@pytest.mark.parametrize("shape", ["lines", "array"])
def test_a_large_file_is_not_held_in_memory(tmp_path, shape):
    path = tmp_path / "large"
    one = json.dumps({"a": "x" * 1000})
    with path.open("w") as file:
        file.write("[" if shape == "array" else "")
        file.write((",\n" if shape == "array" else "\n").join([one] * 20_000))
        file.write("]" if shape == "array" else "")
    tracemalloc.start()
    with path.open("rb") as file:
        assert sum(1 for _ in pieces(file)) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
