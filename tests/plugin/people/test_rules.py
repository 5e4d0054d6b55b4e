"""Whose is it: the law, for whatever keys and whatever is known of them."""

from __future__ import annotations

import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.people.rules import ORDER, Key, also_meant, mail_keys, resolution, sums_of

PEOPLE = [UUID(int=number) for number in range(1, 4)]
KEYS = st.tuples(
    st.sampled_from(ORDER), st.sampled_from(["", "https://a", "https://b"]), st.sampled_from("xyz")
)
HOLDERS = st.dictionaries(KEYS, st.sets(st.sampled_from(PEOPLE)))


@given(keys=st.lists(KEYS, max_size=6), holders=HOLDERS, shuffled=st.randoms())
def test_the_order_in_which_a_source_says_it_means_nothing(
    keys: list[Key], holders: dict[Key, set[UUID]], shuffled: object
) -> None:
    other = list(keys)
    shuffled.shuffle(other)  # type: ignore[attr-defined]
    assert resolution(keys, holders) == resolution(other, holders)


@given(keys=st.lists(KEYS, max_size=6), holders=HOLDERS)
def test_the_surest_scheme_by_which_anybody_is_known_decides_alone(
    keys: list[Key], holders: dict[Key, set[UUID]]
) -> None:
    named = {
        scheme: {person for key in keys if key[0] == scheme for person in holders.get(key, ())}
        for scheme in ORDER
    }
    found = resolution(keys, holders)
    decides = next((scheme for scheme in ORDER if named[scheme]), None)
    assert found.by == decides
    if decides is None:
        assert (found.person_id, found.rivals) == (None, frozenset())
    elif len(named[decides]) == 1:
        assert ({found.person_id}, found.rivals) == (named[decides], frozenset())
    else:
        assert (found.person_id, found.rivals) == (None, frozenset(named[decides]))


@given(keys=st.lists(KEYS, min_size=1, max_size=4), holders=HOLDERS, weaker=KEYS)
def test_a_less_sure_name_never_changes_the_answer(
    keys: list[Key], holders: dict[Key, set[UUID]], weaker: Key
) -> None:
    before = resolution(keys, holders)
    if before.by is not None and ORDER.index(weaker[0]) > ORDER.index(before.by):
        assert resolution([*keys, weaker], holders) == before


@given(keys=st.lists(KEYS, min_size=1, max_size=4), holders=HOLDERS, shared=st.sampled_from(PEOPLE))
def test_whoever_else_turns_up_with_the_deciding_name_takes_it_from_both(
    keys: list[Key], holders: dict[Key, set[UUID]], shared: UUID
) -> None:
    before = resolution(keys, holders)
    if before.person_id is None or before.person_id == shared:
        return
    deciding = next(key for key in keys if key[0] == before.by)
    holders = {**holders, deciding: {*holders.get(deciding, ()), shared}}
    assert resolution(keys, holders).rivals == {before.person_id, shared}


@pytest.mark.parametrize("prefix", ["", "mailto:"])
@pytest.mark.parametrize("spelled", ["Ada@Lms.example", "ada@lms.example"])
def test_a_mail_address_is_known_by_every_digest_that_senders_make_of_it(
    prefix: str, spelled: str
) -> None:
    digest = hashlib.sha1(f"{prefix}{spelled}".encode(), usedforsecurity=False).hexdigest()
    keys = mail_keys("Ada@Lms.example")
    assert keys[0] == ("mbox", "", "ada@lms.example")
    assert ("mbox_sha1sum", "", digest) in [*keys, *sums_of(keys[0])]
    assert not set(keys) & set(sums_of(keys[0]))  # what follows from another is not kept


def test_an_account_that_is_no_number_may_be_a_username() -> None:
    assert also_meant(("account", "https://a", "Ada")) == ("username", "https://a", "ada")


@pytest.mark.parametrize("key", [("account", "https://a", "42"), ("mbox", "", "a@b")])
def test_a_number_is_never_taken_for_a_username(key: Key) -> None:
    assert also_meant(key) is None
