"""A small LTI 1.3 platform and a server for it, for tests, demonstrations and documentation.

with serving() as server:
    platform = Platform(server.url, clock=clock)
    server.app = platform.wsgi
    tool = platform.register_tool(login_url=…, launch_url=…, jwks_uri=…)
    platform.directory.add_course(Course(id="2", label="MENT101", title="Mentored Course"))
    …
    url, params = platform.login_initiation(tool, user, link)
"""

from lti.testing.platform import Platform
from lti.testing.serving import Server, serving
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
    "ResourceLink",
    "Server",
    "Tool",
    "User",
    "serving",
]
