"""If-Match and If-None-Match: what a request takes the document to be.

RFC 9110, section 13.1, and how each version of the standard builds upon it:
https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#31-concurrency
IEEE 9274.1.1-2023, 4.1.4
"""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import ETags, Headers
from werkzeug.http import parse_etags

from lrs_bridge.errors import ConditionFailed, ConditionMissing, DocumentConflict
from lrs_bridge.lrs.documents import Document, Kind
from lrs_bridge.version import Version

_SAY_WHICH = (
    "Send If-Match with the ETag that you read, to replace that document, or If-None-Match: *,"
    " to make a new one."
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a request says about the document, None where it says nothing.

    A tag counts the same when it comes back as a weak one: proxies that compress answers make it
    one, and what they hand through is still the same document.
    """

    if_match: ETags | None
    if_none_match: ETags | None

    @property
    def are_given(self) -> bool:
        """Return whether the request says anything."""
        return self.if_match is not None or self.if_none_match is not None

    def check(self, kept: Document | None) -> None:
        """Raise `ConditionFailed` unless `kept` is as the request takes it to be."""
        if self.if_match is not None and (kept is None or not _names(self.if_match, kept)):
            raise ConditionFailed("The document is not the one that If-Match names.")
        if self.is_known(kept):
            raise ConditionFailed("There is a document that If-None-Match says there is not.")

    def is_known(self, kept: Document | None) -> bool:
        """Return whether `kept` is one that If-None-Match names."""
        named = self.if_none_match
        return named is not None and kept is not None and _names(named, kept)


def conditions(headers: Headers) -> Conditions:
    """Return what the headers of a request say."""
    return Conditions(*(_tags(headers.get(name)) for name in ("If-Match", "If-None-Match")))


def check_put(said: Conditions, kept: Document | None, kind: Kind, version: Version) -> None:
    """Raise an error unless a document may be put in the place of `kept`.

    Raises:
        ConditionFailed: if `kept` is not as the request takes it to be.
        DocumentConflict: if the request says nothing and there is something to lose. In 1.0.3
            state may be overwritten so, profiles may not; in 2.0 neither.
        ConditionMissing: if it says nothing, there is nothing, and the version wants it said all
            the same: 1.0.3, of profiles.
    """
    said.check(kept)
    if said.are_given or (kind is Kind.STATE and version is Version.V1_0):
        return
    if kept is not None:
        raise DocumentConflict(f"There is a document with this id already. {_SAY_WHICH}")
    if version is Version.V1_0:
        raise ConditionMissing(_SAY_WHICH)


def _tags(header: str | None) -> ETags | None:
    return None if header is None else parse_etags(header)


def _names(tags: ETags, kept: Document) -> bool:
    return tags.contains_weak(kept.etag)
