"""Erasing from the record store, by command or by rule, with all that the tool knows of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import UUID

from lrs_bridge.lrs.upkeep import retention
from lrs_bridge.lrs.upkeep.erasure import Erasure
from plugin.app import Mentes
from plugin.completions import arrivals
from plugin.foundation.tenancy import EVERYWHERE


def erasure_of(mentes: Mentes, organisation_id: UUID, by: str, reason: str) -> Erasure:
    """Return a new erasure in an organisation."""
    return Erasure(
        organisation_id=organisation_id,
        transaction=lambda: mentes.database.transaction(EVERYWHERE),
        clock=mentes.clock,
        by=by,
        reason=reason,
        secret=digest_key(mentes),
        contents=mentes.contents,
        on_erased=arrivals.on_erased,
    )


def digest_key(mentes: Mentes) -> bytes:
    """Return the key of the digests by which it can be told what was asked to be erased."""
    return hashlib.sha256(b"mentes.erasure.v1:" + mentes.settings.secret_key.encode()).digest()


def retain(mentes: Mentes) -> Iterator[Erasure]:
    """Erase what every organisation's rules want erased by now; yield what came of each rule."""
    with mentes.database.reading(EVERYWHERE) as session:
        rules = retention.rules(session)
    for rule in rules:
        erasure = erasure_of(mentes, rule.organisation_id, retention.BY, rule.reason)
        for _ in erasure.erase(rule.wanted(mentes.clock())):
            pass
        yield erasure
