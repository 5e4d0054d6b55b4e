"""Rules for single values, and how rules are put together."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from lrs_bridge.errors import StatementInvalid
from lrs_bridge.statement import parsed_timestamp

Rule = Callable[[Any], None]

_LONGEST_NAME_SHOWN = 80
_REMEMBERED, _LONGEST_REMEMBERED = 4096, 200  # strings, characters: some megabytes at most
# datetime ends at these years, and an offset must not carry a time over the edge.
_YEARS = range(2, 9999)


def refuse(requirement: str, pointer: str = "") -> StatementInvalid:
    """Return the error of a value (or of the part at `pointer`) that is not as required."""
    return StatementInvalid(pointer, requirement)


def object_of(
    required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None, *whole: Rule
) -> Rule:
    """Return the rule for an object with these properties and no other.

    Args:
        whole: rules for the object as a whole, applied in order once its properties are good.
    """
    rules = _Rules({**required, **(optional or {})})

    def rule(value: Any) -> None:
        if not isinstance(value, dict):
            raise refuse("must be an object")
        try:
            for name, part in value.items():
                rules[name](part)
        except StatementInvalid as error:
            raise error.within(step(name)) from None
        for name in required:
            if name not in value:
                raise refuse("is required", step(name))
        for further in whole:
            further(value)

    return rule


class _Rules(dict[str, Rule]):
    """The rule of each property; of any other, that it is none."""

    def __missing__(self, _name: str) -> Rule:
        return _undefined


def array_of(item: Rule, *, at_least: int = 0) -> Rule:
    """Return the rule for an array of `item`."""

    def rule(value: Any) -> None:
        if not isinstance(value, list):
            raise refuse("must be an array")
        if len(value) < at_least:
            raise refuse("must not be empty")
        try:
            for index, part in enumerate(value):  # noqa: B007 # the one that failed is named
                item(part)
        except StatementInvalid as error:
            raise error.within(step(index)) from None

    return rule


def map_of(key: Rule, item: Rule) -> Rule:
    """Return the rule for an object whose names follow `key` and whose values follow `item`."""

    def rule(value: Any) -> None:
        if not isinstance(value, dict):
            raise refuse("must be an object")
        try:
            for name in value:
                key(name)
        except StatementInvalid as error:
            raise refuse(f"is a name that {error.requirement}", step(name)) from None
        try:
            for name, part in value.items():  # noqa: B007 # likewise
                item(part)
        except StatementInvalid as error:
            raise error.within(step(name)) from None

    return rule


def step(name: str | int) -> str:
    """Return one step of a JSON pointer."""
    return "/" + str(name)[:_LONGEST_NAME_SHOWN].replace("~", "~0").replace("/", "~1")


def _undefined(_value: Any) -> None:
    raise refuse("is not a property that xAPI defines here")


def one_of(*words: str) -> Rule:
    """Return the rule for a string out of a list; letter case counts."""
    requirement = "must be " + " or ".join(f'"{word}"' for word in words)

    def rule(value: Any) -> None:
        if not isinstance(value, str) or value not in words:
            raise refuse(requirement)

    return rule


def written_as(pattern: str, requirement: str, flags: int = 0) -> Rule:
    """Return the rule for a string that `pattern` matches as a whole."""
    matches = re.compile(pattern, flags).fullmatch

    def rule(value: Any) -> None:
        if not isinstance(value, str) or not matches(value):
            raise refuse(requirement)

    return rule


def often(pattern: str, requirement: str, flags: int = 0) -> Rule:
    """Return the same rule for strings that come again and again, as verbs and activities do.

    To look whether one was there lately takes a fifth of looking at each of its characters.
    """
    matches = re.compile(pattern, flags).fullmatch

    @lru_cache(maxsize=_REMEMBERED)
    def is_right(value: str) -> bool:
        return matches(value) is not None

    def rule(value: Any) -> None:
        if not isinstance(value, str) or not (
            is_right(value) if len(value) <= _LONGEST_REMEMBERED else matches(value)
        ):
            raise refuse(requirement)

    return rule


def anything(value: Any) -> None:
    """Accept `value`: what is inside extensions is the sender's own."""


