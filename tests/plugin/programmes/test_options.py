"""Options have ids that outlive the list they stand in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.programmes.options import Option, id_of, options_of, own_options

texts = st.text(max_size=60)
labels = texts.filter(str.strip)


def test_a_label_that_a_slug_can_hold_is_its_slug() -> None:
    assert id_of("Giving feedback") == "giving-feedback"
    assert id_of("  giving   FEEDBACK ") == "giving-feedback"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C++", "C#"),
        ("Führung", "Fuhrung"),
        ("???", "!!!"),
        ("giving feedback", "giving-feedback"),
        ("日本語", "中文"),
        ("a" * 50, "a" * 51),
    ],
)
def test_labels_with_one_slug_are_told_apart(one: str, other: str) -> None:
    assert id_of(one) != id_of(other)
    assert len(own_options([one, other])) == 2


@given(labels)
def test_a_label_has_the_same_id_for_ever_whatever_stands_beside_it(label: str) -> None:
    (alone,) = own_options([label])
    beside = own_options(["Something else", label, "Another thing"])
    assert alone.id == id_of(label)
    assert alone.id in {each.id for each in beside}
    assert alone.id


@given(st.lists(labels))
def test_no_two_options_have_one_id_and_the_first_spelling_stands(given_labels: list[str]) -> None:
    options = own_options(given_labels)
    assert len({each.id for each in options}) == len(options)
    for label in given_labels:
        first = next(each for each in given_labels if id_of(each) == id_of(label))
        assert Option(id=id_of(label), label=first) in options


@given(st.lists(labels))
def test_options_come_back_from_json_as_they_were(given_labels: list[str]) -> None:
    options = own_options(given_labels)
    assert options_of([each.as_json() for each in options]) == options


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
)


@given(anything)
def test_what_is_no_list_of_options_has_none(kept: object) -> None:
    assert all(each.id and each.label for each in options_of(kept))
