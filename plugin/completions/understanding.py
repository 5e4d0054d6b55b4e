"""What completions mean here: whose they are, where, and which rule stands about it.

Nothing is changed by asking, and many are asked about at once: the questions put to the database
are as many for a hundred completions as for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from lrs_bridge.completion import same_place
from plugin.completions.model import CompletionRow, Reason, Status
from plugin.courses.model import CourseActivity
from plugin.courses.own_items import OwnItems
from plugin.people import identifiers
from plugin.people.rules import Resolution
from plugin.programmes.model import Checkpoint, Programme

COMPLETE = frozenset({"completed", "passed"})
CLOCKS_DIFFER = timedelta(minutes=2)
"""How far a platform's clock may be behind ours before a completion counts as older."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a completion means here, before anything is done about it.

    Attributes:
        activity: what was completed, if it is known.
        status, reason: what becomes of it; a status of None: a check-in opens, or is taken back.
    """

    whose: Resolution
    activity: CourseActivity | None
    checkpoint: Checkpoint | None
    status: Status | None
    reason: Reason | None

    @property
    def person_id(self) -> UUID | None:
        """Whose it is, if that is known."""
        return self.whose.person_id


def understood(
    session: Session, rows: Sequence[CompletionRow], *, cutoff_days: int
) -> list[Understood]:
    """Return what each of `rows` means.

    Too old is what was old when it came: waiting for a mentor, or for a binding, ages nothing.
    """
    people = identifiers.whose_each(
        session,
        [[(scheme, home, value) for scheme, home, value in row.person_keys] for row in rows],
    )
    places = _Places(session, rows)
    cutoff = timedelta(days=cutoff_days)
    found = []
    for row, whose in zip(rows, people, strict=True):
        activity, checkpoint = places.completed(row)
        status, reason = _reason_to_leave(row, whose, places, cutoff)
        found.append(
            Understood(
                whose=whose,
                activity=activity,
                checkpoint=checkpoint,
                status=status,
                reason=reason,
            )
        )
    return found


def _reason_to_leave(
    row: CompletionRow, whose: Resolution, places: _Places, cutoff: timedelta
) -> tuple[Status | None, Reason | None]:
    """Return why nothing opens and nothing is taken back; (None, None) if something may."""
    activity, checkpoint = places.completed(row)
    if activity is None and not places.is_known(row.course_iri):
        return Status.WAITING, Reason.COURSE_UNKNOWN
    if activity is not None and places.is_our_own(row, activity):
        return Status.COUNTED, Reason.OWN_ITEM
    if checkpoint is None:
        return Status.COUNTED, Reason.NO_CHECKPOINT
    if whose.rivals:
        return Status.WAITING, Reason.PERSON_AMBIGUOUS
    if whose.person_id is None:
        return Status.WAITING, Reason.PERSON_UNKNOWN
    if row.at < checkpoint.created_at - CLOCKS_DIFFER:
        return Status.COUNTED, Reason.BEFORE_CHECKPOINT
    if row.at < row.received_at - cutoff:
        return Status.COUNTED, Reason.TOO_OLD
    if row.state != "uncompleted" and row.state not in COMPLETE:
        return Status.COUNTED, Reason.NOT_PASSED
    return None, None


class _Places:
    """The places that completions name, as we know them, with the rules that stand about them."""

    def __init__(self, session: Session, rows: Sequence[CompletionRow]) -> None:
        named = {iri for row in rows for iri in (row.module_iri, row.course_iri) if iri}
        self._places = {iri: same_place(iri) for iri in named}
        self._known = _known(session, set(self._places.values()))
        self._ours = OwnItems(session, {each.course_id for each, _ in self._known.values()})

    def completed(self, row: CompletionRow) -> tuple[CourseActivity | None, Checkpoint | None]:
        """Return what was completed as we know it, and the rule that stands about it."""
        iri = row.module_iri if row.kind == "module" else row.course_iri
        return self._known.get(self._places[iri], (None, None)) if iri else (None, None)

    def is_known(self, iri: str | None) -> bool:
        """Tell whether a course is known."""
        return bool(iri) and self._places[str(iri)] in self._known

    def is_our_own(self, row: CompletionRow, activity: CourseActivity) -> bool:
        """Tell whether the module is an item of ours."""
        names = row.lti_item_names or [row.module_name or ""]
        return self._ours.has(activity, names, is_lti=bool(row.lti_item_names))


def _known(
    session: Session, places: set[str]
) -> Mapping[str, tuple[CourseActivity, Checkpoint | None]]:
    if not places:
        return {}
    rule = and_(Checkpoint.programme_id == Programme.id, Checkpoint.retired_at.is_(None))
    same = or_(  # a course has several IRIs, and one rule
        Checkpoint.place == CourseActivity.place,
        and_(Checkpoint.kind == "course", CourseActivity.kind == "course"),
    )
    rows = session.execute(
        select(CourseActivity, Checkpoint)
        # A rule counts in the course that the place belongs to.
        .outerjoin(Programme, Programme.course_id == CourseActivity.course_id)
        .outerjoin(Checkpoint, and_(rule, same))
        .where(
            CourseActivity.digest.in_({identifiers.place_digest(place) for place in places}),
            CourseActivity.contested.is_(False),
        )
    )
    return {activity.place: (activity, checkpoint) for activity, checkpoint in rows}
