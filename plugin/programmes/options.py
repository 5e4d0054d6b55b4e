"""What can be answered: options with an id that outlives the list they stand in. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer."""

    id: str
    label: str
    """The instructor's own words; of fixed options English, said in the reader's language."""

    def as_json(self) -> dict[str, str]:
        """Return what `options_of` reads."""
        return {"id": self.id, "label": self.label}


def id_of(label: str) -> str:
    """Return the id of an instructor's label: the same words have the same id for ever.

    So whoever takes a label out of a list and brings it back finds the answers again. Case and
    spaces do not matter: "Giving feedback" is `giving-feedback`. What a slug cannot hold ("C++",
    "C#") is told apart by a digest, behind a dot that no slug has.
    """
    words = " ".join(unicodedata.normalize("NFKC", label).casefold().split())
    slug = re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:LONGEST_SLUG].strip("-")
    if slug and slug.replace("-", " ") == words:
        return slug
    digest = blake2s(words.encode(errors="replace"), digest_size=4).hexdigest()
    return f"{slug or 'option'}.{digest}"


def own_options(labels: Iterable[str]) -> tuple[Option, ...]:
    """Return options for an instructor's labels; the same words twice are one option."""
    found: dict[str, Option] = {}
    for label in labels:
        found.setdefault(id_of(label), Option(id=id_of(label), label=label))
    return tuple(found.values())


def options_of(kept: Any) -> tuple[Option, ...]:
    """Return the options in a list of `{"id": …, "label": …}`; what is none is left out."""
    found: dict[str, Option] = {}
    for each in kept if isinstance(kept, list) else ():
        match each:
            case {"id": str(id), "label": str(label)} if id and label:
                found.setdefault(id, Option(id=id, label=label))
    return tuple(found.values())
