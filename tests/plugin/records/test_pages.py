"""The page on which it is chosen what is told; and our profile, for everybody."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask import Flask

from lrs_bridge.profile import DOCUMENT
from plugin.app import Mentes
from plugin.courses.model import Course
from plugin.platforms.model import ActorForm, RegistrationRow
from plugin.programmes.model import Participation, Programme
from plugin.records.groups import Group, told_groups
from tests.plugin.factories import a_programme, every
from tests.plugin.launching import ADA, TEACHER, Browser, Campus


@pytest.fixture
def teacher(mentes: Mentes, campus: Campus, organisation_id: UUID) -> Browser:
    """An instructor in a course that has mentoring."""
    browser = campus.launched(TEACHER)
    with mentes.database.transaction(organisation_id) as session:
        a_programme(session, every(session, Course)[0])
    return browser


def told(mentes: Mentes, organisation_id: UUID) -> frozenset[Group]:
    with mentes.database.reading(organisation_id) as session:
        return told_groups(every(session, Programme)[0])


def test_an_instructor_chooses_and_reads_what_each_group_tells(
    teacher: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    page = teacher.get("records").text
    assert "never what it says" in page
    assert page.count("checked") == len(Group) - 1
    answer = teacher.submit("records", told=["check-ins", "reminders"])
    assert answer.status_code == 303
    assert told(mentes, organisation_id) == {Group.CHECK_INS, Group.REMINDERS}
    assert teacher.get("records").text.count("checked") == 2
    teacher.submit("records")
    assert told(mentes, organisation_id) == frozenset()


def test_what_switches_nothing_yet_stands_apart_and_says_so(teacher: Browser) -> None:
    page = teacher.get("records").text
    now, _, later = page.partition('<section class="card" aria-labelledby="later">')
    assert "Not in Mentes yet" in later
    assert set(re.findall(r'name="told"\s+value="([\w-]+)"', later)) == {
        Group.ON_THE_JOB,
        Group.RESOURCES,
        Group.SURVEYS,
        Group.REMINDERS,
    }
    assert Group.CIRCLES in re.findall(r'name="told"\s+value="([\w-]+)"', now)


def test_what_is_no_group_is_said_and_changes_nothing(
    teacher: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    before = told(mentes, organisation_id)
    answer = teacher.submit("records", told=["check-ins", "everything"])
    assert answer.status_code == 422
    assert "Choose from those shown." in answer.text
    assert told(mentes, organisation_id) == before


def test_a_learner_does_not_choose_it(teacher: Browser, campus: Campus) -> None:
    ada = campus.launched(ADA)
    assert ada.get("records").status_code == 403
    assert ada.submit("records").status_code == 403


def test_before_there_is_mentoring_there_is_nothing_to_choose(campus: Campus) -> None:
    teacher = campus.launched(TEACHER)
    assert "No mentoring in this course yet" in teacher.get("records").text
    assert teacher.submit("records", told=["check-ins"]).status_code == 404


def test_the_profile_is_published_for_everybody(app: Flask) -> None:
    answer = app.test_client().get("/xapi-profile")
    assert answer.status_code == 200
    assert answer.content_type == "application/ld+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.get_json(force=True) == DOCUMENT


def test_where_a_course_calls_people_by_mail_they_can_stay_a_number(
    teacher: Browser, mentes: Mentes, campus: Campus, organisation_id: UUID
) -> None:
    ada = campus.launched(ADA)
    assert "only by a number" not in ada.get("join").text
    with mentes.database.transaction(organisation_id) as session:
        every(session, RegistrationRow)[0].actor_form = ActorForm.MBOX
    page = ada.get("join").text
    assert "by your mail address" in page
    assert "only by a number" in page
    said = {"first_use": "The budget talk", "talk": ["call"]}
    assert ada.submit("join", **said, recorded="by-number").status_code == 303

    def agreed() -> tuple[bool, str]:
        with mentes.database.reading(organisation_id) as session:
            (mine,) = every(session, Participation)
            return mine.recorded, mine.recorded_as

    assert agreed() == (True, ActorForm.ACCOUNT)
    assert re.search(r'value="by-number"[^>]*checked', ada.get("choices").text)
    ada.submit("choices", recorded="yes")
    assert agreed() == (True, ActorForm.MBOX)
    assert re.search(r'value="yes"[^>]*checked', ada.get("choices").text)
    assert ada.submit("choices", recorded="as-you-like").status_code == 422
    ada.submit("choices", recorded="no")
    assert not agreed()[0]


def test_who_agreed_to_less_is_asked_again_and_nothing_is_ticked_for_them(
    teacher: Browser, mentes: Mentes, campus: Campus, organisation_id: UUID
) -> None:
    ada = campus.launched(ADA)
    with mentes.database.transaction(organisation_id) as session:
        every(session, RegistrationRow)[0].actor_form = ActorForm.BARE_SHA1SUM
    ada.submit("join", first_use="The talk", talk=["call"], recorded="yes")
    with mentes.database.transaction(organisation_id) as session:
        every(session, RegistrationRow)[0].actor_form = ActorForm.MBOX
    page = ada.get("choices").text
    assert not re.search(r'name="recorded"[^>]*checked', page)
    assert "by your mail address" in page
