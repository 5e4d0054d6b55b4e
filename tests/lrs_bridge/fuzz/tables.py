"""The specification's tables of what a statement is made of, as data.

Each object has a table: property, kind. A kind is another table, a list of one, or a single value,
of which good and bad examples are made up. Good statements and broken ones both come from here.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#24-statement-properties
IEEE 9274.1.1-2023, 4.2.2 to 4.2.7
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from lrs_bridge.version import Version

IFIS = ("mbox", "mbox_sha1sum", "openid", "account")
COMPONENTS = ("choices", "scale", "source", "target", "steps")
INTERACTIONS = (
    *("true-false", "choice", "fill-in", "long-fill-in", "matching", "performance"),
    *("sequencing", "likert", "numeric", "other"),
)
_AGENT = {
    "objectType": "Agent!",
    "name": "string",
    "mbox": "mailto",
    "mbox_sha1sum": "sha1",
    "openid": "iri",
    "account": "account",
}
_DEFINITION = {
    "name": "language map",
    "description": "language map",
    "type": "iri",
    "moreInfo": "iri",
    "extensions": "extensions",
}
_CONTEXT = {
    "registration": "uuid",
    "instructor": "actor",
    "team": "group",
    "contextActivities": "context activities",
    "language": "language tag",
    "statement": "statement reference",
    "extensions": "extensions",
}
_TOLD = {
    "actor": "actor",
    "verb": "verb",
    "result": "result",
    "timestamp": "timestamp",
    "attachments": ["attachment"],
}

# Kind, property, kind of the property. A word with "!" is a constant.
TABLES: dict[str, dict[str, Any]] = {
    "agent": _AGENT,
    "agent object": _AGENT,
    "group": {**_AGENT, "objectType": "Group!", "member": ["agent"]},
    "account": {"homePage": "iri", "name": "string"},
    "verb": {"id": "iri", "display": "language map"},
    "activity": {"objectType": "Activity!", "id": "iri", "definition": "definition"},
    "definition": _DEFINITION,
    "interaction": {
        **_DEFINITION,
        "interactionType": "interaction type",
        "correctResponsesPattern": ["string"],
        **{name: ["component"] for name in COMPONENTS},
    },
    "component": {"id": "string", "description": "language map"},
    "statement reference": {"objectType": "StatementRef!", "id": "uuid"},
    "score": {"scaled": "share", "raw": "number", "min": "number", "max": "number"},
    "result": {
        "score": "score",
        "success": "boolean",
        "completion": "boolean",
        "response": "string",
        "duration": "duration",
        "extensions": "extensions",
    },
    "context activities": {
        name: ["activity"] for name in ("parent", "grouping", "category", "other")
    },
    "context agent": {"objectType": "contextAgent!", "agent": "agent", "relevantTypes": ["iri"]},
    "context group": {"objectType": "contextGroup!", "group": "group", "relevantTypes": ["iri"]},
    "context": _CONTEXT,
    "context of an activity": {**_CONTEXT, "revision": "string", "platform": "string"},
    "attachment": {
        "usageType": "iri",
        "display": "language map",
        "description": "language map",
        "contentType": "media type",
        "length": "length",
        "sha2": "sha2",
        "fileUrl": "iri",
    },
    "substatement": {"objectType": "SubStatement!", **_TOLD},
    "statement": {
        **_TOLD,
        "id": "uuid",
        "stored": "timestamp",
        "authority": "agent",
        "version": "version",
    },
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "account": ("homePage", "name"),
    "agent object": ("objectType",),
    "group": ("objectType",),
    "verb": ("id",),
    "activity": ("id",),
    "interaction": ("interactionType",),
    "component": ("id",),
    "statement reference": ("objectType", "id"),
    "context agent": ("objectType", "agent"),
    "context group": ("objectType", "group"),
    "attachment": ("usageType", "display", "contentType", "length", "sha2"),
    "substatement": ("objectType", "actor", "verb"),
    "statement": ("actor", "verb"),
}
# What an object of two kinds is: chosen when one is made, found out when it is looked at.
EITHER: dict[str, tuple[str, ...]] = {
    "actor": ("agent", "group"),
    "definition": ("definition", "interaction"),
}

_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_path = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters='<>"{}|\\^`'),
    max_size=12,
)
_name = st.text(_letters + "0123456789.-_+", min_size=1, max_size=12)
_digits = "0123456789abcdefABCDEF"


def _hex(*lengths: int) -> st.SearchStrategy[str]:
    return st.one_of(*(st.text(_digits, min_size=size, max_size=size) for size in lengths))


_moment = st.datetimes(datetime(1000, 1, 2), datetime(9000, 1, 1))  # noqa: DTZ001 # zones follow


def _times(*endings: str) -> st.SearchStrategy[str]:
    return st.builds(
        lambda at, fraction, ending: at.isoformat(timespec="seconds") + fraction + ending,
        _moment,
        st.sampled_from(["", ".5", ".123", ".000001", ".123456789"]),
        st.sampled_from(endings),
    )


TIMES = {
    Version.V1_0: _times("Z", "", "+00:00", "+0530", "-08", "-03:30"),
    Version.V2_0: _times("Z", "z", "+00:00", "-03:30", "+14:00"),
}
VERSIONS = {
    Version.V1_0: st.sampled_from(["1.0", "1.0.0", "1.0.3", "1.0.17"]),
    Version.V2_0: st.sampled_from(["2.0", "2.0.0", "2.0.1", "1.0.3"]),
}
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=20),
    "iri": st.builds(
        "{}:{}x{}".format,
        st.sampled_from(["http", "https", "urn", "HTTPS", "a+b-c.d1"]),
        st.sampled_from(["//a.example/", "//LMS.example:8080/", "a:b:", "//[::1]/", "//["]),
        _path,
    ),
    "uuid": st.uuids().map(str) | st.uuids().map(lambda it: str(it).upper()),
    "mailto": st.builds("mailto:{}@{}.Example".format, _name, _name),
    "sha1": _hex(40),
    "sha2": _hex(56, 64, 96, 128),
    "boolean": st.booleans(),
    "number": st.integers(-(10**15), 10**15) | st.floats(-1e9, 1e9),
    "share": st.floats(-1, 1) | st.sampled_from([-1, 0, 1]),
    "length": st.integers(0, 2**62),
    "duration": st.sampled_from(
        ["P1Y2M10DT2H30M", "P4W", "PT0S", "PT1.53S", "P0.5D", "PT36H", "P1M", "PT4,5M", "P3DT1S"]
    ),
    "language tag": st.sampled_from(
        ["en", "de-CH-1996", "zh-Hant-TW", "x-ours", "i-klingon", "es-419", "EN-us", "sl-rozaj"]
    ),
    "media type": st.sampled_from(
        ["text/plain", "application/x.y+json", "text/html; charset=utf-8", 'a/b;c="d;e"']
    ),
    "interaction type": st.sampled_from(INTERACTIONS),
}
BAD: dict[str, list[Any]] = {
    "string": [5, True, [], {}],
    "iri": ["", "course", "no scheme:", "http://a b", "http:", "://x", "1a:b", "http://a<b", 5, []],
    "uuid": [
        "",
        "1",
        "0a6f7c1e55a34d1c9a537c2f0f000001",
        "{0a6f7c1e-55a3-4d1c-9a53-7c2f0f000001}",
        7,
    ],
    "mailto": ["", "ada@lms.example", "mailto:ada", "mailto:a b@c", "MAILTO:a@b.example", 1],
    "sha1": ["", "ab" * 19, "xy" * 20, 1],
    "sha2": ["", "ab" * 20, "xy" * 32, 1],
    "boolean": ["true", 1, 0, "", []],
    "number": ["1", True, [], {}, 10**400, -(10**400)],
    "share": ["1", 1.0001, -1.5, 10**30, 10**400, -(10**400), True],
    "length": ["1", -1, 1.5, True],
    "duration": ["", "P", "PT", "1H", "-PT1S", "P1W1D", "P1H", "PT1D", 60],
    "language tag": ["", "en_US", "e", "en-", "-en", "de-CH-", "english language", 5],
    "media type": ["", "text", "text/", "/plain", "text/plain\r\nX: y", 5],
    "interaction type": ["", "Choice", "true-False", "multiple", 5, []],
    "timestamp": [
        *("", "yesterday", "2026-11-22", "22 Nov 2026", "2026-02-30T10:00:00Z", 1790000000),
        *("2026-11-22T25:00:00Z", "2026-11-22T10:00:00-00:00", "0000-01-01T00:00:00Z", []),
    ],
    "version": ["", "0.9", "1.1.0", "3.0.0", "1.0.x", 1, 1.0],
    "extensions": [[], "x", 5],
    "language map": [[], "x", 5, {"en": 5}, {"en": None}, {"en": ["x"]}, {"en_US": "x"}, {"": "x"}],
}
