"""Bodies of several parts: what is written is read again, byte for byte; the rest is refused."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lrs_bridge.errors import Malformed, TooLarge
from lrs_bridge.lrs.attachments.multipart import MOST_PARTS, read_parts, write_parts

TYPE = "multipart/mixed; boundary=edge"


def body(*lines, newline=b"\r\n"):
    return newline.join(line if isinstance(line, bytes) else line.encode() for line in lines)


def contents(parts):
    return [bytes(part.content) for part in parts]


GOOD = body(
    "--edge", "Content-Type: application/json", "", "{}", "--edge", "X-A: b", "", "abc", "--edge--"
)


def test_each_part_has_its_headers_and_its_content():
    first, second = read_parts(TYPE, GOOD)
    assert (first.mimetype, bytes(first.content), first.place) == ("application/json", b"{}", 1)
    assert (second.header("x-a"), bytes(second.content), second.place) == ("b", b"abc", 2)


def test_a_part_is_a_view_into_the_body_not_a_copy():
    (_, part) = read_parts(TYPE, GOOD)
    assert part.content.obj is GOOD


def test_the_example_of_the_specification_is_read():
    """Part 3, section 1.5.2, with its boundary of every allowed character."""
    boundary = "abcABC0123'()+_,-./:=?"
    given = body(
        "",
        f"--{boundary}",
        "Content-Type:application/json",
        "",
        "{}",
        f"--{boundary}",
        "Content-Type:text/plain",
        "Content-Transfer-Encoding:binary",
        "X-Experience-API-Hash:495395e777cd98da",
        "",
        "here is a simple attachment",
        f"--{boundary}--",
    )
    parts = read_parts(f'multipart/mixed; boundary="{boundary}"', given)
    assert contents(parts) == [b"{}", b"here is a simple attachment"]
    assert parts[1].header("Content-Transfer-Encoding") == "binary"


@pytest.mark.parametrize(
    "given",
    [
        b"preamble\r\n" + GOOD,
        GOOD + b"\r\n",
        GOOD + b"  \t",
        GOOD + b"\r\nepilogue\r\n--edge\r\n",
        GOOD.replace(b"--edge\r\n", b"--edge \t\r\n"),
        GOOD.replace(b"Content-Type", b"cOnTeNt-tYpE"),
        GOOD.replace(b"X-A: b", b"X-A:\r\n  b"),
        GOOD.replace(b"X-A: b", b"X-A: b  "),
    ],
)
def test_what_rfc_2046_allows_beside_the_parts_changes_nothing(given):
    first, second = read_parts(TYPE, given)
    assert contents([first, second]) == [b"{}", b"abc"]
    assert (first.mimetype, second.header("X-A").strip()) == ("application/json", "b")


def test_a_boundary_within_a_line_ends_what_would_not_be_whole():
    """As tincanjs and @xapi/xapi write every attachment but the last."""
    runs_on = GOOD.replace(b"abc", b"abc--edge\r\nX-A: c\r\n\r\ndef--edge\r\n\r\nghi")
    (_, kept) = read_parts(TYPE, runs_on)
    assert bytes(kept.content).startswith(b"abc--edge")
    _, *parts = read_parts(TYPE, runs_on, is_whole=lambda part: len(part.content) == 3)
    assert contents(parts) == [b"abc", b"def", b"ghi"]
    assert [part.place for part in parts] == [2, 3, 4]
    assert [part.header("X-A") for part in parts] == ["b", "c", ""]


def test_parts_that_run_on_are_counted_too():
    many = GOOD.replace(b"abc", b"abc--edge\r\n\r\n" * MOST_PARTS)
    with pytest.raises(TooLarge):
        read_parts(TYPE, many, is_whole=lambda part: False)


def test_a_part_may_have_no_headers_and_no_content():
    (empty, part) = read_parts(TYPE, body("--edge", "", "", "--edge", "a: b", "", "", "--edge--"))
    assert (contents([empty, part]), empty.headers, empty.mimetype) == ([b"", b""], {}, "")


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/mixed",
        "multipart/mixed;",
        "multipart/mixed; boundary=",
        'multipart/mixed; boundary=""',
        'multipart/mixed; boundary="a "',
        f"multipart/mixed; boundary={'a' * 71}",
        'multipart/mixed; boundary="a@b"',
        'multipart/mixed; boundary="é"',
    ],
)
def test_the_boundary_must_be_named(content_type):
    """XAPI-00130."""
    with pytest.raises(Malformed, match="boundary"):
        read_parts(content_type, GOOD)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (b"", "No line of the body"),
        (b"{}", "No line of the body"),
        (b"--edge", "before part 1"),
        (b"--edge--", "no parts"),
        (b"--edge--\r\n", "no parts"),
        (b"x--edge\r\n\r\n\r\n--edge--", "No line of the body|not alone|no parts"),
        (GOOD.replace(b"edge", b"other"), "No line of the body"),
        (GOOD.replace(b"\r\n", b"\n"), "CR LF"),
        (GOOD[:-2], "last boundary|part 3"),
        (GOOD[:-8], "Part 2 does not end"),
        (GOOD[:20], "Part 1 does not end"),
        (GOOD + b"x", "last boundary"),
        (GOOD.replace(b"--edge\r\nX", b"--edgeX\r\nX"), "before part 2"),
        (GOOD.replace(b"--edge\r\nX", b"--edge X\r\nX"), "before part 2"),
        (GOOD.replace(b"X-A: b\r\n\r\n", b"X-A: b\r\n"), "Part 2 has no empty line"),
        (GOOD.replace(b"X-A: b", b"X-A b"), "Part 2 has a header"),
        (GOOD.replace(b"X-A: b", b": b"), "Part 2 has a header"),
        (GOOD.replace(b"X-A: b", b"X A: b"), "Part 2 has a header"),
        (GOOD.replace(b"X-A: b", b"X-A: b\nX-B: c"), "Part 2 has a header"),
        (GOOD.replace(b"X-A: b", b"X-A: b\x00"), "Part 2 has a header"),
        (GOOD.replace(b"X-A: b", "Ä: b".encode()), "Part 2 has a header"),
        (GOOD.replace(b"X-A: b", b"X-A: b\r\nx-a: b"), "Part 2 has the header x-a twice"),
        (GOOD.replace(b"X-A: b", b"X-A: " + b"b" * 20_000), "bytes of them"),
    ],
)
def test_what_is_not_made_up_of_parts_is_refused_and_the_place_named(given, says):
    """XAPI-00130, XAPI-00131."""
    with pytest.raises(Malformed, match=says):
        read_parts(TYPE, given)


@given(
    st.lists(
        st.tuples(
            st.dictionaries(
                st.sampled_from(["Content-Type", "X-Experience-API-Hash", "x-other"]),
                st.text("abc XYZ;=/-0é", max_size=20).map(str.strip),
            ),
            st.binary(max_size=80),
        ),
        min_size=1,
        max_size=5,
    )
)
@example([({}, b"\r\n--"), ({}, b"\r\n\r\n"), ({"a": "b"}, b"\r"), ({}, b"\n--x\r\n")])
def test_what_is_written_is_read_again_byte_for_byte(parts):
    content_type, pieces = write_parts(parts)
    again = read_parts(content_type, b"".join(pieces))
    assert contents(again) == [content for _, content in parts]
    assert [
        {name: value.encode("latin-1").decode() for name, value in part.headers.items()}
        for part in again
    ] == [{name.lower(): value for name, value in headers.items()} for headers, _ in parts]


hostile = st.lists(
    st.sampled_from(
        [
            b"--edge",
            b"--edge--",
            b"\r\n",
            b"\n",
            b"--",
            b"a: b",
            b":",
            b" ",
            b"\x00",
            b"\xff",
            b"ed",
        ]
    ),
    max_size=30,
).map(b"".join)


@given(hostile | st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(given):
    try:
        parts = read_parts(TYPE, given)
    except Malformed:
        return
    assert parts
    assert all(b"\r\n--edge" not in bytes(part.content) for part in parts)


@given(st.integers(0, len(GOOD) - 1), hostile)
def test_a_body_with_anything_in_between_is_read_or_refused(at, given):
    with contextlib.suppress(Malformed):
        read_parts(TYPE, GOOD[:at] + given + GOOD[at:])


def test_the_number_of_parts_has_a_limit():
    part = body("--edge", "a: b", "", "c", "")
    assert len(read_parts(TYPE, part * MOST_PARTS + b"--edge--")) == MOST_PARTS
    with pytest.raises(TooLarge, match=f"{MOST_PARTS} parts"):
        read_parts(TYPE, part * 100_000)
