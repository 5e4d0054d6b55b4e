"""The addresses that other systems post completions to.

A request is checked in this order: the address, its size, who signed it or knows the secret, what
it is. Only then is anything kept: all of its completions in one transaction, each once however
often it is sent. What they lead to is the worker's; so the sender gets its answer at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import structlog
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request

from lrs_bridge.completion import Completion
from lrs_bridge.sources.batch import Batch
from plugin.completions import inbox, sources
from plugin.completions.errors import (
    DeliveryRefused,
    PayloadInvalid,
    PayloadTooLarge,
    SourceDisabled,
    SourceUnknown,
)
from plugin.completions.proofs import KeySets, check
from plugin.completions.reading import read
from plugin.completions.refused import Refused
from plugin.completions.sources import Proved
from plugin.foundation.cipher import Cipher
from plugin.foundation.tenancy import EVERYWHERE
from plugin.foundation.web import open_to, tool
from plugin.foundation.web.problems import answer

log = structlog.get_logger()
bp = Blueprint("inlets", __name__)

KEY = "mentes.inlets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inlets:
    """What requests to sources stand on.

    Attributes:
        largest: bytes of the largest request that is read.
        cutoff_days: completions older than this open nothing.
    """

    cipher: Cipher
    key_sets: KeySets
    refused: Refused
    largest: int
    cutoff_days: int


def install(app: Flask, inlets: Inlets) -> None:
    """Make `inlets` reachable from the views of `app`."""
    app.extensions[KEY] = inlets


def inlets() -> Inlets:
    """Return what serves this request."""
    found: Inlets = current_app.extensions[KEY]
    return found


def address(public_url: str, path: str) -> str:
    """Return the address of a source, to paste into the other system."""
    return f"{public_url}/completions/{path}"


@bp.post("/completions/<path>")
@open_to("a system that proves to be the source of completions", cross_origin=True)
def deliver(path: str) -> Response:
    """Take what a source sends."""
    g.for_machines = True
    now = tool().clock()
    with tool().database.reading(EVERYWHERE) as session:
        source = sources.at_path(session, inlets().cipher, path, now=now)
    if source is None:
        return answer(SourceUnknown("No source of completions has this address."))
    try:
        batch = _read(source)
    except DeliveryRefused as error:
        inlets().refused.note(source.organisation_id, source.source_id, error, now)
        return answer(error)
    received = _kept(source, batch)
    for fault in batch.faults[:1]:  # the others of its message are kept all the same
        unreadable = PayloadInvalid(str(fault), fault.pointer)
        inlets().refused.note(source.organisation_id, source.source_id, unreadable, now)
    return jsonify(
        {
            "new": received.new,
            "repeated": received.repeated,
            "passedOver": batch.passed_over,
            "unreadable": len(batch.faults),
        }
    )


def _read(source: Proved) -> Batch:
    """Return what a request says, if it is this source's."""
    if not source.enabled:
        raise SourceDisabled("An administrator of Mentes turned this source off.")
    body = _body()
    now = tool().clock()
    payload = check(source, dict(request.headers), body, inlets().key_sets, now=now)
    return read(source, payload, now=now)


def _body() -> bytes:
    """Return the body, as far as it is of a size that a completion can have."""
    largest = inlets().largest
    if (request.content_length or 0) > largest:
        raise PayloadTooLarge(f"At most {largest} bytes are read.", "Content-Length")
    request.max_content_length = largest
    return request.get_data(cache=False)


def _kept(source: Proved, batch: Batch) -> inbox.Received:
    now = tool().clock()
    with tool().database.transaction(source.organisation_id) as session:
        received = inbox.receive(
            session,
            [named(each, source.kind, source.source_id) for each in batch.completions],
            came_by=source.kind,
            now=now,
        )
        sources.brought(session, source.source_id, received, passed_over=batch.passed_over, now=now)
    log.info("inlet", kind=source.kind, new=received.new, repeated=received.repeated)
    return received


def named(completion: Completion, kind: str, source_id: UUID) -> Completion:
    """Return `completion` as of one source: another's events may bear the same ids."""
    return replace(completion, source=f"{kind}:{source_id}")
