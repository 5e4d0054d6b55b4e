"""Notices: handlers that are set by themselves, batches, repetitions, and what nobody signed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lti import claims, jose
from lti.notices import CONTEXT_COPY, HELLO_WORLD, MOST_NOTICES
from lti.testing import Course
from plugin.app import Mentes
from plugin.courses.model import Course as CourseRow
from plugin.courses.model import CourseCopy
from plugin.foundation.outbox import Debt
from plugin.platforms.model import NoticeRow
from plugin.platforms.notices import KIND
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import an_organisation, every
from tests.plugin.launching import ADA, COURSE, TEACHER, Campus, a_campus

COPY = Course(id="22", label="MENT102", title="Mentored Course 102")
Posting = Callable[..., TestResponse]


@pytest.fixture
def stored(mentes: Mentes, organisation_id: UUID) -> Callable[[type[Any]], list[Any]]:
    """Read all rows of a table."""

    def read(table: type[Any]) -> list[Any]:
        with mentes.database.reading(organisation_id) as session:
            rows = every(session, table)
            session.expunge_all()
            return rows

    return read


@pytest.fixture
def told(campus: Campus) -> Posting:
    """Post notices, as a platform does or anybody can."""

    def post(*jwts: Any, at: UUID | None = None) -> TestResponse:
        return campus.app.test_client().post(
            f"/lti/notices/{at or campus.registration_id}",
            json={"notices": [{"jwt": jwt} for jwt in jwts]},
            headers={"Accept": "application/json"},
        )

    return post


def a_copy(of: str = COURSE.id, **context: str) -> dict[str, Any]:
    return {
        claims.CONTEXT: {"id": COPY.id, "title": COPY.title, **context},
        claims.ORIGIN_CONTEXTS: [of],
    }


def handlers(campus: Campus) -> dict[str, str]:
    set_there = campus.platform.notices.handlers(campus.tool)
    return {type: handler.url for type, handler in set_there.items()}


def test_handlers_are_set_once_a_launch_says_where(
    campus: Campus, mentes: Mentes, worker: Worker, stored: Callable[..., list[Any]]
) -> None:
    campus.launched(ADA)
    worker.run_until_idle()
    handler = f"{mentes.settings.public_url}/lti/notices/{campus.registration_id}"
    assert handlers(campus) == {HELLO_WORLD: handler, CONTEXT_COPY: handler}
    campus.launched(TEACHER)
    campus.launched(ADA)
    worker.run_until_idle()
    assert len([debt for debt in stored(Debt) if debt.kind == KIND]) == 1


def test_handlers_are_set_again_where_the_platform_says_otherwise(
    campus: Campus, clock: MovableClock, worker: Worker, stored: Callable[..., list[Any]]
) -> None:
    endpoint = campus.browser().claims(ADA)[claims.NOTIFICATION_ENDPOINT]
    fewer = {**endpoint, "notice_types_supported": [HELLO_WORLD]}
    campus.launched(ADA, **{claims.NOTIFICATION_ENDPOINT: fewer})
    worker.run_until_idle()
    assert set(handlers(campus)) == {HELLO_WORLD}
    clock.forward(minutes=1)
    campus.launched(TEACHER)  # brings news of its own, and all of the endpoint
    worker.run_until_idle()
    assert set(handlers(campus)) == {HELLO_WORLD, CONTEXT_COPY}
    assert len([debt for debt in stored(Debt) if debt.kind == KIND]) == 2


def test_handlers_that_were_refused_are_set_once_they_are_allowed(
    campus: Campus, clock: MovableClock, worker: Worker, stored: Callable[..., list[Any]]
) -> None:
    campus.platform.answer_next("notice handlers", status=403)
    campus.launched(ADA)
    worker.run_until_idle()
    assert handlers(campus) == {}
    (debt,) = (debt for debt in stored(Debt) if debt.kind == KIND)
    assert (debt.outcome, debt.problem) == (None, "platform-refused (403)")
    clock.forward(hours=23)
    worker.run_until_idle()
    assert handlers(campus) == {}  # it is not pestered
    clock.forward(hours=2)
    worker.run_until_idle()
    assert set(handlers(campus)) == {HELLO_WORLD, CONTEXT_COPY}


def test_a_platform_without_notices_is_asked_for_nothing(
    campus: Campus, worker: Worker, stored: Callable[..., list[Any]]
) -> None:
    campus.launched(ADA, **{claims.NOTIFICATION_ENDPOINT: None})
    worker.run_until_idle()
    assert [debt for debt in stored(Debt) if debt.kind == KIND] == []


def test_a_copy_is_known_at_the_moment_it_is_made(
    campus: Campus, worker: Worker, stored: Callable[..., list[Any]]
) -> None:
    campus.launched(ADA)
    worker.run_until_idle()
    campus.platform.copy_course(COURSE.id, COPY)  # over the socket, to the handler that was set
    names = {course.id: course.title for course in stored(CourseRow)}
    assert [(names[row.course_id], names[row.origin_id]) for row in stored(CourseCopy)] == [
        (COPY.title, COURSE.title)
    ]


def test_a_greeting_is_taken(campus: Campus, told: Posting) -> None:
    assert told(campus.platform.notices.signed(campus.tool, HELLO_WORLD, {})).status_code == 204


def test_a_notice_that_comes_again_is_acted_upon_once(
    campus: Campus, told: Posting, stored: Callable[..., list[Any]]
) -> None:
    campus.launched(ADA)
    sign = campus.platform.notices.signed
    first = sign(campus.tool, CONTEXT_COPY, a_copy(), id="n-1")
    again = sign(campus.tool, CONTEXT_COPY, a_copy(id="23"), id="n-1")  # says otherwise now
    assert [told(each).status_code for each in (first, first, again)] == [204] * 3
    assert {course.context_id for course in stored(CourseRow)} == {COURSE.id, COPY.id}
    assert [row.notice_id for row in stored(NoticeRow)] == ["n-1"]


def test_of_one_notice_posted_many_times_at_once_one_counts(
    campus: Campus, told: Posting, stored: Callable[..., list[Any]]
) -> None:
    campus.launched(ADA)
    jwt = campus.platform.notices.signed(campus.tool, CONTEXT_COPY, a_copy())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: told(jwt, jwt).status_code, range(8)))
    assert set(answers) == {204}
    assert len(stored(NoticeRow)) == len(stored(CourseCopy)) == 1


def test_a_refused_notice_takes_no_other_with_it(
    campus: Campus, told: Posting, stored: Callable[..., list[Any]]
) -> None:
    campus.launched(ADA)
    good = campus.platform.notices.signed(campus.tool, CONTEXT_COPY, a_copy())
    assert told("no.token.atall", good, good[:-8] + "AAAAAAAA").status_code == 204
    assert len(stored(NoticeRow)) == 1


def test_a_copy_of_what_is_not_ours_makes_no_course(
    campus: Campus, told: Posting, stored: Callable[..., list[Any]]
) -> None:
    campus.launched(ADA)
    jwt = campus.platform.notices.signed(campus.tool, CONTEXT_COPY, a_copy(of="404"))
    assert told(jwt).status_code == 204
    assert [course.context_id for course in stored(CourseRow)] == [COURSE.id]


def forged(campus: Campus) -> str:
    kid, pem = jose.new_private_key()
    kid = campus.platform.jwks()["keys"][0]["kid"]
    good = campus.platform.notices.signed(campus.tool, CONTEXT_COPY, a_copy())
    return jose.signed(jose_claims(good), kid, pem)


def jose_claims(jwt: str) -> dict[str, Any]:
    body = jwt.split(".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return content


def expired(campus: Campus) -> str:
    good = jose_claims(campus.platform.notices.signed(campus.tool, CONTEXT_COPY, a_copy()))
    return campus.platform.sign({**good, "exp": good["iat"] - 600, "iat": good["iat"] - 1200})


def of_another_deployment(campus: Campus) -> str:
    good = jose_claims(campus.platform.notices.signed(campus.tool, CONTEXT_COPY, a_copy()))
    return campus.platform.sign({**good, claims.DEPLOYMENT_ID: "not ours"})


@pytest.mark.parametrize("made", [forged, expired, of_another_deployment])
def test_what_is_not_genuine_is_refused_and_does_nothing(
    campus: Campus,
    told: Posting,
    stored: Callable[..., list[Any]],
    made: Callable[[Campus], str],
) -> None:
    campus.launched(ADA)
    answer = told(made(campus))
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert stored(NoticeRow) == stored(CourseCopy) == []


@pytest.fixture
def neighbour(mentes: Mentes, app: Flask) -> Iterator[Campus]:
    """Another organisation's platform."""
    with a_campus(mentes, app, an_organisation(mentes.database)) as running:
        yield running


