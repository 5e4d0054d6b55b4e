"""What an instructor does with a draft: begin it, say yes, change, take apart, put it away.

The pairs themselves are found by the worker (`deliveries.py`), and become pairings in
`publishing.py`; `views.py` reads what pages show. Whoever changes a draft holds its row, so that
two instructors at once see each other's work.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from plugin.matching.engine.results import Objective
from plugin.matching.model import Draft
from plugin.programmes.model import Programme

LATEST = 20
"""How many drafts of a programme are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a draft is made, beside the rules."""

    objective: Objective = Objective.COVERAGE
    floor: bool = True
    """Whether the worst pair is made as good as it can be, for a small part of the total."""
    balance: float = 0.01
    """Weight that each further mentee of the same mentor costs."""
    keep_bonus: float = 3
    """Weight for a pair that the draft before had proposed, so that little changes."""
    seed: int | None = None
    """Who wins where all else is equal. None: a new one is drawn, and stored."""


def begin(
    session: Session,
    programme: Programme,
    *,
    options: Options,
    rules: dict[str, Any] | None = None,
    based_on: Draft | None = None,
    by: UUID,
    now: datetime,
) -> Draft:
    """Make a draft and owe its computation; it is `waiting` until a worker takes it.

    Args:
        rules: tried out for this draft alone; None: the programme's current ones.
        based_on: accepted pairs of that draft are kept, its other pairs preferred.

    Raises:
        RulesInvalid: the rules tried out need attention.
    """
    raise NotImplementedError


def of_programme(session: Session, programme: Programme) -> Sequence[Draft]:
    """Return the `LATEST` drafts of a programme, newest first; discarded ones left out."""
    raise NotImplementedError


def one(session: Session, programme: Programme, draft_id: UUID) -> Draft:
    """Return one draft. (What changes it holds its row and looks at its state again.)

    Raises:
        NotFound: there is none of this id in this programme.
    """
    raise NotImplementedError


def accept(
    session: Session, draft: Draft, mentee_ids: Collection[UUID] | None, *, yes: bool = True
) -> int:
    """Say yes to pairs, or take the yes back; None: all of them. Return how many changed.

    A yes keeps the pair in drafts that are based on this one; publishing takes all pairs.

    Raises:
        DraftMovedOn: the draft is not `ready` (any more).
    """
    raise NotImplementedError


def change(session: Session, draft: Draft, mentee_id: UUID, mentor_id: UUID) -> None:
    """Give a mentee of the draft this mentor instead; the pair counts as accepted.

    Raises:
        DraftMovedOn: the draft is not `ready`.
        NotFound: one of the two is not in the draft's programme.
        PairRefused: the mentor has no place left in this draft; or requirements, or a wish not to
            be paired (never said which), keep the two apart; or they are a pairing already.
    """
    raise NotImplementedError


def take_apart(session: Session, draft: Draft, mentee_id: UUID) -> None:
    """Leave a mentee without a mentor in this draft (`why`: "taken-apart").

    Raises:
        DraftMovedOn: the draft is not `ready`.
        NotFound: the draft has no pair of this mentee.
        PairRefused: the two are a pairing already; only they, or closing it, can end that.
    """
    raise NotImplementedError


def discard(session: Session, draft: Draft) -> None:
    """Put a draft away; one that is still computed is stopped. Discarding twice is once.

    Raises:
        DraftMovedOn: it is being published, or was.
    """
    raise NotImplementedError
