"""mentes lrs retention, vacuum: how long statements are kept, and the room that they leave."""

from __future__ import annotations

from uuid import UUID

import click

from lrs_bridge.errors import Unavailable
from lrs_bridge.lrs.upkeep import retention, space
from plugin.cli.commands import WHOSE, organisation_called, this_process
from plugin.cli.lrs.asked import Iri
from plugin.cli.lrs.group import lrs
from plugin.erasing import retain
from plugin.foundation.tenancy import EVERYWHERE


@lrs.group("retention")
def lrs_retention() -> None:
    """How long statements are kept; a worker erases once a day what is older."""


@lrs_retention.command("add")
@WHOSE
@click.option("--activity", type=Iri(), help="Anywhere in the statement.")
@click.option("--verb", type=Iri())
@click.option("--days", type=click.IntRange(1, 36_500), required=True, help="After being stored.")
@click.option("--reason", required=True, help="Why, for the log.")
def lrs_retention_add(
    organisation: str, activity: str | None, verb: str | None, days: int, reason: str
) -> None:
    """Keep statements no longer than some days: of an activity, with a verb, or all of them."""
    mentes = this_process()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
        rule = retention.add(
            session,
            owner,
            activity=activity,
            verb=verb,
            days=days,
            reason=reason,
            now=mentes.clock(),
        )
    click.echo(f"Rule {rule.id} holds from now on.")


@lrs_retention.command("list")
@WHOSE
def lrs_retention_list(organisation: str) -> None:
    """List the rules."""
    with this_process().database.reading(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
        for rule in retention.rules(session, owner):
            which = "  ".join(it for it in (rule.activity, rule.verb) if it) or "everything"
            click.echo(f"{rule.id}  {rule.days} days  {which}  ({rule.reason})")


@lrs_retention.command("remove")
@WHOSE
@click.argument("rule_id", type=click.UUID)
def lrs_retention_remove(organisation: str, rule_id: UUID) -> None:
    """Let a rule hold no longer. What it erased is gone."""
    with this_process().database.transaction(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
        if not retention.remove(session, owner, rule_id):
            raise click.ClickException(f"{organisation} has no such rule.")
    click.echo("Removed.")


@lrs.command("vacuum")
@click.option("--full", is_flag=True, help="PostgreSQL: write the tables anew, locked meanwhile.")
def lrs_vacuum(full: bool) -> None:
    """Erase what the rules of retention want erased, and give room back to the disk.

    On SQLite nothing else may write meanwhile, and the disk needs as much room again.
    """
    mentes = this_process()
    for erasure in retain(mentes):
        if erasure.statements:
            click.echo(f"Erased {erasure.statements} statements: {erasure.reason}")
    try:
        done = space.give_back(mentes.database.engine, full=full)
    except Unavailable as error:
        raise click.ClickException(str(error)) from error
    if not done:
        raise click.ClickException("Others read; the log is not empty. Run it again.")
    click.echo("The room is given back.")
