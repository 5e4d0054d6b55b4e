"""Refused launches: what was refused, why, and what to change in the LMS that sent it."""

from __future__ import annotations

import json

import click

from plugin.cli.commands import this_process
from plugin.cli.platforms import platform
from plugin.foundation.tenancy import EVERYWHERE
from plugin.launches import refusals
from plugin.launches.model import RefusedLaunch
from plugin.platforms import deployments
from plugin.platforms.advice import advice
from plugin.platforms.model import RegistrationRow


@platform.command("refused")
@click.argument("registration", required=False)
@click.option("--reference", help="What somebody read to you from the page.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(min=1))
@click.option("--claims", is_flag=True, help="Also what was claimed, without what is personal.")
def platform_refused(
    registration: str | None, reference: str | None, limit: int, claims: bool
) -> None:
    """List the newest refused launches, and what to change."""
    with this_process().database.reading(EVERYWHERE) as session:
        named = deployments.registration_called(session, registration) if registration else None
        found = refusals.newest(session, named.id if named else None)
        shown = [each for each in found if reference in (None, each.reference)][:limit]
        for each in shown:
            _show(each, session.get_one(RegistrationRow, each.registration_id), claims=claims)
    if not shown:
        click.echo("None is kept.")


def _show(refused: RefusedLaunch, row: RegistrationRow, *, claims: bool) -> None:
    click.echo(f"{refused.refused_at:%Y-%m-%d %H:%M:%S} UTC  {refused.slug}  {row.name}")
    click.echo(f"    reference  {refused.reference}")
    if refused.check:
        signed = "" if refused.is_signed else " (not signed by the platform: anybody may send it)"
        click.echo(f"    check      {refused.check}{signed}")
        click.echo(f"    asked by   {refused.specification}")
    for sentence in advice(refused.slug, row.product):
        click.echo(f"    → {sentence}")
    if claims:
        for line in json.dumps(refused.claims, indent=2).splitlines():
            click.echo(f"      {line}")
