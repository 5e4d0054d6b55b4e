"""What a message would give, before its source is kept: nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from lrs_bridge.completion import Completion
from lrs_bridge.sources.errors import EventInvalid
from lrs_bridge.sources.payload import read_json
from plugin.completions import foreseeing, inbox
from plugin.completions.errors import DeliveryRefused
from plugin.completions.model import Reason, SourceKind
from plugin.completions.reading import read
from plugin.completions.sources import Proved
from plugin.foundation.tenancy import organisation_of

MOST = 20
"""How many completions of one message are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What one completion would do.

    Attributes:
        reason: why nothing would open; None: a check-in would, or one would be taken back.
    """

    completion: Completion
    is_known: bool
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of an example."""

    foreseen: tuple[Foreseen, ...] = ()
    passed_over: int = 0
    faults: tuple[str, ...] = ()


def tried(
    session: Session,
    kind: SourceKind,
    configuration: Mapping[str, Any],
    example: str,
    *,
    now: datetime,
    cutoff_days: int,
) -> Trial:
    """Return what `example`, the text of a message, would give."""
    source = Proved(
        source_id=uuid4(),
        organisation_id=organisation_of(session),
        kind=kind,
        name="",
        configuration=configuration,
        secrets=(),
        enabled=True,
    )
    try:
        batch = read(source, read_json(example.encode()), now=now)
    except (EventInvalid, DeliveryRefused) as error:
        return Trial(faults=(str(error),))
    return Trial(
        foreseen=tuple(
            foreseen(session, completion, kind, now=now, cutoff_days=cutoff_days)
            for completion in batch.completions[:MOST]
        ),
        passed_over=batch.passed_over,
        faults=tuple(str(fault) for fault in batch.faults[:MOST]),
    )


def foreseen(
    session: Session, completion: Completion, kind: SourceKind, *, now: datetime, cutoff_days: int
) -> Foreseen:
    """Return what a completion would do; it is written nowhere."""
    row = inbox.row_of(completion, came_by=kind, now=now)
    ((understood, (_status, reason)),) = foreseeing.foreseen(
        session, [row], cutoff_days=cutoff_days
    )
    return Foreseen(
        completion=completion,
        is_known=understood.person_id is not None,
        reason=reason,
    )
