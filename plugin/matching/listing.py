"""Which pairs of a draft a page shows: what was searched for, which of them, which page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugin.foundation.i18n import Words
from plugin.matching.views import Only

LONGEST_SEARCH = 100
LAST_PAGE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What an address asks for; whatever cannot be asked for is not."""

    page: int = 1
    search: str = ""
    only: Only = Only.ALL
    unmatched: int = 1
    """Page of those without a mentor."""

    @classmethod
    def asked(cls, said: Mapping[str, str]) -> Listing:
        """Return the listing that an address or a form names."""
        only = said.get("only", "")
        return cls(
            page=_page(said.get("page", "")),
            search=" ".join(said.get("search", "").split())[:LONGEST_SEARCH],
            only=Only(only) if only in set(Only) else Only.ALL,
            unmatched=_page(said.get("unmatched", "")),
        )

    def wanted(self) -> dict[str, Any]:
        """Return what `views.pairs` takes."""
        return {"page": self.page, "search": self.search, "only": self.only}

    def where(self, **changed: Any) -> dict[str, Any]:
        """Return the parameters of an address for this listing, some of them changed."""
        said = {
            "page": self.page,
            "search": self.search,
            "only": self.only,
            "unmatched": self.unmatched,
            **changed,
        }
        plain = {"page": 1, "search": "", "only": Only.ALL, "unmatched": 1}
        return {name: value for name, value in said.items() if value != plain.get(name)}

    @property
    def is_filtered(self) -> bool:
        """Whether some pairs are left out."""
        return bool(self.search) or self.only is not Only.ALL


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isdecimal() and len(text) < 8 else 1


def filters(words: Words) -> list[tuple[str, str]]:
    """Return which pairs can be asked for, in words."""
    say = words.gettext
    return [
        (Only.ALL, say("All")),
        (Only.TO_DECIDE, say("Not accepted yet")),
        (Only.ACCEPTED, say("Accepted")),
        (Only.WEAK, say("Weak: less than half the average")),
        (Only.NEW, say("New")),
        (Only.PROPOSED, say("Proposed again")),
        (Only.CHOSEN, say("Chosen by hand")),
        (Only.STANDING, say("A pair already")),
    ]
