"""Registering platforms (LMSs)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, TextIO
from uuid import UUID

import click
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from plugin.cli.commands import ORGANISATION, main, this_process
from plugin.foundation.errors import FormInvalid
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import deployments, invitations
from plugin.platforms import service as platforms
from plugin.platforms.forms import platform_filled, site_filled
from plugin.platforms.model import ActorForm, RegistrationRow
from plugin.platforms.profiles import PROFILES

_NAMES: Final = frozenset(
    {
        *("profile", "site", "issuer", "client_id", "authorization_endpoint", "token_endpoint"),
        *("jwks_uri", "token_audience", "deployment", "product", "name", "analysts"),
        *("anonymous", "trusted_audience"),
    }
)
"""What a file may say of a platform."""


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
        _, secret = invitations.invite(session, administrators_are_analysts=analysts, now=now)
    click.echo(f"{mentes.settings.public_url}/lti/register/{secret}")


@platform.command("add")
@ORGANISATION
@click.option(
    "--profile", type=click.Choice(sorted(PROFILES)), help="A product with its addresses."
)
@click.option(
    "--site", help="With --profile: the address of the LMS, such as https://lms.example.org"
)
@click.option(
    "--file", "source", type=click.File("r"), help="JSON with these options' names; - reads it."
)
@click.option("--issuer")
@click.option("--client-id")
@click.option("--authorization-endpoint", help="The OIDC authentication URL.")
@click.option("--token-endpoint")
@click.option("--jwks-uri")
@click.option("--token-audience", help="For platforms whose audience is not their token endpoint.")
@click.option("--deployment", multiple=True, help="Repeatable; others wait for approval.")
@click.option("--product", help="moodle, canvas, …: the product family code.")
@click.option("--name", help="What you call it.")
@click.option("--analysts", is_flag=True, default=None, help="Let its administrators read reports.")
@click.option(
    "--anonymous", is_flag=True, default=None, help="Let in who is not named; as somebody new."
)
@click.option(
    "--trusted-audience", multiple=True, help="Repeatable; whom its tokens may be meant for, too."
)
def platform_add(organisation: str, source: TextIO | None, **flags: Any) -> None:
    """Register a platform by hand, or change its registration.

    What a flag says counts before what the file says, and that before what the profile knows.
    """
    mentes = this_process()
    now = mentes.clock()
    said = {**_read(source), **{name: value for name, value in flags.items() if value}}
    try:
        agreed, form = platform_filled(_as_form(said))
    except FormInvalid as error:
        raise click.UsageError(_by_option(error)) from error
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=now).id
    with mentes.database.transaction(owner) as session:
        row = platforms.registered(
            session,
            agreed,
            name=form["name"],
            administrators_are_analysts=form["analysts"],
            now=now,
        )
        row.allow_anonymous = agreed.allow_anonymous
        row.trusted_audiences = sorted(agreed.trusted_audiences)
        registration_id, is_closed = row.id, not row.enabled
        kept_out = agreed.deployment_ids.intersection(platforms.refused_of(row))
        brings_none = deployments.without_administrators(row)
    public = mentes.settings.public_url
    click.echo(f"Registered {registration_id}. Tell the platform:")
    _say_what_stays_closed(registration_id, is_closed=is_closed, kept_out=sorted(kept_out))
    _say_who_does_not_administer(registration_id, brings_none)
    click.echo(f"  login URL     {public}/lti/login/{registration_id}")
    click.echo(f"  redirect URL  {public}/lti/launch")
    click.echo(f"  key set URL   {public}/lti/keys/{owner}.json")
    if agreed.product is not None and agreed.product in PROFILES:
        for step in PROFILES[agreed.product].give:
            click.echo(f"  → {step}")


def _say_what_stays_closed(
    registration_id: UUID, *, is_closed: bool, kept_out: Iterable[str]
) -> None:
    if is_closed:
        click.echo(
            f"It stays disabled. To open it: mentes platform enable {registration_id}", err=True
        )
    for each in kept_out:
        click.echo(
            f"{each} stays refused. To let it in: "
            f"mentes platform deployment {registration_id} {each}",
            err=True,
        )


def _say_who_does_not_administer(registration_id: UUID, brings_none: Iterable[str]) -> None:
    for each in brings_none:
        click.echo(
            f"Administrators of {each} do not administer Mentes. To let them: "
            f"mentes platform deployment {registration_id} {each} --administrators",
            err=True,
        )


def _read(source: TextIO | None) -> dict[str, Any]:
    """Return what a file says, by the names of the options."""
    if source is None:
        return {}
    try:
        said = json.load(source)
    except ValueError as error:
        raise click.UsageError(f"--file: that is not JSON ({error}).") from error
    if not isinstance(said, dict):
        raise click.UsageError("--file: a JSON object is needed.")
    named = {str(name).replace("-", "_"): value for name, value in said.items()}
    if unknown := sorted(named.keys() - _NAMES):
        raise click.UsageError(f"--file: there is no such option: {', '.join(unknown)}.")
    return named


def _as_form(said: dict[str, Any]) -> MultiDict[str, str]:
    """Return what was said as a form has it, completed by the product's profile."""
    form: MultiDict[str, str] = MultiDict()
    if profile := said.get("profile"):
        product, site = site_filled(MultiDict({"profile": profile, "site": said.get("site") or ""}))
        form.update({"product": product, **PROFILES[product].filled(site)})
    for name, value in said.items():
        if name in ("deployment", "trusted_audience"):
            several = [value] if isinstance(value, str) else value or ()
            form.setlist(name, [str(each) for each in several])
        elif name not in ("profile", "site"):
            form[name] = str(value)
    form.setdefault("name", form.get("issuer", ""))
    return form


def _by_option(error: FormInvalid) -> str:
    lines = [f"--{name.replace('_', '-')}: {texts[0]}" for name, texts in error.errors.items()]
    return "\n".join(lines)


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


@platform.command("actors")
@click.argument("registration")
@click.argument("form", type=click.Choice([each.value for each in ActorForm]))
@click.option("--home", help="The home page beside a username, as the platform writes it.")
def platform_actors(registration: str, form: str, home: str | None) -> None:
    """Call people in our statements by what the platform's own call them.

    account: the number that it has for them. username: on --home, or the issuer. mbox: the mail
    address. mbox-sha1sum: a digest of mailto:address. bare-sha1sum: of the address alone (Open
    edX). Nobody is called less privately than they agreed to.
    """
    with this_process().database.transaction(EVERYWHERE) as session:
        row = deployments.registration_called(session, registration)
        row.actor_form, row.actor_home = form, home
    click.echo("From now on. What was told before stays as it is; mentes doctor counts who is not.")


def _switched(registration: str, *, on: bool) -> None:
    with this_process().database.transaction(EVERYWHERE) as session:
        deployments.registration_called(session, registration).enabled = on
