"""A launch with nothing new costs little; a launch with anything new leaves it behind."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from lrs_bridge.vocabulary import NAMED
from lti import claims
from plugin.app import Mentes
from plugin.courses.model import Course, CourseActivity, Membership, ResourceLink
from plugin.foundation.tenancy import EVERYWHERE, Owned
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import ACCOUNT
from tests.conftest import MovableClock
from tests.plugin.factories import statements_on
from tests.plugin.launching import ADA, TEACHER, Campus

MOST = 12
"""Statements to a login and a launch together."""
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


def the(mentes: Mentes, table: type[Owned]) -> Any:
    by_name = CourseActivity.place.startswith(NAMED)  # a course has names beside its own IRI
    with mentes.database.reading(EVERYWHERE) as session:
        rows = select(table)
        return session.scalars(rows.where(~by_name) if table is CourseActivity else rows).one()


def written(campus: Campus, mentes: Mentes, **said: Any) -> list[str]:
    """Return the tables that a launch of Ada's writes to."""
    with statements_on(mentes.database.engine) as asked:
        campus.launched(ADA, **said)
    assert len(asked) <= MOST or said
    words = [each.split() for each in asked]
    place = {"INSERT": 2, "UPDATE": 1}
    return [each[place[each[0]]] for each in words if each[0] in place]


FOR_THE_LAUNCH_ITSELF = ["pending_login", "pending_login", "browser_session", "launch"]


def test_a_launch_that_brings_nothing_new_writes_nothing_but_itself(
    campus: Campus, mentes: Mentes
) -> None:
    campus.launched(ADA)
    assert written(campus, mentes) == FOR_THE_LAUNCH_ITSELF


def test_a_second_launch_in_one_browser_goes_on_with_its_session(
    campus: Campus, mentes: Mentes
) -> None:
    browser = campus.launched(ADA)
    with statements_on(mentes.database.engine) as asked:
        browser.launch(ADA)
    assert len(asked) <= MOST
    assert not any("INSERT INTO browser_session" in each for each in asked)


