"""mentes lrs credential: who may talk to the record store."""

from __future__ import annotations

import secrets as random_secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import click
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lrs_bridge.lrs.access import credentials
from lrs_bridge.lrs.access.credentials import Entry, Scope, add_credential, entries
from lrs_bridge.lrs.access.limits import Limits
from plugin.app import Mentes
from plugin.cli.commands import ORGANISATION, WHOSE, organisation_called, this_process
from plugin.cli.lrs.group import Moment, lrs
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import service as platforms

_KEY = click.option("--key", required=True, help="Also called username or client id.")
_SECRET = click.option(
    "--secret", help="Left out: one is made and printed. A dash: it is read from standard input."
)
_TIME = "%Y-%m-%d %H:%M UTC"


@lrs.group("credential")
def lrs_credential() -> None:
    """Who may talk to the record store."""


@lrs_credential.command("add")
@ORGANISATION
@_KEY
@_SECRET
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=[Scope.ALL.value],
    show_default=True,
    help="Repeatable.",
)
@click.option("--label", help="What it is for; no names of people.")
@click.option("--expires", type=Moment(), help="From when on it lets nobody in, with the zone.")
def lrs_credential_add(
    organisation: str,
    key: str,
    secret: str | None,
    scopes: tuple[str, ...],
    label: str | None,
    expires: datetime | None,
) -> None:
    """Let an LMS's xAPI plugin, or an analyst's tool, in.

    Scopes: statements/write (with define, if what it says of activities counts for all) for an LMS,
    statements/read for analysts, and for content statements/write, statements/read/mine and state.
    """
    mentes = this_process()
    now = mentes.clock()
    given = _given(secret)
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=now).id
    try:
        with mentes.database.transaction(owner) as session:
            add_credential(session, owner, key, given, scopes, now, label=label, expires_at=expires)
    except IntegrityError as error:
        raise click.ClickException(f"The key {key} is taken; choose another.") from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"endpoint  {mentes.settings.public_url}/xapi")
    click.echo(f"tokens    {mentes.settings.public_url}/xapi/oauth/token")
    click.echo(f"key       {key}")
    click.echo(f"secret    {given if secret is None else '(as given)'}")


@lrs_credential.command("list")
@WHOSE
def lrs_credential_list(organisation: str) -> None:
    """List the keys of an organisation, what they may do, and when they were used last."""
    with _store(organisation) as store:
        rows = [
            (
                one.key,
                one.state(store.now),
                " ".join(one.scopes),
                _moment(one.last_used_at),
                one.label or "",
            )
            for one in entries(store.session, store.owner, store.now)
        ]
    rows.insert(0, ("key", "state", "scopes", "last used", "for"))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        columns = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo("  ".join(columns).rstrip())


@lrs_credential.command("show")
@WHOSE
@_KEY
def lrs_credential_show(organisation: str, key: str) -> None:
    """Show all that is known of a key. Its secret is known to nobody but its users."""
    with _store(organisation) as store:
        one = store.entry(key)
    lines = {
        "key": one.key,
        "for": one.label or "–",
        "state": one.state(store.now),
        "scopes": " ".join(one.scopes),
        "limits": _limits(one.limits),
        "made": _moment(one.created_at),
        "expires": _moment(one.expires_at),
        "last used": _moment(one.last_used_at),
        "access tokens": str(one.tokens),
        "authority": f"{store.mentes.settings.public_url}/xapi {one.id}",
    }
    if one.former_until is not None and one.former_until > store.now:
        lines["old secret"] = f"works until {_moment(one.former_until)}"
    for name, text in lines.items():
        click.echo(f"{name:13}  {text}")


