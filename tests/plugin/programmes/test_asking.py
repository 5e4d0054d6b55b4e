"""The page on which instructors say what is asked, and how mentors are given."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from plugin.app import Mentes
from plugin.programmes.catalogue import LONGEST_LABEL, MOST_LABELS
from plugin.programmes.forms import LABEL_TOO_LONG, TOO_MANY_LABELS
from plugin.programmes.model import Programme
from plugin.programmes.questions import Questionnaire
from tests.plugin.factories import every
from tests.plugin.launching import ADA, TEACHER, Browser, Campus


@pytest.fixture
def tina(campus: Campus) -> Browser:
    """An instructor who has opened the item."""
    return campus.launched(TEACHER)


def programme(mentes: Mentes, organisation_id: UUID) -> Programme | None:
    with mentes.database.reading(organisation_id) as session:
        return next(iter(every(session, Programme)), None)


def asked(mentes: Mentes, organisation_id: UUID) -> dict[str, Any]:
    found = programme(mentes, organisation_id)
    assert found is not None
    return found.questions


def labels(kept: dict[str, Any], name: str) -> list[str]:
    return [each["label"] for each in kept[name]]


def test_nothing_more_is_asked_until_an_instructor_says_so(tina: Browser) -> None:
    page = tina.get("questions").text
    assert "checked" in page
    assert 'value="at-once" checked' in page
    assert page.count(" checked") == 1
    assert "What you ask, and when mentors are given" in tina.get("set-up").text


def test_lists_questions_and_rounds_are_kept_and_shown_again(
    tina: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    answer = tina.submit(
        "questions",
        pairs_by="draft",
        skills="Giving feedback\r\n  Listening   well \r\n\r\nC++\r\nC#",
        sites="Berlin",
        ask=["help", "wishes"],
    )
    assert answer.status_code == 303
    found = programme(mentes, organisation_id)
    assert found is not None
    assert found.pairs_by == "draft"
    assert found.questions["ask"] == ["help", "wishes"]
    assert labels(found.questions, "skills") == ["Giving feedback", "Listening well", "C++", "C#"]
    assert found.questions["teams"] == []
    page = tina.get("questions").text
    assert "Giving feedback\nListening well\nC++\nC#</textarea>" in page
    assert 'value="draft" checked' in page
    assert page.count(" checked") == 3
    assert "You ask 4 questions more" in tina.get("set-up").text
    assert "in rounds" in tina.get("set-up").text


def test_the_same_label_twice_is_one_option_and_empty_lines_are_none(
    tina: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    tina.submit(
        "questions", pairs_by="at-once", skills="Listening\n\n \t\nlistening\n LISTENING \n"
    )
    assert labels(asked(mentes, organisation_id), "skills") == ["Listening"]


def test_a_label_with_what_no_database_can_hold_is_kept_without_it(
    tina: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    tina.submit("questions", pairs_by="at-once", skills="Li\x00stening\u2028Planning\x0bAsking")
    assert labels(asked(mentes, organisation_id), "skills") == ["Listening", "Planning", "Asking"]


def test_as_many_labels_as_may_be_are_kept(
    tina: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    lines = [f"Skill {number:03} ".ljust(LONGEST_LABEL, "x") for number in range(MOST_LABELS)]
    assert tina.submit("questions", pairs_by="at-once", skills="\n".join(lines)).status_code == 303
    assert len(asked(mentes, organisation_id)["skills"]) == MOST_LABELS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n".join(f"Skill {number}" for number in range(MOST_LABELS + 1)), TOO_MANY_LABELS),
        ("x\n" * 500_000, TOO_MANY_LABELS),
        ("x" * 1_000_000, LABEL_TOO_LONG),
        ("x" * (LONGEST_LABEL + 1), LABEL_TOO_LONG),
    ],
    ids=["201 lines", "1 MB of lines", "1 MB in a line", "81 characters"],
)
def test_too_much_comes_back_with_what_to_do(
    tina: Browser, mentes: Mentes, organisation_id: UUID, text: str, told: str
) -> None:
    answer = tina.submit("questions", pairs_by="draft", skills=text, ask="help")
    assert answer.status_code == 422
    assert told in answer.text
    assert text[:40] in answer.text  # what was written is not lost
    assert 'value="draft" checked' in answer.text
    assert programme(mentes, organisation_id) is None


def test_the_messages_name_the_limits() -> None:
    assert str(MOST_LABELS) in TOO_MANY_LABELS
    assert str(LONGEST_LABEL) in LABEL_TOO_LONG


@pytest.mark.parametrize(
    "sent", [{}, {"pairs_by": "by-magic"}, {"pairs_by": "draft", "ask": "the stars"}]
)
def test_what_is_no_choice_comes_back(
    tina: Browser, mentes: Mentes, organisation_id: UUID, sent: dict[str, str]
) -> None:
    answer = tina.submit("questions", **sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert programme(mentes, organisation_id) is None


def test_asking_again_without_a_change_is_no_news(
    tina: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    for _ in range(2):
        tina.submit("questions", pairs_by="at-once", skills="C++\nC#", ask=["hours"])
    found = programme(mentes, organisation_id)
    assert found is not None
    assert [each.key for each in Questionnaire.of(found).questions] == ["skill", "hours"]


def test_learners_neither_see_nor_change_it(campus: Campus, tina: Browser) -> None:
    ada = campus.launched(ADA)
    assert ada.get("questions").status_code == 403
    assert ada.submit("questions", pairs_by="draft").status_code == 403
