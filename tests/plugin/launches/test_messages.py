"""Messages that are not the opening of an item: each leads to a page that makes sense."""

from __future__ import annotations

from html import unescape

from werkzeug.test import TestResponse

from lti import claims
from lti.testing import User, messages
from lti.testing.values import Claims
from plugin.app import Mentes
from plugin.courses.model import Course
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people.model import Person
from tests.plugin.factories import (
    a_check_in,
    a_checkpoint,
    a_mentor,
    a_pair,
    a_programme,
    an_activity,
    every,
)
from tests.plugin.launching import ADA, BEN, TEACHER, Browser, Campus


def posted(campus: Campus, user: User, content: Claims) -> tuple[Browser, TestResponse]:
    """Return a browser that has posted a message, and where it is led."""
    browser = campus.browser()
    state, nonce = browser.begin(user)
    answer = browser.post(state, browser.token(nonce, content))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return browser, answer


def first_page(campus: Campus, user: User, content: Claims) -> tuple[str, int]:
    """Return the end of the address to which a message leads, and the status of that page."""
    browser, answer = posted(campus, user, content)
    return answer.headers["Location"].rpartition("/")[2], browser.follow(answer).status_code


def shown(campus: Campus, user: User, content: Claims) -> str:
    """Return the text of the page to which a message leads."""
    browser, answer = posted(campus, user, content)
    return browser.follow(answer).text


def review(campus: Campus, user: User, for_user: User) -> Claims:
    column = campus.platform.grades.column_of_link(campus.link.id)
    assert column is not None
    return messages.submission_review_request(campus.platform, campus.tool, user, column, for_user)


def test_a_teacher_who_opens_a_cell_of_the_gradebook_sees_that_learners_check_ins(
    campus: Campus,
) -> None:
    assert first_page(campus, TEACHER, review(campus, TEACHER, ADA)) == ("mentee", 200)


def test_the_cell_of_one_learner_shows_their_check_ins_and_nobody_elses(
    campus: Campus, mentes: Mentes
) -> None:
    for user in (TEACHER, ADA, BEN):
        campus.launched(user)
    about = {ADA.email: "Ada's unit", BEN.email: "Ben's unit"}
    with mentes.database.reading(EVERYWHERE) as session:
        (course,) = every(session, Course)
        course_id, organisation_id = course.id, course.organisation_id
    with mentes.database.transaction(organisation_id) as session:
        course = session.get_one(Course, course_id)
        programme = a_programme(session, course)
        mentor = a_mentor(session, programme, capacity=2, now=mentes.clock())
        for learner in every(session, Person, Person.email.in_(about)):
            pairing = a_pair(session, programme, mentor, learner, now=mentes.clock())
            activity = an_activity(session, course, f"{campus.platform.url}/{learner.id}")
            checkpoint = a_checkpoint(session, programme, activity, now=mentes.clock())
            checkpoint.name = about[learner.email or ""]
            a_check_in(session, pairing, checkpoint, now=mentes.clock())
    for learner, other in ((ADA, BEN), (BEN, ADA)):
        page = unescape(shown(campus, TEACHER, review(campus, TEACHER, learner)))
        assert about[learner.email] in page
        assert learner.name in page
        assert about[other.email] not in page
        assert other.name not in page


def test_a_learner_who_opens_a_cell_of_the_gradebook_sees_their_own_check_ins(
    campus: Campus,
) -> None:
    assert first_page(campus, ADA, review(campus, ADA, ADA)) == ("mine", 200)


def test_a_learner_sees_nobody_elses_check_ins_whoever_the_cell_is_about(campus: Campus) -> None:
    assert first_page(campus, ADA, review(campus, ADA, BEN)) == ("mine", 200)


def test_a_data_privacy_launch_leads_to_ones_own_data(campus: Campus) -> None:
    for name in claims.DATA_PRIVACY_REQUESTS:
        content = messages.data_privacy_request(campus.platform, campus.tool, ADA, ADA)
        content[claims.MESSAGE_TYPE] = name
        assert first_page(campus, ADA, content) == ("privacy", 200)
