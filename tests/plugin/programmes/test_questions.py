"""What is asked, what is kept of an answer, and what the matching compares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.foundation.errors import FormInvalid
from plugin.foundation.i18n import Words
from plugin.programmes.catalogue import BY_NAME, EVERY_QUESTION, LISTS, PRIVATE, TALK, WISHES
from plugin.programmes.hours import HALF_DAYS
from plugin.programmes.model import Part, Participation, Programme
from plugin.programmes.questions import Questionnaire, Said, answers_for_matching, labels

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
EVERYTHING = Questionnaire.asking(
    skills=["Giving feedback", "C++"], sites=["Berlin"], teams=["Sales", "Care"], ask=BY_NAME
)
some_labels = st.lists(st.text(min_size=1, max_size=20).filter(str.strip), max_size=5)


def somebody(*, part: Part = Part.MENTEE, **said: Any) -> Participation:
    """Return the part of somebody who answered."""
    return Participation(
        part=part, **{"talk": ["call"], "answers": {}, "wishes": [], "refuses": [], **said}
    )


# What is asked.


def test_by_default_nothing_more_is_asked() -> None:
    nothing = Questionnaire.of(Programme(questions={}))
    assert nothing == Questionnaire()
    assert nothing.number == 0


def test_an_instructors_lists_are_asked_about_when_they_have_something_in_them() -> None:
    asked = Questionnaire.asking(skills=["Giving feedback"], sites=[], ask=["help"])
    assert [each.key for each in asked.questions] == ["skill", "help"]
    assert asked.as_json() == {
        "skills": [{"id": "giving-feedback", "label": "Giving feedback"}],
        "sites": [],
        "teams": [],
        "ask": ["help"],
    }


@given(some_labels, some_labels, some_labels, st.sets(st.sampled_from(BY_NAME)))
def test_a_questionnaire_comes_back_from_the_programme_as_it_was(
    skills: list[str], sites: list[str], teams: list[str], ask: set[str]
) -> None:
    asked = Questionnaire.asking(skills=skills, sites=sites, teams=teams, ask=ask)
    assert Questionnaire.of(Programme(questions=asked.as_json())) == asked
    assert asked.number == len(asked.questions) + (WISHES in ask)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(BY_NAME),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
)
questions_kept = st.dictionaries(st.sampled_from([*LISTS.values(), "ask", "more"]), anything)


@given(questions_kept)
def test_what_cannot_be_read_is_not_asked(kept: dict[str, Any]) -> None:
    asked = Questionnaire.of(Programme(questions=kept))
    assert all(each.options for each in asked.questions)


@pytest.mark.parametrize("question", EVERY_QUESTION, ids=lambda question: question.key)
def test_every_question_has_words_for_both_and_says_who_sees_the_answer(question: Any) -> None:
    assert question.mentee
    assert question.mentor
    assert question.who_sees.endswith(".")
    assert question.private == ("Only you see this." in question.who_sees)
    assert bool(question.options) != (question.key in LISTS)


# What is kept of an answer.


def test_options_that_are_not_there_are_left_out() -> None:
    sent = {"skill": ["giving-feedback", "gone"], "help": ["nonsense"], "unknown": ["x"]}
    chosen = EVERYTHING.chosen(Part.MENTEE, sent)
    assert chosen["skill"] == ["giving-feedback"]
    assert chosen["help"] == []
    assert "unknown" not in chosen


def test_a_mentee_chooses_two_skills_at_most_and_a_mentor_any() -> None:
    many = Questionnaire.asking(skills=["One", "Two", "Three"])
    sent = {"skill": ["one", "two", "three"]}
    assert many.chosen(Part.MENTOR, sent) == sent
    with pytest.raises(FormInvalid) as refused:
        many.chosen(Part.MENTEE, sent)
    assert list(refused.value.errors) == ["skill"]
    assert many.chosen(Part.MENTEE, {"skill": ["one", "one", "one", "two"]}) == {
        "skill": ["one", "two"]
    }


def test_an_answer_given_anew_replaces_the_old_one_and_leaves_the_others() -> None:
    mine = somebody(answers={"help": ["show"], "skill": ["giving-feedback"]}, wishes=["a"])
    said = Said(answers={"help": ["think"], "style": []}, wishes=None, refuses=["b"])
    assert said.keep_in(mine)
    assert mine.answers == {"help": ["think"], "skill": ["giving-feedback"]}
    assert (mine.wishes, mine.refuses) == (["a"], ["b"])
    assert not said.keep_in(mine)


# What the matching compares.


def test_the_matching_gets_options_hours_and_numbers() -> None:
    mine = somebody(
        answers={
            "skill": ["c.61321478"],
            "help": ["show", "think"],
            "hours": ["mon-am"],
            "language": ["de", "en"],
            "site": ["berlin"],
            "level": ["3"],
        }
    )
    assert answers_for_matching(mine, EVERYTHING, "Asia/Tokyo", AT) == {
        "talk": {"call"},
        "skill": {"c.61321478"},
        "help": {"show", "think"},
        "hours": {"sun-23", "mon-00", "mon-01", "mon-02"},
        "language": {"de", "en"},
        "site": {"berlin"},
        "level": 3,
    }


@pytest.mark.parametrize("part", Part)
def test_who_says_nothing_about_talking_likes_every_way(part: Part) -> None:
    mine = somebody(part=part, talk=[])
    assert answers_for_matching(mine, Questionnaire(), None, AT) == {
        "talk": {way.id for way in TALK}
    }


def test_an_option_that_is_taken_away_counts_no_more_until_it_is_back() -> None:
    mine = somebody(answers={"skill": ["giving-feedback", "listening"]})
    before = Questionnaire.asking(skills=["Giving feedback", "Listening"])
    without = Questionnaire.asking(skills=["Giving feedback"])
    back = Questionnaire.asking(skills=["listening", "Giving  Feedback", "Planning"])

    def skills(asked: Questionnaire) -> Any:
        return answers_for_matching(mine, asked, None, AT).get("skill")

    assert skills(before) == {"giving-feedback", "listening"}
    assert skills(without) == {"giving-feedback"}
    assert skills(back) == {"giving-feedback", "listening"}
    assert skills(Questionnaire()) is None


kept_answers = st.dictionaries(
    st.sampled_from([each.key for each in EVERY_QUESTION] + ["unknown"]),
    st.lists(st.text(max_size=8) | st.sampled_from([*HALF_DAYS, "1", "5", "de", "show", "sales"])),
)


@given(kept_answers, st.sampled_from(["Asia/Kathmandu", None, "nowhere"]))
def test_whatever_was_kept_the_matching_gets_options_of_now(
    kept: dict[str, list[str]], zone: str | None
) -> None:
    found = answers_for_matching(somebody(answers=kept), EVERYTHING, zone, AT)
    for field, answer in found.items():
        if field == "level":
            assert answer in range(1, 6)
        else:
            assert isinstance(answer, frozenset)
            assert answer
        if field not in ("level", "hours", "talk"):
            assert isinstance(answer, frozenset)
            assert answer <= {each.id for each in EVERYTHING.options(field)}


# In words.


def test_fixed_options_are_said_in_the_readers_language_and_own_words_as_they_are() -> None:
    english, german = Words("en"), Words("de")
    for field, option, said in (
        ("help", "show", "Showing how it is done here"),
        ("talk", "call", "On a call"),
        ("language", "de", "German"),
        ("hours", "tue-pm", "Tue afternoon"),
        ("level", "5", "Could teach it"),
    ):
        assert labels(field, option, EVERYTHING, english) == said
        assert labels(field, option, EVERYTHING, german) not in (said, None)
    for words in (english, german):
        assert labels("skill", "giving-feedback", EVERYTHING, words) == "Giving feedback"


def test_an_instructors_words_are_not_mistaken_for_ours() -> None:
    asked = Questionnaire.asking(skills=["Opening doors"])
    assert labels("skill", "opening-doors", asked, Words("de")) == "Opening doors"


@pytest.mark.parametrize(
    ("field", "option"),
    [("skill", "gone"), ("nothing", "x"), ("hours", "tue-09"), ("help", "nonsense")],
)
def test_what_is_no_option_now_has_no_words(field: str, option: str) -> None:
    assert labels(field, option, EVERYTHING, Words("en")) is None


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_option_has_words_of_its_own(language: str) -> None:
    for question in EVERYTHING.questions:
        said = [labels(question.key, o.id, EVERYTHING, Words(language)) for o in question.options]
        assert None not in said
        assert len(set(said)) == len(said)


def test_how_sure_somebody_feels_is_private() -> None:
    assert {"level"} == PRIVATE
