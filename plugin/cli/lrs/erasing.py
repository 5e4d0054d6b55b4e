"""mentes lrs erase: statements and documents gone for good."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import click

from lrs_bridge.lrs.index import Place
from lrs_bridge.lrs.upkeep.erasure import Erasure, asked_before
from lrs_bridge.lrs.upkeep.space import empty_log
from lrs_bridge.lrs.upkeep.wanted import EVERY_PLACE, Counted, Wanted, count
from plugin.app import digest_key
from plugin.cli.commands import WHOSE, organisation_called, this_process
from plugin.cli.lrs.asked import Iri, Person, identifiers
from plugin.cli.lrs.group import Moment, lrs
from plugin.erasing import erasure_of
from plugin.foundation.tenancy import EVERYWHERE


def _conditions(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--before", type=Moment(), help="Stored earlier."),
        click.option("--registration", type=click.UUID),
        click.option("--activity", type=Iri(), help="Anywhere in the statement."),
        click.option("--verb", type=Iri()),
        click.option(
            "--place",
            "places",
            multiple=True,
            type=click.Choice([place.value for place in Place]),
            help="Where the statement must name the agent; everywhere, if left out. Repeatable.",
        ),
        click.option("--agent", type=Person(), help="A person: an address, or JSON of an agent."),
        click.option("--id", "ids", multiple=True, type=click.UUID, help="Repeatable."),
    ):
        command = option(command)
    return command


@lrs.command("erase")
@WHOSE
@_conditions
@click.option("--reason", help="Why, for the log. Name nobody here.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def lrs_erase(
    organisation: str, reason: str | None, dry_run: bool, yes: bool, **asked: Any
) -> None:
    """Erase the statements that meet every condition, for good; a person's documents as well.

    An e-mail address is looked for as its SHA-1, too. What is erased does not come back when it is
    sent again with its id. Run `mentes lrs vacuum` afterwards.
    """
    wanted = _wanted(**asked)
    mentes = this_process()
    with mentes.database.reading(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
        counted = count(session, owner, wanted)
        earlier = asked_before(session, owner, wanted, digest_key(mentes.settings))
    _show(counted)
    for at in earlier:
        click.echo(f"The same was erased at {at:%Y-%m-%d %H:%M}Z.")
    if dry_run or not (counted.statements or counted.documents):
        return
    if not reason:
        raise click.UsageError("Say why with --reason; it is written down.")
    if not yes:
        click.confirm("Erase them for good?", abort=True)
    _erase(erasure_of(mentes, owner, by=_who(), reason=reason), wanted)
    if not empty_log(mentes.database.engine):
        click.echo("The database's log still holds them; run: mentes lrs vacuum", err=True)


def _wanted(
    ids: tuple[UUID, ...],
    agent: Mapping[str, Any] | None,
    places: tuple[str, ...],
    **given: Any,
) -> Wanted:
    if places and agent is None:
        raise click.UsageError("--place says where an agent is named; give --agent.")
    try:
        return Wanted(
            ids=frozenset(ids),
            agents=() if agent is None else identifiers(agent),
            places=frozenset(map(Place, places)) or EVERY_PLACE,
            **given,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _show(counted: Counted) -> None:
    click.echo(f"Statements: {counted.statements}. Documents: {counted.documents}.")
    for place in Place:
        if counted.places.get(place):
            click.echo(f"  named as {place}: {counted.places[place]}")
    if counted.only_authority:
        click.echo(
            f"  named as {Place.AUTHORITY} alone: {counted.only_authority}. Those are what was "
            "stored on their behalf, and may be about others; --place leaves them out."
        )


def _who() -> str:
    """Return what the system calls whoever gives the command; containers may not know."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def _erase(erasure: Erasure, wanted: Wanted) -> None:
    for _ in erasure.erase(wanted):
        pass
    click.echo(
        f"Erased {erasure.statements} statements and {erasure.documents} documents. "
        f"Erasure {erasure.id}."
    )
