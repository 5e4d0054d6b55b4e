"""The Agents resource."""

import pytest

from lrs_bridge.testing import a_statement, an_agent


def get(lrs, method="GET", **query):
    return lrs.ask(method, "/xapi/agents", query=query)


@pytest.mark.parametrize(
    "identifier",
    [
        {"mbox": "mailto:ada@lms.example"},
        {"mbox_sha1sum": "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"openid": "https://ada.example"},
        {"account": {"homePage": "https://lms.example", "name": "42"}},
    ],
)
def test_an_agent_is_a_person_with_arrays(lrs, identifier):
    """XAPI-00236, XAPI-00237, XAPI-00238, XAPI-00239, XAPI-00240, XAPI-00241, XAPI-00242,
    XAPI-00244, XAPI-00245, XAPI-00248.
    """
    ((name, value),) = identifier.items()
    assert get(lrs, agent=identifier).json == {"objectType": "Person", name: [value]}
    named = {"objectType": "Agent", "name": "Ada", **identifier}
    expected = {"objectType": "Person", "name": ["Ada"], name: [value]}
    assert get(lrs, agent=named).json == expected


def test_names_are_those_that_statements_gave_the_newest_first(lrs):
    ada, other = an_agent("42"), an_agent("43")
    team = {"objectType": "Group", "member": [{**ada, "name": "A. L."}, {**other, "name": "No"}]}
    lrs.post(a_statement(actor={**ada, "name": "Ada"}))
    lrs.post(a_statement(actor={**ada, "name": "Ada"}))
    lrs.post(a_statement(actor=other, context={"team": team}))
    assert get(lrs, agent=ada).json["name"] == ["A. L.", "Ada"]
    assert get(lrs, agent={**ada, "name": "Lady"}).json["name"] == ["Lady", "A. L.", "Ada"]


def test_names_are_only_for_those_who_may_read_the_statements(open_lrs):
    open_lrs().post(a_statement(actor={**an_agent(), "name": "Ada"}))
    assert get(open_lrs("all/read"), agent=an_agent()).json["name"] == ["Ada"]
    assert "name" not in get(open_lrs("state"), agent=an_agent()).json
    assert get(open_lrs("statements/write"), agent=an_agent()).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"agent": "Ada"},
        {"agent": {"objectType": "Agent", "name": "Ada"}},
        {"agent": {**an_agent(), "mbox": "mailto:a@b.example"}},
        {"agent": {**an_agent(), "objectType": "Group"}},
        {"Agent": an_agent()},
    ],
)
def test_an_agent_is_one_that_can_be_told_from_others(lrs, query):
    """XAPI-00243, XAPI-00249."""
    answer = get(lrs, **query)
    assert (answer.status_code, answer.json["slug"]) == (400, "parameter-invalid")


def test_head_says_what_get_says(lrs):
    """XAPI-00125, XAPI-00126."""
    head = get(lrs, "HEAD", agent=an_agent())
    assert dict(head.headers) == dict(get(lrs, agent=an_agent()).headers)
    assert head.data == b""
