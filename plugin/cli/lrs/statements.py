"""mentes lrs statement, void: looking at statements, and voiding one."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.errors import StatementNotFound
from lrs_bridge.lrs import select as reading
from lrs_bridge.lrs.tables import tombstone
from lrs_bridge.lrs.upkeep import exporting
from plugin.app import home_page, on_stored
from plugin.cli.commands import WHOSE, organisation_called, this_process
from plugin.cli.lrs.asked import conditions, query_of
from plugin.cli.lrs.group import lrs
from plugin.foundation.tenancy import EVERYWHERE
from plugin.statements import service

OPERATOR = "operator"


@lrs.group("statement")
def lrs_statement() -> None:
    """Look at statements."""


@lrs_statement.command("show")
@WHOSE
@click.argument("statement_id", type=click.UUID)
@click.option("--raw", is_flag=True, help="The text as it came, with what the store added.")
def lrs_statement_show(organisation: str, statement_id: UUID, raw: bool) -> None:
    """Show one statement, also a voided one."""
    with this_process().database.reading(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
        try:
            found = reading.either(session, owner, statement_id)
        except StatementNotFound as error:
            raise click.ClickException(_missing(session, owner, statement_id)) from error
    text = exporting.line(found)
    click.echo(text if raw else json.dumps(json.loads(text), indent=2, ensure_ascii=False))
    if found.voided:
        click.echo("It is voided.", err=True)


def _missing(session: Session, owner: UUID, id: UUID) -> str:
    erased_at = session.scalar(
        select(tombstone.c.at).where(tombstone.c.organisation_id == owner, tombstone.c.id == id)
    )
    return f"It was erased at {erased_at:%Y-%m-%d %H:%M}Z." if erased_at else "There is none."


@lrs_statement.command("list")
@WHOSE
@conditions
@click.option("--voided", is_flag=True, help="Also voided ones.")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 500))
def lrs_statement_list(organisation: str, voided: bool, last: int, **asked: Any) -> None:
    """List statements, the newest last: when stored, id, verb and object. It names nobody."""
    with this_process().database.reading(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
        query = query_of(**asked, limit=last)
        page = reading.page(session, owner, query, voided=voided)
    for one in reversed(page.found):
        statement = json.loads(exporting.line(one))
        thing = statement["object"]
        what = thing.get("id") or thing["objectType"]
        mark = "  (voided)" if one.voided else ""
        click.echo(
            f"{one.stored:%Y-%m-%d %H:%M:%S}Z  {statement['id']}  "
            f"{statement['verb']['id']}  {what}{mark}"
        )


@lrs.command("void")
@WHOSE
@click.argument("statement_id", type=click.UUID)
@click.option("--reason", required=True, help="Why; readers of the store see it.")
def lrs_void(organisation: str, statement_id: UUID, reason: str) -> None:
    """Void a statement: readers get it no longer, unless they ask for voided ones.

    To be rid of it, see `mentes lrs erase`.
    """
    mentes = this_process()
    with mentes.database.reading(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
    with mentes.database.transaction(owner) as session:
        id = service.void(
            session,
            statement_id,
            reason=reason,
            by=None,
            account={"homePage": home_page(mentes.settings), "name": OPERATOR},
            home_page=home_page(mentes.settings),
            clock=mentes.clock,
            on_stored=on_stored(mentes),
        )
    click.echo(f"Voided by statement {id}.")
