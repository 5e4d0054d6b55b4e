"""The states of a check-in and what may follow what. Pure: no clock, session or request.

open ──book──▶ booked ──hold──▶ held ──feedback of both──▶ reflected
 │ │             │ │
 │ └──hold───────┼─┼──▶ held           "we spoke" needs no booking
 │               │ └──miss──▶ missed ──book──▶ booked
 └──withdraw─┐   └──cancel──▶ open     another time may be found
             ▼
         withdrawn ──complete again──▶ open

What waits when a pairing closes is withdrawn as well: booked is cancelled first, missed at once.

"We spoke" and "they did not come" can be said by mistake. Within the hour whoever said it takes it
back, and the check-in is again what it was; nothing follows from it that did not before. That is no
move, so it is not among those above.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from plugin.foundation.errors import TransitionRefused


class State(StrEnum):
    """Where a check-in stands. "Reflected" is derived: held, and both have given feedback."""

    OPEN = "open"
    BOOKED = "booked"
    HELD = "held"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


ALLOWED: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.BOOKED, State.HELD, State.WITHDRAWN}),
    State.BOOKED: frozenset({State.BOOKED, State.HELD, State.MISSED, State.OPEN}),
    State.MISSED: frozenset({State.BOOKED, State.HELD, State.WITHDRAWN}),
    State.HELD: frozenset(),
    State.WITHDRAWN: frozenset({State.OPEN}),
}

IN_WORDS = {
    State.OPEN: "This check-in is not booked yet.",
    State.BOOKED: "This check-in is booked.",
    State.HELD: "This check-in is already held.",
    State.MISSED: "This check-in is missed.",
    State.WITHDRAWN: "This check-in is withdrawn.",
}


class Worth(StrEnum):
    """Was it worth the time? Seen by nobody but its giver."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


def moved(state: State, to: State) -> State:
    """Return `to` if a check-in in `state` may move there.

    Raises:
        TransitionRefused: it may not.
    """
    if to not in ALLOWED[state]:
        raise TransitionRefused(IN_WORDS[state])
    return to


TAKEN_BACK_WITHIN = timedelta(hours=1)
CORRECTED_WITHIN = timedelta(days=7)
LONGEST_TALK = 240  # minutes


def before_it_was_said(
    before: State, *, said_at: datetime, now: datetime, is_theirs: bool, looked_back: bool
) -> State:
    """Return the state to which a check-in goes back.

    Args:
        before: the one that it was in when it was said that they spoke, or that one did not come.
        is_theirs: whether who takes it back is who said it.
        looked_back: whether one of the two has looked back on it already.

    Raises:
        TransitionRefused: it cannot be taken back.
    """
    if not is_theirs:
        raise TransitionRefused("Only who said it can take it back.")
    if looked_back:
        raise TransitionRefused("One of you has looked back on it already.")
    if now - said_at > TAKEN_BACK_WITHIN:
        raise TransitionRefused("It was said more than an hour ago; now it stands.")
    return before


def score_given(*, held: int, expected: int) -> float:
    """Return the share 0–1 of the expected check-ins that were held; what the gradebook shows.

    It says that conversations took place, never how somebody did in them.
    """
    return min(held / expected, 1.0) if expected else 0.0
