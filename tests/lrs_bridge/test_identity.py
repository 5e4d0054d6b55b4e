"""Who and where, in comparable forms."""

from hashlib import sha1

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.identity import (
    PersonKey,
    ifi,
    mail_digests,
    named_place,
    person_keys,
    same_place,
    surest_first,
)
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


def test_keys_that_are_made_of_two_spellings_are_equal():
    home = "https://LMS.example/"
    other = "http://lms.example"
    assert PersonKey.account(home, "42") == PersonKey.account(other, "42")
    assert PersonKey.username(" Ada", home=home) == PersonKey.username("ada", home=other)
    assert PersonKey.mbox("MAILTO:Ada@X.example") == PersonKey.mbox(" ada@x.example ")
    assert PersonKey.sourced_id(" S-1 ") == PersonKey.sourced_id("S-1")
    assert PersonKey.mbox_sha1sum("AB" * 20) == PersonKey.mbox_sha1sum("ab" * 20)


def test_a_number_in_a_registry_and_the_name_of_an_account_keep_their_letters():
    assert PersonKey.sourced_id("s-1") != PersonKey.sourced_id("S-1")
    assert PersonKey.account("https://x.example", "a") != PersonKey.account(
        "https://x.example", "A"
    )


def test_the_surest_key_comes_first_and_none_twice():
    account = PersonKey.account("https://lms.example", "42")
    number, other = PersonKey.sourced_id("S-1"), PersonKey.sourced_id("A-1")
    username = PersonKey.username("ada", home="https://lms.example")
    mbox = PersonKey.mbox("ada@x.example")
    told = [mbox, number, username, other, account, number]
    assert surest_first(told) == (account, number, other, username, mbox)


def sha1_of(text):
    return sha1(text, usedforsecurity=False).hexdigest()


def test_an_address_has_the_digest_of_the_specification_and_the_bare_one():
    digests = mail_digests("mailto:ada@x.example")
    assert digests == (sha1_of(b"mailto:ada@x.example"), sha1_of(b"ada@x.example"))


def test_an_address_may_have_been_digested_as_it_was_typed():
    digests = mail_digests("Ada@X.example")
    assert len(digests) == 4
    assert set(mail_digests("ada@x.example")) < set(digests)
    assert sha1_of(b"Ada@X.example") in digests


@pytest.mark.parametrize(
    "iri",
    [
        "https://lms.example/course/view.php?id=2",
        "urn:360learning:course:5f0",
        "tag:lms.example,2026:a",
    ],
)
def test_a_place_that_has_an_iri_keeps_it(iri):
    assert named_place(iri) == iri
    assert named_place(iri, home="https://other.example") == iri


def test_a_name_that_was_typed_differently_is_one_place():
    assert named_place(" MENT  101") == named_place("ment 101")
    assert named_place("12", home="http://A.example/") == named_place(
        "12", home="https://a.example"
    )


def test_one_name_is_another_place_in_another_system():
    homes = ("", "https://a.example", "https://b.example")
    assert len({named_place("12", home=home) for home in homes}) == 3
    assert named_place("a/b") != named_place("b", home="a")


@given(st.text(), st.text())
def test_naming_a_place_twice_is_naming_it_once(name, home):
    iri = named_place(name, home=home)
    assert named_place(iri, home=home) == iri == same_place(iri) or name == iri
