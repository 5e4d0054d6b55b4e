"""Notices: the address at which platforms tell us what happened while nobody was looking.

Anyone can post here; what counts is signed. A registration has an address of its own, so that it is
known whose keys to try, and another platform's notice is not taken for one of its.
"""

from __future__ import annotations

from uuid import UUID

import structlog
from flask import Blueprint, Response, g, request

from lti.notices import LARGEST_BATCH, ContextCopyNotice, Notice, Received, received
from plugin.courses import copies
from plugin.foundation.errors import NotFound
from plugin.foundation.web import open_to, tool
from plugin.platforms import notices
from plugin.platforms.protocol import protocol
from plugin.platforms.service import registration
from plugin.platforms.stores import Registered, StoredRegistrations

bp = Blueprint("notices", __name__)
log = structlog.get_logger()


@bp.post("/lti/notices/<uuid:registration_id>")
@open_to("a platform, by what it signed", cross_origin=True)
def receive(registration_id: UUID) -> Response:
    """Act upon what is new and genuine in a batch, in one transaction.

    What is refused takes nothing else with it; the platform hears of it if nothing was genuine.
    """
    request.max_content_length = LARGEST_BATCH
    registered = _registered(registration_id)
    registration, now = registered.registration, tool().clock()
    batch = received(
        request.get_data(),
        registration=registration,
        keys_of=lambda jwt: protocol().platform_keys.for_token(registration, jwt, now),
        now=now,
    )
    acted_upon = _acted_upon(registered, batch) if batch.notices else 0
    log.info(
        "notices.received",
        registration_id=registration.id,
        new=acted_upon,
        known=len(batch.notices) - acted_upon,
        refused=len(batch.refused),
        reason=batch.refused[0].slug if batch.refused else None,
    )
    if batch.refused and not batch.notices:
        raise batch.refused[0]
    return Response(status=204)


def _registered(registration_id: UUID) -> Registered:
    with tool().database.asking() as direct:
        found = StoredRegistrations(direct).registered(str(registration_id))
    if found is None:
        raise NotFound("There is no such registration.")
    g.registration_id = found.registration.id
    return found


def _acted_upon(registered: Registered, batch: Received) -> int:
    """Act upon what is new, and return how much that is."""
    registration_id, now = UUID(registered.registration.id), tool().clock()
    with tool().database.transaction(registered.organisation_id) as session:

        def is_new(notice: Notice) -> bool:
            return notices.is_new(session, registration_id, notice, now=now)

        new = batch.new(is_new)
        for notice in new:
            if isinstance(notice, ContextCopyNotice):
                row = registration(session, registration_id)
                copies.told_by_notice(session, row, notice, now=now)
    return len(new)
