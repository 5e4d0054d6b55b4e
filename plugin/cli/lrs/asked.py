"""What commands of the record store are asked alike: which statements, and of whom."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha1
from typing import Any, TypeVar

import click

from lrs_bridge.errors import Malformed, StatementInvalid
from lrs_bridge.identity import ifi, mailbox
from lrs_bridge.lrs.parameters import identified, iri
from lrs_bridge.lrs.query import StatementQuery
from plugin.cli.lrs.group import Moment

F = TypeVar("F", bound=Callable[..., Any])


class Person(click.ParamType[Mapping[str, Any]]):
    """An agent or an identified group."""

    name = "agent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Mapping[str, Any]:
        """Return it as xAPI writes it."""
        if isinstance(value, Mapping):
            return value
        text = str(value).strip()
        try:
            if text.startswith("{"):
                return identified(text)
            address = text if text.startswith("mailto:") else f"mailto:{text}"
            return identified(json.dumps({"mbox": address}))
        except (Malformed, StatementInvalid):
            self.fail(
                "Write an e-mail address, or the JSON of an agent such as "
                '{"account": {"homePage": "https://lms.example", "name": "42"}}.'
            )


class Iri(click.ParamType[str]):
    """An IRI."""

    name = "iri"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> str:
        """Return it."""
        try:
            return iri(str(value))
        except StatementInvalid as error:
            self.fail(f"It {error.requirement}.")


def conditions(command: F) -> F:
    """Let a command ask for statements by the standard's parameters."""
    for option in (
        click.option("--until", type=Moment(), help="Stored no later."),
        click.option("--since", type=Moment(), help="Stored later."),
        click.option("--registration", type=click.UUID),
        click.option("--activity", type=Iri(), help="Anywhere in the statement."),
        click.option("--verb", type=Iri()),
        click.option("--agent", type=Person(), help="Anywhere in it: an address, or JSON."),
    ):
        command = option(command)
    return command


def query_of(agent: Mapping[str, Any] | None, **given: Any) -> StatementQuery:
    """Return the query that the options of `conditions` make."""
    return StatementQuery(
        agent=None if agent is None else ifi(agent),
        related_agents=True,
        related_activities=True,
        **given,
    )


def identifiers(agent: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every identifier that names the same: of an address, its SHA-1 as well."""
    found = [str(ifi(agent))]
    if "mbox" in agent:
        for spelling in dict.fromkeys([agent["mbox"], mailbox(agent["mbox"])]):
            digest = sha1(spelling.encode(), usedforsecurity=False).hexdigest()
            found.append(str(ifi({"mbox_sha1sum": digest})))
    return tuple(dict.fromkeys(found))