def test_another_registrations_notice_is_refused(
    campus: Campus, neighbour: Campus, told: Posting, stored: Callable[..., list[Any]]
) -> None:
    campus.launched(ADA)
    theirs = neighbour.platform.notices.signed(neighbour.tool, CONTEXT_COPY, a_copy())
    assert told(theirs).status_code == 400
    # Also where its key has the name of ours.
    claimed = jose_claims(campus.platform.notices.signed(campus.tool, CONTEXT_COPY, a_copy()))
    assert told(neighbour.platform.sign(claimed)).status_code == 400
    assert stored(NoticeRow) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"notices": {}}',
        b'{"notices": [{"jwt": 5}]}',
        b'{"notices": [' + b'{"jwt": "a.b.c"},' * 9_999 + b'{"jwt": "a.b.c"}]}',
        b"[" * 100_000,
        b" " * (5 * 1024 * 1024),
    ],
    ids=["nothing", "list", "object", "number", "ten thousand", "deep", "five megabytes"],
)
def test_what_is_no_batch_is_refused(campus: Campus, body: bytes) -> None:
    answer = campus.app.test_client().post(f"/lti/notices/{campus.registration_id}", data=body)
    assert answer.status_code in (400, 413)


def test_a_full_batch_of_strangers_asks_the_platform_for_its_keys_but_a_few_times(
    campus: Campus, told: Posting
) -> None:
    kid, pem = jose.new_private_key()
    jwts = [jose.signed({}, f"{kid}-{number}", pem) for number in range(MOST_NOTICES)]
    assert told(*jwts).status_code == 400
    fetched = [each for each in campus.platform.exchanges if "certs" in str(each)]
    assert len(fetched) <= 3


def test_nobody_is_there_for_an_unknown_registration(
    campus: Campus, told: Posting, organisation_id: UUID
) -> None:
    jwt = campus.platform.notices.signed(campus.tool, HELLO_WORLD, {})
    assert told(jwt, at=organisation_id).status_code == 404
