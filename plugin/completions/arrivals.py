"""What the record store just took in: completions for the inbox, modules for the instructor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lrs_bridge import sources
from lrs_bridge.statement import Statement
from plugin.completions import inbox, service
from plugin.completions.model import SourceKind
from plugin.foundation.tenancy import narrowed


def on_stored(
    session: Session, organisation_id: UUID, statements: Sequence[Statement], *, now: datetime
) -> None:
    """Keep what new statements tell, in the transaction that stores them."""
    documents = [statement.document for statement in statements]
    with narrowed(session, organisation_id):
        read = (sources.read(document, organisation_id) for document in documents)
        inbox.receive(
            session,
            [completion for completion in read if completion],
            came_by=SourceKind.RECORD_STORE,
            now=now,
        )
        for document in documents:
            sighting = sources.sighted(document)
            if sighting is not None:
                service.module_seen(session, sighting, now=now)


def on_erased(session: Session, organisation_id: UUID, ids: Sequence[UUID]) -> None:
    """Forget who erased statements were about, in the transaction that erases them."""
    with narrowed(session, organisation_id):
        inbox.forget(session, ids)
