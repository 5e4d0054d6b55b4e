"""Registering platforms (LMSs)."""

from __future__ import annotations

import click
from sqlalchemy import select

from lti.registration import Registration
from plugin.cli.commands import ORGANISATION, main, this_process
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import deployments
from plugin.platforms import service as platforms
from plugin.platforms.model import RegistrationRow


@main.group()
def platform() -> None:
    """Register platforms (LMSs)."""


@platform.command("list")
def platform_list() -> None:
    """List the registrations and their deployments."""
    with this_process().database.reading(EVERYWHERE) as session:
        for row in session.scalars(select(RegistrationRow).order_by(RegistrationRow.created_at)):
            known = ", ".join(sorted(row.as_value().deployment_ids))
            off = "" if row.enabled else "  disabled"
            click.echo(f"{row.id}  {row.issuer}  client {row.client_id}  [{known or '–'}]{off}")


@platform.command("invite")
@ORGANISATION
@click.option("--analysts", is_flag=True, help="Let its administrators read reports.")
def platform_invite(organisation: str, analysts: bool) -> None:
    """Print a one-time link for dynamic registration; paste it into the platform."""
    mentes = this_process()
    now = mentes.clock()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=now).id
    with mentes.database.transaction(owner) as session:
        _, secret = platforms.invite(session, administrators_are_analysts=analysts, now=now)
    click.echo(f"{mentes.settings.public_url}/lti/register/{secret}")


@platform.command("add")
@ORGANISATION
@click.option("--issuer", required=True)
@click.option("--client-id", required=True)
@click.option("--authorization-endpoint", required=True, help="The OIDC authentication URL.")
@click.option("--token-endpoint", required=True)
@click.option("--jwks-uri", required=True)
@click.option("--token-audience", help="For platforms whose audience is not their token endpoint.")
@click.option("--deployment", "deployment_ids", multiple=True, required=True, help="Repeatable.")
@click.option("--product", help="moodle, canvas, …: the product family code.")
@click.option("--name", help="What you call it.")
@click.option("--analysts", is_flag=True, help="Let its administrators read reports.")
def platform_add(
    organisation: str,
    issuer: str,
    client_id: str,
    authorization_endpoint: str,
    token_endpoint: str,
    jwks_uri: str,
    token_audience: str | None,
    deployment_ids: tuple[str, ...],
    product: str | None,
    name: str | None,
    analysts: bool,
) -> None:
    """Register a platform by hand, or change its registration."""
    mentes = this_process()
    now = mentes.clock()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=now).id
    agreed = Registration(
        id="",
        issuer=issuer,
        client_id=client_id,
        authorization_endpoint=authorization_endpoint,
        token_endpoint=token_endpoint,
        jwks_uri=jwks_uri,
        token_audience=token_audience,
        deployment_ids=frozenset(deployment_ids),
        product=product,
    )
    with mentes.database.transaction(owner) as session:
        row = platforms.registered(
            session,
            agreed,
            name=name or issuer,
            administrators_are_analysts=analysts,
            now=now,
        )
        registration_id = row.id
    public = mentes.settings.public_url
    click.echo(f"Registered {registration_id}. Tell the platform:")
    click.echo(f"  login URL     {public}/lti/login/{registration_id}")
    click.echo(f"  redirect URL  {public}/lti/launch")
    click.echo(f"  key set URL   {public}/lti/keys/{owner}.json")


@platform.command("disable")
@click.argument("registration")
def platform_disable(registration: str) -> None:
    """Let nobody in from a platform any more; what it brought stays."""
    _switched(registration, on=False)
    click.echo("Disabled. Nobody new gets in; whoever is in stays until their visit ends.")


@platform.command("enable")
@click.argument("registration")
def platform_enable(registration: str) -> None:
    """Let people in from a platform again."""
    _switched(registration, on=True)
    click.echo("Enabled.")


def _switched(registration: str, *, on: bool) -> None:
    with this_process().database.transaction(EVERYWHERE) as session:
        deployments.registration_called(session, registration).enabled = on
