"""Laws of the store about every statement that the specification's tables allow, and about none
that they do not.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from sqlalchemy import func, select

from lrs_bridge.errors import JsonInvalid, StatementInvalid
from lrs_bridge.lrs.http.schemas import SCHEMAS, ref
from lrs_bridge.lrs.tables import statement, statement_key
from lrs_bridge.lrs.upkeep.checking import faults
from lrs_bridge.lrs.wire import read_statement, read_statements
from lrs_bridge.statement import equivalent, listed, parsed_timestamp
from lrs_bridge.testing import a_statement
from lrs_bridge.version import Version
from tests.effort import EFFORT
from tests.lrs_bridge.fuzz.faults import broken
from tests.lrs_bridge.fuzz.statements import statements
from tests.lrs_bridge.fuzz.tables import IFIS

VERSIONS = pytest.mark.parametrize("version", list(Version), ids=str)


def examples(many: int) -> settings:
    return settings(
        max_examples=many * EFFORT,
        derandomize=EFFORT == 1,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def speaking(lrs: Any, version: Version) -> Any:
    lrs.headers["X-Experience-API-Version"] = str(version)
    return lrs


def as_text(one: Any, version: Version) -> Any:
    return read_statement(json.dumps(one).encode(), version)


@VERSIONS
def test_whatever_the_tables_allow_is_stored_found_and_returned(lrs, version):
    speaking(lrs, version)

    stored = 0

    @examples(20)
    @given(statements(version), st.booleans())
    def check(one, is_put):
        nonlocal stored
        one = {name: part for name, part in one.items() if name != "id"}
        id = str(uuid4())
        answer = lrs.put(id, one) if is_put else lrs.post([{**one, "id": id.upper()}])
        assert answer.status_code == (204 if is_put else 200), answer.text
        stored += 1
        kept = lrs.get(statementId=id)
        assert kept.status_code == 200
        assert equivalent({**one, "id": id}, kept.json, version)
        assert as_returned(kept.json, one) == as_returned(one, one)
        for query in queries(one):
            for form in ("exact", "ids", "canonical"):
                newest = lrs.found(**query, format=form)[0]
                assert newest["id"].lower() == id, (query, form)
        assert lrs.put(id, one).status_code == 204

    check()
    with lrs.database.reading() as session:
        assert list(faults(session)) == []
        assert session.scalar(select(func.count()).select_from(statement)) == stored


@VERSIONS
def test_whatever_has_one_fault_is_refused_with_its_place_and_nothing_is_stored(lrs, version):
    speaking(lrs, version)
    good = json.dumps(a_statement())

    @examples(30)
    @given(broken(version))
    def check(bad):
        note(f"{bad.fault} at {bad.pointer}")
        answer = lrs.post(f"[{good}, {bad.text}, {good}]")
        assert answer.status_code == 400, answer.text
        (error,) = answer.json["errors"]
        assert error["pointer"].startswith("/1")
        assert bad.is_pointed_at(error["pointer"][2:]), (error, bad.pointer, bad.fault)

    check()
    with lrs.database.reading() as session:
        for table in (statement, statement_key):
            assert session.scalar(select(func.count()).select_from(table)) == 0


@VERSIONS
def test_the_reader_of_bodies_knows_every_fault(version):
    """The same without a store behind it, so many more of them."""

    @examples(80)
    @given(broken(version))
    def check(bad):
        note(f"{bad.fault} at {bad.pointer}")
        with pytest.raises((StatementInvalid, JsonInvalid)) as refusal:
            read_statements(bad.text.encode(), version, most=1)
        assert bad.is_pointed_at(refusal.value.pointer), bad

    check()


@VERSIONS
def test_every_good_statement_is_one_and_fits_the_described_schema(version):
    validator = Draft202012Validator({**ref("Statement"), "components": {"schemas": SCHEMAS}})

    @examples(40)
    @given(statements(version))
    def check(one):
        as_text(one, version)
        validator.validate(one)

    check()


@examples(40)
@given(statements(Version.V2_0))
def test_what_2_0_allows_1_0_does_but_for_what_is_new(one):
    is_new = any(
        name in holder.get("context", {})
        for holder in (one, one["object"])
        for name in ("contextAgents", "contextGroups")
    )
    times = [holder.get("timestamp", "Z") for holder in (one, one["object"])]
    times.append(one.get("stored", "Z"))
    is_new |= one.get("version", "1.0").startswith("2") or any(it[-1] == "z" for it in times)
    try:
        as_text(one, Version.V1_0)
    except StatementInvalid:
        assert is_new
    else:
        assert not is_new


@pytest.mark.parametrize("size", [1_000_000])
def test_strings_of_1_mb_are_stored_and_found(lrs, size):
    long = "x" * size
    place = f"https://a.example/{long}"
    one = a_statement(
        actor={"account": {"homePage": place, "name": long}, "name": long},
        verb={"id": place, "display": {"en": long}},
        object={"id": place, "definition": {"name": {"en": long}}},
        result={"response": long, "extensions": {place: long}},
        context={"platform": long},
    )
    sent = lrs.post([one])
    assert sent.status_code == 200
    kept = lrs.get(statementId=sent.json[0], format="canonical").json
    assert equivalent(one, kept)
    known = lrs.get("/xapi/activities", activityId=place).json
    assert known == {"objectType": "Activity", "id": place}  # so long a definition is not merged
    assert len(lrs.found(verb=place, activity=place)) == 1


@pytest.mark.parametrize("size", [1_000_000])
def test_a_name_of_1_mb_is_refused_shortly(lrs, size):
    answer = lrs.post([{**a_statement(), "x" * size: 1}])
    assert answer.status_code == 400
    assert len(answer.data) < 1000


def as_returned(one: Any, sent: Any) -> Any:
    """Return a statement as a store may return it, without what it assigns."""
    assigned = {"id", "authority", "stored", "version"}
    return _as_returned({name: one[name] for name in sent.keys() - assigned})


def _as_returned(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    returned = {}
    for name, part in value.items():
        if name == "contextActivities":
            returned[name] = {relation: listed(several) for relation, several in part.items()}
        elif name == "timestamp" and isinstance(part, str):
            returned[name] = parsed_timestamp(part)
        elif name in ("object", "context"):
            returned[name] = _as_returned(part)
        else:
            returned[name] = part
    return returned


def queries(one: Any) -> list[dict[str, Any]]:
    """Return queries by which a statement must be found."""
    found: list[dict[str, Any]] = [{"verb": one["verb"]["id"]}]
    actor, what = one["actor"], one["object"]
    for agent in (actor, *actor.get("member", ())):
        found += _by_agent(agent)
    if what.get("objectType", "Activity") == "Activity":
        found.append(
            {"activity": what["id"], "related_activities": True, "verb": one["verb"]["id"]}
        )
    context = one.get("context", {})
    if "registration" in context:
        found.append({"registration": context["registration"]})
    for several in context.get("contextActivities", {}).values():
        found += [{"activity": it["id"], "related_activities": True} for it in listed(several)]
    for name, who in (("contextAgents", "agent"), ("contextGroups", "group")):
        for each in context.get(name, ()):
            found += [{**query, "related_agents": True} for query in _by_agent(each[who])]
    for name in ("instructor", "team"):
        if name in context:
            found += [{**query, "related_agents": True} for query in _by_agent(context[name])]
    return found


def _by_agent(agent: Any) -> list[dict[str, Any]]:
    kept = {name: agent[name] for name in (*IFIS, "objectType") if name in agent}
    return [{"agent": kept}] if kept.keys() & set(IFIS) else []
