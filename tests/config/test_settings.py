"""Settings: complete or dead, all faults at once, and every one of them documented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path

import pytest

import config
from config.settings import PREFIX, Settings, SettingsError, read_settings
from plugin.foundation.outbox import delay

EXAMPLE = Path(config.__file__).parent / "environment.example"
SECRET = "x" * 32
LINE = re.compile(r"^(?P<comment>#?)(?P<name>MENTES_\w+)=(?P<value>.*)$")


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for setting in fields(Settings):
        monkeypatch.delenv(PREFIX + setting.name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(PREFIX + name.upper(), value)
    return read_settings()


def faults_of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    with pytest.raises(SettingsError) as refused:
        read(monkeypatch, **environment)
    return str(refused.value)


def documented() -> Mapping[str, tuple[bool, str]]:
    """Return, by name, whether a line of the example is a comment, and its value."""
    found = {}
    for line in EXAMPLE.read_text("utf-8").splitlines():
        matched = LINE.match(line)
        if matched:
            assert matched["name"] not in found, f"{matched['name']} stands there twice"
            found[matched["name"]] = (bool(matched["comment"]), matched["value"])
    return found


def test_a_secret_key_is_all_that_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, secret_key=SECRET) == Settings(secret_key=SECRET)


def test_all_faults_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    said = faults_of(
        monkeypatch,
        public_url="https://mentes.example.org/path",
        smtp_url="ftp://mail.example.org",
        lrs_url="https://lrs.example.org",
        session_hours="many",
        report_min_cohort="1",
        log_level="loud",
    )
    for name in (
        "SECRET_KEY",
        "PUBLIC_URL",
        "SMTP_URL",
        "LRS_URL",
        "SESSION_HOURS",
        "REPORT_MIN_COHORT",
        "LOG_LEVEL",
    ):
        assert f"MENTES_{name}: " in said


@pytest.mark.parametrize(
    "url",
    [
        "mentes.example.org",
        "https://mentes.example.org/",
        "https://mentes.example.org?x=1",
        "ftp://mentes.example.org",
        "https://",
        "",
    ],
)
def test_a_public_url_is_an_origin(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert "Give an origin" in faults_of(monkeypatch, secret_key=SECRET, public_url=url)


@pytest.mark.parametrize("half", [{}, {"lrs_key": "k"}, {"lrs_secret": "s"}])
def test_a_remote_record_store_needs_its_credential(
    monkeypatch: pytest.MonkeyPatch, half: dict[str, str]
) -> None:
    said = faults_of(monkeypatch, secret_key=SECRET, lrs_url="https://lrs.example.org", **half)
    assert "MENTES_LRS_KEY" in said


@pytest.mark.parametrize("where", ["https://files.example.org", "s3:", "s3:///prefix", "s4://b"])
def test_attachments_are_kept_in_a_folder_or_a_bucket(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    said = faults_of(monkeypatch, secret_key=SECRET, xapi_attachments=where)
    assert "MENTES_XAPI_ATTACHMENTS: Give a folder" in said


@pytest.mark.parametrize("where", ["/var/lib/mentes", "attachments", "s3://bucket/a?region_name=x"])
def test_attachments_may_have_a_place(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    assert read(monkeypatch, secret_key=SECRET, xapi_attachments=where).xapi_attachments == where


def test_a_short_secret_key_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = faults_of(monkeypatch, secret_key="hunter2-hunter2")
    assert "MENTES_SECRET_KEY" in said
    assert "hunter2" not in said


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    shown = repr(
        Settings(
            secret_key="hidden-1" * 4,
            database_url="postgresql://u:hidden-2@h/d",
            smtp_url="smtp://u:hidden-3@h",
            lrs_key="hidden-4",
            lrs_secret="hidden-5",
        )
    )
    assert "hidden" not in shown


def test_settings_cannot_be_changed_after_reading() -> None:
    settings = Settings(secret_key=SECRET)
    with pytest.raises(AttributeError):
        settings.log_level = "debug"  # type: ignore[misc]


def test_only_tls_counts_as_secure() -> None:
    settings = Settings(secret_key=SECRET)
    assert not settings.is_secure
    assert replace(settings, public_url="https://mentes.example.org").is_secure


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(documented()) == {PREFIX + setting.name.upper() for setting in fields(Settings)}


def test_every_line_of_the_example_is_introduced_by_a_comment() -> None:
    paragraphs = EXAMPLE.read_text("utf-8").split("\n\n")
    bare = [
        paragraph
        for paragraph in paragraphs
        if LINE.search(paragraph.splitlines()[0]) and not paragraph.startswith("# ")
    ]
    assert bare == []


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    required = {PREFIX + each.name.upper() for each in fields(Settings) if each.default is MISSING}
    lines = documented()
    assert {name for name, (commented, _) in lines.items() if not commented} == required
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, (commented, value) in lines.items()
        if commented
    }
    assert read(monkeypatch, secret_key=SECRET, **given) == Settings(secret_key=SECRET)


def test_what_cannot_be_delivered_is_kept_for_some_four_days() -> None:
    attempts = Settings(secret_key=SECRET).outbox_attempts
    waits = [delay(attempt, spread=0.5) for attempt in range(1, attempts)]
    assert 3.5 < sum(waits) / (24 * 3600) < 4.5
