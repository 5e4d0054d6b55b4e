"""mentes lrs export: statements into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from lrs_bridge.lrs.attachments.files import kept_with, write_into
from lrs_bridge.lrs.upkeep import exporting
from lrs_bridge.statement import written_timestamp
from plugin.app import Mentes
from plugin.cli.commands import WHOSE, organisation_called, this_process
from plugin.cli.lrs.asked import conditions, query_of
from plugin.cli.lrs.files import opened_to_write
from plugin.cli.lrs.group import lrs
from plugin.foundation.tenancy import EVERYWHERE


@lrs.command("export")
@WHOSE
@conditions
@click.option("--voided", is_flag=True, help="Also voided ones: for a backup, or a move.")
@click.option(
    "--attachments",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder to write what came with them into.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; one called ….gz is compressed. Left out: standard output.",
)
def lrs_export(
    organisation: str,
    voided: bool,
    attachments: Path | None,
    output: Path | None,
    **asked: Any,
) -> None:
    """Write statements as JSON Lines, oldest first: what is stored when it begins.

    The file appears when it is whole. What is stored later comes with --since and the time that is
    told in the end.
    """
    mentes = this_process()
    if attachments is not None:
        attachments.mkdir(parents=True, exist_ok=True)
    count, last = 0, None
    with mentes.database.reading(EVERYWHERE) as session, opened_to_write(output) as file:
        owner = organisation_called(session, organisation)
        pages = exporting.pages(session, owner, query_of(**asked), voided=voided)
        for page in pages:
            for one in page:
                file.write(exporting.line(one).encode() + b"\n")
            if attachments is not None:
                _write_attachments(mentes, session, owner, [it.seq for it in page], attachments)
            count += len(page)
            last = page[-1].stored if page else last
    until = f" The last was stored at {written_timestamp(last)}." if last else ""
    click.echo(f"Statements: {count}.{until}", err=True)


def _write_attachments(
    mentes: Mentes, session: Session, owner: UUID, seqs: list[int], folder: Path
) -> None:
    for digest, content in kept_with(session, owner, seqs, mentes.contents):
        if content is None:
            click.echo(f"The content of an attachment is lost: {digest}", err=True)
        else:
            write_into(folder, digest, content)
