"""What is typed into a shell for what the record store has about somebody: a command for each name.

Statements may call them by any name that a platform or somebody by hand has told us, by those in
which we told of them ourselves, and by what they were called then.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import ifi
from plugin.foundation.tenancy import Organisation, organisation_of
from plugin.people import identifiers
from plugin.people.model import PersonIdentifier
from plugin.people.rules import ACCOUNT, MBOX, MBOX_SHA1SUM, OPENID, USERNAME, Key, sums_of
from plugin.people.service import merged_into
from plugin.privacy.service import Kind
from plugin.records.called import called_anywhere

Json = Mapping[str, Any]
REASON: Final = "asked for under Your data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command, whole.

    Attributes:
        is_shared: somebody else is called so, too.
    """

    text: str
    is_shared: bool


def commands(session: Session, person_id: UUID, kind: Kind) -> list[Command]:
    """Return the commands that do what somebody asks for, one for each name of theirs."""
    organisation = session.get_one(Organisation, organisation_of(session)).name
    return [
        Command(text=_command(kind, organisation, agent, number), is_shared=is_shared)
        for number, (agent, is_shared) in enumerate(_agents(session, person_id), 1)
    ]


def _command(kind: Kind, organisation: str, agent: Json, number: int) -> str:
    names = json.dumps(agent, ensure_ascii=False)
    asked = ["--organisation", organisation, "--agent", names]
    act = (
        ["erase", *asked, "--reason", REASON]
        if kind is Kind.ERASE
        else ["export", *asked, "--voided", "--output", f"copy-{number}.jsonl"]
    )
    return shlex.join(["mentes", "lrs", *act])


def _agents(session: Session, person_id: UUID) -> list[tuple[Json, bool]]:
    """Return every agent that names somebody, each once, and whether it names another as well."""
    people = {person_id, *merged_into(session, person_id)}
    known = PersonIdentifier
    held = session.scalars(
        select(known)
        .where(known.person_id.in_(people), known.set_aside_at.is_(None))
        .order_by(known.created_at, known.scheme, known.value)
    ).all()
    names = [
        (key, row.home_as_said)
        for row in held
        for own in [(row.scheme, row.home, row.value)]
        for key in (own, *sums_of(own))
    ]
    holders = identifiers.holders(session, {key for key, _ in names})
    shared = {key for key, whose in holders.items() if not whose <= people}
    found: dict[str | None, tuple[Json, bool]] = {}
    for key, home in names:
        for agent in _named(key, home):
            found[ifi(agent)] = agent, key in shared
    for agent in called_anywhere(session, person_id):
        alone = {name: it for name, it in agent.items() if name != "objectType"}
        found.setdefault(ifi(agent), (alone, False))
    return list(found.values())


def _named(key: Key, home: str) -> Iterator[Json]:
    """Yield the agent that an identifier makes; a number in a registry makes none.

    Args:
        home: its home as it is spelled.
    """
    scheme, _, value = key
    if scheme in (ACCOUNT, USERNAME) and home:
        yield {"account": {"homePage": home, "name": value}}
    elif scheme == MBOX:
        yield {"mbox": f"mailto:{value}"}
    elif scheme in (MBOX_SHA1SUM, OPENID):
        yield {scheme: value}
