"""What arrives without being asked for: statements, and learners past a restriction of the LMS.

It is kept in the transaction of its cause, under the source that it came by: the credential of the
record store, or the items of ours that stand behind what is completed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge import sources as readers
from lrs_bridge.completion import Completion, PersonKey, Sighting
from lrs_bridge.lrs.tables import credential
from lrs_bridge.statement import Statement
from plugin.completions import inbox, sources
from plugin.completions.model import SourceKind
from plugin.courses.model import Course
from plugin.courses.service import activity_at, module_seen
from plugin.foundation.tenancy import narrowed
from plugin.launches.events import ItemReached
from plugin.people.service import accounts_of

ITEMS = "lti"
"""What the source of completions by items is called, in records as well."""
UNNAMED = "record-store"


def on_stored(
    session: Session, organisation_id: UUID, statements: Sequence[Statement], *, now: datetime
) -> None:
    """Keep what new statements tell, in the transaction that stores them."""
    with narrowed(session, organisation_id):
        completions: dict[str, list[Completion]] = defaultdict(list)
        sightings: list[Sighting] = []
        for document in (statement.document for statement in statements):
            told = readers.told(document, organisation_id)
            if told.completion is not None:
                completions[_stored_by(document)].append(told.completion)
            if told.sighting is not None:
                sightings.append(told.sighting)
        for stored_by, several in sorted(completions.items()):
            received = inbox.receive(session, several, came_by=SourceKind.RECORD_STORE, now=now)
            name = _called(session, organisation_id, stored_by)
            source = sources.of_itself(session, SourceKind.RECORD_STORE, name, now=now)
            sources.brought(session, source, received, now=now)
        for it in sightings:
            module_seen(session, it.course_key, it.module_key, name=it.module_name, now=now)


def _stored_by(document: Mapping[str, Any]) -> str:
    """Return the id of the credential that stored a statement; "" if it says none."""
    account = document.get("authority", {}).get("account", {})
    return str(account.get("name", ""))


def _called(session: Session, organisation_id: UUID, credential_id: str) -> str:
    """Return what operators call a credential of the organisation."""
    try:
        id = UUID(credential_id)
    except ValueError:
        return UNNAMED
    mine = (credential.c.organisation_id == organisation_id) & (credential.c.id == id)
    key = session.execute(select(credential.c.key).where(mine)).scalar()
    return str(key) if key else UNNAMED


def on_erased(session: Session, organisation_id: UUID, ids: Sequence[UUID]) -> None:
    """Forget who erased statements were about, in the transaction that erases them."""
    with narrowed(session, organisation_id):
        inbox.forget(session, ids)


def on_item_reached(session: Session, _event_id: UUID, event: ItemReached) -> None:
    """Keep that a learner completed what stands before an item of ours: once, at the first time."""
    course = session.get(Course, event.subject_id)
    if course is None or event.actor_id is None:
        return
    with narrowed(session, course.organisation_id):
        activity = activity_at(session, event.activity)
        accounts = sorted(accounts_of(session, event.actor_id))
        if activity is None or not accounts:
            return
        completion = Completion(
            organisation_id=course.organisation_id,
            source=ITEMS,
            source_event_id=inbox.digest(str(event.actor_id), activity.place),
            person_keys=tuple(PersonKey.account(home, name) for home, name in accounts),
            course_key=activity.iri if activity.kind == "course" else None,
            module_key=activity.iri if activity.kind == "module" else None,
            kind="course" if activity.kind == "course" else "module",
            state="completed",
            at=event.at,
        )
        received = inbox.receive(session, [completion], came_by=SourceKind.ITEM, now=event.at)
        if received.new:  # of the launches after it nothing is written
            source = sources.of_itself(session, SourceKind.ITEM, ITEMS, now=event.at)
            sources.brought(session, source, received, now=event.at)
