"""Copied courses: which context, and which item, a launch descends from.

When a course is copied its ids change, and nothing else says what it was copied from. Platforms can
fill that into custom parameters, so a tool that asks for CUSTOM when it registers learns of it at
the first launch of the copy. Moodle and Canvas know the context's, Blackboard and D2L the resource
link's as well. Where the platform has the service, `notices` tells at the moment of the copy.

https://www.imsglobal.org/spec/lti/v1p3/#lti-context-variable
"""

from typing import Final
from urllib.parse import unquote

CONTEXT: Final = "context_history"
RESOURCE_LINK: Final = "resource_link_history"

CUSTOM: Final = {
    CONTEXT: "$Context.id.history",
    RESOURCE_LINK: "$ResourceLink.id.history",
}
"""The custom parameters to register with, under the names that `LaunchMessage` looks for."""

LONGEST: Final = 1000  # ids; a course that was copied more often than that was not


def history(said: str | None) -> tuple[str, ...]:
    """Return the ids in a history: URL-encoded, between commas, the latest copy first.

    >>> history("c%2C2,c1")
    ('c,2', 'c1')
    """
    entries = (said or "").split(",", LONGEST)[:LONGEST]
    ids = (unquote(entry.strip()) for entry in entries)
    return tuple(dict.fromkeys(id for id in ids if id and id.isprintable()))
