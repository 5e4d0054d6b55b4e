"""mentes lrs import: statements from a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from lrs_bridge.lrs.attachments.files import found_in, nowhere
from lrs_bridge.lrs.store import ignored
from lrs_bridge.lrs.upkeep.importing import Import, Refused, Terms
from lrs_bridge.lrs.upkeep.pieces import Piece, pieces
from plugin.app import home_page, on_stored
from plugin.cli.commands import ORGANISATION, this_process
from plugin.cli.lrs.files import for_us, opened_to_read
from plugin.cli.lrs.group import lrs
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import service as platforms

_SHOWN = 10  # refusals on the terminal; all of them are in the file
IMPORTER = "import"


@lrs.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@ORGANISATION
@click.option("--keep-authority", is_flag=True, help="Believe the file who vouches.")
@click.option("--keep-stored", is_flag=True, help="Keep their place in the order: for a backup.")
@click.option("--no-definitions", is_flag=True, help="Learn nothing of activities from them.")
@click.option(
    "--attachments",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder with what came with them, each file named by its SHA-2.",
)
@click.option("--without-content", is_flag=True, help="Take them in if content is missing.")
@click.option("--no-completions", is_flag=True, help="Open no check-in for what they tell.")
@click.option("--all-or-nothing", is_flag=True, help="Store nothing if a line is refused.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where refused lines go, with the reason; FILE.rejects here, if left out.",
)
def lrs_import(
    file: str,
    organisation: str,
    keep_authority: bool,
    keep_stored: bool,
    no_definitions: bool,
    attachments: Path | None,
    without_content: bool,
    no_completions: bool,
    all_or_nothing: bool,
    rejects: Path | None,
) -> None:
    """Take in statements from FILE (- is standard input; ….gz is unpacked).

    One JSON statement a line, as `mentes lrs export` writes them; or an array, or what a record
    store answered. The same file may be given again: nothing is stored twice. The exit code is 1 if
    lines were refused.
    """
    mentes = this_process()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = platforms.organisation(session, organisation, now=mentes.clock()).id
    account = {"homePage": home_page(mentes.settings), "name": IMPORTER}
    terms = Terms(
        authority={"objectType": "Agent", "account": account},
        keeps_authority=keep_authority,
        keeps_stored=keep_stored,
        defines=not no_definitions,
        find=nowhere if attachments is None else found_in(attachments),
        needs_content=not without_content,
    )
    beside = rejects or Path("stdin.rejects" if file == "-" else f"{Path(file).name}.rejects")
    if file != "-" and beside.resolve() == Path(file).resolve():
        raise click.UsageError("Refused lines cannot go into the file that is read.")
    with opened_to_read(file) as (stream, size, told), _refusals(beside) as refuse:
        work = Import(
            organisation_id=owner,
            transaction=lambda: mentes.database.transaction(EVERYWHERE),
            reading=lambda: mentes.database.reading(EVERYWHERE),
            clock=mentes.clock,
            terms=terms,
            refuse=refuse,
            on_stored=ignored if no_completions else on_stored(mentes),
            contents=mentes.contents,
        )
        way = work.all_or_nothing if all_or_nothing else work.each
        _run(work, way, pieces(stream), size, told)
    tally = work.tally
    click.echo(f"Stored {tally.stored}, known already {tally.known}, refused {tally.refused}.")
    if tally.refused:
        click.echo(f"What was refused, and why: {beside}", err=True)
        sys.exit(1)


def _run(
    work: Import,
    way: Callable[[Iterator[Piece]], Iterator[object]],
    found: Iterator[Piece],
    size: int,
    told: Callable[[], int],
) -> None:
    """Do it, with a bar on a terminal that shows how much of the file is read."""
    hidden = not sys.stderr.isatty() or not size
    with click.progressbar(length=size or 1, file=sys.stderr, hidden=hidden) as bar:
        for _ in way(found):
            bar.update(told() - bar.pos)
    if work.tally.lines == 0:
        click.echo("There is no statement in it.", err=True)


@contextmanager
def _refusals(path: Path) -> Iterator[Callable[[Refused], None]]:
    """Give what writes refused lines down; the file is made for the first, for us alone."""
    path.unlink(missing_ok=True)  # of an earlier time
    shown = 0

    def refuse(refused: Refused) -> None:
        nonlocal shown
        shown += 1
        if shown <= _SHOWN:
            click.echo(f"Line {refused.number}: {refused.reason}", err=True)
        elif shown == _SHOWN + 1:
            click.echo("… and more.", err=True)
        text = refused.text.decode(errors="replace")
        entry = {"line": refused.number, "reason": refused.reason, "text": text}
        with open(path, "a", encoding="utf-8", opener=for_us) as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    yield refuse
