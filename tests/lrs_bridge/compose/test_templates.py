"""Each template, as one golden pair in tests/golden: the facts, and the statement they make."""

import inspect
import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from lrs_bridge import compose
from lrs_bridge.compose import (
    Account,
    Course,
    EndReason,
    Module,
    Occasion,
    Programme,
    Rating,
    Role,
    Trigger,
)
from lrs_bridge.vocabulary import PROFILE

GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("*.json"))


def uuid_or_none(value):
    return UUID(value) if value else None


def a_trigger(facts):
    return Trigger(
        **{
            **facts,
            "rule": UUID(facts["rule"]),
            "at": datetime.fromisoformat(facts["at"]),
            "statement_id": uuid_or_none(facts.get("statement_id")),
        }
    )


READERS = {
    "check_in_id": UUID,
    "closing": UUID,
    "successor": UUID,
    "start": datetime.fromisoformat,
    "previous_start": datetime.fromisoformat,
    "reason": EndReason,
    "role": Role,
    "trigger": a_trigger,
    "rating": lambda facts: Rating(**facts),
    "module": lambda facts: Module(**facts),
    "course": lambda facts: Course(**facts),
    **dict.fromkeys(
        ("who", "by", "giver", "mentee", "mentor", "invitee"), lambda facts: Account(**facts)
    ),
}


def an_occasion(facts):
    return Occasion(
        **{
            **facts,
            "event_id": UUID(facts["event_id"]),
            "organisation_id": UUID(facts["organisation_id"]),
            "at": datetime.fromisoformat(facts["at"]),
            "programme": Programme(
                id=UUID(facts["programme"]["id"]), title=facts["programme"].get("title")
            ),
            "pairing_id": uuid_or_none(facts.get("pairing_id")),
            "participation_id": uuid_or_none(facts.get("participation_id")),
            "mentor": Account(**facts["mentor"]) if "mentor" in facts else None,
            "course": Course(**facts["course"]) if "course" in facts else None,
        }
    )


def told(pair):
    tell = getattr(compose, pair["tell"])
    facts = {name: READERS.get(name, lambda it: it)(value) for name, value in pair["facts"].items()}
    return tell(an_occasion(pair["occasion"]), **facts)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_facts_make_exactly_this_statement(path):
    pair = json.loads(path.read_text())
    assert told(pair) == pair["statement"]


def test_every_template_has_a_golden_pair():
    pairs = {json.loads(path.read_text())["tell"] for path in GOLDEN}
    tellers = {
        name
        for name, teller in inspect.getmembers(compose, inspect.isfunction)
        if name != "checked" and name in compose.__all__
    }
    assert pairs == tellers


def test_no_two_templates_share_verb_and_type_of_object():
    """Both would bind to one statement, which the profile specification forbids us to publish."""
    seen = {}
    for path in GOLDEN:
        statement = json.loads(path.read_text())["statement"]
        thing = statement["object"]
        kind = (statement["verb"]["id"], thing.get("definition", {}).get("type", "Agent"))
        tell = json.loads(path.read_text())["tell"]
        assert seen.setdefault(kind, tell) == tell


def test_ours_is_spelt_under_our_profile():
    for path in GOLDEN:
        pair = json.loads(path.read_text())
        category = pair["statement"]["context"]["contextActivities"]["category"]
        assert category[0]["id"] == f"{PROFILE}/v1.0"
        assert all(activity["id"].startswith(f"{PROFILE}/modes/") for activity in category[1:])
