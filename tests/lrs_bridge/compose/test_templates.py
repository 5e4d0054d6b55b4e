"""Each template, as one golden pair in tests/golden: the facts, and the statement they make."""

import inspect
import json
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from lrs_bridge import compose
from lrs_bridge.compose import (
    Account,
    Competency,
    Correction,
    Course,
    EndReason,
    Goal,
    Mailbox,
    MailboxDigest,
    Module,
    Observed,
    Occasion,
    Programme,
    Rating,
    Resource,
    Role,
    Trigger,
)
from lrs_bridge.profile import DOCUMENT, TEMPLATES
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


def an_actor(facts):
    if "address" in facts:
        return Mailbox(**facts)
    return MailboxDigest(**facts) if "sha1sum" in facts else Account(**facts)


def a_competency(facts):
    return Competency(**facts)


def a_goal(facts):
    return Goal(
        id=UUID(facts["id"]),
        competency=a_competency(facts["competency"]) if "competency" in facts else None,
        due=date.fromisoformat(facts["due"]) if "due" in facts else None,
    )


READERS = {
    **dict.fromkeys(
        (
            "check_in_id",
            "closing",
            "message_id",
            "note_id",
            "session_id",
            "statement_id",
            "successor",
            "survey_id",
            "told_use",
        ),
        UUID,
    ),
    "competency": a_competency,
    "evidence": tuple,
    "goal": a_goal,
    "resource": lambda facts: Resource(**facts),
    "what": lambda facts: (
        Module(**facts["module"]) if "module" in facts else Course(**facts["course"])
    ),
    "start": datetime.fromisoformat,
    "previous_start": datetime.fromisoformat,
    "reason": EndReason,
    "role": Role,
    "trigger": a_trigger,
    "rating": lambda facts: Rating(**facts),
    "module": lambda facts: Module(**facts),
    "course": lambda facts: Course(**facts),
    **dict.fromkeys(
        ("who", "by", "giver", "learner", "mentee", "mentor", "invitee", "to"), an_actor
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
            "circle_id": uuid_or_none(facts.get("circle_id")),
            "participation_id": uuid_or_none(facts.get("participation_id")),
            "mentor": an_actor(facts["mentor"]) if "mentor" in facts else None,
            "course": Course(**facts["course"]) if "course" in facts else None,
        }
    )


def what_happened(pair):
    """Return what the statement is about: an occasion, or one of the two outside our profile."""
    if "occasion" in pair:
        return an_occasion(pair["occasion"])
    kind, facts = (Observed, "observed") if "observed" in pair else (Correction, "correction")
    return kind(
        **{
            **pair[facts],
            "organisation_id": UUID(pair[facts]["organisation_id"]),
            "at": datetime.fromisoformat(pair[facts]["at"]),
        }
    )


def told(pair):
    tell = getattr(compose, pair["tell"])
    facts = {name: READERS.get(name, lambda it: it)(value) for name, value in pair["facts"].items()}
    return tell(what_happened(pair), **facts)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_facts_make_exactly_this_statement(path):
    pair = json.loads(path.read_text())
    assert told(pair) == pair["statement"]


def test_every_template_has_a_golden_pair():
    pairs = {json.loads(path.read_text())["tell"] for path in GOLDEN}
    tellers = {
        name
        for name, teller in inspect.getmembers(compose, inspect.isfunction)
        if name not in ("checked", "written_agent") and name in compose.__all__
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


OUTSIDE = ("completion_observed", "voided")


def test_two_kinds_follow_no_template_and_every_other_exactly_one():
    for path in GOLDEN:
        pair = json.loads(path.read_text())
        bound = TEMPLATES.judged(pair["statement"]).bound
        assert len(bound) == (0 if pair["tell"] in OUTSIDE else 1), path.stem


def test_every_template_of_the_profile_is_followed_by_a_golden_statement():
    pairs = [json.loads(path.read_text()) for path in GOLDEN]
    followed = {id for pair in pairs for id in TEMPLATES.judged(pair["statement"]).bound}
    assert followed == {template["id"] for template in DOCUMENT["templates"]}


def test_ours_is_spelt_under_our_profile():
    for path in GOLDEN:
        pair = json.loads(path.read_text())
        if pair["tell"] in OUTSIDE:
            assert f"{PROFILE}/v" not in json.dumps(pair["statement"])
            continue
        category = pair["statement"]["context"]["contextActivities"]["category"]
        assert category[0]["id"] == f"{PROFILE}/v1.0"
        assert all(activity["id"].startswith(f"{PROFILE}/modes/") for activity in category[1:])
