"""mentes lrs refused: why the record store did not take what was sent to it."""

from __future__ import annotations

import click

from lrs_bridge.lrs import refusals
from lrs_bridge.lrs.refusals import KEPT, Counted
from plugin.cli.commands import WHOSE, organisation_called, this_process
from plugin.cli.lrs.group import lrs
from plugin.foundation.tenancy import EVERYWHERE
from plugin.statements import service
from plugin.statements.advice import advice


@lrs.command("refused")
@WHOSE
@click.option("--last", default=20, show_default=True, help=f"How many; {KEPT} are kept.")
def lrs_refused(organisation: str, last: int) -> None:
    """Show the last refused requests: when, how often, whose, and why. The newest come last."""
    mentes = this_process()
    with mentes.database.reading(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
    with mentes.database.reading(owner) as session:
        several = refusals.newest(session, owner)[: max(last, 0)]
        senders = service.labels(session, {one.refusal.sender.credential for one in several})
    if not several:
        click.echo("Nothing was refused.")
    for one in reversed(several):
        _show(one, senders.get(one.refusal.sender.credential, "a key that is gone"))


def _show(one: Counted, sender: str) -> None:
    refusal = one.refusal
    proved = "" if refusal.sender.proved else " (not proved)"
    times = f"{one.times} times" if one.times > 1 else "once"
    click.echo(f"{refusal.at:%Y-%m-%d %H:%M:%S}Z  {times}  {sender}{proved}")
    click.echo(f"  {refusal.status} {refusal.slug}: {advice(refusal.slug).title}.")
    click.echo(f"  {refusal.method} {refusal.resource}: {refusal.reason}")
    details = {
        "statement": refusal.statement_id,
        "found": refusal.found,
        "agent": refusal.user_agent,
    }
    told = "  ".join(f"{name} {value}" for name, value in details.items() if value)
    if told:
        click.echo(f"  {told}")
