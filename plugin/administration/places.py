"""Where administrators go. A room that has a page for them adds a line to PLACES, and that is all.

Every page named here and all others of its blueprint are for Role.ADMIN: whoever administers the
institution or its system, in a launch of any course (see launches/service.py, `roles_of`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from plugin.completions.waiting_list import people_waiting
from plugin.courses import questions
from plugin.foundation.i18n import to_say
from plugin.platforms import administering
from plugin.privacy import service as privacy
from plugin.targets.looking import standing
from plugin.undelivered.service import given_up


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPlace:
    """One page for administrators.

    Attributes:
        endpoint: its view; the address has the launch's id and nothing else.
        title: what it is called, as `to_say`.
        about: one sentence of what one finds or does there, as `to_say`.
        waiting: how many things there wait for a decision of the session's organisation.
    """

    endpoint: str
    title: str
    about: str
    waiting: Callable[[Session], int] | None = None

    @property
    def blueprint(self) -> str:
        """The blueprint of its pages."""
        return self.endpoint.partition(".")[0]


PLACES: Final = (
    AdminPlace(
        endpoint="platform_admin.listed",
        title=to_say("Learning platforms"),
        about=to_say("Which are registered; register, change or close one."),
    ),
    AdminPlace(
        endpoint="platform_admin.waiting",
        title=to_say("Deployments that wait"),
        about=to_say("Parts of a platform from which Mentes was opened for the first time."),
        waiting=administering.waiting,
    ),
    AdminPlace(
        endpoint="refused_launches.listed",
        title=to_say("Refused launches"),
        about=to_say("Why Mentes did not open for somebody, and what to change in their platform."),
    ),
    AdminPlace(
        endpoint="completion_sources.listed",
        title=to_say("Where completions come from"),
        about=to_say("Who says that somebody has finished, whether it arrives, and what is wrong."),
    ),
    AdminPlace(
        endpoint="waiting.listed",
        title=to_say("Not yet assigned"),
        about=to_say("Completions of which nobody knows whose they are, or of which course."),
        waiting=people_waiting,
    ),
    AdminPlace(
        endpoint="completion_uploads.listed",
        title=to_say("Upload completions"),
        about=to_say("A table of who has finished what: see what it would do, apply it, undo it."),
    ),
    AdminPlace(
        endpoint="statements.listed",
        title=to_say("Statements"),
        about=to_say("What learning systems told the record store: find, read, void."),
    ),
    AdminPlace(
        endpoint="statements_refused.listed",
        title=to_say("Refused requests"),
        about=to_say("What the record store did not take, why, and what to do about it."),
    ),
    AdminPlace(
        endpoint="rosters_admin.listed",
        title=to_say("Are they gone?"),
        about=to_say("Courses of which a platform's list of people suddenly leaves out many."),
        waiting=questions.waiting,
    ),
    AdminPlace(
        endpoint="privacy_requests.listed",
        title=to_say("Requests about personal data"),
        about=to_say("Who asks for a copy of their data, or for its erasure."),
        waiting=privacy.waiting,
    ),
    AdminPlace(
        endpoint="records.show",
        title=to_say("What is recorded"),
        about=to_say("Which learning records are written of the mentoring of this course."),
    ),
    AdminPlace(
        endpoint="targets.listed",
        title=to_say("Where statements go"),
        about=to_say("Record stores that get what is recorded, or what others store here."),
        waiting=standing,
    ),
    AdminPlace(
        endpoint="undelivered.listed",
        title=to_say("What could not be delivered"),
        about=to_say("Statements, scores and mails that were refused: why, and sending again."),
        waiting=given_up,
    ),
)
"""In the order in which they are shown."""


def is_within(endpoint: str) -> bool:
    """Tell whether a view belongs to the administration."""
    blueprint = endpoint.partition(".")[0]
    return any(blueprint == place.blueprint for place in PLACES) or blueprint in _BESIDE


_BESIDE: Final = frozenset({"administration", "merging", "platform_by_hand", "statements_void"})
"""Blueprints of pages that are reached from a place."""
