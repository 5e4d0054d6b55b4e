"""Fixtures of the tool's own tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from config.settings import PREFIX, Settings
from plugin.app import Mentes
from plugin.foundation import i18n
from tests.conftest import SECRET
from tests.plugin.commanding import Run, command
from tests.plugin.launching import Campus, a_campus


@pytest.fixture
def campus(mentes: Mentes, app: Flask, organisation_id: UUID) -> Iterator[Campus]:
    """A platform that is registered with the tool, on a real socket."""
    with a_campus(mentes, app, organisation_id) as running:
        yield running


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without settings."""
    for setting in fields(Settings):
        monkeypatch.delenv(PREFIX + setting.name.upper(), raising=False)
    return monkeypatch


@pytest.fixture
def run(environment: pytest.MonkeyPatch, settings: Settings) -> Run:
    """Run `mentes …` on a migrated database, and return what came of it."""
    environment.setenv("MENTES_SECRET_KEY", SECRET)
    environment.setenv("MENTES_DATABASE_URL", settings.database_url)
    environment.setenv("MENTES_PUBLIC_URL", "http://127.0.0.1:5000")
    environment.setenv("MENTES_ALLOW_PRIVATE_ADDRESSES", "true")
    environment.setenv("MENTES_LOG_LEVEL", "error")
    return command


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
