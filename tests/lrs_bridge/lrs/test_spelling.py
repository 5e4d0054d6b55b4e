"""Numbers that are read and written again: spelt as they were, however nobody would spell them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.lrs.spelling import parsed, written

digits = st.text("0123456789", min_size=1, max_size=30)
whole = st.one_of(st.just("0"), st.from_regex(r"[1-9][0-9]{0,30}", fullmatch=True))
numbers = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-"]),
    whole,
    st.one_of(st.just(""), st.builds(".{}".format, digits)),
    st.one_of(
        st.just(""), st.builds("{}{}".format, st.sampled_from(["e", "E", "e+", "E-"]), digits)
    ),
)


@given(numbers)
def test_every_number_is_written_as_it_was_read(number):
    text = f'{{"of":[{number}]}}'
    assert written(parsed(text)) == text


@pytest.mark.parametrize("number", ["1e-9999999999999999999", "0e99999999999999999999"])
def test_a_number_that_no_calculation_could_hold_is_written_as_it_was_read(number):
    assert written(parsed(number)) == number


def test_a_number_counts_as_what_it_is():
    assert parsed("[1.10, 1e5, -0, 7]") == [1.1, 100000.0, 0, 7]
    assert json.dumps(parsed("[1.10]")) == "[1.1]"
