"""What the requirements of ADL's conformance document say of statements, by their numbers.

The document is https://github.com/adlnet/xapi-lrs-conformance-requirements; XAPI-00001 to
XAPI-00124 are about data. Both versions of the standard keep to them, so each is held to both,
as a statement and as the SubStatement of another.
"""

from __future__ import annotations

from typing import Any

import pytest

from lrs_bridge.errors import StatementInvalid
from lrs_bridge.testing import a_statement, an_agent
from lrs_bridge.validation import check_statement
from lrs_bridge.version import Version
from lrs_bridge.vocabulary import Verb

ADA, BEN = an_agent("ada"), an_agent("ben")
ID = "0a6f7c1e-55a3-4d1c-9a53-7c2f0f000001"
REF = {"objectType": "StatementRef", "id": ID}
COURSE = {"id": "https://lms.example/course"}
ATTACHED = {
    "usageType": "https://u.example/certificate",
    "display": {"en": "Certificate"},
    "contentType": "application/pdf",
    "length": 7,
    "sha2": "ab" * 32,
    "fileUrl": "https://files.example/7.pdf",
}
TEXTS: list[Any] = [1, {}, [], None, True]
"""What is no string."""


def actor(**properties: Any) -> dict[str, Any]:
    return {"actor": {**ADA, **properties}}


def group(*members: Any, **properties: Any) -> dict[str, Any]:
    return {"objectType": "Group", "member": list(members), **properties}


def defined(**definition: Any) -> dict[str, Any]:
    return {"object": {**COURSE, "definition": definition}}


def context(**properties: Any) -> dict[str, Any]:
    return {"context": properties}


def result(**properties: Any) -> dict[str, Any]:
    return {"result": properties}


def score(**properties: Any) -> dict[str, Any]:
    return result(score=properties)


def attached(**properties: Any) -> dict[str, Any]:
    described = {name: it for name, it in {**ATTACHED, **properties}.items() if it is not ...}
    return {"attachments": [described]}


def each(name: str, *values: Any) -> list[dict[str, Any]]:
    return [{name: value} for value in values]


WITHOUT = object()
"""Marks a property that is left out."""