def string(value: Any) -> None:
    """A string."""
    if not isinstance(value, str):
        raise refuse("must be a string")


def boolean(value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise refuse("must be true or false")


def number(value: Any) -> None:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise refuse("must be a number")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond what anybody calculates with
        return False


def timestamp(value: Any) -> None:
    """An ISO 8601 date and time (part 2, section 2.4.7 and 4.5)."""
    _iso_8601(value)
    _exists(value)


def timestamp_2_0(value: Any) -> None:
    """A date and time as RFC 3339 writes it: with seconds and an offset."""
    _rfc_3339(value)
    _exists(value)


def _exists(value: str) -> None:
    try:
        at = parsed_timestamp(value)
    except (ValueError, OverflowError):
        raise refuse("must be a date and time that exist") from None
    if at.year not in _YEARS:
        raise refuse("must be a date between the years 2 and 9998")


_iso_8601 = written_as(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|\+\d\d(:?\d\d)?|-(?!00(:?00)?$)\d\d(:?\d\d)?)?",
    "must be an ISO 8601 date and time such as 2026-11-22T10:30:00Z, with an offset other than -00",
    re.ASCII,
)
_rfc_3339 = written_as(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|\+\d\d:\d\d|-(?!00:00)\d\d:\d\d)",
    "must be an RFC 3339 date and time such as 2026-11-22T10:30:00Z, with an offset other than -00",
    re.ASCII,
)

# Patterns that the description of the resources shows too.
IRI = r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]+"
MAILTO = r"mailto:[^\s@<>,;:]+@[^\s@<>,;:]+"
SHA1 = r"[0-9a-fA-F]{40}"
SHA2 = r"[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}"
MEDIA_TYPE = r"[\w!#$&\-^.+]+/[\w!#$&\-^.+]+[ \t]*(;[^\x00-\x08\x0a-\x1f\x7f]*)?"
DURATION = (
    r"P(?=.)(\d+([.,]\d+)?W"
    r"|(\d+([.,]\d+)?Y)?(\d+([.,]\d+)?M)?(\d+([.,]\d+)?D)?"
    r"(T(?=\d)(\d+([.,]\d+)?H)?(\d+([.,]\d+)?M)?(\d+([.,]\d+)?S)?)?)"
)

uuid = written_as(
    r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "must be a UUID in its standard form"
)

iri = often(
    IRI,
    "must be an IRI with a scheme, such as https://lms.example/course/1",
)

mailto = written_as(MAILTO, "must be a mail address that begins with mailto:")

sha1 = written_as(SHA1, "must be a SHA-1 digest of 40 hexadecimal digits")

sha2 = written_as(
    SHA2,
    "must be a SHA-2 digest in hexadecimal digits",
)

media_type = written_as(
    MEDIA_TYPE,
    "must be an Internet media type",
    re.ASCII,
)

version = written_as(r"1\.0(\.\d+)?", 'must be a version that begins with "1.0"', re.ASCII)
version_2_0 = written_as(
    r"[12]\.0(\.\d+)?", 'must be a version that begins with "2.0" or "1.0"', re.ASCII
)

duration = written_as(
    DURATION,
    "must be an ISO 8601 duration such as PT25M",
    re.ASCII,
)

# RFC 5646, section 2.1: language, extended languages, script, region, variants, extensions,
# private use; or private use alone; or one of the tags that were there before the grammar.
language_tag = often(
    r"([a-z]{2,3}(-[a-z]{3}){0,3}|[a-z]{4,8})(-[a-z]{4})?(-([a-z]{2}|\d{3}))?"
    r"(-([a-z0-9]{5,8}|\d[a-z0-9]{3}))*(-[0-9a-wyz](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?"
    r"|x(-[a-z0-9]{1,8})+"
    r"|i-(ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    r"|en-gb-oed|sgn-(be-fr|be-nl|ch-de)",
    "must be an RFC 5646 language tag such as en-GB",
    re.ASCII | re.IGNORECASE,
)

language_map = map_of(language_tag, string)
extensions = map_of(iri, anything)
