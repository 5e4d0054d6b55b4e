"""What may become of a next step. Pure: no clock, session or request.

open ──▶ tried ──▶ done        nothing is ever late; a step is open until somebody says otherwise
  │  ◀──────┴────────┤
  └──▶ dropped ──────┘         whatever was said can be taken back
"""

from __future__ import annotations

from enum import StrEnum

from plugin.foundation.errors import TransitionRefused


class State(StrEnum):
    """How far a next step has come."""

    OPEN = "open"
    TRIED = "tried"
    DONE = "done"
    DROPPED = "dropped"


ALLOWED: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.TRIED, State.DONE, State.DROPPED}),
    State.TRIED: frozenset({State.OPEN, State.DONE, State.DROPPED}),
    State.DONE: frozenset({State.OPEN}),
    State.DROPPED: frozenset({State.OPEN}),
}


def moved(state: State, to: State) -> State:
    """Return `to` if a step in `state` may move there; where it is already, it may stay.

    Raises:
        TransitionRefused: it may not.
    """
    if to != state and to not in ALLOWED[state]:
        raise TransitionRefused("This step has moved on. Take that back first.")
    return to
