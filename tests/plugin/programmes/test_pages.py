"""The pages of those who take part: joining with more than three answers, and changing them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.courses.model import Course
from plugin.people.model import Person
from plugin.programmes import answers, service
from plugin.programmes.catalogue import BY_NAME
from plugin.programmes.model import PairsBy, Part, Participation
from plugin.programmes.questions import Questionnaire
from tests.conftest import MovableClock
from tests.plugin.factories import NOW, a_mentee, a_mentor, a_person, a_programme, every
from tests.plugin.launching import ADA, MO, TEACHER, Browser, Campus

THREE = {"first_use": "the budget talk", "talk": "call", "recorded": "no"}
MORE = "Help us find a good match"
REFUSE = "Is there anybody you should not be paired with?"


@dataclass
class Room:
    """A course with mentoring that Ada has opened, and whose mentor is Mo."""

    mentes: Mentes
    campus: Campus
    organisation_id: UUID
    ada: Browser
    mo: Browser
    mo_id: UUID

    def ask(self, **asked: Any) -> None:
        """Ask these questions."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            programme = self.programme(session)
            asked_now = Questionnaire.asking(**asked)
            answers.questions_set(session, programme, asked_now, by=uuid4(), now=NOW)

    def programme(self, session: Session) -> Any:
        """Return the programme of the course."""
        return a_programme(session, every(session, Course)[0])

    def participation(self, part: Part = Part.MENTEE) -> Participation:
        """Return Ada's part, or Mo's."""
        with self.mentes.database.reading(self.organisation_id) as session:
            (found,) = every(session, Participation, Participation.part == part)
            return found


@pytest.fixture
def room(mentes: Mentes, campus: Campus, organisation_id: UUID, clock: MovableClock) -> Room:
    clock.now = NOW
    ada, mo = campus.launched(ADA), campus.launched(MO)
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session, every(session, Course)[0])
        mentor = a_mentor(session, programme, MO.id, name=MO.name)
    return Room(mentes, campus, organisation_id, ada, mo, mentor.id)


def fields_of(page: str) -> set[str]:
    """Return the names of a page's fields."""
    return set(re.findall(r'<(?:input|select|textarea)\b[^>]*?\bname="([^"]+)"', page))


# Joining.


def test_by_default_three_answers_are_asked_for_and_nothing_else(room: Room) -> None:
    page = room.ada.get("join").text
    assert fields_of(page) == {"first_use", "talk", "recorded"}
    assert MORE not in page


def test_whatever_is_asked_three_answers_are_enough(room: Room) -> None:
    room.ask(skills=["Listening"], sites=["Berlin"], teams=["Sales"], ask=BY_NAME)
    page = room.ada.get("join").text
    assert MORE in page
    assert fields_of(page) == {
        *("first_use", "talk", "recorded", "zone", "wishes", "refuses"),
        *("skill", "help", "style", "hours", "language", "site", "team", "level"),
    }
    required = re.findall(r'name="(\w+)"[^>]* required', page)
    assert set(required) <= {"first_use", "recorded"}
    assert room.ada.submit("join", **THREE).status_code == 303
    assert room.participation().answers == {}


def test_every_field_says_who_sees_it(room: Room) -> None:
    room.ask(skills=["Listening"], sites=["Berlin"], teams=["Sales"], ask=BY_NAME)
    page = room.ada.get("join").text
    described = set(re.findall(r'aria-describedby="([^"]+)"', page))
    seen = {id for ids in described for id in ids.split() if id.endswith("-sees")}
    assert len(seen) == len(fields_of(page))
    assert all(f'id="{id}"' in page for id in seen)


