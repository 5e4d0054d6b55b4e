"""mentes lrs credential: who may talk to the record store."""

from __future__ import annotations

import secrets as random_secrets

import click
from sqlalchemy.exc import IntegrityError

from lrs_bridge.lrs.credentials import Scope, add_credential, revoke_credential
from plugin.cli.commands import ORGANISATION, this_process
from plugin.cli.lrs.group import lrs
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import service as platforms


@lrs.group("credential")
def lrs_credential() -> None:
    """Who may talk to the record store."""


@lrs_credential.command("add")
@ORGANISATION
@click.option("--key", required=True)
@click.option("--secret", help="Left out: one is made and printed.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=[Scope.ALL.value],
    show_default=True,
    help="Repeatable.",
)
def lrs_credential_add(
    organisation: str, key: str, secret: str | None, scopes: tuple[str, ...]
) -> None:
    """Let an LMS's xAPI plugin, or an analyst's tool, in."""
    mentes = this_process()
    now = mentes.clock()
    given = secret or random_secrets.token_urlsafe(24)
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=now).id
    try:
        with mentes.database.transaction(owner) as session:
            add_credential(session, owner, key, given, scopes, now)
    except IntegrityError as error:
        raise click.ClickException(f"The key {key} is taken; choose another.") from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"endpoint  {mentes.settings.public_url}/xapi")
    click.echo(f"key       {key}")
    click.echo(f"secret    {given if secret is None else '(as given)'}")


@lrs_credential.command("revoke")
@ORGANISATION
@click.option("--key", required=True)
def lrs_credential_revoke(organisation: str, key: str) -> None:
    """Let a key in no longer."""
    mentes = this_process()
    now = mentes.clock()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=now).id
        revoked = revoke_credential(session, owner, key, now)
    if not revoked:
        raise click.ClickException(f"{organisation} has no key {key}.")
    click.echo("Revoked.")
