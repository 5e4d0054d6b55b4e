"""A deep linking launch waits for its answer: what is kept until then, and found again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from lti.message import DeepLinkingSettings, LaunchMessage
from plugin.courses.model import Course
from plugin.foundation.errors import NotFound
from plugin.launches.model import Launch

_DEPLOYMENT = "deployment_id"


def deep_linking_launch(session: Session, launch_id: UUID, *, locked: bool = False) -> Launch:
    """Return a deep linking launch that waits for its answer; locked against others if asked.

    Raises:
        NotFound: this visit is not one, or it was answered.
    """
    launch = session.get(Launch, launch_id, with_for_update=locked)
    if launch is None or launch.deep_linking is None:
        raise NotFound("This visit has nothing to choose, or the choice has been made.")
    return launch


def kept_settings(message: LaunchMessage) -> dict[str, Any] | None:
    """Return deep linking settings as a launch keeps them, with the deployment that it came from.

    A course may be opened through another one before the answer is sent.
    """
    settings = message.deep_linking
    if settings is None:
        return None
    return {
        _DEPLOYMENT: message.deployment_id,
        "return_url": settings.return_url,
        "accept_types": sorted(settings.accept_types),
        "accept_presentation_document_targets": sorted(
            settings.accept_presentation_document_targets
        ),
        "accept_multiple": settings.accept_multiple,
        "accept_lineitem": settings.accept_lineitem,
        "auto_create": settings.auto_create,
        "title": settings.title,
        "text": settings.text,
        "data": settings.data,
    }


def settings_of(kept: Mapping[str, Any]) -> DeepLinkingSettings:
    """Return the deep linking settings that a launch kept."""
    return DeepLinkingSettings(
        **{
            **{name: value for name, value in kept.items() if name != _DEPLOYMENT},
            "accept_types": frozenset(kept["accept_types"]),
            "accept_presentation_document_targets": frozenset(
                kept["accept_presentation_document_targets"]
            ),
        }
    )


def deployment_of(session: Session, launch: Launch) -> str:
    """Return the deployment that a launch came from."""
    kept: str | None = (launch.deep_linking or {}).get(_DEPLOYMENT)
    # One that waits since before an update has kept none.
    return kept or session.get_one(Course, launch.course_id).deployment_id
