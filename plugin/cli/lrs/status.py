"""mentes lrs status: how much the record store holds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click
from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs.consistency import Freshness
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.tables import attachment, credential, document, statement, tombstone
from plugin.cli.commands import organisation_called, this_process
from plugin.cli.lrs.group import lrs
from plugin.foundation.tenancy import EVERYWHERE, Organisation


@lrs.command("status")
@click.option("--organisation", help="Only this one's.")
def lrs_status(organisation: str | None) -> None:
    """Show, for each organisation, how much the record store holds, and from when to when."""
    mentes = this_process()
    now = mentes.clock()
    with mentes.database.reading(EVERYWHERE) as session:
        if organisation is not None:
            organisation_called(session, organisation)
        rows = session.execute(select(Organisation.id, Organisation.name)).all()
    for owner, name in sorted(rows, key=lambda row: row.name):
        if organisation in (None, name):
            with mentes.database.reading(EVERYWHERE) as session:
                through = Freshness().through(session, owner, now)
            with mentes.database.reading(EVERYWHERE) as session:
                _show(session, owner, name, through)


def _show(session: Session, owner: UUID, name: str, through: datetime) -> None:
    def told(table: Table, what: ColumnElement[int], *those: ColumnElement[bool]) -> int:
        ours = table.c.organisation_id == owner
        return session.scalar(select(what).where(ours, *those)) or 0

    statements = told(statement, func.count())
    click.echo(name)
    click.echo(f"  statements    {statements}")
    if statements:
        for word, which in (("oldest", func.min), ("newest", func.max)):
            click.echo(f"    {word}      {_shown(moment(told(statement, which(statement.c.seq))))}")
        click.echo(f"    voided      {told(statement, func.count(), statement.c.voided)}")
    click.echo(f"  erased        {told(tombstone, func.count())}")
    click.echo(f"  documents     {told(document, func.count())}")
    bytes_kept = told(attachment, func.sum(attachment.c.length))
    click.echo(f"  attachments   {told(attachment, func.count())} ({bytes_kept} bytes)")
    usable = credential.c.revoked_at.is_(None)
    click.echo(f"  credentials   {told(credential, func.count(), usable)}")
    click.echo(f"  complete to   {_shown(through)}")


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"
