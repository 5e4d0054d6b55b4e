"""LTI 1.3 platforms to test a tool with, as real as sockets make them.

with serving() as server:
    platform = Platform(server.url, clock=clock, profile=CANVAS)
    server.app = platform.wsgi
    tool = platform.register_tool(login_url=…, launch_url=…, jwks_uri=…)
    platform.directory.add_course(Course(id="2", label="MENT101", title="Mentored Course"))
    …
    url, params = platform.login_initiation(tool, user, link)

`payloads` are launches that a tool must refuse, or take; `pytest_plugin` has all of it as fixtures.
docs/testing-lti.md shows how to test a tool with it. What is named here is loaded when it is used,
so that the plugin costs nothing where nobody asks for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lti.testing.platform import Platform
    from lti.testing.profiles import (
        BLACKBOARD,
        BRIGHTSPACE,
        CAMPUS,
        CANVAS,
        MOODLE,
        PROFILES,
        Profile,
    )
    from lti.testing.server import Server, serving
    from lti.testing.values import (
        Column,
        Completion,
        Course,
        Enrolment,
        Exchange,
        Grade,
        GradebookColumn,
        Group,
        GroupSet,
        LoginInitiation,
        ResourceLink,
        Tool,
        User,
    )

__all__ = [
    "BLACKBOARD",
    "BRIGHTSPACE",
    "CAMPUS",
    "CANVAS",
    "MOODLE",
    "PROFILES",
    "Column",
    "Completion",
    "Course",
    "Enrolment",
    "Exchange",
    "Grade",
    "GradebookColumn",
    "Group",
    "GroupSet",
    "LoginInitiation",
    "Platform",
    "Profile",
    "ResourceLink",
    "Server",
    "Tool",
    "User",
    "serving",
]

_HOMES = {
    "Platform": "platform",
    "Server": "server",
    "serving": "server",
    **dict.fromkeys(
        ("BLACKBOARD", "BRIGHTSPACE", "CAMPUS", "CANVAS", "MOODLE", "PROFILES", "Profile"),
        "profiles",
    ),
}


def __getattr__(name: str) -> Any:
    """Load what is named here from its module (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'values')}"), name)
