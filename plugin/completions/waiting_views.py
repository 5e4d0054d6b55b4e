"""What is not assigned yet, in words."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from plugin.completions.model import CompletionRow
from plugin.foundation.i18n import Words
from plugin.people.rules import (
    ACCOUNT,
    MBOX_SHA1SUM,
    SOURCED_ID,
    USERNAME,
    Key,
)

SHORTENED = 12  # characters of a digest


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


def all_said(keys: Sequence[Key], say: Words) -> str:
    """Return the ways by which somebody is called, in one line."""
    return " · ".join(said(key, say) for key in keys)


def example(row: CompletionRow, say: Words) -> str:
    """Return what one of the completions says."""
    what = row.module_name or row.module_iri if row.kind == "module" else None
    return what or row.course_name or row.course_iri or say.gettext("a course")
