"""Keeping house: database, keys, outbox, and the doctor."""

from __future__ import annotations

import sys
from uuid import UUID

import click
from sqlalchemy import select

from plugin import diagnosis, migrations
from plugin.cli.commands import ORGANISATION, main, this_process
from plugin.foundation import outbox
from plugin.foundation.outbox import Debt, Outcome
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import service as platforms
from plugin.platforms.keys import rotate_now


@main.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Create the tables, or bring them to this version. Safe to run again."""
    mentes = this_process()
    migrations.upgrade(mentes.database.engine)
    click.echo("The database is at this version.")


@main.group()
def keys() -> None:
    """The keys that sign our messages."""


@keys.command("rotate")
@ORGANISATION
def keys_rotate(organisation: str) -> None:
    """Publish a new key now; it signs after a day, when platforms have seen it."""
    mentes = this_process()
    now = mentes.clock()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=now).id
    with mentes.database.transaction(owner) as session:
        key = rotate_now(session, mentes.cipher, now=now)
    click.echo(f"Published {key.kid}.")


@main.group("outbox")
def outbox_group() -> None:
    """What is owed to other systems."""


@outbox_group.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what waits and what was delivered.")
def outbox_list(everything: bool) -> None:
    """List what was given up, with the reason."""
    with this_process().database.reading(EVERYWHERE) as session:
        query = select(Debt).order_by(Debt.created_at)
        if not everything:
            query = query.where(Debt.outcome == Outcome.GIVEN_UP)
        for debt in session.scalars(query):
            state = debt.outcome or "waiting"
            click.echo(
                f"{debt.id}  {debt.kind:9}  {state:10}  {debt.attempts:2} attempts  "
                f"{debt.problem or ''}"
            )


@outbox_group.command("retry")
@click.argument("debt_ids", nargs=-1, required=True, type=click.UUID)
def outbox_retry(debt_ids: tuple[UUID, ...]) -> None:
    """Owe given-up debts once more."""
    mentes = this_process()
    with mentes.database.transaction(EVERYWHERE) as session:
        count = outbox.again(session, debt_ids, now=mentes.clock())
    click.echo(f"{count} owed again.")


@main.command()
@click.argument("platform", required=False)
def doctor(platform: str | None) -> None:
    """Check the settings, the database, the platforms and the clock, and say what to do.

    With PLATFORM, a registration's id, name, issuer or client id: try its keys, token, names and
    roles, line items and clock.
    """
    mentes = this_process()
    findings = (
        diagnosis.examined(mentes)
        if platform is None
        else diagnosis.examined_platform(mentes, platform)
    )
    holds = True
    for finding in findings:
        holds = holds and finding.holds
        click.echo(f"{'ok  ' if finding.holds else 'FAIL'}  {finding.what}")
        if not finding.holds:
            click.echo(f"      {finding.advice}")
    sys.exit(0 if holds else 1)
