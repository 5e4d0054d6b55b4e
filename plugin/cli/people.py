"""People and courses that completions name and nobody knows: said by hand, and undone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import PersonKey
from plugin.app import Mentes
from plugin.cli.commands import ORGANISATION, main, this_process
from plugin.completions import (
    merging,
    waiting,
    waiting_binding,
    waiting_list,
    waiting_undoing,
    waiting_views,
)
from plugin.completions.waiting_model import Unassigned, What
from plugin.courses.model import Course
from plugin.foundation.errors import NotFound
from plugin.foundation.i18n import Words
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people import bindings, identifiers
from plugin.people.model import Person
from plugin.platforms import service as platforms

ENGLISH = Words("en", "UTC")


@main.group()
def people() -> None:
    """Say whose completions are, where nobody knows."""


@main.group()
def courses() -> None:
    """Say of which course completions are, where nobody knows."""


def _owner(mentes: Mentes, organisation: str) -> UUID:
    with mentes.database.transaction(EVERYWHERE) as session:
        return platforms.organisation(session, organisation, now=mentes.clock()).id


def _listed(organisation: str, what: What, sought: str | None) -> None:
    mentes = this_process()
    with mentes.database.reading(_owner(mentes, organisation)) as session:
        page = waiting_list.page(session, what, sought=sought, number=1)
        for each in page.rows:
            called = waiting_views.all_said(each.keys, ENGLISH) or f"{each.name or '–'}  {each.iri}"
            click.echo(f"{each.id}  {each.count:>6}  since {each.since:%Y-%m-%d}  {called}")
        if page.total > len(page.rows):
            click.echo(f"… and {page.total - len(page.rows)} more: search, or use the page.")
        if not page.total:
            click.echo("Nothing waits.")


@people.command("waiting")
@ORGANISATION
@click.option("--search", "sought", help="A part of what was sent.")
def people_waiting(organisation: str, sought: str | None) -> None:
    """List who completed something and is not known."""
    _listed(organisation, What.PERSON, sought)


@people.command("find")
@ORGANISATION
@click.argument("text")
def people_find(organisation: str, text: str) -> None:
    """List people by a part of their name, or by what they are called exactly, with their ids."""
    mentes = this_process()
    with mentes.database.reading(_owner(mentes, organisation)) as session:
        found = waiting_list.people_called(session, text)
        names = waiting_list.accounts_of(session, [person.id for person in found])
        for person in found:
            called = waiting_views.all_said(names[person.id], ENGLISH)
            click.echo(f"{person.id}  {person.name or '–'}  {called}")


@people.command("bind")
@ORGANISATION
@click.argument("waiting_id", type=click.UUID, required=False)
@click.argument("person_id", type=click.UUID, required=False)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV: home page, account name, and the issuer and user id of the same person.",
)
def people_bind(
    organisation: str, waiting_id: UUID | None, person_id: UUID | None, file: Path | None
) -> None:
    """Say who somebody is: one who waits, or everybody in a file."""
    mentes = this_process()
    owner = _owner(mentes, organisation)
    with mentes.database.transaction(owner) as session:
        if file is not None:
            number = sum(_bound(session, *line, now=mentes.clock()) for line in _lines(file))
            click.echo(f"{number} accounts are new.")
        elif waiting_id is not None and person_id is not None:
            binding = waiting_binding.bind_person(
                session, waiting_id, person_id, by=None, now=mentes.clock()
            )
            click.echo(f"Assigned. To undo it: mentes people unbind {binding.id}")
        else:
            raise click.UsageError("Name who waits and who it is, or give a --file.")


def _lines(file: Path) -> Iterator[tuple[str, str, str, str]]:
    with file.open(newline="", encoding="utf-8-sig") as text:
        for number, line in enumerate(csv.reader(text), start=1):
            if len(line) != 4:
                raise click.ClickException(f"Line {number} has {len(line)} columns, and not four.")
            yield line[0].strip(), line[1].strip(), line[2].strip(), line[3].strip()


def _bound(
    session: Session, home: str, name: str, issuer: str, subject: str, *, now: datetime
) -> bool:
    """Say that an account is the person's whom a platform calls `subject`; True if it is new."""
    whose = identifiers.whose(session, [("account", issuer, subject)])
    if whose.person_id is None:
        raise NotFound(f"{issuer} has told of nobody called {subject}. Nothing was kept.")
    key = PersonKey.account(home, name)
    keys = [(str(key.scheme), home, key.value)]
    new = bindings.bound(session, whose.person_id, keys, now=now)
    waiting.look_again_for(session, identifiers.awaits(keys))
    return bool(new)


