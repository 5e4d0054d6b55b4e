"""mentes lrs check: whether the record store agrees with itself."""

from __future__ import annotations

import sys

import click

from lrs_bridge.lrs.upkeep.checking import faults
from plugin.cli.commands import this_process
from plugin.cli.lrs.group import lrs
from plugin.foundation.tenancy import EVERYWHERE

_MOST_SHOWN = 100


@lrs.command("check")
def lrs_check() -> None:
    """Check that all that follows from the statements is there: after a crash, a restore, a move.

    It reads the whole store at one moment; others go on reading and writing meanwhile.
    """
    mentes = this_process()
    found = 0
    with mentes.database.reading(EVERYWHERE) as session:
        for fault in faults(session, mentes.contents):
            found += 1
            if found <= _MOST_SHOWN:
                click.echo(fault)
    click.echo(f"Faults: {found}." if found else "The record store is sound.")
    sys.exit(1 if found else 0)
