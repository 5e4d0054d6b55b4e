"""Authorised calls and pages."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.wrappers import Request, Response

from lti import claims
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.http import Answer
from lti.testing.answers import as_json
from tests.lti.conftest import Campus, Script, ToolSite

ROSTER = frozenset({claims.SCOPE_MEMBERSHIP_READ})


def called(campus: Campus, site: ToolSite, url: str | None = None) -> Answer:
    return site.services.call(
        "GET",
        campus.registration,
        url or campus.platform.at.memberships(campus.course, campus.tool),
        scopes=ROSTER,
        accept=claims.MEDIA_MEMBERSHIPS,
    )


def pages(campus: Campus, site: ToolSite, url: str, **changes: Any) -> list[Answer]:
    return list(
        site.services.pages(
            campus.registration, url, scopes=ROSTER, accept="application/json", **changes
        )
    )


def a_page(next_url: str | None = None) -> Response:
    headers = {} if next_url is None else {"Link": f'<{next_url}>; rel="next"'}
    return as_json([], headers=headers)


def test_a_call_carries_a_token(campus: Campus, site: ToolSite) -> None:
    assert called(campus, site).json()["context"]["id"] == "2"


def test_a_token_that_is_no_longer_taken_is_replaced_once(
    campus: Campus, site: ToolSite, requests_to: Callable[[str], list[int]]
) -> None:
    called(campus, site)
    campus.platform.answer_next("memberships", status=401)
    assert called(campus, site).status == 200
    assert requests_to("token") == [200, 200]
    assert requests_to("memberships") == [200, 401, 200]


def test_a_second_refusal_stands(
    campus: Campus, site: ToolSite, requests_to: Callable[[str], list[int]]
) -> None:
    campus.platform.answer_next("memberships", status=401, times=2)
    with pytest.raises(ServiceRefused) as refusal:
        called(campus, site)
    assert refusal.value.status == 401
    assert requests_to("memberships") == [401, 401]


def test_other_refusals_are_not_tried_again(
    campus: Campus, site: ToolSite, requests_to: Callable[[str], list[int]]
) -> None:
    for status in (403, 404):
        campus.platform.answer_next("memberships", status=status)
        with pytest.raises(ServiceRefused) as refusal:
            called(campus, site)
        assert refusal.value.status == status
    assert requests_to("memberships") == [403, 404]


def test_a_request_to_wait_is_passed_on(campus: Campus, site: ToolSite) -> None:
    campus.platform.answer_next("memberships", status=429, headers={"Retry-After": "30"})
    with pytest.raises(ServiceUnavailable) as unavailable:
        called(campus, site)
    assert unavailable.value.retry_after == 30


def test_a_token_for_other_services_is_refused(campus: Campus, site: ToolSite) -> None:
    with pytest.raises(ServiceRefused) as refusal:
        site.services.call(
            "GET",
            campus.registration,
            campus.platform.at.memberships(campus.course, campus.tool),
            scopes=frozenset({claims.SCOPE_SCORE}),
            accept="*/*",
        )
    assert refusal.value.status == 403


def test_pages_are_followed_to_the_letter(campus: Campus, site: ToolSite, script: Script) -> None:
    script.will_answer(a_page("/x?page=bookmark:WzEs"), a_page("?page=bookmark:wzes"), a_page())
    assert len(pages(campus, site, script.url)) == 3
    assert [request.query_string for request in script.received] == [
        b"",
        b"page=bookmark:WzEs",
        b"page=bookmark:wzes",
    ]


@pytest.mark.parametrize(
    "elsewhere",
    ["http://127.0.0.2/x", "https://127.0.0.1/x", "http://attacker.example/", "//attacker.example"],
)
def test_a_page_on_another_host_is_not_asked_for_and_not_the_end(
    campus: Campus, site: ToolSite, script: Script, elsewhere: str
) -> None:
    script.will_answer(a_page(elsewhere))
    with pytest.raises(ServiceRefused) as refusal:
        pages(campus, site, script.url)
    assert refusal.value.slug == "paging-elsewhere"


def test_a_loop_of_pages_is_refused(campus: Campus, site: ToolSite, script: Script) -> None:
    script.will_answer(a_page("/x?2"), a_page("/x?3"), a_page("/x?2"))
    with pytest.raises(ServiceRefused) as refusal:
        pages(campus, site, script.url)
    assert refusal.value.slug == "paging-loop"
    assert len(script.received) == 3


def test_pages_without_end_are_refused(campus: Campus, site: ToolSite, script: Script) -> None:
    script.will_answer(*(a_page(f"/x?{number}") for number in range(6)))
    with pytest.raises(ServiceRefused) as refusal:
        pages(campus, site, script.url, most=5)
    assert refusal.value.slug == "paging-endless"
    assert len(script.received) == 5


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(total=st.integers(0, 12), size=st.integers(1, 5))
def test_every_entry_is_seen_once_whatever_the_page_size(
    campus: Campus, site: ToolSite, script: Script, total: int, size: int
) -> None:
    def serve(environ: Any, start_response: Any) -> Any:
        start = Request(environ).args.get("from", 0, type=int)
        more = start + size < total
        headers = {"Link": f'</x?from={start + size}>; rel="next"'} if more else {}
        entries = list(range(start, min(start + size, total)))
        return as_json(entries, headers=headers)(environ, start_response)

    script.server.app = serve
    found = [entry for page in pages(campus, site, script.url) for entry in page.json()]
    assert found == list(range(total))
