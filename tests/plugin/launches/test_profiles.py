"""The whole tool at each product: opened over sockets, its roster read, a score delivered.

And all that a platform, or somebody in between, can send: refused, or taken, on a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest
from flask import Flask

from lti.testing import PROFILES, Profile, payloads
from lti.testing.browser import Page
from lti.testing.launcher import Classroom, Launch, Launcher
from lti.testing.payloads import Given, Message, Post, Token
from lti.testing.payloads.values import Way
from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.courses.model import Course, Membership
from plugin.people.model import Person
from plugin.worker import Worker
from tests.lti.expected import EXPECTED
from tests.plugin.factories import (
    a_check_in,
    a_checkpoint,
    a_mentor,
    a_pair,
    a_programme,
    an_activity,
    every,
)
from tests.plugin.launching import ADA, BEN, COURSE, TEACHER, Campus, a_campus


@pytest.fixture(params=PROFILES.values(), ids=PROFILES)
def profile(request: pytest.FixtureRequest) -> Profile:
    """A product."""
    found: Profile = request.param
    return found


@pytest.fixture
def campus(mentes: Mentes, app: Flask, organisation_id: UUID, profile: Profile) -> Iterator[Campus]:
    """A platform of that product, registered with the tool."""
    with a_campus(mentes, app, organisation_id, profile) as running:
        yield running


@pytest.fixture
def launcher(campus: Campus) -> Launcher:
    """What opens the tool from it, as a browser would."""
    room = Classroom(course=COURSE, teacher=TEACHER, student=ADA, other_student=BEN)
    return Launcher(campus.platform, campus.tool, room)


def test_the_whole_tool_works_at_each_product(
    mentes: Mentes, worker: Worker, organisation_id: UUID, campus: Campus, launcher: Launcher
) -> None:
    for message in (Message.DEEP_LINKING, Message.RESOURCE_LINK, Message.SUBMISSION_REVIEW):
        page = launcher.open(message)
        assert page.is_accepted, (message, page.steps, page.text)
        assert "/l/" in page.url
    worker.run_until_idle()
    with mentes.database.transaction(organisation_id) as session:
        course = every(session, Course)[0]
        assert course.roster_synced_at is not None
        assert len(every(session, Membership, Membership.course_id == course.id)) == 4
        assert {person.name for person in every(session, Person)} >= {"Ben Two", "Mo Mentor"}
        programme = a_programme(session, course)
        mentor = a_mentor(session, programme, now=mentes.clock())
        ada = every(session, Person, Person.email == ADA.email)[0]
        pairing = a_pair(session, programme, mentor, ada, now=mentes.clock())
        activity = an_activity(session, course, f"{campus.platform.url}/unit")
        checkpoint = a_checkpoint(session, programme, activity, now=mentes.clock())
        opened = a_check_in(session, pairing, checkpoint, now=mentes.clock())
        for by in (pairing.mentor_id, pairing.mentee_id):
            checkins.hold(session, opened.id, by=by, now=mentes.clock())
    worker.run_until_idle()
    grades = [
        column.grades[ADA.id]
        for column in campus.platform.gradebook(COURSE.id)
        if ADA.id in column.grades
    ]
    assert [grade.score_given for grade in grades] == [1.0]
    assert [grade.submissions for grade in grades] == [0]


REFERENCE = re.compile(r"give this reference:\s*<code>[0-9a-f-]{36}</code>")
NOT_VOUCHED_FOR = (
    *("kid-missing", "kid-unknown", "signature-invalid", "algorithm-refused"),
    *("id-token-malformed", "issuer-mismatch", "audience-mismatch", "audience-untrusted"),
    *("authorized-party-missing", "authorized-party-mismatch"),
)
"""By what a token is refused before it is known to be its platform's, and for us."""
GENUINE = (Way.OTHER_STATE,)
"""How a token is posted that is refused though its signature was good."""


def wrongly_answered(launcher: Launcher, launches: Sequence[Launch]) -> dict[str, list[str]]:
    """Return what is not as it must be in the answer to each launch, by its name."""
    wrong = {}
    for launch in launches:
        if isinstance(launch, Token) and launch.given in (Given.TRUSTED_AUDIENCE, Given.HTTPS):
            continue
        answered = launcher.answer_to(launch)
        page = answered.page
        slug, status = EXPECTED.get(launch.name, ("", page.status))
        found = [] if answered.as_it_must(launch.answer) else ["not " + launch.answer.value]
        if page.status != status:
            found.append(f"{page.status} instead of {status}")
        if page.status >= 400:
            genuine = bool(slug) and slug not in NOT_VOUCHED_FOR
            may_lead_back = genuine or (isinstance(launch, Post) and launch.way in GENUINE)
            found.extend(uneasy(page, may_lead_back=may_lead_back))
        if found:
            wrong[launch.name] = found
    return wrong


def uneasy(page: Page, *, may_lead_back: bool) -> list[str]:
    """Return what the page of a refusal must have, or must not, and has not, or has.

    It leads back to the platform only on the platform's own word: where the signature was good.
    """
    found = {
        "no reference": not REFERENCE.search(page.text),
        "a traceback": "Traceback" in page.text,
        "a way back that nobody vouches for": "lti_errormsg" in page.text and not may_lead_back,
    }
    return [what for what, is_so in found.items() if is_so]


def test_a_refused_launch_leads_back_where_the_signature_was_good(launcher: Launcher) -> None:
    signed = launcher.answer_to(payloads.named("wrong lti version")).page
    forged = launcher.answer_to(payloads.named("tampered payload")).page
    assert "lti_errormsg" in signed.text
    assert "lti_errormsg" not in forged.text


@pytest.mark.parametrize("profile", [PROFILES["canvas"]], ids=["canvas"], indirect=True)
def test_what_a_tool_must_refuse_is_refused_on_a_page(launcher: Launcher) -> None:
    assert wrongly_answered(launcher, payloads.BAD_TOKENS) == {}
    assert wrongly_answered(launcher, payloads.BAD_POSTS) == {}
    assert wrongly_answered(launcher, payloads.BAD_LOGINS) == {}


@pytest.mark.parametrize("profile", [PROFILES["moodle"]], ids=["moodle"], indirect=True)
def test_what_a_tool_must_take_is_taken(launcher: Launcher) -> None:
    assert wrongly_answered(launcher, payloads.GOOD_TOKENS) == {}
    assert wrongly_answered(launcher, payloads.GOOD_LOGINS) == {}