REFUSED: dict[str, list[dict[str, Any]]] = {
    "XAPI-00001": [*each("actor", None, {}), *each("verb", None, {}), *each("object", None, {})],
    "XAPI-00003": [{"actor": WITHOUT}],
    "XAPI-00004": [{"verb": WITHOUT}],
    "XAPI-00005": [{"object": WITHOUT}],
    "XAPI-00006": [*each("actor", "ada", 1, [ADA]), *each("result", [], ""), *each("context", 1)],
    "XAPI-00007": [actor(mbox=""), {"verb": {"id": ""}}, {"timestamp": ""}],
    "XAPI-00008": [{"Actor": ADA}, {"verb": {"ID": "https://v.example"}}, context(Platform="x")],
    "XAPI-00009": [actor(objectType="agent"), defined(interactionType="Choice")],
    "XAPI-00010": [{"iD": ID}, {"x": 1}, actor(x=1), result(x=1), defined(x=1)],
    "XAPI-00013": [{"verb": {"id": "https://v.example", "display": {"e": "x", "a12345": "x"}}}],
    "XAPI-00017": [{"verb": {"id": Verb.VOIDED.value}, "object": COURSE}],
    "XAPI-00020": [{"verb": {"id": Verb.VOIDED.value}, "object": {**REF, "objectType": "Agent"}}],
    "XAPI-00022": each("timestamp", "01/011/2015", "should fail", "2026-11-22", 1),
    "XAPI-00025": [*each("attachments", {}, "x", 1), {"attachments": ["x"]}],
    "XAPI-00031": [actor(objectType="Activity"), actor(objectType="")],
    "XAPI-00032": [actor(objectType=it) for it in TEXTS],
    "XAPI-00033": [actor(name=it) for it in TEXTS],
    "XAPI-00034": [{"actor": {}}, {"actor": {"name": "Ada"}}, actor(mbox="mailto:a@b.example")],
    "XAPI-00035": [actor(member=[BEN]), {"object": {**ADA, "objectType": "Agent", "member": []}}],
    "XAPI-00036": [{"actor": group(it)} for it in (group(ADA), {}, "ada", COURSE, {"name": "x"})],
    "XAPI-00037": [
        {"actor": group()},
        {"actor": {"objectType": "Group"}},
        {"actor": group(ADA, mbox="mailto:t@b.example", openid="https://t.example")},
    ],
    "XAPI-00038": [{"actor": {"mbox": it}} for it in ("ada@b.example", "mailto:ada", *TEXTS)],
    "XAPI-00039": [{"actor": {"mbox_sha1sum": it}} for it in ("x", "ab" * 21, *TEXTS)],
    "XAPI-00040": [{"actor": {"openid": it}} for it in ("ab=c://should.fail.com", "x", *TEXTS)],
    "XAPI-00041": [{"actor": {"account": it}} for it in ("x", [], 1, None, {}, {"x": 1})],
    "XAPI-00042": [
        {"actor": {"account": {"name": "ada", **it}}}
        for it in ({}, *each("homePage", "ab=c://should.fail.com", *TEXTS))
    ],
    "XAPI-00043": [
        {"actor": {"account": {"homePage": "https://h.example", **it}}}
        for it in ({}, *each("name", *TEXTS))
    ],
    "XAPI-00044": [{"verb": {**it}} for it in ({"display": {}}, *each("id", "x", *TEXTS))],
    "XAPI-00045": [
        {"verb": {"id": "https://v.example", "display": it}} for it in ("x", 1, [], {"en": 1})
    ],
    "XAPI-00046": [{"object": {**COURSE, "objectType": it}} for it in ("activity", "x", *TEXTS)],
    "XAPI-00047": [{"object": it} for it in ({"objectType": "Activity"}, *each("id", "x", *TEXTS))],
    "XAPI-00048": [{"object": {**COURSE, "definition": it}} for it in ("x", 1, [], None)],
    "XAPI-00049": [defined(interactionType=it) for it in ("x", *TEXTS)],
    "XAPI-00051": [
        defined(interactionType="choice", choices=it) for it in ("x", {}, ["x"], [{"id": 1}])
    ],
    "XAPI-00056": [defined(name=it) for it in ("x", 1, [], {"en": 1}, {"e": "x"})],
    "XAPI-00057": [defined(extensions=it) for it in ("x", 1, [], {"x": 1})],
    "XAPI-00059": [defined(description=it) for it in ("x", 1, [], {"en": 1}, {"e": "x"})],
    "XAPI-00060": [defined(type=it) for it in ("x", *TEXTS)],
    "XAPI-00061": [defined(moreInfo=it) for it in ("x", *TEXTS)],
    "XAPI-00064": [defined(correctResponsesPattern=["a"]), defined(choices=[{"id": "a"}])],
    "XAPI-00065": [{"object": {"mbox": "mailto:ada@lms.example"}}],
    "XAPI-00072": [{"object": {**REF, "id": it}} for it in ("x", ID[:-1], *TEXTS)],
    "XAPI-00073": [{"object": {"id": ID}}],
    "XAPI-00074": [result(success=it) for it in ("true", 1, None)],
    "XAPI-00075": [result(completion=it) for it in ("true", 0, None)],
    "XAPI-00076": [result(response=it) for it in TEXTS],
    "XAPI-00077": [result(duration=it) for it in ("x", 1, None, "P")],
    "XAPI-00078": [result(extensions=it) for it in ("x", 1, [], {"x": 1})],
    "XAPI-00079": [result(score=it) for it in ("x", 1, [], None)],
    "XAPI-00080": [score(max=1, min=2), score(max="1"), score(max=None)],
    "XAPI-00081": [score(min=2, max=1), score(min="1"), score(min=None)],
    "XAPI-00082": [score(raw=3, max=2), score(raw=1, min=2), score(raw="1")],
    "XAPI-00083": [score(scaled=it) for it in (1.01, -1.01, "1", None)],
    "XAPI-00084": [{**context(revision="1"), "object": it} for it in (REF, ADA | {"name": "A"})],
    "XAPI-00085": [{**context(platform="x"), "object": it} for it in (REF, group(ADA))],
    "XAPI-00086": [context(contextActivities=it) for it in ("x", 1, [], None)],
    "XAPI-00087": [context(registration=it) for it in ("x", ID + "0", *TEXTS)],
    "XAPI-00088": [context(team=it) for it in (ADA, "x", {}, group())],
    "XAPI-00089": [context(revision=it) for it in TEXTS],
    "XAPI-00090": [context(platform=it) for it in TEXTS],
    "XAPI-00091": [context(language=it) for it in ("e", "en_US", "a12345", *TEXTS)],
    "XAPI-00092": [context(statement=it) for it in ("x", {}, {"id": ID}, {**REF, "id": "x"})],
    "XAPI-00093": [context(contextActivities={it: [COURSE]}) for it in ("x", "Parent", "parents")],
    "XAPI-00094": [
        context(contextActivities={"parent": it}) for it in ("x", ["x"], [ADA], {}, None)
    ],
    "XAPI-00102": [attached(length=it) for it in (..., "7", 7.5, -1, None, True)],
    "XAPI-00103": [attached(sha2=it) for it in (..., "x", "ab" * 31, *TEXTS)],
    "XAPI-00104": [attached(fileUrl=it) for it in ("x", *TEXTS)],
    "XAPI-00105": [attached(contentType=it) for it in (..., "x", "text", *TEXTS)],
    "XAPI-00106": [attached(display=it) for it in (..., "x", 1, {"en": 1}, {"e": "x"})],
    "XAPI-00107": [attached(usageType=it) for it in (..., "x", *TEXTS)],
    "XAPI-00118": [it(extensions={"x": 1}) for it in (result, context, defined)],
    "XAPI-00120": [it(extensions=bad) for it in (result, context) for bad in (1, "x", [], None)],
    "XAPI-00121": [defined(name={it: "x"}) for it in ("", "e", "en_GB", "a12345", "en-")],
    "XAPI-00123": each(
        "timestamp",
        "2008-09-15T15:53:00.601-00",
        "2008-09-15T15:53:00.601-0000",
        "2008-09-15T15:53:00.601-00:00",
    ),
    "XAPI-00124": [
        result(duration=it) for it in ("PT", "1Y", "P1D2H", "P0001-01-01T00:00:00", "P1W2D")
    ],
}

