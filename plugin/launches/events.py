"""What happens at a launch, beyond a visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReached(Event):
    """A learner opened an item of ours that the LMS shows only when what is before it is done.

    The subject is the course, the actor the learner. The LMS let them through, so the launch itself
    says that `activity` is complete. It happens with every such launch: whoever acts upon it knows
    a learner and an activity once.
    """

    kind: ClassVar[str] = "item.reached"
    activity: str
    """The IRI under which the item's rule knows what is completed (`CourseActivity.iri`)."""
    launch_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKnown(Event):
    """An item that says which placement it is was opened for the first time; the subject is the
    course. Where the placement is another course's, this one is a copy.
    """

    kind: ClassVar[str] = "item.known"
    item_id: str
    """As the item says it, whatever it may be."""
