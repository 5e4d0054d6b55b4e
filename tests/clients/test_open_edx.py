"""Open edX as the platform: its package lti-consumer-xblock launches us and keeps our scores.

What stands in for the rest of the LMS is in open_edx/lms.py. https://pypi.org/project/lti-consumer-xblock/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha1
from html import unescape
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from flask import Flask

from lrs_bridge.lrs.access.credentials import add_credential
from lti.ags import LineItem, LineItems
from lti.errors import ServiceRefused
from lti.registration import Registration
from plugin.app import Mentes
from plugin.courses.model import ResourceLink
from plugin.diagnosis import examined_platform
from plugin.foundation.outbox import Debt, Outcome
from plugin.people.model import Person
from plugin.platforms.model import RegistrationRow
from plugin.platforms.profiles import PROFILES
from plugin.platforms.service import registered
from plugin.records.scores import SCORE
from plugin.worker import Worker
from tests.clients.installed import has_open_edx
from tests.clients.open_edx_campus import EdxBrowser, OpenEdx, an_open_edx, form_of
from tests.journeys.stage import KEY, SECRET, Stage, done
from tests.lrs_bridge.sources.golden import FOLDER, loaded
from tests.plugin.factories import every
from tests.plugin.launching import ADA, BEN, MO, TEACHER, Campus

pytestmark = pytest.mark.skipif(not has_open_edx(), reason="run: make clients")


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """The real time: the platform has no other."""
    return lambda: datetime.now(UTC)


@pytest.fixture
def edx(mentes: Mentes, app: Flask, organisation_id: UUID, tmp_path: Path) -> Iterator[OpenEdx]:
    """An Open edX that is registered with the tool as an author copies it from Studio."""
    public = mentes.settings.public_url
    keys = f"{public}/lti/keys/{organisation_id}.json"
    with an_open_edx(app, public, keys, tmp_path) as running:
        with mentes.database.transaction(organisation_id) as session:
            registered(
                session,
                running.registration(TEACHER),
                name="Open edX",
                administrators_are_analysts=True,
                now=mentes.clock(),
            )
        yield running


def test_what_studio_shows_is_what_our_profile_fills_in(edx: OpenEdx) -> None:
    shown = edx.registration(TEACHER)
    configuration = shown.jwks_uri.rsplit("/", 1)[-1]
    filled = PROFILES["openedx"].filled(edx.url)
    assert {
        "issuer": shown.issuer,
        "authorization_endpoint": shown.authorization_endpoint,
        "token_endpoint": shown.token_endpoint,
        "jwks_uri": shown.jwks_uri,
        "token_audience": "",
    } == {name: it.replace("{configuration}", configuration) for name, it in filled.items()}


def test_a_learner_and_an_instructor_open_the_block(edx: OpenEdx) -> None:
    learner = edx.launched(ADA).get("mine")
    assert (learner.status_code, "Ada" in learner.text) == (200, True)
    assert edx.launched(TEACHER).get("set-up").status_code == 200


@pytest.fixture
def stage(edx: OpenEdx, mentes: Mentes, worker: Worker, organisation_id: UUID) -> Stage:
    """A course with one mentor and one rule about a unit, which Ada has joined."""
    with mentes.database.transaction(organisation_id) as session:
        add_credential(session, organisation_id, KEY, SECRET, ["all"], mentes.clock())
    stage = Stage(
        cast(Campus, edx),
        mentes,
        worker,
        organisation_id,
        teacher=edx.launched(TEACHER),
        mentor=edx.launched(MO),
        learner=edx.launched(ADA),
    )
    done(stage.teacher.submit("mentors", person=str(stage.person_id(MO)), capacity="2"))
    done(stage.mentor.submit("mentoring", capacity="2", talk="call", recorded="yes"))
    stage.set_rule_about(unit()["object"]["id"], "module")
    stage.join(stage.learner)
    return stage


def unit() -> dict[str, Any]:
    """Return what Open edX says of a unit that somebody completed."""
    statement: dict[str, Any] = loaded(FOLDER / "open-edx-block-completed.json")["given"]
    return statement


def held(stage: Stage) -> None:
    """Let Ada complete the unit, as Open edX tells it, and let the two speak."""
    by_mail = {"mbox_sha1sum": sha1(ADA.email.encode()).hexdigest()}  # noqa: S324
    now = stage.mentes.clock().isoformat()
    told = {**unit(), "id": str(uuid4()), "actor": by_mail, "timestamp": now}
    assert stage.post_statements(told).status_code == 200
    stage.worker.run_until_idle()
    (checkin,) = stage.checkins()
    done(stage.mentor.submit(f"check-ins/{checkin.id}/held"))
    stage.worker.run_until_idle()


def scores_owed(stage: Stage) -> list[Debt]:
    with stage.mentes.database.reading(stage.organisation_id) as session:
        return every(session, Debt, Debt.kind == SCORE)


def test_a_check_in_that_was_held_is_in_its_gradebook(stage: Stage, edx: OpenEdx) -> None:
    held(stage)
    assert [debt.outcome for debt in scores_owed(stage)] == [Outcome.DELIVERED]
    (grade,) = edx.gradebook()
    assert (grade["username"], grade["value"], grade["max_value"]) == ("ada", 1.0, 1.0)


def column(stage: Stage) -> tuple[Registration, str]:
    """Return the registration, and the line item that the platform told of."""
    with stage.mentes.database.reading(stage.organisation_id) as session:
        (link,) = every(session, ResourceLink)
        (platform,) = every(session, RegistrationRow)
        assert link.lineitem_url is not None
        return platform.as_value(), link.lineitem_url


def test_its_results_have_the_score(stage: Stage, edx: OpenEdx) -> None:
    held(stage)
    (result,) = LineItems(stage.mentes.services).results(*column(stage), user_id=edx.known(ADA))
    assert (result.score, result.maximum) == (1.0, 1.0)


def test_a_score_is_settled_though_its_answer_got_lost_and_it_goes_out_again(
    stage: Stage, edx: OpenEdx
) -> None:
    held(stage)
    with stage.mentes.database.transaction(stage.organisation_id) as session:
        (debt,) = every(session, Debt, Debt.kind == SCORE)  # the worker was killed meanwhile
        debt.settled_at = debt.outcome = debt.leased_until = None
    stage.worker.run_until_idle()
    (debt,) = scores_owed(stage)
    assert (debt.outcome, debt.problem) == (Outcome.DELIVERED, None)
    assert len(edx.gradebook()) == 1


def test_its_roster_is_read_with_names(stage: Stage) -> None:
    stage.worker.run_until_idle()
    with stage.mentes.database.reading(stage.organisation_id) as session:
        people = {each.name: each.email for each in every(session, Person)}
    assert people == {each.name: each.email for each in (TEACHER, ADA, BEN, MO)}


def test_the_doctor_finds_nothing_wrong(stage: Stage) -> None:
    stage.worker.run_until_idle()
    findings = list(examined_platform(stage.mentes, "Open edX"))
    assert [finding for finding in findings if not finding.holds] == []
    said = [finding.what for finding in findings]
    assert any(what.startswith("Names and roles: instructors: ") for what in said)
    assert "Line items: 1 line items of ours" in said


def chosen(edx: OpenEdx, *kinds: str) -> str:
    """Let the author choose items in Studio; return the page that says what became of them."""
    author = edx.browser()
    author.enter(TEACHER)
    launched = author.follow(edx.shown_in_studio(author)["deep_linking_launch_url"])
    assert launched.status_code == 303, launched.text
    answer = author.submit("items", act="add", kind=list(kinds))
    assert answer.status_code == 200, answer.text
    action, fields = form_of(answer.text)
    assert urlsplit(action).netloc == urlsplit(edx.url).netloc
    return author.session.post(action, data=fields, timeout=30).text


def test_what_an_author_chooses_is_saved_and_opens(stage: Stage, edx: OpenEdx) -> None:
    assert "successfully saved" in chosen(edx, "goal-review")
    learner = edx.launched(ADA)
    assert opened(learner) == "next-steps"


def test_several_items_are_a_page_of_links_and_each_opens(stage: Stage, edx: OpenEdx) -> None:
    assert "successfully saved" in chosen(edx, "mentoring", "goal-review")
    learner = edx.browser()
    learner.enter(ADA)
    page = learner.session.get(learner.frame(), timeout=30)
    links = [unescape(link) for link in re.findall(r'<a href="([^"]+)"', page.text)]
    places = []
    for link in links:
        assert learner.follow(link).status_code == 303
        places.append(opened(learner))
    assert places == ["mine", "next-steps"]


def opened(browser: EdxBrowser) -> str:
    """Return which page of the launch its beginning leads to."""
    answer = browser.get("", follow_redirects=True)
    assert answer.status_code == 200
    return answer.request.path.partition(browser.launch_id)[2].strip("/")


def test_a_column_of_its_own_is_made_found_changed_and_cannot_be_removed(
    stage: Stage, edx: OpenEdx
) -> None:
    registration, there = column(stage)
    items = LineItems(stage.mentes.services)
    lineitems = there.rpartition("/")[0]
    meeting = LineItem(label="Meeting", score_maximum=10.0, resource_id="m-1", tag="meeting")
    made = items.found_or_created(registration, lineitems, meeting)
    assert items.found_or_created(registration, lineitems, meeting) == made
    changed = items.updated(registration, replace(made, label="Talk"))
    assert (changed.id, changed.label) == (made.id, "Talk")
    assert made.id is not None
    with pytest.raises(ServiceRefused) as refusal:  # its permissions know "delete", not "destroy"
        items.deleted(registration, made.id)
    assert refusal.value.status == 403
