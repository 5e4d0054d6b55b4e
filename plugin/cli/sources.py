"""mentes source: where completions come from."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from plugin.app import Mentes
from plugin.cli.commands import ORGANISATION, WHOSE, main, organisation_called, this_process
from plugin.completions import changing, source_forms, sources
from plugin.completions.dry_run import tried
from plugin.completions.inlets import address
from plugin.completions.looking import Looking, claim
from plugin.completions.model import SourceKind, SourceRow
from plugin.foundation.errors import FormInvalid
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import service as platforms

_NAME = click.option("--name", required=True, help="What it is called.")
_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)
_TIME = "%Y-%m-%d %H:%M UTC"
_BY_HAND = sorted(each.value for each in sources.ADDED_BY_HAND - {SourceKind.RESULTS})


@main.group("source")
def source() -> None:
    """Where completions come from."""


@source.command("add")
@ORGANISATION
@click.argument("kind", type=click.Choice(_BY_HAND))
@_NAME
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="FIELD=VALUE",
    help="A field of the form, such as site=https://school.example. Repeatable.",
)
@click.option("--preset", help="A worked example: docebo, adobe-learning-manager, statements.")
@click.option("--home", default="", help="Address of the system, for a preset.")
@click.option("--secret", help="A dash: it is read from standard input. Left out: one is made.")
def source_add(
    organisation: str,
    kind: str,
    name: str,
    settings: tuple[str, ...],
    preset: str | None,
    home: str,
    secret: str | None,
) -> None:
    """Add a source; prints the address to paste into the other system, and a secret once."""
    mentes = this_process()
    chosen, now = SourceKind(kind), mentes.clock()
    given = source_forms.preset(preset, home) if preset else {}
    form = {**given, **_fields(settings), "name": name, "secret": _read_secret(secret)}
    sent = MultiDict({field: str(text) for field, text in form.items() if text})
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=now).id
    with _clearly(), mentes.database.transaction(owner) as session:
        wanted = source_forms.wanted(chosen, sent, is_new=True)
        row = sources.add(
            session,
            mentes.cipher,
            kind=chosen,
            name=wanted.name,
            configuration=wanted.configuration,
            secret=wanted.secret,
            now=now,
        )
    click.echo(f"source   {row.name} ({row.kind})")
    if row.path:
        click.echo(f"address  {address(mentes.settings.public_url, row.path)}")
    if wanted.is_ours:
        click.echo(f"secret   {wanted.secret}")


@source.command("list")
@WHOSE
def source_list(organisation: str) -> None:
    """List where completions come from, what arrived, and what is wrong."""
    with _of(organisation) as here:
        rows = [
            (
                row.name,
                row.kind,
                _state(row),
                str(row.received),
                _moment(row.last_completion_at),
                _behind(row, here.now),
            )
            for row in sources.listed(here.session)
        ]
    _table([("name", "kind", "state", "completions", "last", "behind"), *rows])


@source.command("test")
@WHOSE
@_NAME
@click.argument(
    "example", type=click.Path(exists=True, dir_okay=False, allow_dash=True), default="-"
)
def source_test(organisation: str, name: str, example: str) -> None:
    """Try a source: look at it now, or say what an EXAMPLE message (a file, or -) would give."""
    with _of(organisation) as here:
        row = here.called(name)
        kind, configuration = SourceKind(row.kind), row.configuration
    if kind in sources.LOOKED_AT:
        _look(here.mentes, row.id)
        return
    if kind not in sources.POSTED_TO:
        raise click.ClickException(f"Nothing is posted to a source of kind {kind}; see it listed.")
    text = sys.stdin.read() if example == "-" else Path(example).read_text("utf-8")
    with _of(organisation) as here:
        trial = tried(
            here.session,
            kind,
            configuration,
            text,
            now=here.now,
            cutoff_days=here.mentes.settings.completion_cutoff_days,
        )
    for fault in trial.faults:
        click.echo(f"unreadable   {fault}")
    for each in trial.foreseen:
        said = each.completion
        place, person = said.module_key or said.course_key, said.person_keys[0]
        click.echo(f"{said.state:12} {place}  {said.at.strftime(_TIME)}")
        click.echo(f"{'':12} {person.scheme} {person.home} {person.value}")
        click.echo(f"{'':12} would {each.reason or 'open a check-in'}")
    if trial.passed_over:
        click.echo(f"passed over  {trial.passed_over}")
    if trial.faults and not trial.foreseen:
        raise SystemExit(1)


@source.command("rotate")
@WHOSE
@_NAME
@click.option("--secret", help="A dash: it is read from standard input. Left out: one is made.")
def source_rotate(organisation: str, name: str, secret: str | None) -> None:
    """Give a source a new secret; where others post to it the old one works for a day more."""
    read = _read_secret(secret)
    with _of(organisation) as here:
        given = changing.rotate(here.called(name), here.mentes.cipher, read, now=here.now)
    click.echo(f"secret   {given if secret is None else '(as given)'}")


@source.command("disable")
@WHOSE
@_NAME
def source_disable(organisation: str, name: str) -> None:
    """Take nothing from a source until it is enabled again."""
    with _of(organisation) as here:
        sources.disable(here.called(name))
    click.echo("Disabled.")


@source.command("enable")
@WHOSE
@_NAME
def source_enable(organisation: str, name: str) -> None:
    """Take completions from a source again."""
    with _of(organisation) as here:
        sources.enable(here.called(name), now=here.now)
    click.echo("Enabled.")


@source.command("remove")
@WHOSE
@_NAME
def source_remove(organisation: str, name: str) -> None:
    """Forget a source; what it brought stays."""
    with _of(organisation) as here:
        sources.remove(here.session, here.called(name))
    click.echo("Removed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """The sources of one organisation, in a transaction."""

    mentes: Mentes
    session: Session
    now: datetime

    def called(self, name: str) -> SourceRow:
        """Return the source of a name, or say that there is none."""
        found = self.session.scalars(select(SourceRow).where(SourceRow.name == name)).all()
        if len(found) == 1:
            return found[0]
        raise click.ClickException(
            f"Several sources are called {name}: rename one on the page of the sources."
            if found
            else f"There is no source called {name}. See: mentes source list"
        )


@contextmanager
def _of(organisation: str) -> Iterator[_Here]:
    mentes = this_process()
    with mentes.database.reading(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
    with _clearly(), mentes.database.transaction(owner) as session:
        yield _Here(mentes=mentes, session=session, now=mentes.clock())


@contextmanager
def _clearly() -> Iterator[None]:
    """Say by field what is wrong."""
    try:
        yield
    except FormInvalid as error:
        lines = [f"{field}: {text}" for field, texts in error.errors.items() for text in texts]
        raise click.ClickException("\n  ".join([str(error), *lines])) from error


def _look(mentes: Mentes, source_id: UUID) -> None:
    """Look at one source in this process, whenever it is due."""
    settings, now = mentes.settings, mentes.clock()
    looking = Looking(mentes.database, mentes.clock, mentes.looks, lease=settings.outbox_lease)
    with mentes.database.transaction(EVERYWHERE) as session:
        leased = claim(
            session, kinds=mentes.looks, now=now, lease=settings.outbox_lease, only=source_id
        )
    if leased is None:
        raise click.ClickException("It is disabled, or a worker looks at it just now.")
    pages = looking.look_at(leased)
    with mentes.database.reading(EVERYWHERE) as session:
        row = session.get_one(SourceRow, source_id)
    if row.problem:
        raise click.ClickException(f"It could not be read: {row.problem}")
    click.echo(f"It works: {pages} page(s), {row.received} completion(s) so far.")


def _fields(settings: Sequence[str]) -> dict[str, Any]:
    pairs = [each.partition("=") for each in settings]
    if bad := [name for name, equals, _ in pairs if not equals]:
        raise click.ClickException(f"Write --set {bad[0]}=value.")
    return {name: value for name, _, value in pairs}


def _read_secret(secret: str | None) -> str | None:
    if secret == "-":  # noqa: S105 # where to read it
        return sys.stdin.readline().rstrip("\r\n")
    return secret


def _state(row: SourceRow) -> str:
    if not row.enabled:
        return "off"
    return row.problem or ("works" if row.last_seen_at else "nothing yet")


def _behind(row: SourceRow, now: datetime) -> str:
    return f"{int((now - row.read_to).total_seconds())} s" if row.read_to else ""


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else moment.strftime(_TIME)


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        columns = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo("  ".join(columns).rstrip())
