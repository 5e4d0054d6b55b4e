"""Messages that are not the opening of an item: each leads to a page that makes sense."""

from __future__ import annotations

from lti import claims
from lti.testing import User, messages
from lti.testing.values import Claims
from tests.plugin.launching import ADA, BEN, TEACHER, Campus


def first_page(campus: Campus, user: User, content: Claims) -> tuple[str, int]:
    """Return the end of the address to which a message leads, and the status of that page."""
    browser = campus.browser()
    state, nonce = browser.begin(user)
    answer = browser.post(state, browser.token(nonce, content))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    location = answer.headers["Location"]
    page = browser.client.get(location, headers={"Accept": "text/html"})
    return location.rpartition("/")[2], page.status_code


def review(campus: Campus, user: User, for_user: User) -> Claims:
    column = campus.platform.grades.column_of_link(campus.link.id)
    assert column is not None
    return messages.submission_review_request(campus.platform, campus.tool, user, column, for_user)


def test_a_teacher_who_opens_a_cell_of_the_gradebook_sees_that_learners_check_ins(
    campus: Campus,
) -> None:
    assert first_page(campus, TEACHER, review(campus, TEACHER, ADA)) == ("mentee", 200)


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
