"""Course groups: which there are, which are somebody's, and what a list must never be."""

from typing import Any

import pytest
from werkzeug.wrappers import Response

from lti import claims
from lti import groups as lti_groups
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.groups import CourseGroups
from lti.testing import Group, GroupSet
from lti.testing.answers import as_json
from tests.lti.conftest import Campus, Script, ToolSite


@pytest.fixture
def groups(site: ToolSite) -> CourseGroups:
    return CourseGroups(site.services)


@pytest.fixture
def groups_url(campus: Campus) -> str:
    directory = campus.platform.directory
    directory.add_group_set(GroupSet(id="1", course_id="2", name="Seminar"))
    directory.add_group_set(GroupSet(id="2", course_id="2", name="Lab"))
    for id, name, members, set_id in (
        ("10", "Red", {"4"}, "1"),
        ("11", "Blue", {"5"}, "1"),
        ("g-12", "Bench", {"4", "5"}, "2"),
        ("13", "Loose", set(), None),
    ):
        directory.add_group(
            Group(
                id=id,
                course_id="2",
                name=name,
                members=frozenset(members),
                set_id=set_id,
                tag="work" if set_id else "",
            )
        )
    return campus.platform.at.groups(campus.course, campus.tool)


def test_all_groups_are_read_with_their_sets(
    campus: Campus, groups: CourseGroups, groups_url: str
) -> None:
    found = groups.groups(campus.registration, groups_url, limit=3)
    assert found == (
        lti_groups.Group(id="10", name="Red", tag="work", set_id="1"),
        lti_groups.Group(id="11", name="Blue", tag="work", set_id="1"),
        lti_groups.Group(id="g-12", name="Bench", tag="work", set_id="2"),
        lti_groups.Group(id="13", name="Loose"),
    )


def test_a_persons_groups_are_asked_for(
    campus: Campus, groups: CourseGroups, groups_url: str
) -> None:
    found = groups.groups(campus.registration, groups_url, user_id="5")
    assert [group.name for group in found] == ["Blue", "Bench"]
    assert groups.groups(campus.registration, groups_url, user_id="3") == ()


def test_sets_are_read_page_by_page(campus: Campus, groups: CourseGroups, groups_url: str) -> None:
    url = campus.platform.at.group_sets(campus.course, campus.tool)
    found = groups.sets(campus.registration, url, limit=1)
    assert found == (
        lti_groups.GroupSet(id="1", name="Seminar"),
        lti_groups.GroupSet(id="2", name="Lab"),
    )
    asked = [e for e in campus.platform.exchanges if e.summary.startswith("group sets")]
    assert len(asked) == 2


def test_each_list_is_asked_for_by_its_media_type(
    campus: Campus, script: Script, groups: CourseGroups
) -> None:
    script.will_answer(as_json({"groups": [], "sets": []}))
    assert groups.groups(campus.registration, script.url, user_id="4") == ()
    assert groups.sets(campus.registration, script.url) == ()
    accepted = [request.headers["Accept"] for request in script.received]
    assert accepted == [claims.MEDIA_GROUPS, claims.MEDIA_GROUP_SETS]
    assert script.received[0].args.to_dict() == {"user_id": "4"}


@pytest.mark.parametrize(
    "entry", [None, "10", {}, {"id": ""}, {"id": True}, {"id": 10**40}, {"id": 1.5}, {"id": "\x00"}]
)
def test_an_entry_that_could_not_be_named_is_no_group(
    campus: Campus, script: Script, groups: CourseGroups, entry: Any
) -> None:
    script.will_answer(as_json({"groups": [entry, {"id": 7}, {"id": "7", "name": "Again"}]}))
    assert groups.groups(campus.registration, script.url) == (lti_groups.Group(id="7", name=""),)


@pytest.mark.parametrize("body", [{}, [], None, {"groups": None}, {"sets": []}])
def test_what_is_not_a_list_of_groups_is_an_error_and_not_an_empty_list(
    campus: Campus, script: Script, groups: CourseGroups, body: Any
) -> None:
    script.will_answer(as_json(body))
    with pytest.raises(ServiceRefused) as refusal:
        groups.groups(campus.registration, script.url)
    assert refusal.value.slug == "groups-malformed"


def test_groups_are_never_cut_short(campus: Campus, script: Script, groups: CourseGroups) -> None:
    first = {"groups": [{"id": "1"}]}
    for link in ('<https://attacker.example/>; rel="next"', '</x>; rel="next"'):
        script.will_answer(as_json(first, headers={"Link": link}))
        with pytest.raises(ServiceRefused):
            groups.groups(campus.registration, script.url)
    script.will_answer(as_json(first, headers={"Link": '</x?2>; rel="next"'}), Response(status=503))
    with pytest.raises(ServiceUnavailable):
        groups.groups(campus.registration, script.url)