def test_answers_come_with_joining(room: Room) -> None:
    room.ask(skills=["Giving feedback", "Listening"], ask=["help", "hours", "wishes", "language"])
    answer = room.ada.submit(
        "join",
        **THREE,
        skill=["listening"],
        help=["show", "doors"],
        hours=["mon-am", "fri-eve"],
        language=["de", "", "en", ""],
        wishes=["", str(room.mo_id), ""],
        zone="Asia/Tokyo",
    )
    assert answer.status_code == 303
    mine = room.participation()
    assert mine.answers == {
        "skill": ["listening"],
        "help": ["show", "doors"],
        "hours": ["mon-am", "fri-eve"],
        "language": ["de", "en"],
    }
    assert mine.wishes == [str(room.mo_id)]
    with room.mentes.database.reading(room.organisation_id) as session:
        assert session.get_one(Person, mine.person_id).zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"skill": ["a", "b", "c"]}, "Choose two at most."),
        ({"style": ["calm", "brisk"]}, "Choose one answer."),
        ({"wishes": ["not a person"]}, "Choose from the mentors shown."),
        ({"wishes": [str(uuid4())]}, "Choose from the mentors shown, three at most."),
        ({"refuses": ["not a person"]}, "Choose from the people shown."),
        ({"refuses": [str(uuid4())]}, "Choose from the people shown."),
        ({"hours": ["mon-am"]}, "Choose your time zone"),
        ({"hours": ["mon-am"], "zone": "Mars/Olympus"}, "Choose from the list."),
    ],
)
def test_what_needs_attention_is_shown_unfolded_with_what_was_sent(
    room: Room, sent: dict[str, Any], text: str
) -> None:
    room.ask(skills=["A", "B", "C"], ask=BY_NAME)
    answer = room.ada.submit("join", **THREE, **{"help": ["doors"], **sent})
    assert answer.status_code == 422
    assert text in answer.text
    assert "<details open>" in answer.text
    assert "the budget talk" in answer.text
    assert re.search(r'value="doors" checked', answer.text)
    top = re.findall(r'<li><a href="#([^"]+)"', answer.text)
    assert top
    assert all(f'id="{id}"' in answer.text for id in top)
    with room.mentes.database.reading(room.organisation_id) as session:
        assert every(session, Participation, Participation.part == Part.MENTEE) == []


def test_an_option_that_went_while_the_page_was_open_is_left_out(room: Room) -> None:
    room.ask(skills=["Listening", "Planning"])
    room.ask(skills=["Planning"])
    answer = room.ada.submit("join", **THREE, skill=["listening", "planning"])
    assert answer.status_code == 303
    assert room.participation().answers == {"skill": ["planning"]}


def test_a_mentor_without_a_name_can_be_wished_for(room: Room) -> None:
    room.ask(ask=["wishes"])
    with room.mentes.database.transaction(room.organisation_id) as session:
        programme = room.programme(session)
        nobody = a_mentor(session, programme, name=None)
        twins = [a_mentor(session, programme, name="Sam Same") for _ in range(2)]
    page = room.ada.get("join").text
    assert f"Person without a name (…{str(nobody.id)[-4:]})" in page
    for twin in twins:
        assert f"Sam Same (…{str(twin.id)[-4:]})" in page


def test_labels_are_text_and_never_mark_up(room: Room) -> None:
    room.ask(skills=["<script>alert(1)</script>", "“Quotes” & 'more'"])
    page = room.ada.get("join").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


# Waiting.


@pytest.mark.parametrize("pairs_by", PairsBy)
def test_who_waits_is_told_how_mentors_are_given(room: Room, pairs_by: PairsBy) -> None:
    with room.mentes.database.transaction(room.organisation_id) as session:
        programme = room.programme(session)
        service.detach_mentor(session, programme, room.mo_id, by=room.mo_id, now=NOW)
        answers.pairs_by_set(session, programme, pairs_by, by=uuid4(), now=NOW)
        a_mentee(session, programme, ADA.id)
    page = room.ada.get("mine").text
    assert ("Mentors are given in rounds" in page) == (pairs_by is PairsBy.DRAFT)
    assert ("Nobody is free just now" in page) == (pairs_by is PairsBy.AT_ONCE)


# Your data and choices.