@people.command("unbind")
@ORGANISATION
@click.argument("binding_id", type=click.UUID)
def people_unbind(organisation: str, binding_id: UUID) -> None:
    """Undo an assignment of a person or a course."""
    mentes = this_process()
    owner = _owner(mentes, organisation)
    with mentes.database.transaction(owner) as session:
        waiting_undoing.undo(session, binding_id, by=None, now=mentes.clock())
    with mentes.database.transaction(owner) as session:
        is_all = waiting_undoing.undo_first(session, binding_id, now=mentes.clock())
    click.echo("Undone. What nobody had touched is withdrawn, and waits again.")
    if not is_all:
        click.echo("There is much of it: the worker goes on.")


@people.command("merge")
@ORGANISATION
@click.argument("kept_id", type=click.UUID)
@click.argument("merged_id", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do it; without, only what it would do is shown.")
def people_merge(organisation: str, kept_id: UUID, merged_id: UUID, yes: bool) -> None:
    """Make two people one, and keep the first."""
    mentes = this_process()
    with mentes.database.transaction(_owner(mentes, organisation)) as session:
        plan = merging.plan(session, kept_id, merged_id)
        for name in plan.moved:
            moved, rests = len(plan.moved[name]), len(plan.rests[name])
            if moved or rests:
                click.echo(f"{name:<30} {moved:>6} change hands  {rests:>6} rest")
        if not yes:
            click.echo("Nothing was changed. To do it, add --yes.")
            return
        record = merging.merge(session, kept_id, merged_id, by=None, now=mentes.clock())
        click.echo(f"Merged. To undo it: mentes people part {record.id}")


@people.command("part")
@ORGANISATION
@click.argument("merge_id", type=click.UUID)
def people_part(organisation: str, merge_id: UUID) -> None:
    """Undo a merge."""
    mentes = this_process()
    with mentes.database.transaction(_owner(mentes, organisation)) as session:
        record = merging.part(session, merge_id, by=None, now=mentes.clock())
        name = session.get_one(Person, record.merged_id).name or "–"
    click.echo(f"They are two people again: {name} has back what changed hands.")


@courses.command("waiting")
@ORGANISATION
@click.option("--search", "sought", help="A part of what was sent.")
def courses_waiting(organisation: str, sought: str | None) -> None:
    """List courses that completions name and nobody knows."""
    _listed(organisation, What.COURSE, sought)


@courses.command("list")
@ORGANISATION
def courses_list(organisation: str) -> None:
    """List the courses that are known, with their ids."""
    mentes = this_process()
    with mentes.database.reading(_owner(mentes, organisation)) as session:
        for course in session.scalars(select(Course).order_by(Course.title, Course.id)):
            click.echo(f"{course.id}  {course.title}  {course.label or ''}".rstrip())


@courses.command("bind")
@ORGANISATION
@click.argument("iri")
@click.argument("course_id", type=click.UUID)
def courses_bind(organisation: str, iri: str, course_id: UUID) -> None:
    """Say which course an IRI that waits is of."""
    mentes = this_process()
    with mentes.database.transaction(_owner(mentes, organisation)) as session:
        found = session.scalar(
            select(Unassigned).where(Unassigned.what == What.COURSE, Unassigned.iri == iri)
        )
        if found is None:
            raise NotFound("No course that waits is called so. See: mentes courses waiting")
        binding = waiting_binding.bind_course(
            session, found.id, course_id, by=None, now=mentes.clock()
        )
        click.echo(f"Assigned. To undo it: mentes people unbind {binding.id}")
