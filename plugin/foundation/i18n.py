"""Words and times in a person's language and zone. English is the source; the rest is gettext's."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, get_timezone_location
from babel.support import NullTranslations, Translations

SOURCE = "en"
TRANSLATIONS = Path(__file__).parent.parent / "translations"


@lru_cache
def languages() -> tuple[str, ...]:
    """Return the languages we speak, the source first."""
    catalogues = sorted(path.parts[-3] for path in TRANSLATIONS.glob("*/LC_MESSAGES/mentes.po"))
    return (SOURCE, *catalogues)


def spoken(wanted: str | None) -> str:
    """Return the language we have that is nearest to `wanted` (`de-AT`, `pt_BR`, None …)."""
    if wanted:
        code = wanted.replace("-", "_")
        for candidate in (code, code.split("_")[0].lower()):
            if candidate in languages():
                return candidate
    return SOURCE


def known_zone(name: str | None) -> str | None:
    """Return `name` if it is an IANA zone we can compute with, else None."""
    return name if name and name in available_timezones() else None


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """Return the catalogue of one language; the empty one for the source."""
    return Translations.load(str(TRANSLATIONS), [language], domain="mentes")


class Words:
    """One person's language and time zone."""

    def __init__(self, language: str | None, zone: str | None = None) -> None:
        self.language = spoken(language)
        self.zone = ZoneInfo(known_zone(zone) or "UTC")
        self._catalogue = catalogue(self.language)

    def gettext(self, message: str, /, **values: object) -> str:
        """Return `message` in this language, with `%(name)s` filled from `values`."""
        text = self._catalogue.ugettext(message)
        return text % values if values else text

    def ngettext(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Return the plural form for `n`; `%(num)s` is `n`."""
        return self.plural(one, many, n) % {"num": n, **values}

    def plural(self, one: str, many: str, n: int) -> str:
        """Return the plural form for `n`, unfilled: templates fill it themselves."""
        return self._catalogue.ungettext(one, many, n)

    def when(self, moment: datetime) -> str:
        """Return `moment` on this person's clock, and where that hangs: "… 10:00 (Berlin)"."""
        shown = format_datetime(
            moment, "EEEE, d MMMM y, HH:mm", tzinfo=self.zone, locale=self._locale()
        )
        return f"{shown} ({self._place()})"

    def day(self, moment: datetime | date) -> str:
        """Return a day, or the day of a moment on this person's calendar."""
        if not isinstance(moment, datetime):
            return format_date(moment, "d MMMM y", locale=self._locale())
        return format_datetime(moment, "d MMMM y", tzinfo=self.zone, locale=self._locale())

    def _place(self) -> str:
        place: str = get_timezone_location(self.zone, locale=self._locale(), return_city=True)
        return place

    def _locale(self) -> Locale:
        try:
            return Locale.parse(self.language)
        except (ValueError, UnknownLocaleError):
            return Locale.parse(SOURCE)
