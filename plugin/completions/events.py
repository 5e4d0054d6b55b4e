"""What happens to completions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionObserved(Event):
    """A completion was understood, and no learning record of the LMS says so yet.

    The subject is the row of the inbox, the actor the person who completed; `at` is when they did,
    by the source's clock. It happens once for each completion of a known person in a known course,
    whether or not a check-in follows, and again only after `CompletionTakenBack`. Completions that
    came as xAPI statements are told of by those statements already and raise none.
    """

    kind: ClassVar[str] = "completion.observed"
    course_id: UUID
    activity: str
    """The IRI of the course or module as we know it (`CourseActivity.iri`)."""
    of: str
    """"course" or "module"."""
    state: str
    """"completed" or "passed"."""
    seen_at: datetime
    """When we understood it, by our clock: a source's may be ahead, or tell of last year."""
    source: str
    """How it came: a `SourceKind` such as "canvas", "webhook", "results", "item" or "manual"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionTakenBack(Event):
    """A completion that was observed was none after all: its source, a person or an upload took it
    back, or it turned out to be another person's. The subject is the row of the inbox.
    """

    kind: ClassVar[str] = "completion.taken-back"