# These are about what only a whole statement has.
REFUSED_WHOLE: dict[str, list[dict[str, Any]]] = {
    "XAPI-00024": each("authority", "x", 1, {}, COURSE),
    "XAPI-00027": each("id", "x", ID[:-1], ID + "0", ID.replace("0a6f", "0g6f")),
    "XAPI-00028": each("id", *TEXTS),
    "XAPI-00029": each("id", ID.replace("-", ""), "{" + ID + "}", "urn:uuid:" + ID),
    "XAPI-00030": each("id", "0a6f7c1-e55a3-4d1c-9a53-7c2f0f000001"),
    "XAPI-00100": each("authority", group(ADA, BEN, an_agent("c"))),
    "XAPI-00098": each("authority", group(ADA), group(ADA, BEN, an_agent("c")), group()),
    "XAPI-00101": each("version", "should fail", "0.9.9", "1.1.0", 1, None),
}

# These are about what a SubStatement must not have.
REFUSED_INSIDE: dict[str, list[dict[str, Any]]] = {
    "XAPI-00067": [{"authority": ADA}],
    "XAPI-00068": [{"version": "1.0.0"}],
    "XAPI-00069": [{"stored": "2026-11-22T10:00:00Z"}],
    "XAPI-00070": [{"id": ID}],
    "XAPI-00071": [{"object": {"objectType": "SubStatement", **a_statement()}}],
}

