"""The privacy desk, over HTTP: what is held, what is asked for, and who sees that."""

from __future__ import annotations

from typing import Any

from lti import claims
from lti.testing import messages
from plugin.app import Mentes
from plugin.foundation.events import EventRow
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people.model import Person, PrivacyRequest
from tests.plugin.factories import every
from tests.plugin.launching import ADA, TEACHER, Browser, Campus

ADMIN = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"


def asking(campus: Campus, user: Any, about: Any, **changed: Any) -> tuple[Browser, str]:
    """Return a browser in a data privacy launch, and its first page."""
    browser = campus.browser()
    state, nonce = browser.begin(user)
    content = messages.data_privacy_request(campus.platform, campus.tool, user, about)
    answer = browser.post(state, browser.token(nonce, {**content, **changed}))
    browser.launch_id = answer.headers["Location"].split("/")[-2]
    return browser, browser.get("privacy").get_data(as_text=True)


def test_what_is_held_is_counted_and_asked_for_once(campus: Campus, mentes: Mentes) -> None:
    campus.launched(ADA)
    ada, page = asking(campus, ADA, ADA)
    assert "What is held about you" in page
    for _ in range(2):
        assert ada.submit("privacy/export").status_code == 303
    assert ada.submit("privacy/erase").status_code == 303
    assert ada.get("privacy").get_data(as_text=True).count("Asked for on") == 2
    with mentes.database.reading(EVERYWHERE) as session:
        assert sorted(each.kind for each in every(session, PrivacyRequest)) == ["erase", "export"]


def test_an_administrator_sees_requests_and_notes_that_they_are_done(
    campus: Campus, mentes: Mentes
) -> None:
    campus.launched(ADA).submit("privacy/erase")
    admin = campus.launched(TEACHER, **{claims.ROLES: [ADMIN]})
    page = admin.get("privacy-requests").get_data(as_text=True)
    assert "Ada One" in page
    assert "mentes lrs erase --organisation" in page
    with mentes.database.reading(EVERYWHERE) as session:
        (asked,) = every(session, PrivacyRequest)
    for _ in range(2):
        assert admin.submit(f"privacy-requests/{asked.id}/done").status_code == 303
    assert "Nobody asks for anything" in admin.get("privacy-requests").get_data(as_text=True)
    assert "Ask for my data" in campus.launched(ADA).get("privacy").get_data(as_text=True)


def test_nobody_but_an_administrator_sees_requests_or_the_data_of_others(campus: Campus) -> None:
    campus.launched(ADA)
    tina = campus.launched(TEACHER)
    assert tina.get("privacy-requests").status_code == 403
    assert "Ada One" not in asking(campus, TEACHER, ADA)[1]


def test_an_administrator_who_asks_about_somebody_sees_counts_alone_and_it_is_noted(
    campus: Campus, mentes: Mentes
) -> None:
    campus.launched(ADA)
    page = asking(campus, TEACHER, ADA, **{claims.ROLES: [ADMIN]})[1]
    assert "Ada One" in page
    assert "What is held about this person" in page
    assert ADA.email not in page
    with mentes.database.reading(EVERYWHERE) as session:
        (look,) = every(session, EventRow, EventRow.kind == "privacy.looked-at")
        (ada,) = every(session, Person, Person.email == ADA.email)
    assert look.subject_id == ada.id
