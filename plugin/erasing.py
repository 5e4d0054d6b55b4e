"""Erasing from the record store, by command or by rule, with all that the tool knows of it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from lrs_bridge.lrs.upkeep import retention
from lrs_bridge.lrs.upkeep.erasure import Erasure
from plugin.app import Mentes, digest_key
from plugin.foundation.tenancy import EVERYWHERE
from plugin.targets.erasures import erasures


def erasure_of(mentes: Mentes, organisation_id: UUID, by: str, reason: str) -> Erasure:
    """Return a new erasure in an organisation."""
    secret = digest_key(mentes.settings)
    begin = erasures(mentes.database, mentes.clock, mentes.contents, secret)
    return begin(organisation_id, by, reason)


def retain(mentes: Mentes) -> Iterator[Erasure]:
    """Erase what every organisation's rules want erased by now; yield what came of each rule."""
    with mentes.database.reading(EVERYWHERE) as session:
        rules = retention.rules(session)
    for rule in rules:
        erasure = erasure_of(mentes, rule.organisation_id, retention.BY, rule.reason)
        for _ in erasure.erase(rule.wanted(mentes.clock())):
            pass
        yield erasure
