"""mentes outbox: what is owed to other systems, and sending again what could not be delivered."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.cli.commands import main, organisation_called, this_process
from plugin.foundation import outbox
from plugin.foundation.errors import NotFound
from plugin.foundation.outbox import Debt, Outcome
from plugin.foundation.tenancy import EVERYWHERE, Organisation, Scope
from plugin.undelivered import service
from plugin.undelivered.advice import advice

WHOSE = click.option("--organisation", help="Only this one's.")


@main.group("outbox")
def outbox_group() -> None:
    """What is owed to other systems."""


def _scope(session: Session, organisation: str | None) -> Scope:
    return EVERYWHERE if organisation is None else organisation_called(session, organisation)


@outbox_group.command("list")
@WHOSE
@click.option("--all", "everything", is_flag=True, help="Also what waits and what was delivered.")
def outbox_list(organisation: str | None, everything: bool) -> None:
    """List what was given up, with the reason."""
    mentes = this_process()
    with mentes.database.reading(EVERYWHERE) as session:
        scope = _scope(session, organisation)
    with mentes.database.reading(scope) as session:
        query = select(Debt).order_by(Debt.created_at).execution_options(yield_per=500)
        if not everything:
            query = query.where(Debt.outcome == Outcome.GIVEN_UP)
        for debt in session.scalars(query):
            state = debt.outcome or "waiting"
            click.echo(
                f"{debt.id}  {debt.kind:9}  {state:10}  {debt.attempts:2} attempts  "
                f"{debt.problem or ''}"
            )


@outbox_group.command("show")
@click.argument("debt_id", type=click.UUID)
@click.option("--payload", is_flag=True, help="Also what it says, as JSON: it names people.")
def outbox_show(debt_id: UUID, payload: bool) -> None:
    """Say why something was given up, and what to do."""
    with this_process().database.reading(EVERYWHERE) as session:
        debt = service.one(session, debt_id)
        why = advice(debt.problem)
        click.echo(f"{why.title} ({debt.kind}, {debt.problem}).")
        if told := service.told(debt):
            click.echo(f"  Statement {told.statement_id}{f', {told.verb}' if told.verb else ''}")
        if debt.said:
            click.echo(f"  It said: {debt.said}")
        click.echo(f"  {why.to_do}")
        click.echo(f"  Then run: mentes outbox retry {debt.id}")
        if payload:
            click.echo("What follows names people: keep it to yourself.", err=True)
            click.echo(json.dumps(debt.payload, indent=2, ensure_ascii=False, sort_keys=True))


@outbox_group.command("status")
@WHOSE
def outbox_status(organisation: str | None) -> None:
    """Show what waits, by organisation and target, since when, and what keeps it."""
    mentes = this_process()
    with mentes.database.reading(EVERYWHERE) as session:
        scope = _scope(session, organisation)
        names = {row.id: row.name for row in session.scalars(select(Organisation))}
    with mentes.database.reading(scope) as session:
        several = service.ways(session)
    for way in several:
        it = way.backlog
        to = f" to {way.name or it.target}" if it.target else ""
        click.echo(
            f"{names[it.organisation_id]}  {it.kind}{to}: {it.waiting} waiting"
            f"{_since(it.oldest, mentes.clock())}, {it.parked} given up"
        )
        if way.problem or (it.state is not None and it.state.paused_at):
            paused = "paused" if it.state is not None and it.state.paused_at else "away"
            click.echo(f"  {paused}: {way.problem or 'by hand'}")
    if not several:
        click.echo("Nothing waits.")


def _since(oldest: datetime | None, now: datetime) -> str:
    if oldest is None:
        return ""
    return f" (the oldest for {round((now - oldest).total_seconds())} s)"


@outbox_group.command("retry")
@click.argument("debt_ids", nargs=-1, type=click.UUID)
@click.option("--all", "everything", is_flag=True, help="All that was given up.")
@click.option("--kind", help="With --all: of this kind only.")
@WHOSE
def outbox_retry(
    debt_ids: tuple[UUID, ...], everything: bool, kind: str | None, organisation: str | None
) -> None:
    """Owe given-up debts once more."""
    if bool(debt_ids) == everything:
        raise click.UsageError("Say which, or --all.")
    mentes = this_process()
    with mentes.database.reading(EVERYWHERE) as session:
        scope = _scope(session, organisation)
    with mentes.database.transaction(scope) as session:
        count = (
            service.again(session, kind=kind, now=mentes.clock())
            if everything
            else outbox.again(session, debt_ids, now=mentes.clock())
        )
    click.echo(f"{count} owed again.")


@outbox_group.command("resume")
@click.argument("kind")
@click.option("--organisation", default="default", show_default=True, help="Whose it is.")
@click.option("--target", default="", help="The id that `mentes outbox status` shows, if any.")
def outbox_resume(kind: str, organisation: str, target: str) -> None:
    """Let deliveries of a kind that stand still go on at once."""
    mentes = this_process()
    with mentes.database.reading(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
    try:
        with mentes.database.transaction(owner) as session:
            service.go_on(session, kind, target, now=mentes.clock())
    except NotFound as error:
        raise click.ClickException(str(error)) from error
    click.echo("It goes on.")
