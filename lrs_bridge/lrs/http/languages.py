"""Which entry of a language map suits a reader: Accept-Language, looked up as RFC 4647 says.

https://www.rfc-editor.org/rfc/rfc4647#section-3.4
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

_ANY = "*"
_MOST = 20  # languages of a reader; each map of each statement is looked through for them


class Languages:
    """What a reader accepts.

    Args:
        header: Accept-Language, or None if there is none.
    """

    def __init__(self, header: str | None) -> None:
        self._quality: dict[str, float] = {}
        for language, quality in parse_accept_header(header, LanguageAccept):
            self._quality.setdefault(language.lower(), quality)
        liked = [it for it, quality in self._quality.items() if quality > 0 and it != _ANY]
        self._liked = sorted(liked, key=lambda it: -self._quality[it])[:_MOST]
        self._refuses = any(quality == 0 for quality in self._quality.values())

    def best(self, tags: Iterable[str]) -> str | None:
        """Return that of `tags` which suits best; None if there are none.

        Each language is looked up, the one that is liked best first: itself, and what is left as
        its end is cut off. If there is nothing, another region of it will do (en-US for en-GB). If
        there is no language that is liked, it is the first of `tags` that is not refused, or just
        the first.
        """
        every = list(tags)
        if len(every) < 2:
            return next(iter(every), None)
        allowed = {it.lower(): it for it in reversed(every) if not self._is_refused(it)}
        regions: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for tag, it in reversed(allowed.items()):
            regions[_primary(tag)][tag] = it
        for place, liked in enumerate(self._liked):
            found = _looked_up(liked, allowed)
            akin = regions.get(_primary(liked))
            if found is None and akin:
                others = (_looked_up(it, akin) for it in self._liked[place + 1 :])
                found = next((it for it in others if it is not None), next(iter(akin.values())))
            if found is not None:
                return found
        return next((it for it in every if it.lower() in allowed), every[0])

    def _is_refused(self, tag: str) -> bool:
        """Return whether the nearest range that a tag is in has no quality."""
        if not self._refuses:
            return False
        parts = (*_shortened(tag.lower()), _ANY)
        return next((self._quality[it] == 0 for it in parts if it in self._quality), False)


def _looked_up(language: str, tags: Mapping[str, str]) -> str | None:
    return next((tags[part] for part in _shortened(language) if part in tags), None)


def _shortened(tag: str) -> Iterator[str]:
    """Yield a tag, then what is left as subtags are cut off its end (section 3.4)."""
    parts = tag.split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
        while len(parts) > 1 and len(parts[-1]) == 1:
            parts.pop()


def _primary(tag: str) -> str:
    return tag.split("-", 1)[0]
