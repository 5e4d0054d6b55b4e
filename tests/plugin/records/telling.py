"""What is owed to record stores, read back by tests."""

from __future__ import annotations

from typing import Any

from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.foundation.outbox import Debt
from plugin.foundation.tenancy import EVERYWHERE
from plugin.targets.model import STATEMENT
from tests.plugin.factories import every


def statements(mentes: Mentes, verb: Verb | None = None) -> list[dict[str, Any]]:
    """Return the statements that were owed, of one verb or of all, the oldest first."""
    with mentes.database.reading(EVERYWHERE) as session:
        debts = every(session, Debt, Debt.kind == STATEMENT)
    ordered = sorted(debts, key=lambda debt: debt.created_at)
    owed = [debt.payload for debt in ordered if "verb" in debt.payload]  # erasing tells nothing
    return [one for one in owed if verb is None or one["verb"]["id"] == verb]


def voided(mentes: Mentes) -> list[str]:
    """Return the ids of the statements that were voided."""
    return [one["object"]["id"] for one in statements(mentes, Verb.VOIDED)]


def standing(mentes: Mentes, verb: Verb) -> list[dict[str, Any]]:
    """Return the statements of a verb that were not voided."""
    gone = voided(mentes)
    return [one for one in statements(mentes, verb) if one["id"] not in gone]
