"""Refused launches: what was refused, why, and what to change in the LMS that sent it."""

from __future__ import annotations

import json

import click
from sqlalchemy.orm import Session

from plugin.cli.commands import this_process
from plugin.cli.platforms import platform
from plugin.foundation.tenancy import EVERYWHERE
from plugin.launches import refusals
from plugin.launches.model import RefusedLaunch, StrayRefusal
from plugin.platforms import deployments
from plugin.platforms.advice import advice
from plugin.platforms.model import RegistrationRow

UNKNOWN = "registration-unknown"
REGISTER = (
    "Register it with this issuer and client id (mentes platform add), or correct those of the "
    "registration that it was meant for (mentes platform list): to the letter, without a slash at "
    "the end. If neither is yours, leave it."
)


@platform.command("refused")
@click.argument("registration", required=False)
@click.option("--reference", help="What somebody read to you from the page.")
@click.option(
    "--unknown",
    is_flag=True,
    help="Those of platforms and clients that nobody has registered here.",
)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(min=1))
@click.option("--claims", is_flag=True, help="Also what was claimed, without what is personal.")
def platform_refused(
    registration: str | None, reference: str | None, unknown: bool, limit: int, claims: bool
) -> None:
    """List the newest refused launches, and what to change.

    Not each is kept. Of one kind, from one registration, three a minute are; the newest 200 of an
    organisation; and the newest 200 that are no organisation's, twenty a minute, because nobody
    has registered the platform or the client. All for thirty days.
    """
    if unknown and registration:
        raise click.UsageError("What is unknown is of no registration: name one, or --unknown.")
    with this_process().database.reading(EVERYWHERE) as session:
        named = deployments.registration_called(session, registration) if registration else None
        found = () if unknown else refusals.newest(session, named.id if named else None)
        shown = [each for each in found if reference in (None, each.reference)][:limit]
        for each in shown:
            _show(each, session.get_one(RegistrationRow, each.registration_id), claims=claims)
        strays = [] if registration else _strays(session, reference)
        if unknown or reference:
            for stray in strays[:limit]:
                _show_stray(stray)
        elif strays:
            click.echo(f"And {len(strays)} of what is not registered here: see --unknown.")
    if not shown and not strays:
        click.echo("None is kept.")


def _strays(session: Session, reference: str | None) -> list[StrayRefusal]:
    return [each for each in refusals.strays(session) if reference in (None, each.reference)]


def _show_stray(refused: StrayRefusal) -> None:
    click.echo(f"{refused.refused_at:%Y-%m-%d %H:%M:%S} UTC  {refused.slug}  not registered")
    click.echo(f"    reference  {refused.reference}")
    click.echo(f"    issuer     {refused.issuer or 'not said'}  (anybody may have said so)")
    click.echo(f"    client id  {refused.client_id or 'not said'}")
    for sentence in [REGISTER] if refused.slug == UNKNOWN else advice(refused.slug, None):
        click.echo(f"    → {sentence}")


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
