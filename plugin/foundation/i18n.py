"""Words and times in a person's language and zone. English is the source; the rest is gettext's.

The catalogues are `.po` files, compiled in memory by the process that needs one: nothing to build,
nothing compiled to go stale. docs/translating.md says how they are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_timezone_location
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE = "en"
SOURCE_DATES = "en_GB"
"""The day before the month: most people who read English here did not learn it in America."""
TRANSLATIONS = Path(__file__).parent.parent / "translations"


def to_say(message: str, /) -> str:
    """Return `message`, marked as something that is said later, in whoever's language."""
    return message


def po_file(language: str) -> Path:
    """Return where the catalogue of `language` is."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "mentes.po"


@lru_cache
def languages() -> tuple[str, ...]:
    """Return the languages we speak, the source first."""
    catalogues = sorted(path.parts[-3] for path in TRANSLATIONS.glob("*/LC_MESSAGES/mentes.po"))
    return (SOURCE, *catalogues)


def spoken(*wanted: str | None) -> str:
    """Return the language of the first of `wanted` (`de-AT`, `pt_BR`, None …) that we have."""
    for code in (tag.replace("-", "_") for tag in wanted if tag):
        for candidate in (code, code.split("_")[0].lower()):
            if candidate in languages():
                return candidate
    return SOURCE


@lru_cache
def zones() -> tuple[str, ...]:
    """Return the names of the IANA zones that we can compute with, in order."""
    return tuple(sorted(available_timezones()))


def known_zone(name: str | None) -> str | None:
    """Return `name` if it is an IANA zone we can compute with, else None."""
    return name if name and name in zones() else None


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """Return the catalogue of one language; the empty one for the source."""
    if language == SOURCE:
        return NullTranslations()
    with po_file(language).open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled, domain="mentes")


class Words:
    """One person's language and time zone."""

    def __init__(self, language: str | None, zone: str | None = None) -> None:
        self.language = spoken(language)
        self.zone = ZoneInfo(known_zone(zone) or "UTC")
        self._catalogue = catalogue(self.language)

    def gettext(self, message: str, /, **values: object) -> str:
        """Return `message` in this language, with `%(name)s` filled from `values`."""
        text = self._catalogue.ugettext(message) if message else ""  # "" is a catalogue's header
        return text % values if values else text

    def ngettext(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Return the plural form for `n`; `%(num)s` is `n`."""
        return self.plural(one, many, n) % {"num": n, **values}

    def plural(self, one: str, many: str, n: int) -> str:
        """Return the plural form for `n`, unfilled: templates fill it themselves."""
        return self._catalogue.ungettext(one, many, n)

    def when(self, moment: datetime) -> str:
        """Return `moment` on this person's clock, and where that hangs: "… 10:00 (Berlin)"."""
        local = moment.astimezone(self.zone)
        day = format_date(local, "full", locale=self._locale())
        return f"{day}, {local:%H:%M} ({self.place()})"

    def briefly(self, moment: datetime) -> str:
        """Return `moment` on this person's clock, for a table that says whose clock it is."""
        local = moment.astimezone(self.zone)
        return f"{format_date(local, 'medium', locale=self._locale())}, {local:%H:%M:%S}"

    def day(self, moment: datetime | date) -> str:
        """Return a day, or the day of a moment on this person's calendar."""
        local = moment.astimezone(self.zone) if isinstance(moment, datetime) else moment
        return format_date(local, "long", locale=self._locale())

    def listed(self, names: Sequence[str]) -> str:
        """Return names as people list them: "A, B and C"."""
        return format_list(list(names), locale=self._locale())

    def place(self) -> str:
        """Return where this person's clock hangs: "Berlin"."""
        place: str = get_timezone_location(self.zone, locale=self._locale(), return_city=True)
        return place

    def _locale(self) -> Locale:
        try:
            return Locale.parse(SOURCE_DATES if self.language == SOURCE else self.language)
        except (ValueError, UnknownLocaleError):
            return Locale.parse(SOURCE_DATES)
