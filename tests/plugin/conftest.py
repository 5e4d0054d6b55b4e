"""Fixtures of the tool's own tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from plugin.app import Mentes
from plugin.foundation import i18n
from tests.plugin.launching import Campus, a_campus


@pytest.fixture
def campus(mentes: Mentes, app: Flask, organisation_id: UUID) -> Iterator[Campus]:
    """A platform that is registered with the tool, on a real socket."""
    with a_campus(mentes, app, organisation_id) as running:
        yield running


@pytest.fixture
def no_catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of catalogues, empty; `forget_languages` once something is in it."""
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path)
    forget_languages()
    yield tmp_path
    monkeypatch.undo()
    forget_languages()


def forget_languages() -> None:
    """Let catalogues be read anew."""
    i18n.languages.cache_clear()
    i18n.catalogue.cache_clear()
