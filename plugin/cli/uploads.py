"""mentes completions: uploading who has finished what, and taking it back."""

from __future__ import annotations

import io
import sys
import time
from typing import BinaryIO
from uuid import UUID

import click
from werkzeug.datastructures import MultiDict

from plugin.app import Mentes
from plugin.cli.commands import WHOSE, main, organisation_called, this_process
from plugin.completions.uploads import forms, report, service
from plugin.completions.uploads.model import Outcome, State, Upload
from plugin.completions.uploads.slices import Overtaken, Slices
from plugin.completions.uploads.wording import FILE_FAULTS
from plugin.foundation.errors import FormInvalid
from plugin.foundation.i18n import Words
from plugin.foundation.tenancy import EVERYWHERE

_ENGLISH = Words("en", "UTC")


@main.group("completions")
def completions() -> None:
    """Completions from files."""


@completions.command("import")
@WHOSE
@click.argument("file", type=click.File("rb"))
@click.option("--line-items", type=click.File("rb"), help="lineItems.csv of OneRoster.")
@click.option("--threshold", help="OneRoster: the score from which a result is passed.")
@click.option("--zone", default="UTC", show_default=True, help="Of times that name none.")
@click.option("--home", default="", help="The platform (issuer) whose usernames these are.")
@click.option("--preview", is_flag=True, help="Only say what it would do; nothing is kept.")
def import_file(
    organisation: str,
    file: BinaryIO,
    line_items: BinaryIO | None,
    threshold: str | None,
    zone: str,
    home: str,
    preview: bool,
) -> None:
    """Look a FILE of completions through, say what it would do, and let the worker apply it."""
    mentes = this_process()
    sent = MultiDict({"zone": zone, "home": home, "threshold": threshold or ""})
    try:
        wanted = forms.wanted(sent, file, line_items)
    except FormInvalid as error:
        said = (text for texts in error.errors.values() for text in texts)
        raise click.ClickException(" ".join(said)) from error
    owner = _owner(mentes, organisation)
    with mentes.database.transaction(owner) as session:
        upload_id = service.take_in(
            session,
            wanted.content,
            name=file.name.rpartition("/")[2],
            layout=wanted.layout,
            size=wanted.size,
            digest=wanted.digest,
            configuration=wanted.configuration,
            now=mentes.clock(),
        )
    try:
        upload = _looked_through(mentes, owner, upload_id)
        _say(mentes, upload)
        if upload.state == State.REFUSED:
            raise click.ClickException(FILE_FAULTS.get(upload.problem or "", "It cannot be read."))
    finally:
        if preview:
            with mentes.database.transaction(owner) as session:
                service.cancel(session, upload_id)
    if preview:
        click.echo("Nothing of it is kept.")
        return
    with mentes.database.transaction(owner) as session:
        service.confirm(session, upload_id, by=None, now=mentes.clock())
    click.echo(f"upload {upload_id}: the worker applies it (mentes completions report {upload_id})")


def _looked_through(mentes: Mentes, owner: UUID, upload_id: UUID) -> Upload:
    """Return the upload once it is known what it would do; a worker may be at it, too."""
    slices = Slices(
        database=mentes.database,
        clock=mentes.clock,
        cutoff_days=mentes.settings.completion_cutoff_days,
    )
    while True:
        with mentes.database.reading(owner) as session:
            upload = service.one(session, upload_id)
        if upload.state != State.CHECKING:
            return upload
        try:
            slices(owner, upload_id, lambda _session: None)
        except Overtaken:
            time.sleep(0.1)


@completions.command("list")
@WHOSE
def list_uploads(organisation: str) -> None:
    """List the newest uploads."""
    mentes = this_process()
    with mentes.database.reading(_owner(mentes, organisation)) as session:
        for upload in service.listed(session):
            click.echo(f"{upload.id}  {upload.state:<8}  {upload.rows:>6}  {upload.name}")


@completions.command("report")
@WHOSE
@click.argument("upload_id", type=click.UUID)
def report_lines(organisation: str, upload_id: UUID) -> None:
    """Write what became of each line of an upload, as CSV."""
    mentes = this_process()
    owner = _owner(mentes, organisation)
    with mentes.database.reading(owner) as session:
        service.one(session, upload_id)
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="")
    for text in report.as_csv(mentes.database, owner, upload_id, _ENGLISH):
        out.write(text)
    out.flush()
    out.detach()


@completions.command("undo")
@WHOSE
@click.argument("upload_id", type=click.UUID)
def undo(organisation: str, upload_id: UUID) -> None:
    """Take back what an upload brought, as far as nobody has acted upon it."""
    mentes = this_process()
    with mentes.database.transaction(_owner(mentes, organisation)) as session:
        service.undo(session, upload_id, by=None, now=mentes.clock())
    click.echo(f"upload {upload_id}: the worker takes it back")


def _say(mentes: Mentes, upload: Upload) -> None:
    with mentes.database.reading(upload.organisation_id) as session:
        for fate, number in report.counted(session, upload.id):
            click.echo(f"{number:>7}  {fate.outcome}{f': {fate.why}' if fate.why else ''}")
        for line in report.lines(session, upload.id, limit=report.SHOWN, outcome=Outcome.PROBLEM):
            click.echo(f"line {line.number}, {line.column or 'the row'}: {line.fate.why}")


def _owner(mentes: Mentes, organisation: str) -> UUID:
    with mentes.database.reading(EVERYWHERE) as session:
        return organisation_called(session, organisation)
