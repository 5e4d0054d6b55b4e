"""Statements held to templates: any profile's, and ours over every golden statement."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from lrs_bridge.compose import checked
from lrs_bridge.errors import StatementInvalid
from lrs_bridge.profile import TEMPLATES, Fault, Templates
from lrs_bridge.profile.templates import template_id

GOLDEN = {
    path.stem: json.loads(path.read_text())["statement"]
    for path in sorted((Path(__file__).parents[2] / "golden").glob("*.json"))
}
OURS = {
    name: statement
    for name, statement in GOLDEN.items()
    if not name.startswith(("completion-observed", "voided"))
}
Json = Any


@pytest.mark.parametrize("name", OURS)
def test_each_golden_statement_follows_exactly_the_template_that_it_is_named_by(name: str) -> None:
    verdict = TEMPLATES.judged(OURS[name])
    assert verdict.follows, verdict
    (bound,) = verdict.bound
    assert name.startswith(bound.removeprefix(template_id("")))


def test_a_broken_statement_is_told_everything_that_is_missing() -> None:
    broken = copy.deepcopy(GOLDEN["attended"])
    del broken["result"]["duration"], broken["context"]["team"]
    broken["result"]["completion"] = True
    assert [str(fault) for fault in TEMPLATES.judged(broken).faults] == [
        "/context/team/account is missing",
        "/result/duration is missing",
        "/result/completion must not be there",
    ]
    with pytest.raises(StatementInvalid, match="/context/team/account is missing, says our"):
        checked(broken)


def cut(statement: Json, place: str) -> Json:
    """Return a statement without what a pointer leads to."""
    *way, last = [step.replace("~1", "/") for step in place.split("/")[1:]]
    without = copy.deepcopy(statement)
    inner = without
    for step in way:
        inner = inner[step]
    del inner[last]
    return without


WANTED = [
    ("scheduled", "/context/extensions/http:~1~1id.tincanapi.com~1extension~1planned-start-time"),
    (
        "rescheduled",
        "/context/extensions/https:~1~1mentes.example~1xapi~1extensions~1previous-start-time",
    ),
    (
        "check-in-assigned-by-module",
        "/context/extensions/https:~1~1mentes.example~1xapi~1extensions~1trigger",
    ),
    (
        "pairing-ended-completed",
        "/context/extensions/https:~1~1mentes.example~1xapi~1extensions~1end-reason",
    ),
    ("pairing-proposed", "/context/extensions/http:~1~1id.tincanapi.com~1extension~1invitee"),
    (
        "goal-progressed",
        "/result/extensions/https:~1~1w3id.org~1xapi~1cmi5~1result~1extensions~1progress",
    ),
    ("goal-achieved", "/result/success"),
    ("endorsed", "/context/extensions/https:~1~1w3id.org~1xapi~1tla~1extensions~1learner"),
    ("reminder-sent", "/context/extensions/http:~1~1id.tincanapi.com~1extension~1target"),
    ("circle-attended", "/result/duration"),
    ("mentored", "/context/contextActivities/parent"),
    ("rated", "/context/extensions/https:~1~1mentes.example~1xapi~1extensions~1role"),
    ("left", "/context/language"),
    ("applied", "/context/contextActivities/parent"),
]


@pytest.mark.parametrize(("name", "place"), WANTED)
def test_what_a_template_wants_is_missed(name: str, place: str) -> None:
    verdict = TEMPLATES.judged(cut(GOLDEN[name], place))
    assert [fault.pointer for fault in verdict.faults] == [place]


def test_a_reason_that_there_is_not_is_no_reason() -> None:
    broken = copy.deepcopy(GOLDEN["pairing-ended-completed"])
    key = "https://mentes.example/xapi/extensions/end-reason"
    broken["context"]["extensions"][key] = "they quarrelled"
    (fault,) = TEMPLATES.judged(broken).faults
    assert "completed or withdrawn" in fault.requirement


def test_an_endorsement_is_of_a_statement() -> None:
    broken = {**GOLDEN["endorsed"], "object": GOLDEN["applied"]["object"]}
    (fault,) = TEMPLATES.judged(broken).faults
    assert fault == Fault(pointer="/object", requirement="must be a reference to a statement")


def test_a_statement_of_somebody_else_is_bound_by_nothing() -> None:
    other = {"verb": {"id": "http://adlnet.gov/expapi/verbs/answered"}, "object": {"id": "x:y"}}
    verdict = TEMPLATES.judged(other)
    assert not verdict.bound
    assert not verdict.follows
    named = {**GOLDEN["attended"], "verb": other["verb"]}
    with pytest.raises(StatementInvalid, match="no template of our profile"):
        checked(named)


def rules(*several: Json) -> Templates:
    return Templates([{"id": "t:1", "verb": "v:1", "rules": list(several)}])


def faults(templates: Templates, **statement: Json) -> list[str]:
    whole = {"verb": {"id": "v:1"}, "object": {"id": "a:1"}, **statement}
    return [str(fault) for fault in templates.judged(whole).faults]


def test_presence_as_the_specification_has_it() -> None:
    included = rules({"location": "$.x", "presence": "included"})
    assert faults(included, x=0) == []
    assert faults(included) == ["/x is missing"]
    excluded = rules({"location": "$.x", "presence": "excluded"})
    assert faults(excluded, x=None) == ["/x must not be there"]
    recommended = rules({"location": "$.x", "presence": "recommended", "all": [1]})
    assert faults(recommended) == []
    assert faults(recommended, x=2) == ["/x must be 1"]
    strict = rules({"location": "$.x[*]", "any": [1]})
    assert faults(strict) == ["/x must be, or have among it: 1"]
    assert faults(strict, x=[2, 1]) == []


def test_selectors_tell_what_cannot_be_matched() -> None:
    every_has_one = rules({"location": "$.x[*]", "selector": "$.y", "presence": "included"})
    assert faults(every_has_one, x=[{"y": 1}]) == []
    assert faults(every_has_one, x=[{"y": 1}, {"z": 1}]) == ["/x is missing"]
    from_these = rules({"location": "$.x[*]", "selector": "$.y", "all": [1, 2]})
    assert faults(from_these, x=[{"y": 2}, {}]) == ["/x must be 1 or 2"]
    never = rules({"location": "$.x[*]", "selector": "$.y", "none": [{"a": 1}]})
    assert faults(never, x=[{"y": {"a": 1}}]) == ["/x must not be {'a': 1}"]
    no_one = rules({"location": "$.x[*]", "selector": "$.y", "presence": "excluded"})
    assert faults(no_one, x=[{"z": 1}]) == []
    assert faults(no_one, x=[{"y": 1}]) == ["/x must not be there"]


def test_types_of_activities_around_it_determine_a_template_too() -> None:
    types = {"contextParentActivityType": ["t:course"], "objectActivityType": "t:page"}
    templates = Templates([{"id": "t:1", "verb": "v:1", **types}])
    page = {"id": "a:1", "definition": {"type": "t:page"}}
    parent = [{"id": "a:2", "definition": {"type": "t:course"}}]
    within = {"contextActivities": {"parent": parent}}
    whole = {"verb": {"id": "v:1"}, "object": page, "context": within}
    assert templates.judged(whole).follows
    assert not templates.judged({**whole, "context": {}}).bound
    assert not templates.judged({**whole, "object": {"id": "a:1"}}).bound


def test_a_template_without_a_verb_binds_by_what_it_does_say() -> None:
    templates = Templates([{"id": "t:1", "objectActivityType": "t:page"}])
    page = {"id": "a:1", "definition": {"type": "t:page"}}
    assert templates.judged({"verb": {"id": "v:9"}, "object": page}).follows
