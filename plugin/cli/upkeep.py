"""Keeping house: database, keys, outbox, and the doctor."""

from __future__ import annotations

import sys

import click

from lti.keys import ToolKeyRing
from plugin import diagnosis, migrations
from plugin.cli.commands import WHOSE, main, organisation_called, this_process
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.keys import rotate_now, stored_keys, withdraw


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


@keys.command("list")
@WHOSE
def keys_list(organisation: str) -> None:
    """List the keys that are published, the oldest first, and which of them signs."""
    mentes = this_process()
    with mentes.database.reading(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
    with mentes.database.reading(owner) as session:
        published = stored_keys(session, mentes.cipher)
    if not published:
        click.echo("There is none yet: the first is made when a platform asks for it.")
        return
    signer = ToolKeyRing(published).signer(mentes.clock()).kid
    for key in published:
        signs = "  signs" if key.kid == signer else ""
        click.echo(f"{key.kid}  since {key.created_at:%Y-%m-%d %H:%M} UTC{signs}")


@keys.command("withdraw")
@WHOSE
@click.argument("kid")
def keys_withdraw(organisation: str, kid: str) -> None:
    """Take out at once a key that somebody else may have; the next one signs."""
    mentes = this_process()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
    with mentes.database.transaction(owner) as session:
        signer = withdraw(session, mentes.cipher, kid, now=mentes.clock())
    click.echo(f"Withdrawn. {signer.kid} signs.")


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
