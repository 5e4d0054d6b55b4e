"""Rosters: pages, roles, statuses, and what a roster must never be."""

from typing import Any

import pytest
from werkzeug.wrappers import Response

from lti import claims, roles
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.message import PersonClaims
from lti.nrps import Member, Memberships, Status
from lti.testing import User
from lti.testing.answers import as_json
from tests.lti.conftest import Campus, Script, ToolSite
from tests.lti.factories import recorded


@pytest.fixture
def memberships(site: ToolSite) -> Memberships:
    return Memberships(site.services)


def memberships_url(campus: Campus) -> str:
    return campus.platform.at.memberships(campus.course, campus.tool)


def a_page(*members: Any, **headers: str) -> Response:
    return as_json({"id": "x", "context": {"id": "2"}, "members": list(members)}, headers=headers)


def test_moodles_roster_is_read(campus: Campus, script: Script, memberships: Memberships) -> None:
    script.will_answer(as_json(recorded("services")["nrps"]["body"]))
    roster = memberships.members(campus.registration, script.url)
    assert [member.user_id for member in roster.members] == ["7", "8", "4", "3", "6", "5"]
    assert roster.members[1] == Member(
        user_id="8",
        status=Status.ACTIVE,
        roles=frozenset({roles.LEARNER}),
        person=PersonClaims(
            name="Émilie Fünf",
            given_name="Émilie",
            family_name="Fünf",
            email="student5@example.com",
        ),
        sourcedid="SIS-student5",
        username="student5",
    )
    assert roster.members[3].roles == {roles.INSTRUCTOR}
    assert roster.skipped == 0


def test_a_roster_is_read_to_its_last_page(campus: Campus, memberships: Memberships) -> None:
    for number in range(10, 40):
        campus.platform.directory.add_user(
            User(
                id=str(number),
                given_name="Learner",
                family_name=str(number),
                email=f"{number}@example.com",
                username=str(number),
            )
        )
        campus.platform.directory.enrol(str(number), "2")
    roster = memberships.members(campus.registration, memberships_url(campus), limit=7)
    assert [m.user_id for m in roster.members] == ["3", "4", "5", *map(str, range(10, 40))]
    asked = [e for e in campus.platform.exchanges if e.summary.startswith("memberships")]
    assert len(asked) == 5


def test_a_role_is_filtered_again_where_the_next_page_forgot_it(
    campus: Campus, memberships: Memberships
) -> None:
    campus.platform.directory.enrol("5", "2", "Instructor", "Learner")
    found = memberships.members(
        campus.registration, memberships_url(campus), role=roles.LEARNER, limit=1
    )
    assert [member.user_id for member in found.members] == ["4", "5"]


def test_a_platform_that_shares_nothing_still_has_a_roster(
    campus: Campus, memberships: Memberships
) -> None:
    campus.platform.register_tool(
        client_id=campus.tool.client_id,
        login_url=campus.tool.login_url,
        launch_url=campus.tool.target_link_uri,
        jwks_uri=campus.tool.jwks_uri,
        shares_names=False,
        shares_emails=False,
    )
    roster = memberships.members(campus.registration, memberships_url(campus))
    assert {member.person for member in roster.members} == {PersonClaims()}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({}, Status.ACTIVE),
        ({"status": "Active"}, Status.ACTIVE),
        ({"status": "Inactive"}, Status.INACTIVE),
        ({"status": "Deleted"}, Status.DELETED),
        ({"status": "Suspended"}, Status.INACTIVE),
        ({"status": None}, Status.ACTIVE),
    ],
)
def test_a_missing_status_means_active(
    campus: Campus, script: Script, memberships: Memberships, said: dict[str, Any], meant: Status
) -> None:
    script.will_answer(a_page({"user_id": "4", "roles": ["Learner"], **said}))
    roster = memberships.members(campus.registration, script.url)
    assert roster.members[0].status is meant


@pytest.mark.parametrize(
    "entry",
    [None, "4", {}, {"user_id": ""}, {"user_id": 4}, {"user_id": None}, {"user_id": "\x00"}],
)
def test_an_entry_without_a_user_id_is_counted_but_nobody(
    campus: Campus, script: Script, memberships: Memberships, entry: Any
) -> None:
    script.will_answer(a_page(entry, {"user_id": "4", "roles": None, "name": ["x"]}))
    roster = memberships.members(campus.registration, script.url)
    assert [member.user_id for member in roster.members] == ["4"]
    assert roster.skipped == 1


@pytest.mark.parametrize("body", [{}, [], {"members": None}, {"members": {}}, "members", None])
def test_an_answer_without_members_is_an_error_and_not_an_empty_roster(
    campus: Campus, script: Script, memberships: Memberships, body: Any
) -> None:
    script.will_answer(as_json(body))
    with pytest.raises(ServiceRefused) as refusal:
        memberships.members(campus.registration, script.url)
    assert refusal.value.slug == "roster-malformed"


def test_an_empty_roster_is_an_empty_roster(
    campus: Campus, script: Script, memberships: Memberships
) -> None:
    script.will_answer(a_page())
    assert memberships.members(campus.registration, script.url).members == ()


def test_a_roster_is_never_cut_short(
    campus: Campus, script: Script, memberships: Memberships
) -> None:
    more = {"Link": '</x?2>; rel="next"'}
    for end in (Response(status=500), Response("<html>"), as_json({})):
        script.will_answer(a_page({"user_id": "4"}, **more), end)
        with pytest.raises((ServiceRefused, ServiceUnavailable)):
            memberships.members(campus.registration, script.url)


def test_somebody_on_two_pages_is_in_the_roster_once(
    campus: Campus, script: Script, memberships: Memberships
) -> None:
    more = {"Link": '</x?2>; rel="next"'}
    script.will_answer(
        a_page({"user_id": "4"}, {"user_id": "5"}, **more),
        a_page({"user_id": "5"}, {"user_id": "6"}),
    )
    roster = memberships.members(campus.registration, script.url)
    assert [member.user_id for member in roster.members] == ["4", "5", "6"]


def test_what_is_asked_for_is_in_the_query(
    campus: Campus, script: Script, memberships: Memberships
) -> None:
    script.will_answer(a_page())
    memberships.members(
        campus.registration,
        f"{script.url}?tenant=1",
        role=roles.LEARNER,
        limit=100,
        resource_link_id="7",
    )
    request = script.received[0]
    assert request.args.to_dict() == {
        "tenant": "1",
        "role": roles.LEARNER,
        "limit": "100",
        "rlid": "7",
    }
    assert request.headers["Accept"] == claims.MEDIA_MEMBERSHIPS


def test_halves_of_characters_cost_a_name_a_letter_and_an_id_its_entry(
    campus: Campus, script: Script, memberships: Memberships
) -> None:
    body = r'{"members": [{"user_id": "4", "name": "A\ud800da"}, {"user_id": "\udfff"}]}'
    script.will_answer(Response(body, mimetype="application/json"))
    roster = memberships.members(campus.registration, script.url)
    assert [(member.user_id, member.person.name) for member in roster.members] == [("4", "Ada")]
    assert roster.skipped == 1
