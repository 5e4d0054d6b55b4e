"""How large a circle is, and what may become of its sessions. Pure.

proposed ──book──▶ booked ──hold──▶ held
    │                │
    └────cancel──────┴──▶ cancelled        another one is proposed instead
    └────hold───▶ held                     "we met" needs no booking
"""

from __future__ import annotations

from enum import StrEnum

from plugin.foundation.errors import TransitionRefused

MOST = 8
"""Learners in a circle: with more, not everybody gets to speak."""
SMALL = 4
"""Below this it is hardly a circle, and still allowed: people come one by one."""


class State(StrEnum):
    """Where a session stands."""

    PROPOSED = "proposed"
    BOOKED = "booked"
    HELD = "held"
    CANCELLED = "cancelled"


ALLOWED: dict[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.BOOKED, State.HELD, State.CANCELLED}),
    State.BOOKED: frozenset({State.HELD, State.CANCELLED}),
    State.HELD: frozenset(),
    State.CANCELLED: frozenset(),
}


def moved(state: State, to: State) -> State:
    """Return `to` if a session in `state` may move there.

    Raises:
        TransitionRefused: it may not.
    """
    if to not in ALLOWED[state]:
        raise TransitionRefused("This session has moved on.")
    return to
