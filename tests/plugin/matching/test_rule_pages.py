"""The page of the rules: rows, text, versions, and drafts that try other rules out."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from plugin.app import Mentes
from plugin.demo.markup import read
from plugin.matching import rule_form, service
from plugin.matching.engine.presets import PRESETS
from plugin.matching.engine.reading import rules_to_json
from plugin.matching.engine.rules import RuleSet
from plugin.matching.model import Draft, MatchingRules
from plugin.programmes.questions import Questionnaire
from tests.plugin.launching import Campus
from tests.plugin.matching.crowds import a_crowd
from tests.plugin.matching.test_rule_form import posted
from tests.plugin.matching.visiting import Desk, a_desk, words_of

ROW = {"rule-0-mentee": "site", "rule-0-how": "same", "rule-0-mentor": "site"}
EXTRAS = {"never_matched": "0", "waiting": "0", "waiting_after": "14"}


@pytest.fixture
def desk(mentes: Mentes, campus: Campus, organisation_id: UUID) -> Desk:
    """An instructor whose programme has no rules of its own yet."""
    return a_desk(mentes, campus, organisation_id)


def versions(desk: Desk) -> list[dict[str, Any]]:
    """Return the versions of the rules, oldest first."""
    with desk.programme() as (session, _):
        rows = session.scalars(select(MatchingRules).order_by(MatchingRules.version))
        return [row.rules for row in rows]


def rules(desk: Desk) -> RuleSet:
    """Return the rules that hold."""
    with desk.programme() as (session, programme):
        return service.current_rules(session, programme).rules


def in_the_form(page: str) -> dict[str, str]:
    """Return what a browser would send of the rules' form as a page has it."""
    (form,) = [each for each in read(page).forms if each.action.endswith("/matching/rules")]
    return {
        name: field.values[0] if field.values else field.options[0]
        for name, field in form.fields.items()
        if field.values or field.type == "select"
    }


def test_what_the_page_shows_is_what_is_saved(desk: Desk) -> None:
    with desk.programme() as (_, programme):
        is_asked = Questionnaire.of(programme).is_asked("level")
    assert not is_asked  # and yet the rule about it, in reverse mentoring, survives the form
    for preset in PRESETS:
        page = desk.get(f"/rules?preset={preset}").text
        assert desk.submit("/rules", **in_the_form(page)).status_code == 303
    assert versions(desk) == [rules_to_json(each) for each in PRESETS.values()]


def test_rules_are_said_in_sentences_under_the_names_of_the_questions(desk: Desk) -> None:
    page = desk.page("/rules")
    assert "Rule 1 Counts most: Skill they want ↔ Skill offered" in page
    assert "Must be: Language: the same" in page
    assert "Nobody has saved rules here yet" in page


def test_rules_are_saved_as_versions_that_tell_who_and_the_same_again_as_none(desk: Desk) -> None:
    for much in ("high", "high", "must"):
        answer = desk.submit("/rules", **ROW, **EXTRAS, **{"rule-0-much": much})
        assert answer.status_code == 303
    assert len(versions(desk)) == 2
    page = desk.page("/rules?done=saved")
    assert "Saved. The next draft follows these rules." in page
    assert "Version 2 Holds now One rule" in page
    assert page.count("Tina Teacher") == 2


def test_an_earlier_version_is_looked_at_and_used_again(desk: Desk) -> None:
    for much in ("high", "never"):
        desk.submit("/rules", **ROW, **EXTRAS, **{"rule-0-much": much})
    assert "This is not saved yet." in desk.page("/rules?version=1")
    assert "Counts most: Site: the same" in desk.page("/rules?version=1")
    assert desk.submit("/rules/versions/1").status_code == 303
    first, _, third = versions(desk)
    assert first == third
    assert desk.submit("/rules/versions/9").status_code == 404
    assert desk.submit(f"/rules/versions/{10**30}").status_code == 404


def test_what_is_not_there_to_begin_from_gives_the_rules_that_hold(desk: Desk) -> None:
    for query in ("version=99", f"version={10**30}", "version=x", "preset=no", "draft=x", "draft="):
        assert "Skill they want ↔ Skill offered" in desk.page(f"/rules?{query}"), query


def test_rows_are_added_and_taken_away_without_saving(desk: Desk) -> None:
    sent = {**ROW, **EXTRAS, "rule-0-much": "low", "rule-1-mentee": "team"}
    more = desk.submit("/rules", **sent, do="add")
    assert "Rule 3" in words_of(more)
    fewer = desk.submit("/rules", **sent, do="remove-0")
    assert "Rule 2" not in words_of(fewer)
    assert in_the_form(fewer.text)["rule-0-mentee"] == "team"
    assert desk.submit("/rules", **sent, do="remove-x").status_code == 200
    assert versions(desk) == []


