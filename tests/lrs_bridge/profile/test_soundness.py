"""Profiles held to their specification: ours is sound, and each way of breaking it is seen."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lrs_bridge.profile import DOCUMENT, faults_of, written
from lrs_bridge.vocabulary import PROFILE, PROFILE_VERSION

Json = Any
PUBLISHED = Path(__file__).parents[3] / "docs" / "profile.jsonld"


def test_our_profile_is_sound() -> None:
    assert faults_of(DOCUMENT) == []


def test_the_copy_in_the_docs_is_the_profile() -> None:
    """Made by: python -m lrs_bridge.profile > docs/profile.jsonld"""
    assert PUBLISHED.read_text() == written()
    assert json.loads(written()) == DOCUMENT


def test_every_concept_is_ours() -> None:
    assert all(each["id"].startswith(f"{PROFILE}/") for each in DOCUMENT["concepts"])


def first(name: str) -> Callable[[Json], Json]:
    return lambda profile: profile[name][0]


def add(name: str, **values: Json) -> Callable[[Json], None]:
    return lambda profile: profile[name].append({**profile[name][0], "id": "x:new", **values})


def change(where: Callable[[Json], Json], **values: Json) -> Callable[[Json], None]:
    return lambda profile: where(profile).update(values)


def drop(where: Callable[[Json], Json], name: str) -> Callable[[Json], None]:
    return lambda profile: where(profile).pop(name) and None


def whole(profile: Json) -> Json:
    return profile


def extension(profile: Json) -> Json:
    return next(each for each in profile["concepts"] if each["type"] == "ContextExtension")


BROKEN = [
    (drop(whole, "author"), "The profile lacks author"),
    (drop(first("versions"), "generatedAtTime"), "A version lacks"),
    (drop(first("templates"), "definition"), "lacks definition"),
    (drop(first("concepts"), "inScheme"), "in no version of this profile"),
    (change(first("concepts"), inScheme="x:other"), "in no version of this profile"),
    (change(first("concepts"), type="Thing"), "no type that a profile can hold"),
    (change(first("concepts"), prefLabel={}), "/concepts/0/prefLabel is empty"),
    (change(first("concepts"), broadMatch=[]), "/concepts/0/broadMatch is empty"),
    (change(first("concepts"), id=PROFILE), "is the id of 2 things"),
    (change(first("concepts"), id="no iri"), "no iri is no IRI"),
    (add("templates"), "bind the same statements"),
    (lambda profile: profile["templates"][0].pop("objectActivityType") and None, None),
    (add("templates", verb="http://adlnet.gov/expapi/verbs/attended"), None),
    (change(first("templates"), objectStatementRefTemplate=["x:1"]), "an activity and a statement"),
    (change(first("templates"), rules=[{"location": "$.x"}]), "asks for nothing"),
    (change(first("templates"), rules=[{"location": "x", "presence": "included"}]), "no place"),
    (change(first("templates"), rules=[{"location": "$.x", "presence": "so-so"}]), "there is not"),
    (change(extension, schema="x:1"), "two schemas"),
    (change(extension, inlineSchema="{"), "not JSON"),
    (change(first("concepts"), recommendedVerbs=["x:1"]), "recommends verbs"),
    (change(first("patterns"), oneOrMore="x:1"), "not exactly one kind"),
    (change(first("patterns"), alternates=["x:1", "x:2"]), "names x:1, which is not there"),
    (change(first("patterns"), alternates=[DOCUMENT["templates"][0]["id"]]), "needs two members"),
    (lambda profile: profile["patterns"].pop() and None, "No pattern is primary"),
    (
        lambda profile: profile["patterns"][0]["alternates"].append(profile["patterns"][1]["id"]),
        "is within itself",
    ),
]


@pytest.mark.parametrize(("break_it", "said"), BROKEN)
def test_what_breaks_a_profile_is_seen(break_it: Callable[[Json], None], said: str | None) -> None:
    profile = copy.deepcopy(DOCUMENT)
    break_it(profile)
    found = faults_of(profile)
    if said is None:
        assert found == []
    else:
        assert any(said in fault for fault in found), found


def test_a_template_without_a_type_of_object_binds_what_its_verb_binds() -> None:
    profile = copy.deepcopy(DOCUMENT)
    attended = next(each for each in profile["templates"] if each["id"].endswith("/attended"))
    profile["templates"].append({**attended, "id": "x:any"})
    del profile["templates"][-1]["objectActivityType"]
    assert len([fault for fault in faults_of(profile) if "bind the same" in fault]) == 2


def test_the_version_is_one_of_the_profile() -> None:
    assert [version["id"] for version in DOCUMENT["versions"]] == [PROFILE_VERSION]
