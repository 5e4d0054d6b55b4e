"""The doctor's look at one registration, with a platform on a real socket."""

from __future__ import annotations

import re

from plugin.app import Mentes
from plugin.courses.model import Course
from plugin.diagnosis import examined_platform
from plugin.foundation.findings import Finding
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import deployments
from plugin.platforms.service import registration
from tests.conftest import MovableClock
from tests.plugin.commanding import Run, refused
from tests.plugin.factories import every
from tests.plugin.launching import TEACHER, Campus


def looked(campus: Campus, mentes: Mentes) -> list[Finding]:
    return list(examined_platform(mentes, str(campus.registration_id)))


def failing(campus: Campus, mentes: Mentes) -> list[Finding]:
    return [finding for finding in looked(campus, mentes) if not finding.holds]


def test_a_sound_registration_is_well(campus: Campus, mentes: Mentes) -> None:
    campus.launched(TEACHER)
    found = [finding.what for finding in looked(campus, mentes)]
    assert failing(campus, mentes) == []
    assert any("has 1 keys" in what for what in found)
    assert any("clock" in what for what in found)
    assert "Names and roles: instructors: 1, with a name: 1" in found
    assert "Line items: 1 line items of ours" in found


def test_names_and_roles_are_tried_without_reading_everybody(
    campus: Campus, mentes: Mentes
) -> None:
    campus.launched(TEACHER)
    assert failing(campus, mentes) == []
    (asked,) = [each for each in campus.platform.exchanges if "/memberships" in each.path]
    assert "1 found" in asked.summary


def test_before_the_first_launch_services_cannot_be_tried(campus: Campus, mentes: Mentes) -> None:
    (finding,) = failing(campus, mentes)
    assert "Open Mentes from a course once" in finding.advice


def test_a_platform_without_its_keys_is_named(campus: Campus, mentes: Mentes) -> None:
    campus.launched(TEACHER)
    campus.platform.answer_next("jwks", status=404)
    (finding,) = failing(campus, mentes)
    assert campus.platform.at.jwks_uri in finding.what
    assert "public keyset URL" in finding.advice


def test_a_key_set_without_a_usable_key_is_named(campus: Campus, mentes: Mentes) -> None:
    campus.launched(TEACHER)
    campus.platform.answer_next("jwks", status=200, body=b'{"keys": []}')
    (finding,) = failing(campus, mentes)
    assert "has 0 keys" in finding.what


def test_a_token_that_is_refused_is_explained(campus: Campus, mentes: Mentes) -> None:
    campus.launched(TEACHER)
    campus.platform.answer_next("token", status=400, times=9)
    found = failing(campus, mentes)
    assert [finding.what for finding in found] == ["Access token (token-refused, 400)"]
    assert "key set URL" in found[0].advice


def test_a_token_is_tried_before_anybody_has_opened_a_course(
    campus: Campus, mentes: Mentes, run: Run
) -> None:
    token = f"ok    Access token: the platform gives one at {campus.platform.at.token_endpoint}"
    assert token in run("doctor", campus.registration_id).output
    campus.platform.answer_next("token", status=400)  # names and roles are switched off there
    assert token in run("doctor", campus.registration_id).output
    campus.platform.answer_next("token", status=400, times=2)
    said = refused(run("doctor", campus.registration_id))
    assert "FAIL  Access token (token-refused, 400)" in said
    assert "key set URL" in said


def test_a_clock_that_goes_wrong_is_measured(
    campus: Campus, mentes: Mentes, clock: MovableClock
) -> None:
    campus.launched(TEACHER)
    clock.forward(minutes=5)  # the platform's answers carry the true time
    (finding,) = failing(campus, mentes)
    assert re.fullmatch(r"The platform's clock is (29|30)\d s behind ours", finding.what)
    assert "NTP" in finding.advice


def test_a_service_that_is_switched_off_is_named(campus: Campus, mentes: Mentes) -> None:
    campus.launched(TEACHER)
    with mentes.database.transaction(EVERYWHERE) as session:
        (course,) = every(session, Course)
        course.memberships_url = course.lineitems_url = None
        course.title = "still there"
    with mentes.database.transaction(EVERYWHERE) as session:
        every(session, Course)[0].lineitems_url = f"{campus.platform.issuer}/nothing"
    found = failing(campus, mentes)
    assert [finding.what for finding in found] == [
        "The platform offers names and roles",
        "Line items (platform-refused, 404)",
    ]
    assert "External tool" in found[0].advice


def test_what_waits_and_what_is_off_is_said(campus: Campus, mentes: Mentes) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        deployments.launched(session, campus.registration_id, "new", now=mentes.clock())
        registration(session, campus.registration_id).enabled = False
    advised = [finding.advice for finding in failing(campus, mentes)]
    assert advised[0] == f"Run: mentes platform enable {campus.registration_id}"
    assert advised[1] == "Run: mentes platform deployments"