def test_empty_rows_are_no_rules(desk: Desk) -> None:
    desk.submit("/rules", **ROW, **EXTRAS, **{"rule-0-much": "low", "rule-1-much": "medium"})
    (saved,) = versions(desk)
    assert len(saved["rules"]) == 1


def test_what_is_wrong_is_said_at_its_input(desk: Desk) -> None:
    for place, wrong in {
        "rule-0-number": {"rule-0-much": "number", "rule-0-number": "heavy"},
        "rule-0-how": {"rule-0-much": "must", "rule-0-how": "wished-by-mentee"},
        "rule-0-much": {"rule-0-much": ""},
        "never_matched": {"rule-0-much": "low", "never_matched": "-1"},
        "waiting_after": {"rule-0-much": "low", "waiting_after": "soon"},
    }.items():
        answer = desk.submit("/rules", **{**ROW, **EXTRAS, **wrong})
        assert answer.status_code == 422
        assert f'href="#{place}"' in answer.text
        assert f'id="{place}-error"' in answer.text
        tied = f'id="{place}"[^>]*aria-describedby="{place}-error rules-sees"'
        assert re.search(tied, answer.text), place
    assert versions(desk) == []


def test_rules_that_do_not_go_together_are_saved_with_a_warning(desk: Desk) -> None:
    sent = {
        **ROW,
        **EXTRAS,
        "rule-0-much": "must",
        "rule-1-mentee": "site",
        "rule-1-how": "same",
        "rule-1-much": "never",
    }
    assert desk.submit("/rules", **sent).status_code == 303
    assert "This and a rule above it leave nobody who could be paired." in desk.page("/rules")
    assert "Nothing counts" in desk.page("/rules")
    assert "Nobody is asked about this" in desk.page("/rules?preset=reverse-mentoring")


def test_the_preview_says_rows_and_doubts_and_saves_nothing(desk: Desk) -> None:
    sent = posted(rule_form.written(PRESETS["balanced"]))
    said = desk.submit("/rules/preview", **sent, **{"rule-7-mentee": "team"}).get_json()
    assert len(said["rows"]) == 8
    assert said["rows"][0]["says"] == "Counts most: Skill they want ↔ Skill offered"
    assert said["rows"][7] == {"says": "", "doubts": []}
    assert versions(desk) == []


# As text.


def test_rules_are_saved_as_text(desk: Desk) -> None:
    document = rules_to_json(PRESETS["same-place"])
    assert desk.submit("/rules/json", document=json.dumps(document)).status_code == 303
    assert rules(desk) == PRESETS["same-place"]


def test_what_is_wrong_in_the_text_is_said_by_its_line(desk: Desk) -> None:
    heavy = {"kind": "same", "mentee": "a", "mentor": "a", "weight": 1e9}
    for text, said in {
        "{": "Line 1: This is not JSON from here on",
        "[" * 5000: "Line 1: Rules are not nested as deep as that.",
        '{"version": 2}': "Line 2: Begin with the version: 1.",
        json.dumps({"version": 1, "rules": [heavy]}): "Line 8: Write this another way: a number, "
        'true or false, text or a list. "weight"',
        '{"version": 1, "x": "<script>alert(1)"}': "This is nothing that rules have",
    }.items():
        answer = desk.submit("/rules/json", document=text)
        assert answer.status_code == 422
        assert said in words_of(answer)
        assert "<script>alert" not in answer.text
    assert versions(desk) == []


# Trying out.


def test_other_weights_are_tried_in_a_draft_and_not_saved(desk: Desk) -> None:
    with desk.programme() as (session, programme):
        a_crowd(session, programme, mentees=9, mentors=4)
    first = desk.makes()
    desk.submit(f"{first}/pairs", all="yes")
    page = desk.get(f"/rules?draft={first[-36:]}")
    assert "These are the rules of draft 1." in words_of(page)
    assert f'name="beside" value="{first[-36:]}"' in page.text
    answer = desk.submit(
        "/rules", **ROW, **EXTRAS, **{"rule-0-much": "high"}, do="try", beside=first[-36:]
    )
    desk.worker.run_until_idle()
    tried = desk.draft(answer.location)
    assert versions(desk) == []
    assert tried.rules_version is None
    assert str(tried.based_on) == first[-36:]
    assert desk.pairs(first) == desk.pairs(answer.location), "what was accepted stays"
    assert "tries out other rules" in desk.page(f"/drafts/{tried.id}")
    again = desk.makes(based_on=str(tried.id), same_rules="yes")
    assert desk.draft(again).rules == tried.rules
    assert desk.draft(desk.makes(based_on=str(tried.id))).rules != tried.rules


def test_rules_that_are_wrong_are_not_tried_out(desk: Desk) -> None:
    answer = desk.submit("/rules", **ROW, **EXTRAS, **{"rule-0-much": ""}, do="try")
    assert answer.status_code == 422
    with desk.programme() as (session, _):
        assert session.scalars(select(Draft)).all() == []
