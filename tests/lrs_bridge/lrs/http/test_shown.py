"""How statements are answered in each format, and what 2.0 changes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from lrs_bridge.lrs.paging import LARGEST_PAGE
from lrs_bridge.testing import a_statement, an_agent

ADA, BEN = an_agent("ada"), an_agent("ben")
V1_0, V2_0 = "1.0.3", "2.0.0"
CONTEXT_AGENT = {
    "objectType": "contextAgent",
    "agent": {**ADA, "name": "Ada"},
    "relevantTypes": ["https://t.example/player"],
}
CONTEXT_GROUP = {
    "objectType": "contextGroup",
    "group": {"objectType": "Group", "name": "Team", "member": [{**BEN, "name": "Ben"}]},
}


def speak(lrs, version):
    lrs.headers["X-Experience-API-Version"] = version


def stored(lrs, **overrides):
    answer = lrs.post(a_statement(**overrides))
    assert answer.status_code == 200, answer.text
    return answer.json[0]


def course(**definition):
    return {"id": "https://o.example/course", "definition": definition}


# ids


def test_ids_shows_nothing_but_identifiers(lrs):
    """XAPI-00171."""
    team = {"objectType": "Group", "member": [{**ADA, "name": "Ada"}]}
    named_team = {"objectType": "Group", "mbox": "mailto:t@x.example", "name": "T", "member": [ADA]}
    activity = {"objectType": "Activity", **course(name={"en": "Course"})}
    inner = a_statement(actor=named_team, object=activity)
    stored(
        lrs,
        actor={**ADA, "name": "Ada"},
        object={"objectType": "SubStatement", **inner},
        context={"team": team, "contextActivities": {"other": [activity]}},
    )
    (shown,) = lrs.found(format="ids")
    assert shown["actor"] == ADA
    assert shown["verb"] == {"id": a_statement()["verb"]["id"]}
    assert shown["object"]["actor"] == {"objectType": "Group", "mbox": "mailto:t@x.example"}
    assert shown["object"]["object"] == {"id": activity["id"]}
    assert shown["object"]["verb"] == shown["verb"]
    assert shown["context"]["team"] == {"objectType": "Group", "member": [ADA]}
    assert shown["context"]["contextActivities"] == {"other": [{"id": activity["id"]}]}


def test_ids_shows_context_agents_and_groups_by_their_identifiers(lrs):
    speak(lrs, V2_0)
    stored(lrs, context={"contextAgents": [CONTEXT_AGENT], "contextGroups": [CONTEXT_GROUP]})
    (shown,) = lrs.found(format="ids")
    (agent,), (group,) = (shown["context"][it] for it in ("contextAgents", "contextGroups"))
    assert agent == {**CONTEXT_AGENT, "agent": ADA}
    assert group == {**CONTEXT_GROUP, "group": {"objectType": "Group", "member": [BEN]}}


# canonical


@pytest.mark.parametrize("asked", [{"statementId": True}, {}])
def test_canonical_shows_all_that_is_known_of_an_activity(lrs, asked):
    """XAPI-00169."""
    bare = stored(lrs, object={"id": "https://o.example/course"})
    stored(lrs, object=course(name={"en": "Course"}, type="https://t.example/course"))
    stored(lrs, object=course(name={"de": "Kurs"}, moreInfo="https://m.example"))
    lrs.headers["Accept-Language"] = "de"
    if asked:
        shown = lrs.get(statementId=bare, format="canonical").json
    else:
        (shown,) = (it for it in lrs.found(format="canonical") if it["id"] == bare)
    assert shown["object"] == course(
        name={"de": "Kurs"}, type="https://t.example/course", moreInfo="https://m.example"
    )


def test_canonical_shows_agents_as_they_came_and_activities_wherever_they_stand(lrs):
    """XAPI-00169."""
    stored(lrs, object=course(name={"en": "Course"}))
    named = {**ADA, "name": "Ada"}
    place = {"contextActivities": {"parent": [{"id": "https://o.example/course"}]}}
    inner = a_statement(object={"id": "https://o.example/course"}, context=place, actor=named)
    stored(lrs, actor=named, context=place, object={"objectType": "SubStatement", **inner})
    shown = lrs.found(format="canonical")[0]
    assert shown["actor"] == shown["object"]["actor"] == named
    for found in (
        shown["context"]["contextActivities"]["parent"][0],
        shown["object"]["context"]["contextActivities"]["parent"][0],
        shown["object"]["object"],
    ):
        assert found["definition"] == {"name": {"en": "Course"}}


@pytest.mark.parametrize(
    ("accepted", "name", "display"),
    [
        ("de-AT, de;q=0.9", "de", "fr"),
        ("en-GB", "en-GB", "fr"),
        ("en", "en-GB", "fr"),
        ("fr, de;q=0.1", "de", "fr"),
        ("*", "en-GB", "fr"),
        ("ja", "en-GB", "fr"),
        ("de;q=0, en-GB", "en-GB", "fr"),
        ("", "en-GB", "fr"),
        ("not / a ; header, q=", "en-GB", "fr"),
    ],
)
def test_canonical_keeps_of_each_language_map_what_suits_the_reader(lrs, accepted, name, display):
    """XAPI-00172."""
    maps = {"en-GB": "Course", "de": "Kurs"}
    choices = [{"id": "a", "description": maps}, {"id": "b"}]
    stored(
        lrs,
        verb={"id": "https://v.example", "display": {"fr": "fini", "it": "finito"}},
        object=course(name=maps, description={}, interactionType="choice", choices=choices),
    )
    lrs.headers["Accept-Language"] = accepted
    (shown,) = lrs.found(format="canonical")
    definition = shown["object"]["definition"]
    assert list(definition["name"]) == [name]
    assert definition["description"] == {}
    assert definition["choices"] == [{"id": "a", "description": {name: maps[name]}}, {"id": "b"}]
    assert list(shown["verb"]["display"]) == [display]


def test_other_formats_know_nothing_of_languages(lrs):
    """XAPI-00168, XAPI-00172."""
    stored(lrs, object=course(name={"en": "Course", "de": "Kurs"}))
    lrs.headers["Accept-Language"] = "de"
    for asked in ({}, {"format": "exact"}):
        (shown,) = lrs.found(**asked)
        assert shown["object"] == course(name={"en": "Course", "de": "Kurs"})


def test_numbers_stay_as_they_were_spelt_in_every_format(lrs):
    lrs.post(json.dumps(a_statement())[:-1] + ', "result": {"score": {"raw": 1.10}}}')
    for format in ("exact", "ids", "canonical"):
        assert '"raw":1.10}' in lrs.get(format=format).text.replace(" ", "")


# Times, versions


@pytest.mark.parametrize("version", [V1_0, V2_0])
def test_times_are_returned_in_utc(lrs, version):
    """XAPI-00122."""
    speak(lrs, version)
    inner = a_statement(timestamp="2023-05-04T12:00:00.5000-05:00")
    id = stored(
        lrs,
        timestamp="2023-05-04T12:00:00-05:00",
        object={"objectType": "SubStatement", **inner},
    )
    shown = lrs.get(statementId=id).json
    assert shown["timestamp"] == "2023-05-04T17:00:00Z"
    assert shown["object"]["timestamp"] == "2023-05-04T17:00:00.5000Z"


def test_a_statement_without_a_time_happened_when_it_was_stored(lrs):
    for version in (V1_0, V2_0):
        speak(lrs, version)
        shown = lrs.get(statementId=stored(lrs, timestamp=None)).json
        assert shown["timestamp"] == shown["stored"]


def test_a_time_that_is_null_is_refused(lrs):
    speak(lrs, V2_0)
    answer = lrs.post({**a_statement(), "timestamp": None})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, "/timestamp")


@pytest.mark.parametrize(
    ("spoken", "said", "returned"),
    [
        (V1_0, None, "1.0.0"),
        (V1_0, "1.0", "1.0"),
        (V1_0, "1.0.9", "1.0.9"),
        (V2_0, None, "2.0.0"),
        (V2_0, "2.0.1", "2.0.1"),
        (V2_0, "1.0.3", "1.0.3"),
    ],
)
def test_a_statement_keeps_its_version(lrs, spoken, said, returned):
    """XAPI-00101, XAPI-00332."""
    speak(lrs, spoken)
    assert lrs.get(statementId=stored(lrs, version=said)).json["version"] == returned


def test_whoever_reads_gets_statements_as_they_are_whatever_version_they_speak(lrs):
    """1.0.3, part 3, section 3.3: newer statements must not be converted for older readers."""
    speak(lrs, V2_0)
    id = stored(lrs, context={"contextAgents": [CONTEXT_AGENT]})
    newer = lrs.get(statementId=id)
    speak(lrs, V1_0)
    older = lrs.get(statementId=id)
    assert older.data == newer.data
    assert older.json["version"] == "2.0.0"
    assert older.headers["X-Experience-API-Version"] == V1_0


@pytest.mark.parametrize("version", [V1_0, V2_0])
def test_one_statement_was_last_modified_when_it_was_stored(lrs, version):
    speak(lrs, version)
    id = stored(lrs)
    stored(
        lrs,
        verb={"id": "http://adlnet.gov/expapi/verbs/voided"},
        object={"objectType": "StatementRef", "id": (gone := stored(lrs))},
    )
    for asked in ({"statementId": id}, {"voidedStatementId": gone}):
        answer = lrs.get(**asked)
        assert answer.last_modified == datetime(2026, 11, 22, 10, tzinfo=UTC)
        assert lrs.get(**asked, attachments=True).last_modified == answer.last_modified
    assert lrs.get().last_modified is None


# What 2.0 adds to what is found


def test_related_agents_are_found_among_context_agents_and_groups(lrs):
    speak(lrs, V2_0)
    context = {"contextAgents": [CONTEXT_AGENT], "contextGroups": [CONTEXT_GROUP]}
    inner = {"objectType": "SubStatement", **a_statement(context=context)}
    found = [stored(lrs, context=context), stored(lrs, object=inner)]
    stored(lrs)
    for agent in (ADA, BEN):
        assert lrs.named(agent=agent) == []
        assert lrs.named(agent=agent, related_agents=True, ascending=True) == found


def test_the_same_id_twice_in_a_batch_is_refused(lrs):
    speak(lrs, V2_0)
    one = a_statement(id=str(uuid4()))
    assert lrs.post([one, one]).status_code == 400
    assert lrs.found() == []


def test_a_duration_may_differ_beyond_a_hundredth_of_a_second(lrs):
    speak(lrs, V2_0)
    id = str(uuid4())
    for duration, status in (("PT0.123S", 200), ("PT0.129S", 200), ("PT0.13S", 409)):
        again = lrs.post(a_statement(id=id, result={"duration": duration}))
        assert again.status_code == status
    assert lrs.get(statementId=id).json["result"]["duration"] == "PT0.123S"
    speak(lrs, V1_0)
    assert lrs.post(a_statement(id=id, result={"duration": "PT0.129S"})).status_code == 409


# As much as there is


def test_a_page_ends_before_it_is_too_long_with_definitions(lrs):
    long = course(name={"en": "x" * 60_000})
    ids = [stored(lrs, object=long)]
    ids += lrs.post([a_statement(object={"id": long["id"]}) for _ in range(200)]).json
    answer = lrs.get(format="canonical", limit=500, ascending=True)
    found = []
    while True:
        assert len(answer.data) < LARGEST_PAGE + 1000
        found += [it["id"] for it in answer.json["statements"]]
        assert all(it["object"] == long for it in answer.json["statements"])
        if not answer.json["more"]:
            break
        answer = lrs.follow(answer)
    assert found == ids


def test_a_statement_with_very_many_definitions_is_shown_with_some(lrs):
    several = [{"id": f"https://o.example/{number}"} for number in range(40)]
    long = {"name": {"en": "x" * 60_000}}
    lrs.post([a_statement(object={**it, "definition": long}) for it in several])
    id = stored(lrs, context={"contextActivities": {"other": several * 3}})
    answer = lrs.get(statementId=id, format="canonical")
    shown = answer.json["context"]["contextActivities"]["other"]
    assert [it["id"] for it in shown] == [it["id"] for it in several * 3]
    assert 0 < sum("definition" in it for it in shown) < 20
    assert len(answer.data) < 1_200_000


def test_every_statement_of_a_long_page_is_shown_with_what_is_known(lrs):
    """Though the definitions of all that were found are more than is read at once."""
    several = [{"id": f"https://o.example/{number}"} for number in range(160)]
    long = {"name": {"en": "x" * 60_000}}
    for first in range(0, 160, 40):
        some = several[first : first + 40]
        lrs.post([a_statement(object={**it, "definition": long}) for it in some])
    bare = lrs.post([a_statement(object=it) for it in several]).json
    answer = lrs.get(format="canonical", limit=160)
    found = []
    while len(found) < 160:
        assert all(it["object"]["definition"] == long for it in answer.json["statements"])
        found += [it["id"] for it in answer.json["statements"]]
        answer = lrs.follow(answer)
    assert found[:160] == bare[::-1]
