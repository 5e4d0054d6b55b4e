"""The whole tool at each product: opened over sockets, its roster read, a score delivered.

And all that a platform, or somebody in between, can send: refused, or taken, on a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest
from flask import Flask

from lti.testing import PROFILES, Profile, payloads
from lti.testing.launcher import Classroom, Launch, Launcher
from lti.testing.payloads import Given, Message, Token
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


def wrongly_answered(launcher: Launcher, launches: Sequence[Launch]) -> dict[str, int]:
    """Return the status of each launch that is not answered as it must be, by its name."""
    wrong = {}
    for launch in launches:
        if isinstance(launch, Token) and launch.given in (Given.TRUSTED_AUDIENCE, Given.HTTPS):
            continue
        answered = launcher.answer_to(launch)
        status = answered.page.status
        _, right = EXPECTED.get(launch.name, ("", status))
        if not answered.as_it_must(launch.answer) or status != right:
            wrong[launch.name] = status
    return wrong


@pytest.mark.parametrize("profile", [PROFILES["canvas"]], ids=["canvas"], indirect=True)
def test_what_a_tool_must_refuse_is_refused_on_a_page(launcher: Launcher) -> None:
    assert wrongly_answered(launcher, payloads.BAD_TOKENS) == {}
    assert wrongly_answered(launcher, payloads.BAD_POSTS) == {}
    assert wrongly_answered(launcher, payloads.BAD_LOGINS) == {}


@pytest.mark.parametrize("profile", [PROFILES["moodle"]], ids=["moodle"], indirect=True)
def test_what_a_tool_must_take_is_taken(launcher: Launcher) -> None:
    assert wrongly_answered(launcher, payloads.GOOD_TOKENS) == {}
    assert wrongly_answered(launcher, payloads.GOOD_LOGINS) == {}
