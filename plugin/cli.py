"""mentes: the command. Every group says what it is for with `--help`."""

from __future__ import annotations

import secrets as random_secrets
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.serving import make_server

from config.log import configure_logging
from config.settings import Settings, SettingsError, read_settings
from lrs_bridge.lrs.credentials import Scope, add_credential, revoke_credential
from lti.registration import Registration
from plugin import diagnosis, migrations
from plugin.app import Mentes, compose, create_app
from plugin.foundation import outbox
from plugin.foundation.errors import MentesError
from plugin.foundation.outbox import Debt, Outcome
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import service as platforms
from plugin.platforms.keys import rotate_now
from plugin.platforms.model import RegistrationRow
from plugin.worker import Worker

ORGANISATION = click.option(
    "--organisation", default="default", show_default=True, help="Whose it is; made if new."
)


class _Commands(click.Group):
    """A group that shows a refusal of the tool as a sentence, not as a stack."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except MentesError as error:
            raise click.ClickException(f"{error.title}: {error}") from error


@click.group(cls=_Commands)
def main() -> None:
    """Mentes: mentoring inside the course. Settings are environment variables, MENTES_…"""


@main.command()
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Also write the facts.")
def demo(json_path: Path | None) -> None:
    """Run the whole story on temporary files, and check each step."""
    from plugin.demo.run import run

    sys.exit(run(json_path))


@main.command()
@click.option("--port", default=5000, show_default=True, help="The tool's port.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--campus", is_flag=True, help="Run the demo campus beside it, on temporary files.")
def serve(port: int, host: str, campus: bool) -> None:
    """Serve the tool for development, with one worker beside it. (Use gunicorn for real.)"""
    if campus:
        from plugin.demo.run import serve as serve_demo

        sys.exit(serve_demo(port))
    mentes = _mentes()
    migrations.upgrade(mentes.database.engine)
    stop = threading.Event()
    worker = threading.Thread(target=Worker(mentes).run, args=(stop,), name="worker")
    worker.start()
    server = make_server(host, port, create_app(mentes.settings, mentes=mentes), threaded=True)
    _on_signals(lambda: threading.Thread(target=server.shutdown).start())
    click.echo(f"Mentes serves {mentes.settings.public_url} on {host}:{port}. Stop with Ctrl-C.")
    try:
        server.serve_forever()
    finally:
        stop.set()
        worker.join()


@main.command()
def worker() -> None:
    """Do the background work: apply completions, deliver what is owed. Run as many as you like."""
    mentes = _mentes()
    stop = threading.Event()
    _on_signals(stop.set)
    Worker(mentes).run(stop)


@main.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Create the tables, or bring them to this version. Safe to run again."""
    mentes = _mentes()
    migrations.upgrade(mentes.database.engine)
    click.echo("The database is at this version.")


@main.group()
def platform() -> None:
    """Register platforms (LMSs)."""


@platform.command("list")
def platform_list() -> None:
    """List the registrations and their deployments."""
    with _mentes().database.reading(EVERYWHERE) as session:
        for row in session.scalars(select(RegistrationRow).order_by(RegistrationRow.created_at)):
            deployments = ", ".join(sorted(each.deployment_id for each in row.deployments))
            click.echo(f"{row.id}  {row.issuer}  client {row.client_id}  [{deployments or '–'}]")


@platform.command("invite")
@ORGANISATION
@click.option("--analysts", is_flag=True, help="Let its administrators read reports.")
def platform_invite(organisation: str, analysts: bool) -> None:
    """Print a one-time link for dynamic registration; paste it into the platform."""
    mentes = _mentes()
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
@click.option("--deployment", "deployments", multiple=True, required=True, help="Repeatable.")
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
    deployments: tuple[str, ...],
    product: str | None,
    name: str | None,
    analysts: bool,
) -> None:
    """Register a platform by hand, or change its registration."""
    mentes = _mentes()
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
        deployment_ids=frozenset(deployments),
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


@platform.command("deployment")
@click.argument("registration_id", type=click.UUID)
@click.argument("deployment_id")
def platform_deployment(registration_id: UUID, deployment_id: str) -> None:
    """Accept launches of one more deployment of a registration."""
    mentes = _mentes()
    with mentes.database.transaction(EVERYWHERE) as session:
        row = platforms.registration(session, registration_id)
        platforms.add_deployment(session, row, deployment_id, now=mentes.clock())
    click.echo("Accepted.")


@main.group()
def lrs() -> None:
    """Look after the embedded record store."""


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
    mentes = _mentes()
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
    mentes = _mentes()
    now = mentes.clock()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=now).id
        revoke_credential(session, owner, key, now)
    click.echo("Revoked.")


@main.group()
def keys() -> None:
    """The keys that sign our messages."""


@keys.command("rotate")
@ORGANISATION
def keys_rotate(organisation: str) -> None:
    """Publish a new key now; it signs after a day, when platforms have seen it."""
    mentes = _mentes()
    now = mentes.clock()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=now).id
    with mentes.database.transaction(owner) as session:
        key = rotate_now(session, mentes.cipher, now=now)
    click.echo(f"Published {key.kid}.")


@main.group("outbox")
def outbox_group() -> None:
    """What is owed to other systems."""


@outbox_group.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what waits and what was delivered.")
def outbox_list(everything: bool) -> None:
    """List what was given up, with the reason."""
    with _mentes().database.reading(EVERYWHERE) as session:
        query = select(Debt).order_by(Debt.created_at)
        if not everything:
            query = query.where(Debt.outcome == Outcome.GIVEN_UP)
        for debt in session.scalars(query):
            state = debt.outcome or "waiting"
            click.echo(
                f"{debt.id}  {debt.kind:9}  {state:10}  {debt.attempts:2} attempts  "
                f"{debt.problem or ''}"
            )


@outbox_group.command("retry")
@click.argument("debt_ids", nargs=-1, required=True, type=click.UUID)
def outbox_retry(debt_ids: tuple[UUID, ...]) -> None:
    """Owe given-up debts once more."""
    mentes = _mentes()
    with mentes.database.transaction(EVERYWHERE) as session:
        count = outbox.again(session, debt_ids, now=mentes.clock())
    click.echo(f"{count} owed again.")


@main.command()
def doctor() -> None:
    """Check the settings, the database, the platforms and the clock, and say what to do."""
    findings = diagnosis.examined(_mentes())
    for finding in findings:
        click.echo(f"{'ok  ' if finding.holds else 'FAIL'}  {finding.what}")
        if not finding.holds:
            click.echo(f"      {finding.advice}")
    sys.exit(0 if all(finding.holds for finding in findings) else 1)


def _mentes() -> Mentes:
    return compose(_settings())


def _settings() -> Settings:
    try:
        settings = read_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    configure_logging(settings.log_level)
    return settings


def _on_signals(stop: Callable[[], object]) -> None:
    def stopped(_signal: int, _frame: FrameType | None) -> None:
        stop()

    signal.signal(signal.SIGTERM, stopped)
    signal.signal(signal.SIGINT, stopped)
