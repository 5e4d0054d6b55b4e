"""What happens on the campus, as the statements that Moodle's plugin makes of it."""

from __future__ import annotations

from datetime import datetime

from lrs_bridge.testing import (
    moodle_course_completed,
    moodle_module_completed,
    moodle_module_uncompleted,
)
from lrs_bridge.vocabulary import Extension
from lti.testing import Course, ResourceLink, User
from plugin.demo.coursework import Module
from plugin.demo.logstore import Statement

VIEWED = {"id": "http://id.tincanapi.com/verb/viewed", "display": {"en": "Viewed"}}
MEDIA = "http://adlnet.gov/expapi/activities/media"
"""What the plugin calls an external tool."""
SECTION_OF_TOOLS = 3


def course_viewed(site: str, user: User, course: Course, at: datetime) -> Statement:
    """Return what Moodle sends when somebody opens a course."""
    statement = moodle_course_completed(
        site, int(user.id), int(course.id), at, course_name=course.title, user_name=user.name
    )
    return _viewed(statement, "\\core\\event\\course_viewed", "core\\course_viewed")


def module_viewed(site: str, user: User, course: Course, module: Module, at: datetime) -> Statement:
    """Return what Moodle sends when somebody opens a page."""
    statement = moodle_module_uncompleted(
        site,
        int(user.id),
        module.cmid,
        int(course.id),
        at,
        module_name=module.name,
        course_name=course.title,
        section=module.section,
        user_name=user.name,
    )
    return _module_viewed(statement, "mod_page")


def item_viewed(
    site: str, user: User, course: Course, link: ResourceLink, at: datetime
) -> Statement:
    """Return what Moodle sends when somebody opens an external tool."""
    statement = moodle_module_uncompleted(
        site,
        int(user.id),
        int(link.id),
        int(course.id),
        at,
        module="lti",
        module_type=MEDIA,
        module_name=link.title,
        course_name=course.title,
        section=SECTION_OF_TOOLS,
        user_name=user.name,
    )
    return _module_viewed(statement, "mod_lti")


def module_completed(
    site: str, user: User, course: Course, module: Module, at: datetime, *, first: bool
) -> list[Statement]:
    """Return what Moodle sends when a page is completed: the first time, two statements."""
    completed = moodle_module_completed(
        site,
        int(user.id),
        module.cmid,
        int(course.id),
        at,
        module_name=module.name,
        course_name=course.title,
        section=module.section,
        user_name=user.name,
    )
    if not first:
        return [completed]
    return [module_uncompleted(site, user, course, module, at), completed]


def module_uncompleted(
    site: str, user: User, course: Course, module: Module, at: datetime
) -> Statement:
    """Return what Moodle sends when a completion is taken back."""
    return moodle_module_uncompleted(
        site,
        int(user.id),
        module.cmid,
        int(course.id),
        at,
        module_name=module.name,
        course_name=course.title,
        section=module.section,
        user_name=user.name,
    )


def item_completed(
    site: str, user: User, course: Course, link: ResourceLink, at: datetime
) -> Statement:
    """Return what Moodle sends when a full grade completes an external tool."""
    return moodle_module_completed(
        site,
        int(user.id),
        int(link.id),
        int(course.id),
        at,
        module="lti",
        module_type=MEDIA,
        module_name=link.title,
        course_name=course.title,
        section=SECTION_OF_TOOLS,
        success=True,
        user_name=user.name,
    )


def course_completed(site: str, user: User, course: Course, at: datetime) -> Statement:
    """Return what Moodle sends when its cron finds a course completed."""
    return moodle_course_completed(
        site, int(user.id), int(course.id), at, course_name=course.title, user_name=user.name
    )


def _module_viewed(statement: Statement, component: str) -> Statement:
    return _viewed(
        statement, f"\\{component}\\event\\course_module_viewed", "all\\course_module_viewed"
    )


def _viewed(statement: Statement, event: str, function: str) -> Statement:
    context = statement["context"]
    info = {
        **context["extensions"][Extension.INFO.value],
        "event_name": event,
        "event_function": f"\\src\\transformer\\events\\{function}",
    }
    return {
        **statement,
        "verb": VIEWED,
        "context": {**context, "extensions": {Extension.INFO.value: info}},
    }
