"""Rosters: pages, roles, statuses, and what a roster must never be."""

from dataclasses import replace
from typing import Any

import pytest
from werkzeug.wrappers import Response

from lti import claims, nrps, roles
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


# The roster of one item.


def test_the_roster_of_an_item_has_what_each_launch_of_it_would_say(
    campus: Campus, memberships: Memberships
) -> None:
    link = campus.platform.add_resource_link(
        campus.tool, "2", "Mentoring", custom={"who": "$User.username", "week": "1"}
    )
    roster = memberships.members(
        campus.registration, memberships_url(campus), resource_link_id=link.id
    )
    said = {member.user_id: member.custom for member in roster.members}
    assert said["4"] == {"course": "2", "who": "ada", "week": "1"}
    assert said["5"]["who"] == "ben"


def test_the_roster_of_an_item_has_those_who_can_open_it(
    campus: Campus, memberships: Memberships
) -> None:
    link = campus.platform.add_resource_link(campus.tool, "2", "Mentoring")
    campus.platform.directory.add_link(replace(link, open_to=frozenset({"4"})))
    url = memberships_url(campus)
    pages = memberships.pages(campus.registration, url, limit=1, resource_link_id=link.id)
    assert [member.user_id for page in pages for member in page.members] == ["4"]
    roster = memberships.members(campus.registration, url, resource_link_id=link.id)
    assert [member.user_id for member in roster.members] == ["4"]


def test_the_roster_of_somebody_elses_item_is_refused(
    campus: Campus, memberships: Memberships
) -> None:
    other = campus.platform.register_tool(
        login_url="http://127.0.0.1/l",
        launch_url="http://127.0.0.1/",
        jwks_uri="http://127.0.0.1/j",
    )
    link = campus.platform.add_resource_link(other, "2", "Quiz")
    with pytest.raises(ServiceRefused) as refusal:
        memberships.members(campus.registration, memberships_url(campus), resource_link_id=link.id)
    assert refusal.value.status == 404


@pytest.mark.parametrize(
    "message", [None, {}, "x", [None], [{claims.MESSAGE_TYPE: "Other", claims.CUSTOM: {"a": "b"}}]]
)
def test_messages_of_another_kind_say_nothing(
    campus: Campus, script: Script, memberships: Memberships, message: Any
) -> None:
    script.will_answer(a_page({"user_id": "4", "message": message}))
    assert memberships.members(campus.registration, script.url).members[0].custom == {}


# Differences.


def test_what_changed_since_a_roster_can_be_asked_for(
    campus: Campus, memberships: Memberships
) -> None:
    campus.platform.offers_differences = True
    roster = memberships.members(campus.registration, memberships_url(campus), limit=2)
    assert roster.differences_url is not None
    directory = campus.platform.directory
    directory.unenrol("5", "2")
    directory.enrol("4", "2", "Mentor")
    changes = memberships.changes(campus.registration, roster.differences_url)
    assert {member.user_id: (member.status, member.roles) for member in changes.members} == {
        "5": (Status.DELETED, frozenset()),
        "4": (Status.ACTIVE, {roles.MENTOR}),
    }
    assert changes.differences_url is not None
    again = memberships.changes(campus.registration, changes.differences_url)
    assert again.members == ()


def test_somebody_who_changed_twice_is_as_they_are_now(
    campus: Campus, script: Script, memberships: Memberships
) -> None:
    script.will_answer(
        a_page({"user_id": "4", "status": "Deleted"}, {"user_id": "4", "status": "Active"})
    )
    (member,) = memberships.changes(campus.registration, script.url).members
    assert member.status is Status.ACTIVE


def test_changes_count_from_before_the_first_page(
    campus: Campus, script: Script, memberships: Memberships
) -> None:
    first, last = (f'</x?since={when}>; rel="differences"' for when in (1, 2))
    script.will_answer(
        a_page({"user_id": "4"}, Link=f'</x?2>; rel="next", {first}'),
        a_page({"user_id": "5"}, Link=last),
    )
    roster = memberships.members(campus.registration, script.url)
    assert roster.differences_url == f"{script.server.url}/x?since=1"


def test_a_platform_without_differences_offers_none(
    campus: Campus, memberships: Memberships
) -> None:
    roster = memberships.members(campus.registration, memberships_url(campus))
    assert roster.differences_url is None


def test_differences_on_another_host_are_not_offered(
    campus: Campus, script: Script, memberships: Memberships
) -> None:
    elsewhere = '<https://attacker.example/x>; rel="differences"'
    script.will_answer(a_page({"user_id": "4"}, Link=elsewhere))
    assert memberships.members(campus.registration, script.url).differences_url is None


@pytest.mark.parametrize("status", [400, 404, 410])
def test_differences_that_a_platform_forgot_ask_for_the_whole_roster(
    campus: Campus, script: Script, memberships: Memberships, status: int
) -> None:
    script.will_answer(Response(status=status))
    with pytest.raises(ServiceRefused) as refusal:
        memberships.changes(campus.registration, script.url)
    assert (refusal.value.slug, refusal.value.status) == ("differences-refused", status)
    assert "whole roster" in str(refusal.value)


def test_changes_are_never_cut_short(
    campus: Campus, script: Script, memberships: Memberships
) -> None:
    script.will_answer(a_page({"user_id": "4"}, Link='<https://attacker.example/x>; rel="next"'))
    with pytest.raises(ServiceRefused) as refusal:
        memberships.changes(campus.registration, script.url)
    assert refusal.value.slug == "paging-elsewhere"


@pytest.mark.parametrize(
    ("url", "is_of_everybody"),
    [
        ("https://lms.example/members", True),
        ("https://lms.example/members?limit=50&course=2", True),
        ("https://lms.example/members?role=Learner", False),
        ("https://lms.example/members?course=2&rlid=", False),
    ],
)
def test_a_list_that_the_platform_narrowed_is_not_of_everybody(
    url: str, is_of_everybody: bool
) -> None:
    assert nrps.is_of_everybody(url) is is_of_everybody
