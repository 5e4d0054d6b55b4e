"""What the doctor looks at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from config.settings import Settings
from lrs_bridge.lrs.attachments.contents import Folder
from plugin.app import Mentes, compose
from plugin.diagnosis import Finding, examined
from plugin.foundation import outbox
from tests.conftest import SECRET, MovableClock
from tests.plugin.factories import a_registration


def failing(mentes: Mentes) -> list[Finding]:
    return [finding for finding in examined(mentes) if not finding.holds]


def test_a_sound_installation_has_no_findings(mentes: Mentes, organisation_id: UUID) -> None:
    assert failing(mentes) == []


def test_without_tables_that_is_all_it_says(tmp_path: Path, clock: MovableClock) -> None:
    settings = Settings(secret_key=SECRET, database_url=f"sqlite:///{tmp_path}/new.db")
    mentes = compose(settings, clock=clock)
    (finding,) = examined(mentes)
    mentes.database.dispose()
    assert not finding.holds
    assert finding.advice == "Run: mentes db upgrade"


def test_a_database_that_does_not_answer_is_said_to_be_away(clock: MovableClock) -> None:
    settings = Settings(secret_key=SECRET, database_url="sqlite:////nowhere/at/all/mentes.db")
    mentes = compose(settings, clock=clock)
    (finding,) = examined(mentes)
    assert not finding.holds
    assert "MENTES_DATABASE_URL" in finding.advice


def test_keys_of_another_secret_key_are_named_by_their_organisation(
    mentes: Mentes, organisation_id: UUID, settings: Settings, clock: MovableClock
) -> None:
    mentes.protocol.key_rings.of(organisation_id)
    other = compose(replace(settings, secret_key="another secret key of the tests!"), clock=clock)
    (finding,) = failing(other)
    other.database.dispose()
    assert "Acme" in finding.what


def test_a_place_for_attachments_is_tried_and_left_as_it_was(
    mentes: Mentes, organisation_id: UUID, tmp_path: Path
) -> None:
    place = tmp_path / "attachments"
    assert failing(replace(mentes, contents=Folder(place))) == []
    assert [it for it in place.rglob("*") if it.is_file()] == []
    (tmp_path / "file").write_bytes(b"in the way")
    (finding,) = failing(replace(mentes, contents=Folder(tmp_path / "file")))
    assert "MENTES_XAPI_ATTACHMENTS" in finding.advice


def test_a_platform_that_is_away_is_named_and_one_that_is_switched_off_is_not_asked(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        a_registration(session, issuer="http://127.0.0.1:9")
        a_registration(session, issuer="http://127.0.0.1:10").enabled = False
    (finding,) = failing(mentes)
    assert "http://127.0.0.1:9" in finding.what
    assert finding.advice


def test_what_waits_is_counted(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        for key in ("one", "two"):
            outbox.owe(session, "mail", key=key, payload={}, now=mentes.clock())
    assert "Deliveries (2 mail waiting)" in {finding.what for finding in examined(mentes)}


@pytest.mark.parametrize(
    ("public_url", "private", "holds"),
    [
        ("https://mentes.example.org", False, True),
        ("http://mentes.example.org", False, False),
        ("http://127.0.0.1:5000", True, True),
    ],
)
def test_frames_need_tls_except_in_development(
    mentes: Mentes, public_url: str, private: bool, holds: bool
) -> None:
    settings = replace(mentes.settings, public_url=public_url, allow_private_addresses=private)
    found = {each.what: each.holds for each in examined(replace(mentes, settings=settings))}
    assert found["People reach us over TLS"] is holds
