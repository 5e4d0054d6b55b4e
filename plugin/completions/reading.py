"""What a source's message says: the reader of its kind, by what the source's settings say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lrs_bridge import sources as statements
from lrs_bridge.completion import Completion
from lrs_bridge.sources import caliper, canvas, mapping, webhooks
from lrs_bridge.sources.batch import Batch, gathered
from lrs_bridge.sources.errors import EventInvalid, MappingInvalid
from plugin.completions.errors import PayloadInvalid
from plugin.completions.model import SourceKind
from plugin.completions.sources import Proved

STATEMENTS = "statements"
"""The mapping of a webhook whose messages are xAPI statements, as 360Learning's are."""


def read(source: Proved, payload: Any, *, now: datetime) -> Batch:
    """Return what a message reports. Events that cannot be read lose none of the others.

    Raises:
        PayloadInvalid: it is no message of this source, or no event in it can be read.
    """
    try:
        batch = _read(source, payload, now)
    except (EventInvalid, MappingInvalid) as error:
        raise PayloadInvalid(str(error), getattr(error, "pointer", "")) from error
    if batch.faults and not batch.completions:
        first = batch.faults[0]
        raise PayloadInvalid(str(first), first.pointer)
    return batch


def _read(source: Proved, payload: Any, now: datetime) -> Batch:
    said, owner = source.configuration, source.organisation_id
    if source.kind is SourceKind.CANVAS:
        return canvas.read(payload, owner, site=said["site"])
    if source.kind is SourceKind.CALIPER:
        return caliper.read(payload, owner, passing_share=said.get("share"))
    if said["mapping"] == STATEMENTS:
        return _statements(source, payload)
    return webhooks.read(payload, owner, mapping.parsed(said["mapping"]), now=now)


def _statements(source: Proved, payload: Any) -> Batch:
    is_list = isinstance(payload, list)
    several = payload if is_list else [payload]

    def read_one(event: Any, pointer: str) -> Completion | None:
        if not isinstance(event, dict):
            raise EventInvalid(pointer, "must be an xAPI statement")
        return statements.read(event, source.organisation_id)

    return gathered(
        (
            (f"/{index}" if isinstance(payload, list) else "", it)
            for index, it in enumerate(several)
        ),
        read_one,
    )