def test_answers_are_seen_and_changed_by_mentees_and_mentors(room: Room) -> None:
    room.ask(skills=["Listening", "Planning", "Asking"], ask=["help", "wishes"])
    room.ada.submit("join", **THREE, skill=["listening"])
    page = room.ada.get("choices").text
    assert "1 of 3 answered" in page
    assert re.search(r'value="listening" checked', page)
    room.ada.submit("answers/mentee", skill=["planning"], wishes=[str(room.mo_id)])
    assert room.participation().answers == {"skill": ["planning"]}
    assert re.search(rf'value="{room.mo_id}" selected', room.ada.get("choices").text)
    page = room.mo.get("choices").text
    assert "0 of 2 answered" in page
    assert "wishes" not in fields_of(page)
    room.mo.submit("answers/mentor", skill=["listening", "planning", "asking"])
    assert len(room.participation(Part.MENTOR).answers["skill"]) == 3


def test_an_answer_to_what_is_asked_no_more_is_shown_nowhere(room: Room) -> None:
    room.ask(skills=["Listening"])
    room.ada.submit("join", **THREE, skill=["listening"])
    room.ask(skills=["Planning"])
    page = room.ada.get("choices").text
    assert "istening" not in page
    assert "0 of 1 answered" in page
    room.ask(skills=["LISTENING", "Planning"])
    assert re.search(r'value="listening" checked', room.ada.get("choices").text)


def test_what_is_wrong_is_shown_in_its_own_form(room: Room) -> None:
    room.ask(skills=["A", "B", "C"])
    room.ada.submit("join", **THREE)
    answer = room.ada.submit("answers/mentee", skill=["a", "b", "c"])
    assert answer.status_code == 422
    assert "Choose two at most." in answer.text
    assert 'href="#mentee-skill"' in answer.text
    assert answer.text.count("<details open>") == 1


def test_nobody_answers_for_a_part_that_they_do_not_take(room: Room) -> None:
    room.ask(skills=["A"])
    room.ada.submit("join", **THREE)
    assert room.ada.submit("answers/mentor", skill=["a"]).status_code == 404
    assert room.ada.submit("answers/admin", skill=["a"]).status_code == 404


def test_a_refusal_is_seen_by_nobody_else(room: Room) -> None:
    room.ada.submit("join", **THREE)
    assert REFUSE in room.ada.get("choices").text
    answer = room.ada.submit("refuses", refuses=["", str(room.mo_id)])
    assert answer.status_code == 303
    assert room.participation().refuses == [str(room.mo_id)]
    mine = room.ada.get("choices").text
    assert re.search(rf'name="refuses" value="{room.mo_id}" checked', mine)
    assert f'name="refuses_shown" value="{room.mo_id}"' in mine
    teacher = room.campus.launched(TEACHER)
    for page in (room.mo.get("choices"), teacher.get("people"), teacher.get("set-up")):
        assert "refuses_shown" not in page.text
        assert "not paired with" not in page.text
    room.ada.submit("refuses", refuses_shown=str(room.mo_id))
    assert room.participation().refuses == []


def test_a_refusal_survives_leaving_and_joining_by_the_three_questions(room: Room) -> None:
    room.ada.submit("join", **THREE)
    room.ada.submit("refuses", refuses=str(room.mo_id))
    room.ada.submit("leave")
    room.ada.submit("join", **THREE)
    assert room.participation().refuses == [str(room.mo_id)]


def test_a_stranger_cannot_be_refused_and_the_page_says_so_calmly(room: Room) -> None:
    room.ada.submit("join", **THREE)
    with room.mentes.database.transaction(room.organisation_id) as session:
        classmate = a_person(session, every(session, Course)[0])
    for stranger in (uuid4(), classmate.id):
        answer = room.ada.submit("refuses", refuses=str(stranger))
        assert answer.status_code == 422
        assert "Choose from the people shown." in answer.text
    assert room.mo.submit("refuses", refuses=str(classmate.id)).status_code == 303


def test_who_takes_no_part_is_asked_nothing(room: Room) -> None:
    room.ask(skills=["A"], ask=BY_NAME)
    assert fields_of(room.ada.get("choices").text) == {"recorded", "zone"}
