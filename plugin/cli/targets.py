"""mentes target: the record stores that an organisation's statements go to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click
from sqlalchemy.orm import Session

from lrs_bridge.version import Version
from plugin.app import Mentes
from plugin.cli.commands import WHOSE, main, organisation_called, this_process
from plugin.foundation.errors import FormInvalid
from plugin.foundation.tenancy import EVERYWHERE
from plugin.targets import service, trying
from plugin.targets.forms import check_addresses
from plugin.targets.looking import Shown, shown
from plugin.targets.model import Erasing, Kind
from plugin.targets.rules import Filter
from plugin.targets.service import Described

NAME = click.argument("name")


@main.group()
def target() -> None:
    """Where statements go: record stores, ours and others, as many as you like."""


@contextmanager
def _writing(organisation: str) -> Iterator[tuple[Mentes, Session]]:
    mentes = this_process()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
    try:
        with mentes.database.transaction(owner) as session:
            yield mentes, session
    except FormInvalid as error:
        lines = [f"{name}: {text}" for name, texts in error.errors.items() for text in texts]
        raise click.UsageError("\n".join(lines) or str(error)) from error


def _described(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--admin-password", help="Of SQL LRS; asked for if left out."),
        click.option("--admin-user", help="Of SQL LRS."),
        click.option("--admin-url", help="Of SQL LRS: what /admin is below."),
        click.option(
            "--erase-by",
            "erasing",
            type=click.Choice([each.value for each in Erasing]),
            help="sql-lrs: withdrawn consent deletes all that store has of the person.",
        ),
        click.option(
            "--forward-credential",
            "credentials",
            multiple=True,
            help="Id of a credential of our store; only what it stored. Repeatable.",
        ),
        click.option(
            "--forward-activity",
            "activities",
            multiple=True,
            help="Only what is about activities whose ids begin so. Repeatable.",
        ),
        click.option(
            "--forward-verb", "verbs", multiple=True, help="Only with this verb. Repeatable."
        ),
        click.option(
            "--forward/--no-forward",
            "forward",
            default=None,
            help="Pass on what others store in the embedded store.",
        ),
        click.option(
            "--ours/--not-ours", "ours", default=None, help="What Mentes itself has to tell."
        ),
        click.option("--xapi", "version", type=click.Choice([each.value for each in Version])),
        click.option("--secret", help="Asked for if left out."),
        click.option("--key"),
        click.option("--endpoint", help="The URL below which /statements is."),
    ):
        command = option(command)
    return command


@target.command("add")
@WHOSE
@NAME
@click.option(
    "--kind",
    type=click.Choice([each.value for each in Kind]),
    default=Kind.REMOTE.value,
    show_default=True,
)
@_described
def target_add(organisation: str, name: str, kind: str, **given: Any) -> None:
    """Add a target; it gets what happens from now on."""
    if kind == Kind.REMOTE and given["secret"] is None:
        given["secret"] = click.prompt("Secret", hide_input=True)
    _ask_admin_password(given)
    with _writing(organisation) as (mentes, session):
        described = _checked(mentes, _merged(Described(name=name, kind=Kind(kind)), given))
        service.add(session, described, mentes.cipher, now=mentes.clock())
    click.echo(f"Added. Try it: mentes target test {name} --organisation {organisation}")


@target.command("change")
@WHOSE
@NAME
@click.option("--name", "new_name", help="Another name.")
@_described
def target_change(organisation: str, name: str, new_name: str | None, **given: Any) -> None:
    """Change what is said; what the target would not take is then tried again."""
    _ask_admin_password(given)
    with _writing(organisation) as (mentes, session):
        found = service.called(session, name)
        before = service.described(found)
        if new_name is not None:
            given["name"] = new_name
        described = _checked(mentes, _merged(before, given))
        service.change(session, found, described, mentes.cipher, now=mentes.clock())
    click.echo("Changed.")


def _ask_admin_password(given: dict[str, Any]) -> None:
    """Ask for what is needed, before anything is locked."""
    if given["erasing"] == Erasing.SQL_LRS and given["admin_password"] is None:
        given["admin_password"] = click.prompt("Admin password", hide_input=True)


def _checked(mentes: Mentes, said: Described) -> Described:
    settings = mentes.settings
    check_addresses(
        said,
        allow_private=settings.allow_private_addresses,
        own_store=f"{settings.public_url}/xapi",
    )
    return said


def _merged(before: Described, given: dict[str, Any]) -> Described:
    """Return what was said before with what is said now."""
    said = {name: value for name, value in given.items() if value not in (None, ())}
    forward = said.pop("forward", None)
    conditions = {
        name: said.pop(name) for name in ("verbs", "activities", "credentials") if name in said
    }
    if forward is False:
        said["forwards"] = None
    elif forward or conditions:
        said["forwards"] = replace(before.forwards or Filter(), **conditions)
    if "version" in said:
        said["version"] = Version(said["version"])
    if "erasing" in said:
        said["erasing"] = Erasing(said["erasing"])
    values = {name: getattr(before, name) for name in Described.__slots__}
    if "forwards" in said and said["forwards"] is None:
        values["forwards"] = None
    return Described(**{**values, **said})


@target.command("list")
@WHOSE
def target_list(organisation: str) -> None:
    """List the targets, what they get, what waits for them, and what keeps it."""
    with _writing(organisation) as (mentes, session):
        service.targets(session, now=mentes.clock())
        for each in shown(session, now=mentes.clock()):
            _show(each)


def _show(each: Shown) -> None:
    where = each.target.endpoint or each.target.kind
    click.echo(f"{each.target.name}  {where}  xAPI {each.target.version}  {each.state}")
    gets = [
        word for word, is_so in (("ours", each.target.ours), ("forwards", each.forwards)) if is_so
    ]
    click.echo(
        f"  gets {' and '.join(gets) or 'nothing'};  {each.waiting} waiting, {each.parked} parked"
    )
    if each.problem:
        click.echo(f"  {each.problem}")


@target.command("test")
@WHOSE
@NAME
def target_test(organisation: str, name: str) -> None:
    """Ask a target who it is and whether it knows us; nothing is stored there."""
    mentes = this_process()
    with mentes.database.reading(EVERYWHERE) as session:
        owner = organisation_called(session, organisation)
    with mentes.database.reading(owner) as session:
        found = service.called(session, name)
    result = trying.tried(mentes.targets, found)
    click.echo(result.text)
    if not result.holds:
        raise click.exceptions.Exit(1)


@target.command("pause")
@WHOSE
@NAME
def target_pause(organisation: str, name: str) -> None:
    """Send nothing to a target; what is owed to it waits."""
    with _writing(organisation) as (mentes, session):
        service.pause(session, service.called(session, name), now=mentes.clock())
    click.echo("Paused.")


@target.command("resume")
@WHOSE
@NAME
def target_resume(organisation: str, name: str) -> None:
    """Send to a target again, beginning with what waited."""
    with _writing(organisation) as (mentes, session):
        service.resume(session, service.called(session, name), now=mentes.clock())
    click.echo("It goes on.")


@target.command("remove")
@WHOSE
@NAME
@click.option("--yes", is_flag=True, help="Do not ask.")
def target_remove(organisation: str, name: str, yes: bool) -> None:
    """Remove a target with all that waits for it; what it has, it keeps."""
    if not yes:
        click.confirm("What waits for it is dropped. Remove it?", abort=True)
    with _writing(organisation) as (mentes, session):
        dropped = service.remove(session, service.called(session, name), now=mentes.clock())
    click.echo(f"Removed. {dropped} that waited are dropped.")
