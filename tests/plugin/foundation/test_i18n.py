"""Words and times in a person's language and zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plugin.foundation import i18n
from plugin.foundation.i18n import Words, known_zone, languages, spoken

MOMENT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
GERMAN = """
msgid ""
msgstr ""
"Language: de\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Hello %(name)s,"
msgstr "Guten Tag %(name)s,"

msgid "%(num)d minute"
msgid_plural "%(num)d minutes"
msgstr[0] "%(num)d Minute"
msgstr[1] "%(num)d Minuten"
"""


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A tool that also speaks German, as far as a small catalogue goes."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "mentes.po").write_text(GERMAN, "utf-8")
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path)
    languages.cache_clear()
    i18n.catalogue.cache_clear()
    yield
    monkeypatch.undo()
    languages.cache_clear()
    i18n.catalogue.cache_clear()


@pytest.mark.parametrize("wanted", ["de", "de-AT", "de_CH", "DE"])
@pytest.mark.usefixtures("german")
def test_the_nearest_language_we_have_is_spoken(wanted: str) -> None:
    assert spoken(wanted) == "de"


@pytest.mark.parametrize("wanted", [None, "", "tlh", "zz-ZZ", "../../etc", "x" * 500, "en-GB"])
@pytest.mark.usefixtures("german")
def test_any_other_language_is_english(wanted: str | None) -> None:
    assert spoken(wanted) == "en"


@pytest.mark.usefixtures("german")
def test_words_are_translated_and_filled() -> None:
    assert Words("de-AT").gettext("Hello %(name)s,", name="Ada") == "Guten Tag Ada,"
    assert Words("de").gettext("Not translated yet") == "Not translated yet"


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("language", "n", "shown"),
    [
        ("de", 1, "1 Minute"),
        ("de", 10, "10 Minuten"),
        ("en", 1, "1 minute"),
        ("en", 0, "0 minutes"),
    ],
)
def test_plurals_follow_the_language(language: str, n: int, shown: str) -> None:
    assert Words(language).ngettext("%(num)d minute", "%(num)d minutes", n) == shown


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.usefixtures("german")
def test_nothing_said_is_nothing_shown(language: str) -> None:
    assert Words(language).gettext("") == ""


def test_a_percent_sign_in_a_message_without_values_stays() -> None:
    assert Words("en").gettext("100 % sure") == "100 % sure"


def test_times_are_shown_on_the_persons_clock_with_the_zone_named() -> None:
    shown = Words("en", "Europe/Lisbon").when(MOMENT)
    assert shown == "Sunday, 22 November 2026, 23:30 (Lisbon)"
    tokyo = Words("en", "Asia/Tokyo").when(MOMENT)
    assert "23 November 2026" in tokyo
    assert "08:30" in tokyo


def test_days_are_those_of_the_persons_calendar() -> None:
    assert Words("en", "Asia/Tokyo").day(MOMENT) == "23 November 2026"
    assert Words("en", "America/Lima").day(MOMENT) == "22 November 2026"


@pytest.mark.usefixtures("german")
def test_times_are_written_in_the_persons_language() -> None:
    assert Words("de", "Europe/Berlin").day(MOMENT) == "23. November 2026"
    assert Words("de", "Europe/Berlin").day(MOMENT.date()) == "22. November 2026"
    shown = Words("de", "Europe/Berlin").when(MOMENT)
    assert shown == "Montag, 23. November 2026, 00:30 (Berlin)"


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../etc/passwd", "99"])
def test_a_zone_that_we_do_not_know_is_none(zone: str | None) -> None:
    assert known_zone(zone) is None
    assert str(Words("en", zone).zone) == "UTC"


@pytest.mark.parametrize(
    ("names", "listed"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")],
)
def test_names_are_listed_as_people_do(names: list[str], listed: str) -> None:
    assert Words("en").listed(names) == listed


@pytest.mark.usefixtures("german")
def test_names_are_listed_in_the_persons_language() -> None:
    assert Words("de").listed(["A", "B", "C"]) == "A, B und C"