def test_a_launch_that_brings_nothing_new_calls_nobody(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    campus.launched(ADA)
    called: list[Any] = []

    class Watched(socket.socket):
        """A socket that says whom it calls; the database's own driver does not use it."""

        def connect(self, address: Any) -> None:
            called.append(address)
            super().connect(address)

    monkeypatch.setattr(socket, "socket", Watched)
    campus.launched(ADA)
    assert called == []
    socket.create_connection(("127.0.0.1", campus.server.port)).close()
    assert called == [("127.0.0.1", campus.server.port)]  # so we would have seen it


def changed(campus: Campus, claim: str, **said: Any) -> dict[str, Any]:
    """Return a claim of Ada's launches, with `said` in it."""
    return {claim: {**campus.browser().claims(ADA).get(claim, {}), **said}}


NEWS: dict[str, tuple[str, dict[str, Any], type[Owned], dict[str, Any]]] = {
    "the course's title": (claims.CONTEXT, {"title": "New"}, Course, {"title": "New"}),
    "the course's label": (claims.CONTEXT, {"label": "NEW"}, Course, {"label": "NEW"}),
    "the course's own IRI gets its name": (
        claims.CONTEXT,
        {"title": "New"},
        CourseActivity,
        {"name": "New"},
    ),
    "the item's title": (claims.RESOURCE_LINK, {"title": "New"}, ResourceLink, {"title": "New"}),
    "the line item": (
        claims.AGS_ENDPOINT,
        {"lineitem": "https://lms.example/li/9"},
        ResourceLink,
        {"lineitem_url": "https://lms.example/li/9"},
    ),
    "the line items": (
        claims.AGS_ENDPOINT,
        {"lineitems": "https://lms.example/lis"},
        Course,
        {"lineitems_url": "https://lms.example/lis"},
    ),
    "the scopes": (
        claims.AGS_ENDPOINT,
        {"scope": [claims.SCOPE_SCORE]},
        Course,
        {"service_scopes": [claims.SCOPE_SCORE]},
    ),
    "the roster": (
        claims.NRPS_ENDPOINT,
        {"context_memberships_url": "https://lms.example/all"},
        Course,
        {"memberships_url": "https://lms.example/all"},
    ),
    "the course's number in a registry": (
        claims.LIS,
        {"course_section_sourcedid": "S-1"},
        Course,
        {"sourced_id": "S-1"},
    ),
    "the language": (claims.LAUNCH_PRESENTATION, {"locale": "de"}, Person, {"language": "de"}),
    "the time zone": (claims.CUSTOM, {"zone": "Asia/Tokyo"}, Person, {"zone": "Asia/Tokyo"}),
}


@pytest.mark.parametrize(("claim", "said", "table", "kept"), NEWS.values(), ids=NEWS)
def test_what_is_new_is_kept(
    campus: Campus,
    mentes: Mentes,
    claim: str,
    said: dict[str, Any],
    table: type[Owned],
    kept: dict[str, Any],
) -> None:
    campus.launched(ADA)
    news = changed(campus, claim, **said) if claim != claims.CUSTOM else {claim: said}
    campus.launched(ADA, **news)
    row = the(mentes, table)
    assert {name: getattr(row, name) for name in kept} == kept
    assert written(campus, mentes, **news) == FOR_THE_LAUNCH_ITSELF


@pytest.mark.parametrize(
    ("said", "table", "kept"),
    [
        ({"name": "Ada Other"}, Person, {"name": "Ada Other"}),
        ({"email": "other@lms.example"}, Person, {"email": "other@lms.example"}),
        ({claims.ROLES: [INSTRUCTOR]}, Membership, {"roles": [INSTRUCTOR]}),
    ],
    ids=["a name", "a mail address", "roles"],
)
def test_what_is_new_of_a_person_is_kept(
    campus: Campus,
    mentes: Mentes,
    said: dict[str, Any],
    table: type[Owned],
    kept: dict[str, Any],
) -> None:
    campus.launched(ADA)
    campus.launched(ADA, **said)
    row = the(mentes, table)
    assert {name: getattr(row, name) for name in kept} == kept


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({claims.EXT: {"user_username": "ada"}}, ("username", "ada")),
        ({claims.LIS: {"person_sourcedid": "E7"}}, ("sourced_id", "E7")),
        ({claims.CUSTOM: {"username": "ada"}}, ("username", "ada")),
        ({"email": "new@lms.example"}, ("mbox", "new@lms.example")),
    ],
    ids=["username", "sourced id", "custom", "a mail address"],
)
def test_by_what_other_name_somebody_is_called_is_kept(
    campus: Campus, mentes: Mentes, said: dict[str, Any], key: tuple[str, str]
) -> None:
    campus.launched(ADA)
    campus.launched(ADA, **said)
    with mentes.database.reading(EVERYWHERE) as session:
        known = session.execute(select(PersonIdentifier.scheme, PersonIdentifier.value)).all()
    assert key in [tuple(each) for each in known]
    assert written(campus, mentes, **said) == FOR_THE_LAUNCH_ITSELF
    if "email" not in said:  # silence is no news
        assert written(campus, mentes) == FOR_THE_LAUNCH_ITSELF


def test_somebody_who_had_left_the_course_is_back(campus: Campus, mentes: Mentes) -> None:
    campus.launched(ADA)
    with mentes.database.transaction(EVERYWHERE) as session:
        session.execute(update(Membership).values(active=False))
    campus.launched(ADA)
    assert the(mentes, Membership).active


def test_that_somebody_was_seen_is_kept_by_the_hour(
    campus: Campus, mentes: Mentes, clock: MovableClock
) -> None:
    campus.launched(ADA)
    clock.forward(minutes=59)
    campus.launched(ADA)
    before = the(mentes, Membership).seen_at
    clock.forward(minutes=1)
    campus.launched(ADA)
    assert the(mentes, Membership).seen_at == before + timedelta(hours=1)


def test_silence_leaves_what_is_known(campus: Campus, mentes: Mentes) -> None:
    campus.launched(ADA)
    silent = {"name": None, "given_name": None, "family_name": None, "email": None}
    assert written(campus, mentes, **silent) == FOR_THE_LAUNCH_ITSELF
    assert the(mentes, Person).name == "Ada One"


def test_a_new_person_is_not_taken_for_one_who_is_known(campus: Campus, mentes: Mentes) -> None:
    campus.launched(ADA)
    campus.launched(TEACHER)
    with mentes.database.reading(EVERYWHERE) as session:
        known = session.scalars(
            select(PersonIdentifier.value).where(PersonIdentifier.scheme == ACCOUNT)
        ).all()
    assert sorted(known) == sorted([ADA.id, TEACHER.id])