ACCEPTED: dict[str, list[dict[str, Any]]] = {
    "XAPI-00013": [{"verb": {"id": "https://v.example", "display": {"zh-Hant-TW": "x"}}}],
    "XAPI-00019": [{"verb": {"id": Verb.VOIDED.value}, "object": REF}],
    "XAPI-00035": [{"actor": group(ADA)}, {"actor": group(mbox="mailto:t@b.example")}],
    "XAPI-00066": [{"object": {"objectType": "SubStatement", **a_statement()}}],
    "XAPI-00084": [context(revision="1", platform="x")],
    "XAPI-00119": [
        it(extensions=good)
        for it in (result, context, defined)
        for good in ({}, *({"https://x.example": each_} for each_ in (None, "", {}, [], 0, False)))
    ],
    "XAPI-00123": [{"timestamp": "2008-09-15T15:53:00.601+00:00"}],
    "XAPI-00124": [result(duration=it) for it in ("P3Y1M29DT4H35M59.14S", "P4W", "PT16559.14S")],
}
ACCEPTED_WHOLE: dict[str, list[dict[str, Any]]] = {
    "XAPI-00021": [{"id": ID, "stored": "2026-11-22T10:00:00Z", "version": "1.0.0"}],
    "XAPI-00027": each("id", ID, ID.upper()),
    "XAPI-00098": each("authority", ADA, group(ADA, BEN)),
    "XAPI-00101": each("version", "1.0", "1.0.9"),
}


def is_valid(statement: dict[str, Any], version: Version) -> bool:
    try:
        check_statement(statement, version)
    except StatementInvalid:
        return False
    return True


def whole(properties: dict[str, Any]) -> dict[str, Any]:
    """Return a statement with these properties, even if they are null."""
    every = {**a_statement(), **properties}
    return {name: value for name, value in every.items() if value is not WITHOUT}


def inside(properties: dict[str, Any]) -> dict[str, Any]:
    """Return a statement about a SubStatement with these properties."""
    return a_statement(object={"objectType": "SubStatement", **whole(properties)})


VERSIONS = pytest.mark.parametrize("version", list(Version))


def numbers(*tables: dict[str, list[dict[str, Any]]]) -> list[Any]:
    return [pytest.param(several, id=it) for table in tables for it, several in table.items()]


@VERSIONS
@pytest.mark.parametrize("several", numbers(REFUSED, REFUSED_WHOLE))
def test_statements_like_these_are_refused(several: list[Any], version: Version) -> None:
    assert [it for it in several if is_valid(whole(it), version)] == []


@VERSIONS
@pytest.mark.parametrize("several", numbers(REFUSED, REFUSED_INSIDE))
def test_substatements_like_these_are_refused(several: list[Any], version: Version) -> None:
    """XAPI-00066."""
    assert [it for it in several if is_valid(inside(it), version) and not voids(it)] == []


@VERSIONS
@pytest.mark.parametrize("several", numbers(ACCEPTED, ACCEPTED_WHOLE))
def test_statements_like_these_are_accepted(several: list[Any], version: Version) -> None:
    assert [it for it in several if not is_valid(whole(it), version)] == []


@VERSIONS
@pytest.mark.parametrize("several", numbers(ACCEPTED))
def test_substatements_like_these_are_accepted(several: list[Any], version: Version) -> None:
    """XAPI-00066."""
    refused = [it for it in several if not is_valid(inside(it), version)]
    assert all(it["object"]["objectType"] == "SubStatement" for it in refused)


def voids(properties: dict[str, Any]) -> bool:
    """Return whether this would void, if it were no SubStatement."""
    return bool((properties.get("verb") or {}).get("id") == Verb.VOIDED)
