"""What is not assigned yet, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from plugin.completions.model import CompletionRow
from plugin.foundation.i18n import Words, to_say
from plugin.people.rules import (
    ACCOUNT,
    MBOX_SHA1SUM,
    SOURCED_ID,
    USERNAME,
    Key,
)

SHORTENED = 12  # characters of a digest
_PLATFORM = to_say("A learning platform")
_PACKAGE = to_say("A learning package")
_FILE = to_say("An uploaded file")
SOURCES: Final[Mapping[str, str]] = {
    "xapi": _PLATFORM,
    "caliper": _PLATFORM,
    "cmi5": _PACKAGE,
    "scorm": _PACKAGE,
    "csv": _FILE,
    "one-roster": _FILE,
    "lti": to_say("Items behind a restriction"),
    "lti-result": to_say("Grades"),
    "manual": to_say("Learners themselves"),
    "moodle": to_say("Moodle"),
    "open-edx": to_say("Open edX"),
    "canvas": to_say("Canvas"),
    "blackboard": to_say("Blackboard"),
    "linkedin-learning": to_say("LinkedIn Learning"),
    "360learning": to_say("360Learning"),
}
"""What sources are called that nobody has given a name to."""


def said(key: Key, say: Words) -> str:
    """Return how a source calls somebody: nothing but what was sent."""
    scheme, home, value = key
    where = _host(home) or home
    if scheme == MBOX_SHA1SUM:
        return say.gettext("digest %(digest)s… of a mail address", digest=value[:SHORTENED])
    if scheme == SOURCED_ID:
        return say.gettext("%(id)s in a registry", id=value)
    if scheme == USERNAME and not where:
        return say.gettext("username %(name)s", name=value)
    if scheme in (ACCOUNT, USERNAME) and where:
        return say.gettext("%(name)s at %(place)s", name=value, place=where)
    return value


def _host(home: str) -> str | None:
    try:
        return urlsplit(home).netloc
    except ValueError:  # whatever a source calls a place, its page opens
        return None


def source_said(source: str, names: Mapping[str, str], say: Words) -> str:
    """Return what people call a source.

    Args:
        names: given by administrators (`waiting_list.names_of_sources`).
    """
    if source in names:
        return names[source]
    return say.gettext(SOURCES[source]) if source in SOURCES else source.partition(":")[0]


def all_said(keys: Sequence[Key], say: Words) -> str:
    """Return the ways by which somebody is called, in one line."""
    return " · ".join(said(key, say) for key in keys)


def example(row: CompletionRow, say: Words) -> str:
    """Return what one of the completions says."""
    what = row.module_name or row.module_iri if row.kind == "module" else None
    return what or row.course_name or row.course_iri or say.gettext("a course")
