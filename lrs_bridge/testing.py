"""Statements for tests and demonstrations.

The Moodle factories are shaped member by member like what a real Moodle 4.3 with logstore_xapi
5.0.1 was recorded to send; the recordings are in tests/data/moodle-4.3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lrs_bridge.statement import equivalent
from lrs_bridge.vocabulary import ActivityType, Extension, Verb

Json = dict[str, Any]


def an_agent(name: str = "42", home_page: str = "https://lms.example") -> dict[str, Any]:
    """Return an agent with an account."""
    return {"objectType": "Agent", "account": {"homePage": home_page, "name": name}}


def a_statement(**overrides: Any) -> Json:
    """Return a valid statement; a keyword replaces the property of that name, None removes it."""
    statement: Json = {
        "actor": an_agent(),
        "verb": {"id": Verb.COMPLETED.value, "display": {"en": "completed"}},
        "object": {"objectType": "Activity", "id": "https://lms.example/course/view.php?id=2"},
        "timestamp": "2026-11-22T10:00:00.000Z",
    }
    statement.update(overrides)
    return {name: value for name, value in statement.items() if value is not None}


def assert_equivalent(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Assert that two statements are the same as the specification compares them."""
    assert equivalent(one, other), (  # noqa: S101  this is what the function is for
        f"Not equivalent:\n{json.dumps(one, indent=1)}\n{json.dumps(other, indent=1)}"
    )


def moodle_course_completed(
    site: str,
    user_id: int,
    course_id: int,
    at: datetime,
    *,
    course_name: str = "Mentored Course 101",
    user_name: str = "Ada One",
) -> Json:
    """Return what Moodle sends when its cron finds a course completed. It has no result."""
    return {
        **_sent(site, "course_completed", at),
        "actor": _user(site, user_id, user_name),
        "verb": _COMPLETED,
        "object": _course(site, course_id, course_name),
    }


def moodle_module_completed(
    site: str,
    user_id: int,
    cmid: int,
    course_id: int,
    at: datetime,
    *,
    module: str = "page",
    module_type: str = ActivityType.PAGE,
    module_name: str = "Read me (view to complete)",
    course_name: str = "Mentored Course 101",
    section: int = 1,
    success: bool | None = None,
    user_name: str = "Ada One",
) -> Json:
    """Return what Moodle sends when an activity is completed (passed or failed, by `success`)."""
    result = {"completion": True} if success is None else {"completion": True, "success": success}
    return {
        **_sent(
            site,
            "course_module_completion_updated",
            at,
            parent=_parents(site, course_id, course_name, section),
        ),
        "actor": _user(site, user_id, user_name),
        "verb": _COMPLETED,
        "object": _activity(f"{site}/mod/{module}/view.php?id={cmid}", module_type, module_name),
        "result": result,
    }


def moodle_module_uncompleted(
    site: str, user_id: int, cmid: int, course_id: int, at: datetime, **details: Any
) -> Json:
    """Return what Moodle sends when a completion is taken back.

    It also sends this, with the same timestamp, just before the first completion.
    """
    statement = moodle_module_completed(site, user_id, cmid, course_id, at, **details)
    del statement["result"]
    return {**statement, "verb": _UNCOMPLETED}


_COMPLETED = {"id": Verb.COMPLETED.value, "display": {"en": "Completed"}}
_UNCOMPLETED = {"id": Verb.UNCOMPLETED.value, "display": {"en": "Uncompleted"}}


def _sent(site: str, event: str, at: datetime, **relations: Any) -> Json:
    """Return the members that every statement of Moodle's has in common. It gives no id."""
    lms = _activity(site, ActivityType.LMS, "Test Moodle")
    info = {
        "http://moodle.org": "4.3 (Build: 20231009)",
        "https://github.com/xAPI-vle/moodle-logstore_xapi": "5.0.1",
        "event_name": f"\\core\\event\\{event}",
        "event_function": f"\\src\\transformer\\events\\core\\{event}",
    }
    return {
        "context": {
            "platform": "Moodle",
            "registration": str(uuid5(NAMESPACE_URL, site)),  # of the sender's session, not ours
            "language": "en",
            "extensions": {Extension.INFO.value: info},
            "contextActivities": {**relations, "category": [lms]},
        },
        "timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }


def _user(site: str, user_id: int, name: str) -> dict[str, Any]:
    return {"name": name, "account": {"homePage": site, "name": str(user_id)}}


def _activity(id: str, type: str, name: str) -> dict[str, Any]:
    definition = {"type": str(type), "name": {"en": name}}
    return {"objectType": "Activity", "id": id, "definition": definition}


def _course(site: str, course_id: int, name: str) -> dict[str, Any]:
    return _activity(f"{site}/course/view.php?id={course_id}", ActivityType.CMI5_COURSE, name)


def _parents(site: str, course_id: int, course_name: str, section: int) -> list[dict[str, Any]]:
    return [
        _activity(
            f"{site}/course/section.php?id={section + 1}",
            ActivityType.SECTION,
            f"{course_name} Section {section}",
        ),
        _course(site, course_id, course_name),
    ]
