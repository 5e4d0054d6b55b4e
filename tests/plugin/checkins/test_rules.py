"""The states of a check-in, and the score that it leads to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.checkins.rules import ALLOWED, IN_WORDS, State, moved, score_given
from plugin.foundation.errors import TransitionRefused

states = st.sampled_from(State)


@given(states, states)
def test_a_check_in_moves_only_where_it_may(state: State, to: State) -> None:
    if to in ALLOWED[state]:
        assert moved(state, to) is to
    else:
        with pytest.raises(TransitionRefused, match=IN_WORDS[state]):
            moved(state, to)


def test_every_state_says_where_it_leads_and_is_put_in_words() -> None:
    assert set(ALLOWED) == set(IN_WORDS) == set(State)


def test_every_state_can_be_reached_from_open() -> None:
    reached, waiting = {State.OPEN}, [State.OPEN]
    while waiting:
        new = ALLOWED[waiting.pop()] - reached
        reached |= new
        waiting += new
    assert reached == set(State)


def test_what_was_held_stays_held() -> None:
    assert ALLOWED[State.HELD] == frozenset()


@given(st.integers(0, 50), st.integers(0, 50))
def test_a_score_is_a_share_and_grows_with_what_was_held(held: int, expected: int) -> None:
    score = score_given(held=held, expected=expected)
    assert 0 <= score <= 1
    assert score <= score_given(held=held + 1, expected=expected)
    assert (score == 1) == (0 < expected <= held)
