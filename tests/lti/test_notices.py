"""Notices: handlers that are set, batches that are posted, tokens that are checked, repetitions."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Request, Response

from lti import claims, copies
from lti.errors import NoticeRefused, ServiceRefused, ServiceUnavailable
from lti.keys import PlatformKeySets
from lti.message import Context, NotificationEndpoint
from lti.notice_handlers import NoticeHandlers
from lti.notices import (
    CHECKS,
    CONTEXT_COPY,
    HELLO_WORLD,
    MOST_NOTICES,
    ContextCopyNotice,
    Notice,
    Received,
    received,
    tokens,
    verified,
)
from lti.testing import Course
from tests.lti.conftest import Campus, Script, ToolSite
from tests.lti.factories import (
    NOW,
    a_registration,
    compact,
    public_keys,
    rs256_header,
    signed,
    token_claims,
    without,
)

SECONDS = int(NOW.timestamp())


@pytest.fixture
def handlers(site: ToolSite) -> NoticeHandlers:
    return NoticeHandlers(site.services)


@pytest.fixture
def batches(site: ToolSite) -> list[bytes]:
    """What is posted to the tool; its key set stays where it is."""
    posted: list[bytes] = []
    key_set = site.server.app

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path != "/notices":
            return key_set(environ, start_response)
        posted.append(request.get_data())
        return Response(status=204)(environ, start_response)

    site.server.app = serve
    return posted


def endpoint(campus: Campus) -> NotificationEndpoint:
    return NotificationEndpoint(
        url=campus.platform.at.notice_handlers(campus.tool),
        notice_types=frozenset({HELLO_WORLD, CONTEXT_COPY}),
    )


def notice_claims(**changes: Any) -> dict[str, Any]:
    return {
        **without(token_claims(), "nonce"),
        claims.VERSION: "1.3.0",
        claims.DEPLOYMENT_ID: "deployment-1",
        claims.NOTICE: {
            "id": "notice-1",
            "timestamp": "2026-11-22T12:00:00Z",
            "type": CONTEXT_COPY,
        },
        claims.CONTEXT: {"id": "course-9", "title": "Copy"},
        claims.ORIGIN_CONTEXTS: ["course-2"],
        **changes,
    }


def read(content: dict[str, Any] | str, **changes: Any) -> Notice:
    facts: dict[str, Any] = {"registration": a_registration(), "keys": public_keys(), "now": NOW}
    token = content if isinstance(content, str) else signed(content)
    return verified(token, **{**facts, **changes})


def refused(content: dict[str, Any] | str, **changes: Any) -> tuple[str, str]:
    with pytest.raises(NoticeRefused) as refusal:
        read(content, **changes)
    return refusal.value.slug, refusal.value.check


def a_batch(*jwts: str) -> bytes:
    return json.dumps({"notices": [{"jwt": jwt} for jwt in jwts]}).encode()


def opened(body: bytes, keys_of: Callable[[str], Any] = lambda jwt: public_keys()) -> Received:
    return received(body, registration=a_registration(), keys_of=keys_of, now=NOW)


# Handlers.


def test_a_handler_is_set_once_for_each_type_that_the_platform_sends(
    campus: Campus, site: ToolSite, handlers: NoticeHandlers, requests_to: Callable[..., list[int]]
) -> None:
    wanted, url = ("LtiOtherNotice", CONTEXT_COPY), f"{site.url}/notices"
    at = endpoint(campus)
    assert handlers.ensured(campus.registration, at, wanted, url) == {CONTEXT_COPY}
    assert handlers.ensured(campus.registration, at, wanted, url) == frozenset()
    assert requests_to("notice handlers") == [200, 200, 200]  # list and put, then list
    assert handlers.listed(campus.registration, at.url) == {CONTEXT_COPY: url}


def test_a_handler_that_moved_is_set_anew(
    campus: Campus, site: ToolSite, handlers: NoticeHandlers
) -> None:
    at = endpoint(campus)
    handlers.ensured(campus.registration, at, [HELLO_WORLD], f"{site.url}/old")
    assert handlers.ensured(campus.registration, at, [HELLO_WORLD], f"{site.url}/new")
    assert handlers.listed(campus.registration, at.url) == {HELLO_WORLD: f"{site.url}/new"}


def test_a_handler_can_be_removed(campus: Campus, site: ToolSite, handlers: NoticeHandlers) -> None:
    at = endpoint(campus)
    handlers.ensured(campus.registration, at, [HELLO_WORLD], f"{site.url}/notices")
    handlers.put(campus.registration, at.url, HELLO_WORLD, "")
    assert handlers.listed(campus.registration, at.url) == {}


def test_nothing_is_asked_of_a_platform_that_sends_no_such_notice(
    campus: Campus, handlers: NoticeHandlers, requests_to: Callable[..., list[int]]
) -> None:
    assert handlers.ensured(campus.registration, endpoint(campus), ["LtiOther"], "x") == frozenset()
    assert requests_to("notice handlers") == []


def test_a_handler_on_another_domain_is_refused(campus: Campus, handlers: NoticeHandlers) -> None:
    with pytest.raises(ServiceRefused) as refusal:
        handlers.put(
            campus.registration, endpoint(campus).url, HELLO_WORLD, "https://other.example/notices"
        )
    assert refusal.value.status == 400


@pytest.mark.parametrize("body", [{}, [], None, {"notice_handlers": {}}])
def test_what_is_not_a_list_of_handlers_is_refused(
    campus: Campus, script: Script, handlers: NoticeHandlers, body: Any
) -> None:
    script.will_answer(Response(json.dumps(body)))
    with pytest.raises(ServiceRefused) as refusal:
        handlers.listed(campus.registration, script.url)
    assert refusal.value.slug == "handlers-malformed"


# From the platform's socket to ours.


def test_a_copied_course_is_told_of(
    campus: Campus, site: ToolSite, handlers: NoticeHandlers, batches: list[bytes]
) -> None:
    platform = campus.platform
    handlers.ensured(campus.registration, endpoint(campus), [CONTEXT_COPY], f"{site.url}/notices")
    link = platform.add_resource_link(campus.tool, "2", "Mentoring", score_maximum=1)
    platform.copy_course("2", Course(id="20", label="MENT102", title="Next year"))
    (body,) = batches
    keys = PlatformKeySets(site.http)
    batch = received(
        body,
        registration=campus.registration,
        keys_of=lambda jwt: keys.for_token(campus.registration, jwt, site.clock()),
        now=site.clock(),
    )
    (notice,) = batch.notices
    assert isinstance(notice, ContextCopyNotice)
    assert notice.context == Context(
        id="20", label="MENT102", title="Next year", types=frozenset({"CourseSection"})
    )
    assert notice.origin_contexts == ("2",)
    assert notice.timestamp == NOW
    assert batch.refused == ()
    (item,) = platform.directory.links("20")
    assert item.copied_from == (link.id,)
    assert [entry.column.label for entry in platform.gradebook("20")] == ["Mentoring"]


def test_notices_come_in_batches_of_the_size_that_was_asked_for(
    campus: Campus, site: ToolSite, handlers: NoticeHandlers, batches: list[bytes]
) -> None:
    handlers.put(
        campus.registration,
        endpoint(campus).url,
        HELLO_WORLD,
        f"{site.url}/notices",
        max_batch_size=2,
    )
    assert campus.platform.notices.tell(campus.tool, HELLO_WORLD, {}, {}, {}) == (204, 204)
    assert [len(tokens(body)) for body in batches] == [2, 1]


# Checks.


def test_a_notice_that_is_no_copy_is_just_a_notice() -> None:
    hello = {"id": "notice-2", "type": HELLO_WORLD, "timestamp": "2026-11-22T12:00:00+01:00"}
    notice = read(without(notice_claims(**{claims.NOTICE: hello}), claims.CONTEXT))
    assert type(notice) is Notice
    assert (notice.id, notice.type, notice.deployment_id) == (
        "notice-2",
        HELLO_WORLD,
        "deployment-1",
    )
    assert notice.timestamp == datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert notice.context is None


def test_a_copy_of_nothing_that_the_platform_names_is_a_copy_all_the_same() -> None:
    for content in (
        without(notice_claims(), claims.ORIGIN_CONTEXTS),
        notice_claims(**{claims.ORIGIN_CONTEXTS: "course-2"}),
        notice_claims(**{claims.ORIGIN_CONTEXTS: [None, "", 7]}),
    ):
        notice = read(content)
        assert isinstance(notice, ContextCopyNotice)
        assert notice.origin_contexts == ()


def test_of_origins_without_end_the_first_count() -> None:
    several = [f"{number}" for number in range(copies.LONGEST + 500)]
    notice = read(notice_claims(**{claims.ORIGIN_CONTEXTS: several}))
    assert isinstance(notice, ContextCopyNotice)
    assert notice.origin_contexts == tuple(several[: copies.LONGEST])


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"iss": "https://lms.example/"}, "issuer-mismatch"),
        ({"aud": "client-2"}, "audience-mismatch"),
        ({"aud": ["client-1", "client-2"], "azp": "client-1"}, "audience-untrusted"),
        ({"azp": "client-2"}, "authorized-party-mismatch"),
        ({"exp": SECONDS - 60}, "token-expired"),
        ({"exp": None}, "exp-malformed"),
        ({"iat": SECONDS + 61}, "token-from-the-future"),
        ({"iat": SECONDS - 7200}, "token-too-old"),
        ({claims.VERSION: "1.1"}, "version-unsupported"),
        ({claims.NOTICE: None}, "notice-malformed"),
        ({claims.NOTICE: {"id": "", "type": HELLO_WORLD}}, "notice-malformed"),
        ({claims.NOTICE: {"id": 7, "type": HELLO_WORLD}}, "notice-malformed"),
        ({claims.NOTICE: {"id": "x" * 256, "type": HELLO_WORLD}}, "notice-malformed"),
        ({claims.NOTICE: {"id": "notice-1"}}, "notice-malformed"),
        ({claims.CONTEXT: None}, "context-malformed"),
        ({claims.CONTEXT: {"id": 9}}, "context-malformed"),
        ({claims.DEPLOYMENT_ID: None}, "deployment-missing"),
        ({claims.DEPLOYMENT_ID: "deployment-2"}, "deployment-unknown"),
    ],
)
def test_a_notice_that_fails_a_check_is_refused(changes: dict[str, Any], slug: str) -> None:
    assert refused(notice_claims(**changes))[0] == slug


def test_a_copy_without_its_context_is_refused() -> None:
    content = without(notice_claims(), claims.CONTEXT)
    assert refused(content) == ("context-malformed", "copied context")


def test_a_notice_is_only_as_good_as_its_signature() -> None:
    forged = compact(rs256_header(), notice_claims(), key="other")
    assert refused(forged) == ("signature-invalid", "signature")
    assert refused(signed(notice_claims()), keys=()) == ("kid-unknown", "key")
    unsigned = compact(rs256_header(alg="none"), notice_claims())
    assert refused(unsigned)[0] == "algorithm-refused"


def test_a_launch_is_not_a_notice() -> None:
    content = without(notice_claims(), claims.NOTICE)
    launch = {**content, claims.MESSAGE_TYPE: claims.RESOURCE_LINK_REQUEST}
    assert refused(launch) == ("notice-malformed", "notice")


def test_each_check_of_a_notice_has_a_name_of_its_own_and_a_specification() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.specification.startswith("https://") for check in CHECKS)


# Batches.


def test_a_refused_notice_does_not_take_others_with_it() -> None:
    good = signed(notice_claims())
    forged = compact(rs256_header(), notice_claims(), key="other")
    batch = opened(a_batch(forged, good, "nonsense"))
    assert [notice.id for notice in batch.notices] == ["notice-1"]
    assert [refusal.slug for refusal in batch.refused] == [
        "signature-invalid",
        "id-token-malformed",
    ]


def test_a_notice_that_comes_twice_is_acted_upon_once() -> None:
    seen: set[str] = set()

    def is_new(notice: Notice) -> bool:
        fresh = notice.id not in seen
        seen.add(notice.id)
        return fresh

    body = a_batch(signed(notice_claims()), signed(notice_claims(iat=SECONDS)))
    assert [notice.id for notice in opened(body).new(is_new)] == ["notice-1"]
    assert opened(body).new(is_new) == ()


def test_a_platform_whose_keys_cannot_be_had_may_try_again() -> None:
    def unavailable(jwt: str) -> Any:
        raise ServiceUnavailable("key-set-unavailable", "…")

    with pytest.raises(ServiceUnavailable):
        opened(a_batch(signed(notice_claims())), unavailable)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"\xff",
        b"[]",
        b"null",
        b'{"notices": null}',
        b'{"notices": {}}',
        b'{"notices": [null]}',
        b'{"notices": [{"jwt": 7}]}',
        b"[" * 100_000,
        json.dumps({"notices": [{"jwt": "x"}] * (MOST_NOTICES + 1)}).encode(),
        b'{"notices": ["' + b"x" * 4 * 1024 * 1024 + b'"]}',
    ],
    ids=range(12),
)
def test_what_is_no_batch_is_refused(body: bytes) -> None:
    with pytest.raises(NoticeRefused) as refusal:
        opened(body)
    assert (refusal.value.slug, refusal.value.check) == ("batch-malformed", "batch")


def test_an_empty_batch_is_a_batch() -> None:
    assert opened(a_batch()) == Received(notices=())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(content=st.dictionaries(st.sampled_from(sorted(notice_claims())), JSON))
def test_whatever_a_platform_signs_is_a_notice_or_a_refusal(content: dict[str, Any]) -> None:
    batch = opened(a_batch(signed({**notice_claims(), **content})))
    assert len(batch.notices) + len(batch.refused) == 1


def test_a_notice_lasts_as_long_as_its_token(campus: Campus) -> None:
    jwt = campus.platform.notices.signed(campus.tool, HELLO_WORLD, {}, id="notice-7")
    keys = public_keys()
    later = NOW + timedelta(minutes=59)
    assert verified(jwt, registration=campus.registration, keys=keys, now=later).id == "notice-7"
    with pytest.raises(NoticeRefused):
        verified(jwt, registration=campus.registration, keys=keys, now=NOW + timedelta(minutes=61))
