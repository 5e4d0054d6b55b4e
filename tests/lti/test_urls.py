"""Whom a URL leads to."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti import urls


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://lms.example/a?b#c", "https://lms.example"),
        ("HTTPS://LMS.Example:443", "https://lms.example"),
        ("http://127.0.0.1:8090/x", "http://127.0.0.1:8090"),
        ("http://[::1]:80/x", "http://[::1]"),
        ("https://lms.example:notaport/", None),
        ("https://user@lms.example/", None),
        ("https://lms.example\\@evil.example/", None),
        ("https://lms.example /", None),
        ("ftp://lms.example/", None),
        ("https:///path", None),
        ("//lms.example/", None),
        ("", None),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str | None) -> None:
    assert urls.origin(url) == origin
    assert urls.is_web_url(url) == (origin is not None)


def test_two_urls_that_are_none_do_not_share_an_origin() -> None:
    assert not urls.same_origin("nonsense", "nonsense")


@pytest.mark.parametrize(
    ("base", "url", "inside"),
    [
        ("https://tool.example", "https://tool.example", True),
        ("https://tool.example", "https://tool.example/launch?x=1", True),
        ("https://tool.example/", "https://tool.example:443/launch", True),
        ("https://tool.example/app", "https://tool.example/app", True),
        ("https://tool.example/app", "https://tool.example/app/launch", True),
        ("https://tool.example/app", "https://tool.example/application", False),
        ("https://tool.example/app", "https://tool.example/app/../admin", False),
        ("https://tool.example/app", "https://tool.example/app/%2e%2e/admin", False),
        ("https://tool.example/app", "https://tool.example/", False),
        ("https://tool.example", "http://tool.example/", False),
        ("https://tool.example", "https://tool.example.evil.example/", False),
        ("https://tool.example", "nonsense", False),
    ],
)
def test_a_url_is_ours_when_it_is_below_our_own(base: str, url: str, inside: bool) -> None:
    assert urls.within(base)(url) is inside


@given(url=st.text())
def test_any_text_can_be_asked_about(url: str) -> None:
    assert urls.within("https://tool.example")(url) in (True, False)


@given(
    parameters=st.lists(
        st.tuples(st.sampled_from("abc"), st.text(st.characters(exclude_categories=["Cs"]))),
        min_size=1,
    )
)
def test_parameters_take_the_place_of_their_namesakes_and_leave_others(
    parameters: list[tuple[str, str]],
) -> None:
    url = urls.with_query("https://lms.example/x?a=old&type_id=1&empty=", parameters)
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert [pair for pair in query if pair[0] in "abc"][-len(parameters) :] == parameters
    assert ("type_id", "1") in query
    assert ("empty", "") in query


def test_without_parameters_a_url_stays_as_it_was() -> None:
    url = "https://lms.example/x?bookmark:WzEs%20"
    assert urls.with_query(url, []) == url


def test_a_suffix_goes_before_the_query() -> None:
    url = "https://lms.example/2/lineitem/?type_id=1"
    assert urls.with_path_suffix(url, "/scores") == (
        "https://lms.example/2/lineitem/scores?type_id=1"
    )
