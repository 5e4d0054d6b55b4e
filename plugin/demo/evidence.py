"""What the story looks at to see whether a step held."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import requests
from icalendar import Calendar
from sqlalchemy import func, select

from lrs_bridge.validation import check_statement
from plugin.completions.model import CompletionRow, Status
from plugin.demo.browser import Page
from plugin.demo.cast import Actor, StepFailed, held, until
from plugin.demo.coursework import COURSE
from plugin.demo.mailbox import Mail
from plugin.demo.stage import Stage
from plugin.foundation.tenancy import EVERYWHERE

_CHECK_IN = re.compile(r"/check-ins/[0-9a-f-]{36}$")
HEADERS = {"X-Experience-API-Version": "1.0.3"}
TIMEOUT = 10  # s
EXPECTED = Counter(
    {
        "create": 1,
        "registered": 1,
        "invite": 1,
        "accept": 1,
        "was-assigned": 1,
        "schedule": 1,
        "attended": 1,
        "mentored": 1,
        "rated": 2,
        "shared": 2,
        "defined": 1,
    }
)
"""What one learner's first check-in is told by: setting up, joining, pairing, opening, booking,
holding it, a next step, and both looking back with a line to the other."""


def check_ins(page: Page) -> set[str]:
    """Return the addresses of the check-ins that a page leads to."""
    paths = (urlsplit(urljoin(page.url, link.url)).path for link in page.document.links)
    return {path for path in paths if _CHECK_IN.search(path)}


def all_looked_at(stage: Stage) -> None:
    """Wait until the worker has looked at every completion that the record store has."""

    def none_left() -> bool:
        with stage.mentes.database.reading(EVERYWHERE) as session:
            new = select(func.count()).where(CompletionRow.status == Status.NEW)
            return session.scalars(new).one() == 0

    until(none_left, "The worker left completions unread.")


def same_invitation(stage: Stage, one: Actor, other: Actor, *, starts_at: str, zone: str) -> str:
    """Check that both got one invitation for `starts_at`, the same; return its UID."""
    wanted = datetime.fromisoformat(starts_at).replace(tzinfo=ZoneInfo(zone))
    uids = set()
    for actor in (one, other):
        mails = until(partial(_invitations, stage, actor), f"No invitation for {actor.name}.")
        held(len(mails) == 1, f"{actor.name} got {len(mails)} invitations, not one.")
        told = len(stage.mailbox.messages_for(actor.person.user.email))
        held(
            told == 2, f"{actor.name} got {told} mails, not one that it is open and one invitation."
        )
        calendar = Calendar.from_ical(mails[0].calendar or "")
        event = calendar.walk("VEVENT")[0]
        held(str(calendar["METHOD"]) == "REQUEST", "The invitation is not a request.")
        held(event.decoded("DTSTART") == wanted, f"It is for {event.decoded('DTSTART')}.")
        uids.add(str(event["UID"]))
    held(len(uids) == 1, "The two invitations are not of one event.")
    return uids.pop()


def _invitations(stage: Stage, actor: Actor) -> list[Mail]:
    mails = stage.mailbox.messages_for(actor.person.user.email)
    return [mail for mail in mails if mail.calendar]


def score_of(stage: Stage, given_name: str) -> str:
    """Wait for somebody's grade, which must be full; return it in words."""
    user_id = stage.campus.named(given_name).user.id
    [part] = stage.campus.platform.gradebook(COURSE.id)

    def found() -> Any:
        return stage.campus.platform.grades.grades(part.column.id).get(user_id)

    grade = until(found, f"No grade for {given_name} arrived.")
    held(
        (grade.score_given, grade.score_maximum) == (1.0, 1.0),
        f"The grade is {grade.score_given} of {grade.score_maximum}.",
    )
    return f"{grade.score_given:g} of {grade.score_maximum:g}"


def scores_posted(stage: Stage) -> int:
    """Return how many scores were posted to the campus, none of which it may have refused."""
    posts = [each for each in stage.campus.platform.exchanges if each.path.endswith("/scores")]
    refused = [each.status for each in posts if each.status != 200]
    held(not refused, f"The campus refused scores: {refused}")
    return len(posts)


def statements_told(stage: Stage, mentor: str, *, written: tuple[str, ...]) -> list[str]:
    """Check what the tool told of Ada's check-in; return the verbs, in the order of telling."""

    def all_there() -> list[dict[str, Any]]:
        ours = _ours(stage)
        return ours if Counter(map(_verb, ours)) >= EXPECTED else []

    ours = until(all_there, "Not all statements arrived in the record store.")
    surplus = Counter(map(_verb, ours)) - EXPECTED
    held(not surplus, f"There are statements that nothing calls for: {dict(surplus)}")
    for statement in ours:
        check_statement(statement)
    _each_once(ours)
    _nothing_personal(stage, ours, written)
    return [_verb(statement) for statement in ours]


def _ours(stage: Stage) -> list[dict[str, Any]]:
    """Read the store with the reading credential; return what the tool wrote, oldest first."""
    with requests.Session() as session:
        session.auth = (stage.reader.key, stage.reader.secret)
        session.headers.update(HEADERS)
        found: list[dict[str, Any]] = []
        url = f"{stage.tool_url}/xapi/statements?ascending=true&limit=20"
        while url:
            answer = session.get(url, timeout=TIMEOUT)
            held(answer.status_code == 200, f"Reading was answered with {answer.status_code}.")
            found.extend(answer.json()["statements"])
            more = answer.json().get("more")
            url = urljoin(url, more) if more else ""
        refused = session.post(f"{stage.tool_url}/xapi/statements", json=[], timeout=TIMEOUT)
        held(refused.status_code == 403, f"The reader may write ({refused.status_code}).")
    return [each for each in found if each["authority"]["account"]["name"] == "mentes"]


def _verb(statement: dict[str, Any]) -> str:
    return str(statement["verb"]["id"]).rpartition("/")[2]


def _each_once(statements: list[dict[str, Any]]) -> None:
    ids = Counter(each["id"] for each in statements)
    facts = Counter(
        (each["actor"]["account"]["name"], _verb(each), json.dumps(each["object"], sort_keys=True))
        for each in statements
    )
    twice = [fact for counted in (ids, facts) for fact, times in counted.items() if times > 1]
    held(not twice, f"Told more than once: {twice}")


def _nothing_personal(
    stage: Stage, statements: list[dict[str, Any]], written: tuple[str, ...]
) -> None:
    text = json.dumps(statements, ensure_ascii=False).casefold()
    names = [
        word
        for person in stage.campus.people
        for word in (person.user.name, person.user.email, person.user.username)
    ]
    for word in (*names, *written):
        if word.casefold() in text:
            raise StepFailed("A statement holds a name, an address or what somebody wrote.")


def funnel(analyst: Actor) -> dict[str, int | None]:
    """Return the report's counts by stage, the same as JSON and CSV."""
    document = json.loads(analyst.browser.click(analyst.page, to="/report.json").text)
    counts = {stage["slug"]: stage["count"] for stage in document["funnel"]}
    rows = analyst.browser.click(analyst.page, to="/report.csv").text.splitlines()[1:]
    said = {slug: int(count) if count else None for slug, count, _ in (r.split(",") for r in rows)}
    held(said == counts, f"CSV and JSON differ: {said} and {counts}")
    return counts
