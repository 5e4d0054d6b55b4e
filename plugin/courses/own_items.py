"""Which modules of a course are items of ours.

An LMS does not say which tool its item opens, and calls it by other numbers in its learning records
than in launches; but it tells the item's title in both. A title that was changed there is known
here from the next launch on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.sources.lti_items import is_lti_item, may_be_lti_item
from plugin.courses.model import CourseActivity, ResourceLink
from plugin.courses.titles import compared

_UNTITLED = ""


class OwnItems:
    """The items of ours in some courses; asked for once."""

    def __init__(self, session: Session, course_ids: Collection[UUID]) -> None:
        self._titles: dict[UUID, set[str]] = defaultdict(set)
        if course_ids:
            links = select(ResourceLink.course_id, ResourceLink.title)
            for course_id, title in session.execute(
                links.where(ResourceLink.course_id.in_(course_ids))
            ):
                self._titles[course_id].add(compared(title))

    def has(self, activity: CourseActivity, names: Iterable[str] = (), *, is_lti: bool) -> bool:
        """Tell whether a module is ours.

        Args:
            names: what a source calls it just now; without any, what it is called here counts.
            is_lti: it is known to be an item of some LTI tool. Then it is ours also if one of ours
                here has no title: any name may be that one's.
        """
        if activity.kind != "module":
            return False
        if not is_lti and not may_be_lti_item(activity.iri):
            return False
        titles = self._titles.get(activity.course_id, set())
        if is_lti and _UNTITLED in titles:
            return True
        called = {compared(name) for name in names if name} or {compared(activity.name)}
        return not titles.isdisjoint(called - {_UNTITLED})


def is_our_own(session: Session, activity: CourseActivity) -> bool:
    """Tell whether a module, as its platform calls it, is an item of ours."""
    ours = OwnItems(session, {activity.course_id})
    return ours.has(activity, is_lti=is_lti_item(activity.iri))


def without_own_items(
    session: Session, activities: Iterable[CourseActivity]
) -> list[CourseActivity]:
    """Return what of a course a rule can be about: not that our own item was opened or scored."""
    known = list(activities)
    ours = OwnItems(session, {activity.course_id for activity in known})
    return [each for each in known if not ours.has(each, is_lti=is_lti_item(each.iri))]
