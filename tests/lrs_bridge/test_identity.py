"""Who and where, in comparable forms."""

import pytest

from lrs_bridge.identity import PersonKey, ifi, person_keys, same_place
from lrs_bridge.testing import an_agent


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (an_agent("42", "https://lms.example"), "account::https://lms.example|42"),
        (an_agent("Ada", "HTTP://LMS.example/Path"), "account::http://lms.example/Path|Ada"),
        (an_agent("x", "urn:Example:Thing"), "account::urn:Example:Thing|x"),
        (an_agent("x", "http://[bad"), "account::http://[bad|x"),
        ({"mbox": "mailto:Ada@LMS.example"}, "mbox::mailto:Ada@lms.example"),
        ({"mbox_sha1sum": "AB" * 20}, "mbox_sha1sum::" + "ab" * 20),
        ({"openid": "https://ID.example/Ada"}, "openid::https://id.example/Ada"),
        ({"objectType": "Group", "member": [an_agent()]}, None),
    ],
)
def test_an_identifier_has_one_spelling(actor, expected):
    assert ifi(actor) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://lms.example/course/view.php?id=2", "https://LMS.example/course/view.php?id=2"),
        ("https://lms.example", "https://lms.example/"),
        ("http://lms.example:80/x", "https://lms.example:443/x"),
        ("HTTPS://lms.example/x", "http://lms.example/x"),
    ],
)
def test_two_spellings_of_one_place(one, other):
    assert same_place(one) == same_place(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://lms.example/course/view.php?id=2", "http://lms.example/course/view.php?id=3"),
        ("http://lms.example/Course", "http://lms.example/course"),
        ("http://lms.example:8080/", "http://lms.example/"),
        ("urn:a:B", "urn:a:b"),
        ("https://lms.example/x", "https://lms.example/x/"),
    ],
)
def test_two_places(one, other):
    assert same_place(one) != same_place(other)


def test_comparing_twice_is_comparing_once():
    for iri in ("HTTP://LMS.example:80/", "http://[bad", "urn:x", "https://a.example/?q#f"):
        assert same_place(same_place(iri)) == same_place(iri)


@pytest.mark.parametrize(
    ("actor", "key"),
    [
        (
            an_agent("42", "http://LMS.example/"),
            PersonKey(scheme="account", home="https://lms.example", value="42"),
        ),
        ({"mbox": "mailto:Ada@LMS.example"}, PersonKey(scheme="mbox", value="ada@lms.example")),
        ({"mbox_sha1sum": "AB" * 20}, PersonKey(scheme="mbox_sha1sum", value="ab" * 20)),
        (
            {"openid": "http://id.example/Ada"},
            PersonKey(scheme="openid", value="https://id.example/Ada"),
        ),
    ],
)
def test_a_person_has_a_key_per_identifier(actor, key):
    assert person_keys(actor) == (key,)


def test_a_group_is_no_person():
    assert person_keys({"objectType": "Group", "mbox": "mailto:a@b.example"}) == ()
