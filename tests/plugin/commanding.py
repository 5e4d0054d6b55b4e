"""Giving commands, and reading what they say."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import CliRunner, Result

from plugin.cli import main

Run = Callable[..., Result]


def command(*arguments: object, given: str | None = None) -> Result:
    """Run `mentes …`, with `given` on its standard input, and return what came of it."""
    return CliRunner().invoke(main, [str(each) for each in arguments], input=given)


def said(result: Result) -> str:
    """Return what a command said, which went well."""
    assert result.exit_code == 0, result.output
    return result.output


def refused(result: Result) -> str:
    """Return what a command said, which did not go well, without a stack."""
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result.output
