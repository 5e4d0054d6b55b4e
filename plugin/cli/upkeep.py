"""Keeping house: database, keys, outbox, and the doctor."""

from __future__ import annotations

import sys

import click

from plugin import diagnosis, migrations
from plugin.cli.commands import WHOSE, main, organisation_called, this_process
from plugin.foundation.tenancy import EVERYWHERE
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
@WHOSE
def keys_rotate(organisation: str) -> None:
    """Publish a new key now; it signs after a day, when platforms have seen it."""
    mentes = this_process()
    now = mentes.clock()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
    with mentes.database.transaction(owner) as session:
        key = rotate_now(session, mentes.cipher, now=now)
    click.echo(f"Published {key.kid}.")


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
