"""Placing items in a course: what is kept of each, and what goes to the platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti.copies import CUSTOM as HISTORIES
from lti.deep_linking import Image, LtiResourceLinkItem, Period, Size
from lti.message import DeepLinkingSettings
from plugin.circles.model import Circle
from plugin.courses import copies
from plugin.courses import service as courses
from plugin.courses.model import Course, CourseActivity, ResourceLink
from plugin.courses.own_items import without_own_items
from plugin.foundation.errors import FormInvalid
from plugin.foundation.i18n import Words
from plugin.items.forms import BEFORE_IT
from plugin.items.model import PlacedItem
from plugin.launches.events import ItemKnown
from plugin.launches.items import Kind, Said
from plugin.programmes import checkpoints
from plugin.programmes import service as programmes
from plugin.programmes.model import Checkpoint, Programme
from plugin.records.columns import is_reported, line_item

TALL = 800
"""Pixels that a page of ours likes to have in a frame."""
MINUTES, WITHIN_DAYS = 10, 14
"""Of the rule that comes with an item, until the instructor says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an instructor chose, read from the form."""

    kinds: Sequence[Kind]
    titles: Mapping[Kind, str]
    after: str
    """The id of an activity of the course, or `BEFORE_IT`."""
    circle_id: UUID | None
    has_column: bool
    opens_in: str | None
    available_from: datetime | None
    available_until: datetime | None
    submit_until: datetime | None


def title_of(kind: Kind, say: Words) -> str:
    """Return what an item is called unless the instructor calls it otherwise."""
    return {
        Kind.HOME: say.gettext("Mentoring"),
        Kind.CHECK_IN: say.gettext("Check-in with your mentor"),
        Kind.CIRCLE: say.gettext("Mentoring circle"),
        Kind.GOAL_REVIEW: say.gettext("Goal review"),
    }[kind]


def text_of(kind: Kind, say: Words) -> str:
    """Return what stands under the title in the course."""
    return {
        Kind.HOME: say.gettext("Ten minutes with a mentor about using what you learn here."),
        Kind.CHECK_IN: say.gettext("Ten minutes about what you have just finished."),
        Kind.CIRCLE: say.gettext("A mentor and a few of you, around one topic."),
        Kind.GOAL_REVIEW: say.gettext("What did you want to try, and what came of it?"),
    }[kind]


def checked(choice: Choice, settings: DeepLinkingSettings) -> None:
    """Look whether a platform takes what was chosen, and whether it fits together.

    Raises:
        FormInvalid: it does not.
    """
    if len(choice.kinds) > 1 and not settings.accept_multiple:
        raise _unfit("kind", "Your platform takes one item at a time. Choose one.")
    start, end = choice.available_from, choice.available_until
    if start is not None and end is not None and end <= start:
        raise _unfit("available_until", "It cannot close before it opens.")
    if start is not None and choice.submit_until is not None and choice.submit_until <= start:
        raise _unfit("submit_until", "It cannot be due before it opens.")
    if Kind.CIRCLE in choice.kinds and choice.circle_id is None:
        raise _unfit("circle", "Choose a circle, or make one first.")


def _unfit(field: str, text: str) -> FormInvalid:
    return FormInvalid(text, {field: [text]})


def placed(
    session: Session,
    course: Course,
    choice: Choice,
    settings: DeepLinkingSettings,
    *,
    public_url: str,
    say: Words,
    by: UUID,
    now: datetime,
) -> list[LtiResourceLinkItem]:
    """Keep what was chosen, and return it as the platform wants it.

    Raises:
        FormInvalid: it does not fit together, or is not of this course.
    """
    checked(choice, settings)
    column_on = _gradable(session, course, choice) if choice.has_column else None
    return [
        _placed(
            session,
            course,
            kind,
            choice,
            public_url=public_url,
            say=say,
            has_column=kind is column_on,
            by=by,
            now=now,
        )
        for kind in choice.kinds
    ]


def _gradable(session: Session, course: Course, choice: Choice) -> Kind | None:
    """Return which item brings the one column; a course that has one, or wants none, gets none."""
    if has_column(session, course.id) or not is_reported(session, course.id):
        return None
    return next((kind for kind in (Kind.HOME, Kind.CHECK_IN) if kind in choice.kinds), None)


def has_column(session: Session, course_id: UUID) -> bool:
    """Tell whether a column of ours is in the gradebook of a course."""
    found = session.scalar(
        select(ResourceLink.id)
        .where(ResourceLink.course_id == course_id, ResourceLink.lineitem_url.is_not(None))
        .limit(1)
    )
    return found is not None


def _placed(
    session: Session,
    course: Course,
    kind: Kind,
    choice: Choice,
    *,
    public_url: str,
    say: Words,
    has_column: bool,
    by: UUID,
    now: datetime,
) -> LtiResourceLinkItem:
    id = uuid4()
    title = choice.titles.get(kind) or title_of(kind, say)
    checkpoint, gate = None, None
    if kind is Kind.CHECK_IN:
        checkpoint, gate = _rule(session, course, choice, id, title, public_url, by=by, now=now)
    circle = circle_of(session, course, choice.circle_id) if kind is Kind.CIRCLE else None
    session.add(
        PlacedItem(
            id=id,
            course_id=course.id,
            kind=kind,
            title=title,
            checkpoint_id=checkpoint.id if checkpoint else None,
            circle_id=circle.id if circle else None,
            available_from=choice.available_from,
            available_until=choice.available_until,
            placed_by=by,
            placed_at=now,
        )
    )
    session.flush()
    return LtiResourceLinkItem(
        url=f"{public_url}/lti/launch",
        title=title,
        text=text_of(kind, say),
        custom={**HISTORIES, **Said(kind=kind, id=str(id), after=gate).custom()},
        line_item=line_item(session, course.id, label=say.gettext("Mentoring"))
        if has_column
        else None,
        iframe=Size(height=TALL) if choice.opens_in != "window" else None,
        window=Size() if choice.opens_in == "window" else None,
        icon=Image(url=f"{public_url}/static/mark.svg", size=Size(width=36, height=24)),
        available=_period(choice.available_from, choice.available_until),
        submission=_period(choice.available_from, choice.submit_until)
        if choice.submit_until
        else None,
    )


def _period(start: datetime | None, end: datetime | None) -> Period | None:
    return Period(start=start, end=end) if start or end else None


def _rule(
    session: Session,
    course: Course,
    choice: Choice,
    item_id: UUID,
    title: str,
    public_url: str,
    *,
    by: UUID,
    now: datetime,
) -> tuple[Checkpoint, str | None]:
    """Return the rule of a check-in item, set if there is none, and what opening it completes."""
    programme = programmes.of_course(session, course, now=now)
    if choice.after != BEFORE_IT:
        activity = _activity(session, course, choice.after)
        return _standing(session, programme, activity, by=by, now=now), None
    gate = f"{public_url}/items/{item_id}"
    courses.seen_activity(session, course.id, iri=gate, kind="module", name=title, now=now)
    itself = courses.activity_at(session, gate)
    assert itself is not None  # noqa: S101 # seen in the line above
    return _standing(session, programme, itself, by=by, now=now), gate


def _standing(
    session: Session, programme: Programme, activity: CourseActivity, *, by: UUID, now: datetime
) -> Checkpoint:
    """Return the rule that stands for an activity; one that is there keeps its minutes and days."""
    for checkpoint in checkpoints.standing(session, programme.id):
        if checkpoint.place == activity.place:
            return checkpoint
    return checkpoints.set_checkpoint(
        session,
        programme,
        activity,
        name=activity.name or activity.iri,
        minutes=MINUTES,
        within_days=WITHIN_DAYS,
        by=by,
        now=now,
    )


def _activity(session: Session, course: Course, chosen: str) -> CourseActivity:
    for activity in without_own_items(session, courses.activities(session, course.id)):
        if str(activity.id) == chosen:
            return activity
    raise _unfit("after", "Choose something of this course.")


def circle_of(session: Session, course: Course, circle_id: UUID | None) -> Circle:
    """Return a circle of a course.

    Raises:
        FormInvalid: there is none with this id, or it is another course's.
    """
    programme = programmes.found_of_course(session, course.id)
    circle = session.get(Circle, circle_id) if circle_id else None
    if circle is None or programme is None or circle.programme_id != programme.id:
        raise _unfit("circle", "Choose a circle, or make one first.")
    return circle


def found(session: Session, said: Said) -> PlacedItem | None:
    """Return the placement that an item names, or None: it is unknown here."""
    return _placement(session, said.id)


def _placement(session: Session, named: str | None) -> PlacedItem | None:
    id = _uuid(named)
    return session.get(PlacedItem, id) if id is not None else None


def on_item_known(session: Session, _event_id: UUID, event: ItemKnown) -> None:
    """Keep that a course is a copy, if an item of it was put into another one."""
    item = _placement(session, event.item_id)
    if item is None or item.course_id == event.subject_id:
        return
    course = session.get_one(Course, event.subject_id)
    origin = session.get_one(Course, item.course_id)
    copies.told_by_item(session, course, origin, now=event.at)


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (TypeError, ValueError, AttributeError):
        return None