@lrs_credential.command("rotate")
@WHOSE
@_KEY
@_SECRET
@click.option(
    "--hours",
    type=click.FloatRange(min=0, max=24 * 366),
    default=24.0,
    show_default=True,
    help="How long the old secret works beside the new one; 0: no longer.",
)
@click.option("--until", type=Moment(), help="The same as a moment, with its zone.")
def lrs_credential_rotate(
    organisation: str, key: str, secret: str | None, hours: float, until: datetime | None
) -> None:
    """Give a key a new secret, while the old one still works for a while."""
    given = _given(secret)
    with _store(organisation) as store:
        former_until = until or store.now + timedelta(hours=hours)
        try:
            changed = credentials.rotate_credential(
                store.session, store.owner, key, given, former_until=former_until
            )
        except ValueError as error:
            raise click.ClickException(str(error)) from error
        store.check(changed, key)
    click.echo(f"secret    {given if secret is None else '(as given)'}")
    if former_until > store.now:
        click.echo(f"The old one works until {_moment(former_until)}.")
    else:
        click.echo("The old one works no longer.")


@lrs_credential.command("revoke")
@WHOSE
@_KEY
def lrs_credential_revoke(organisation: str, key: str) -> None:
    """Let a key in no longer, for good."""
    with _store(organisation) as store:
        done = credentials.revoke_credential(store.session, store.owner, key, store.now)
        store.check(done, key)
    click.echo("Revoked.")


@lrs_credential.command("disable")
@WHOSE
@_KEY
def lrs_credential_disable(organisation: str, key: str) -> None:
    """Let a key in no longer until it is enabled again."""
    with _store(organisation) as store:
        done = credentials.disable_credential(store.session, store.owner, key, store.now)
        store.check(done, key)
    click.echo("Disabled.")


@lrs_credential.command("enable")
@WHOSE
@_KEY
def lrs_credential_enable(organisation: str, key: str) -> None:
    """Let a key in again that was disabled."""
    with _store(organisation) as store:
        store.check(credentials.enable_credential(store.session, store.owner, key), key)
    click.echo("Enabled.")


@lrs_credential.command("limit")
@WHOSE
@_KEY
@click.option("--requests-per-minute", type=click.IntRange(min=0))
@click.option("--statements-per-minute", type=click.IntRange(min=0))
@click.option("--statements-per-day", type=click.IntRange(min=0))
@click.option("--largest-batch", type=click.IntRange(min=0), help="Statements in one request.")
@click.option("--largest-body", type=click.IntRange(min=0), help="Bytes of one request.")
def lrs_credential_limit(organisation: str, key: str, **given: int | None) -> None:
    """Say how much a key may do. What is left out stays; 0 takes a limit away."""
    changed = {name: value or None for name, value in given.items() if value is not None}
    with _store(organisation) as store:
        try:
            limits = replace(store.entry(key).limits, **changed)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
        done = credentials.limit_credential(store.session, store.owner, key, limits)
        store.check(done, key)
    click.echo(f"limits    {_limits(limits)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    """The record store of one organisation, in a transaction."""

    mentes: Mentes
    session: Session
    organisation: str
    owner: UUID
    now: datetime

    def entry(self, key: str) -> Entry:
        """Return what is known of a key, or say that there is none."""
        found = entries(self.session, self.owner, self.now, key=key)
        self.check(bool(found), key)
        return found[0]

    def check(self, done: bool, key: str) -> None:
        """Say that there is no such key unless something was done to it."""
        if not done:
            raise click.ClickException(
                f"{self.organisation} has no key {key}, or it was revoked for good."
            )


@contextmanager
def _store(organisation: str) -> Iterator[_Store]:
    mentes = this_process()
    with mentes.database.transaction(EVERYWHERE) as session:
        yield _Store(
            mentes=mentes,
            session=session,
            organisation=organisation,
            owner=organisation_called(session, organisation),
            now=mentes.clock(),
        )


def _given(secret: str | None) -> str:
    if secret == "-":  # noqa: S105 # where to read it
        return sys.stdin.readline().rstrip("\r\n")
    return secret if secret is not None else random_secrets.token_urlsafe(24)


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else moment.strftime(_TIME)


def _limits(limits: Limits) -> str:
    said = [f"{name.replace('_', ' ')} {value}" for name, value in asdict(limits).items() if value]
    return ", ".join(said) or "none"
