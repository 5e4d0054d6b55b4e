"""Each product, as a platform on a socket: the whole protocol, and what is its own way."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from lti import claims, copies, jose, roles
from lti.ags import ActivityProgress, GradingProgress, LineItem, LineItems, Score, ScoreOutcome
from lti.deep_linking import LtiResourceLinkItem, response
from lti.dynamic_registration import ToolDescription, platform_configuration, register
from lti.errors import RegistrationRefused, ServiceRefused, ServiceUnavailable
from lti.groups import CourseGroups
from lti.http import Http
from lti.keys import PlatformKeySets
from lti.login import LoginRequest, chosen_registration
from lti.notice_handlers import NoticeHandlers
from lti.nrps import Memberships, Status
from lti.quirks import QUIRKS
from lti.registration import Registration
from lti.testing import (
    BLACKBOARD,
    BRIGHTSPACE,
    CAMPUS,
    CANVAS,
    MOODLE,
    PROFILES,
    Group,
    LoginInitiation,
    Platform,
    Profile,
    ResourceLink,
    serving,
)
from tests.lti.conftest import Campus, Clock, ToolSite
from tests.lti.factories import NOW
from tests.lti.journeys import begun, completed, deep_linking_message, opened

of = pytest.mark.parametrize
EVERY = of("profile", PROFILES.values(), ids=PROFILES)
_PLAIN = Profile(product="", name="", version="")
_IDENTITY = {"product", "name", "version", "release", "because"}


def only(*profiles: Profile) -> pytest.MarkDecorator:
    return of("profile", profiles, ids=lambda profile: profile.product)


@pytest.fixture
def link(campus: Campus) -> ResourceLink:
    return campus.platform.add_resource_link(
        campus.tool, "2", "Week 1", custom={"unit": "1"}, score_maximum=10
    )


def params(campus: Campus, link: ResourceLink) -> dict[str, str]:
    return campus.platform.login_initiation(campus.tool, campus.learner, link).params


def score(given: float, at: Any, user_id: str = "4") -> Score:
    return Score(
        user_id=user_id,
        timestamp=at,
        activity_progress=ActivityProgress.COMPLETED,
        grading_progress=GradingProgress.FULLY_GRADED,
        score_given=given,
        score_maximum=10,
    )


# Where each behaviour is from.


@EVERY
def test_a_profile_differs_where_a_quirk_says_so_alone(profile: Profile) -> None:
    own = {quirk.name for quirk in QUIRKS if quirk.product == profile.product}
    differs = {
        each.name
        for each in fields(Profile)
        if each.name not in _IDENTITY and getattr(profile, each.name) != getattr(_PLAIN, each.name)
    }
    if profile is MOODLE:  # where nothing else is said, the paths and services are Moodle's
        differs |= {"paths", "scopes"}
    assert differs == set(profile.because)
    assert set(profile.because.values()) <= own


def test_the_campus_is_a_moodle_that_has_everything() -> None:
    back = replace(
        CAMPUS,
        name=MOODLE.name,
        messages=MOODLE.messages,
        scopes=MOODLE.scopes,
        variables=MOODLE.variables,
        because=MOODLE.because,
    )
    assert back == MOODLE


# The whole protocol.


@EVERY
def test_the_whole_protocol_with_each_product(
    campus: Campus, site: ToolSite, link: ResourceLink, clock: Clock
) -> None:
    platform, registration = campus.platform, campus.registration
    learner, teacher = campus.learner, campus.teacher
    column = platform.grades.column_of_link(link.id)
    assert column is not None
    # Every message.
    message = opened(campus, site, learner, link)
    assert (message.subject, message.roles) == ("4", {roles.LEARNER})
    assert message.person.name == "Ada One"
    assert message.custom == {"course": "2", "unit": "1"}
    assert message.resource_link is not None
    assert message.resource_link.id == link.id
    for initiation in (
        platform.submission_review_initiation(campus.tool, teacher, column, learner),
        platform.data_privacy_initiation(campus.tool, teacher, learner),
    ):
        about = completed(campus, site, begun(campus, site, initiation)).for_user
        assert about is not None
        assert about.user_id == "4"
    # Deep linking, and back.
    asked = deep_linking_message(
        campus, site, platform.deep_linking_initiation(campus.tool, teacher, campus.course)
    )
    item = LtiResourceLinkItem(
        url=f"{site.url}/launch",
        title="Mentoring",
        line_item=LineItem(label="Mentoring", score_maximum=10, resource_id="m-1"),
    )
    answer = response(asked, [item], site.ring, clock())
    page = requests.post(answer.return_url, data={"JWT": answer.jwt}, timeout=5)
    assert "1 items were added" in page.text
    # The roster, in pages.
    assert message.nrps is not None
    roster = Memberships(site.services).members(registration, message.nrps.memberships_url, limit=1)
    assert {member.user_id: member.roles for member in roster.members} == {
        "3": {roles.INSTRUCTOR},
        "4": {roles.LEARNER},
        "5": {roles.LEARNER},
    }
    # Line items, and two scores in one second.
    assert message.ags is not None
    assert message.ags.lineitems is not None
    assert message.ags.lineitem is not None
    items = LineItems(site.services)
    made = items.found_or_created(
        registration,
        message.ags.lineitems,
        LineItem(label="Talk", score_maximum=10, resource_id="t-1", tag="talk"),
    )
    again = items.found_or_created(
        registration,
        message.ags.lineitems,
        LineItem(label="Talk", score_maximum=10, resource_id="t-1", tag="talk"),
    )
    assert made.id == again.id
    assert made.id is not None
    first, second = score(4, NOW), score(7, NOW + timedelta(milliseconds=2))
    second = second.sent_after(first.timestamp, registration.product)
    for each in (first, second):
        assert items.post_score(registration, made.id, each) is ScoreOutcome.RECORDED
    assert items.post_score(registration, made.id, first) is ScoreOutcome.SUPERSEDED
    (result,) = items.results(registration, made.id)
    assert (result.user_id, result.score) == ("4", 7)
    with pytest.raises(ServiceRefused) as refusal:
        items.post_score(registration, made.id, score(1, NOW, "3"))
    assert refusal.value.slug == "score-not-accepted"
    assert items.deleted(registration, made.id)


@EVERY
def test_a_product_offers_what_it_has(
    campus: Campus, site: ToolSite, link: ResourceLink, profile: Profile
) -> None:
    message = opened(campus, site, campus.learner, link)
    groups = claims.SCOPE_GROUPS_READ in profile.scopes
    notices = claims.SCOPE_NOTICE_HANDLERS in profile.scopes
    assert (message.groups is not None, message.notifications is not None) == (groups, notices)
    if message.groups is not None:
        campus.platform.directory.add_group(Group(id="7", course_id="2", name="Blue"))
        (group,) = CourseGroups(site.services).groups(
            campus.registration, message.groups.groups_url
        )
        assert group.name == "Blue"
    if message.notifications is not None:
        handler = f"{site.url}/notices"
        NoticeHandlers(site.services).ensured(
            campus.registration, message.notifications, ["LtiContextCopyNotice"], handler
        )
        handlers = campus.platform.notices.handlers(campus.tool)
        assert handlers["LtiContextCopyNotice"].url == handler


# Registering.


@pytest.fixture
def own(clock: Clock, profile: Profile) -> Iterator[Platform]:
    """A platform whose issuer is where it is: also a Canvas of a school's own."""
    with serving() as server:
        platform = Platform(server.url, clock=clock, profile=profile, issuer=server.url)
        server.app = platform.wsgi
        yield platform


def invited(platform: Platform, site: ToolSite) -> tuple[str, str]:
    said = requests.Request("GET", platform.invitation(f"{site.url}/register")).prepare()
    query = dict(part.split("=", 1) for part in str(said.url).partition("?")[2].split("&"))
    return requests.utils.unquote(query["openid_configuration"]), query["registration_token"]


def description(site: ToolSite) -> ToolDescription:
    return ToolDescription(
        name="Tool",
        description="A tool",
        launch_url=f"{site.url}/launch",
        login_url=f"{site.url}/login",
        jwks_url=f"{site.url}/jwks",
        custom=dict(copies.CUSTOM),
    )


@only(MOODLE, CANVAS, BRIGHTSPACE)
def test_a_tool_registers_itself_and_calls_with_the_token_that_it_then_has(
    own: Platform, site: ToolSite, http: Http, profile: Profile
) -> None:
    url, token = invited(own, site)
    configuration = platform_configuration(http, url, token)
    assert configuration.product == profile.code
    new = register(http, configuration, description(site), token)
    assert new.token_audience == profile.token_audience
    tool = own.directory.tool(new.client_id)
    assert tool is not None
    assert new.deployment_ids == {tool.deployment_id}
    history = copies.RESOURCE_LINK in tool.custom
    assert history == ("ResourceLink.id.history" in profile.variables)
    registration = new.registration("registration-1")
    assert site.tokens.bearer(registration, {claims.SCOPE_SCORE})


@only(CANVAS)
def test_canvas_keeps_its_configuration_for_who_has_the_token(
    own: Platform, site: ToolSite, http: Http
) -> None:
    url, token = invited(own, site)
    with pytest.raises(RegistrationRefused):
        platform_configuration(http, url)
    assert platform_configuration(http, url, token).account == "Canvas"


@only(CANVAS)
def test_a_shared_issuer_vouches_for_no_platform_on_a_socket(
    platform: Platform, site: ToolSite, http: Http
) -> None:
    url, token = invited(platform, site)
    with pytest.raises(RegistrationRefused) as refusal:
        platform_configuration(http, url, token)
    assert refusal.value.slug == "configuration-incomplete"


@only(BLACKBOARD)
def test_blackboard_has_tools_registered_by_hand(platform: Platform) -> None:
    with pytest.raises(ValueError, match="by hand"):
        platform.invitation("https://tool.example/register")
    assert requests.get(platform.at.configuration_url, timeout=5).status_code == 404


# Issuers and deployments.


class Known:
    """Registrations in a list."""

    def __init__(self, *registrations: Registration) -> None:
        self._registrations = registrations

    def by_id(self, id: str, /) -> Registration | None:
        return next((each for each in self._registrations if each.id == id), None)

    def by_issuer(self, issuer: str, /) -> list[Registration]:
        return [each for each in self._registrations if each.issuer == issuer]


@only(CANVAS)
def test_schools_share_the_issuer_and_are_told_apart_by_the_client(
    campus: Campus, site: ToolSite, link: ResourceLink, clock: Clock
) -> None:
    with serving() as server:
        other = Platform(server.url, clock=clock, profile=CANVAS)
        server.app = other.wsgi
        theirs = other.register_tool(
            login_url=f"{site.url}/login",
            launch_url=f"{site.url}/launch",
            jwks_uri=f"{site.url}/jwks",
        )
        assert (other.issuer, theirs.client_id) != (other.url, campus.tool.client_id)
        known = Known(campus.registration, other.registration_of(theirs, "registration-2"))
        said = {name: [value] for name, value in params(campus, link).items()}
        assert said["iss"] == ["https://canvas.instructure.com"]
        assert chosen_registration(LoginRequest.parse(said), known) == campus.registration


@only(BLACKBOARD)
def test_institutions_are_deployments_of_one_client(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    there = campus.platform.deployed(campus.tool)
    assert there.client_id == campus.tool.client_id
    assert there.deployment_id != campus.tool.deployment_id
    both = frozenset({campus.tool.deployment_id, there.deployment_id})
    campus.registration = replace(campus.registration, deployment_ids=both)
    assert campus.registration.issuer == "https://blackboard.com"
    for tool in (campus.tool, there):
        initiation = campus.platform.login_initiation(tool, campus.learner, link)
        message = completed(campus, site, begun(campus, site, initiation))
        assert message.deployment_id == tool.deployment_id


@only(CANVAS)
def test_canvas_calls_things_by_numbers_and_hashes(campus: Campus, link: ResourceLink) -> None:
    number, colon, digest = campus.tool.deployment_id.partition(":")
    assert number.isdigit()
    assert (colon, len(digest), len(link.id)) == (":", 40, 40)


@only(CANVAS)
def test_canvas_begins_logins_in_its_own_words(campus: Campus, link: ResourceLink) -> None:
    said = params(campus, link)
    assert said["deployment_id"] == campus.tool.deployment_id
    assert "lti_deployment_id" not in said
    assert {"canvas_region", "canvas_environment"} <= set(said)
    assert said["lti_storage_target"] == "post_message_forwarding"
    assert not said["lti_message_hint"].startswith("{")


@only(MOODLE)
def test_moodles_hint_is_json_and_good_once(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    beginning = begun(campus, site, LoginInitiation("", params(campus, link)))
    assert params(campus, link)["lti_message_hint"].startswith('{"launchid":')
    assert completed(campus, site, beginning).subject == "4"
    page = requests.get(beginning.url, timeout=5)
    assert "launch_no_longer_valid" in page.text


# People.


@only(CANVAS)
def test_observers_and_assistants_of_canvas(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    enrol, user = campus.platform.directory.enrol, campus.platform.directory.user
    enrol("5", "2", "Observer")
    observer = opened(campus, site, user("5"), link)
    assert (observer.roles, observer.is_observer) == ({roles.MENTOR}, True)
    enrol("5", "2", "TeachingAssistant")
    assistant = opened(campus, site, user("5"), link)
    assert assistant.roles == {roles.INSTRUCTOR, roles.TEACHING_ASSISTANT}


@of(
    ("profile", "said"),
    [
        (MOODLE, Status.ACTIVE),
        (CANVAS, None),
        (BRIGHTSPACE, Status.INACTIVE),
        (BLACKBOARD, Status.INACTIVE),
    ],
    ids=PROFILES,
)
def test_what_a_roster_says_of_somebody_who_was_suspended(
    campus: Campus, site: ToolSite, said: Status | None
) -> None:
    campus.platform.directory.enrol("5", "2", active=False)
    url = campus.platform.at.memberships(campus.course, campus.tool)
    roster = Memberships(site.services).members(campus.registration, url)
    assert {m.user_id: m.status for m in roster.members}.get("5") == said


@of(("profile", "pages"), [(MOODLE, 3), (CANVAS, 2)], ids=["moodle", "canvas"])
def test_moodle_alone_forgets_the_role_on_the_next_page(
    campus: Campus, site: ToolSite, pages: int, requests_to: Callable[[str], list[int]]
) -> None:
    url = campus.platform.at.memberships(campus.course, campus.tool)
    roster = Memberships(site.services).members(
        campus.registration, url, role=roles.LEARNER, limit=1
    )
    assert {member.user_id for member in roster.members} <= {"4", "5"}
    assert len(requests_to("memberships")) in (pages, 2)


# Custom values.


@of(
    ("profile", "said"),
    [(MOODLE, None), (CANVAS, "$ResourceLink.id"), (BLACKBOARD, "$ResourceLink.id")],
    ids=["moodle", "canvas", "blackboard"],
)
def test_what_becomes_of_a_variable_without_a_value(
    campus: Campus, site: ToolSite, said: str | None
) -> None:
    custom = {"item": "$ResourceLink.id", "history": "$Context.id.history", "odd": "$Odd.name"}
    tool = campus.platform.directory.add_tool(replace(campus.tool, custom=custom))
    initiation = campus.platform.deep_linking_initiation(tool, campus.teacher, campus.course)
    message = deep_linking_message(campus, site, initiation)
    assert message.raw[claims.CUSTOM] == {"item": said, "history": "", "odd": "$Odd.name"}
    assert message.custom == {}


@only(CANVAS)
def test_canvas_leaves_errors_beside_what_it_says(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    message = opened(campus, site, campus.learner, link)
    assert message.raw[claims.CONTEXT]["errors"] == {"errors": {}}
    assert message.raw[claims.CONTEXT]["validation_context"] is None
    assert message.context is not None
    assert message.context.title == "Mentored Course 101"


# Scores.


@EVERY
def test_line_items_have_a_query_in_moodle_alone(
    campus: Campus, link: ResourceLink, profile: Profile
) -> None:
    column = campus.platform.grades.column_of_link(link.id)
    assert column is not None
    assert ("?" in campus.platform.at.column(column, campus.tool)) == (profile is MOODLE)


@of(
    ("profile", "outcome"),
    [(MOODLE, ScoreOutcome.SUPERSEDED), (CANVAS, ScoreOutcome.RECORDED)],
    ids=["moodle", "canvas"],
)
def test_moodle_cannot_tell_two_scores_of_one_second_apart(
    campus: Campus, site: ToolSite, link: ResourceLink, outcome: ScoreOutcome
) -> None:
    column = campus.platform.grades.column_of_link(link.id)
    assert column is not None
    url, items = campus.platform.at.column(column, campus.tool), LineItems(site.services)
    items.post_score(campus.registration, url, score(4, NOW))
    soon = score(7, NOW + timedelta(milliseconds=2))
    assert items.post_score(campus.registration, url, soon) is outcome


@only(CANVAS)
def test_a_score_is_a_submission_in_canvas_unless_it_says_that_it_is_none(
    campus: Campus, site: ToolSite, link: ResourceLink
) -> None:
    column = campus.platform.grades.column_of_link(link.id)
    assert column is not None
    url = campus.platform.at.column(column, campus.tool)
    LineItems(site.services).post_score(campus.registration, url, score(4, NOW))
    assert campus.platform.grades.grades(column.id)["4"].submissions == 0
    later = score(5, NOW + timedelta(seconds=1)).document()
    campus.platform.grades.record(column, later, frozenset({"4"}))
    assert campus.platform.grades.grades(column.id)["4"].submissions == 1


@only(BLACKBOARD)
def test_blackboard_takes_no_item_without_an_address(campus: Campus, site: ToolSite) -> None:
    initiation = campus.platform.deep_linking_initiation(campus.tool, campus.teacher, campus.course)
    asked = deep_linking_message(campus, site, initiation)
    item = LtiResourceLinkItem(url=f"{site.url}/launch", title="Mentoring")
    answer = response(asked, [item], site.ring, NOW)
    said = dict(jose.unverified_claims(answer.jwt))
    del said[claims.CONTENT_ITEMS][0]["url"]
    page = requests.post(answer.return_url, data={"JWT": site.ring.sign(said, NOW)}, timeout=5)
    assert "Invalid Link" in page.text


@of(
    "changes",
    [
        {"url": "javascript:x"},
        {"url": 1},
        {"title": 1},
        {"text": "\ud800"},
        {"iframe": "x"},
        {"icon": 1},
        {"custom": [1]},
        {"custom": {"a": 1}},
        {"available": "x"},
        {"submission": {"endDateTime": "tomorrow"}},
        {"lineItem": []},
        {"lineItem": "x"},
        {"lineItem": {"label": "x"}},
        {"lineItem": {"scoreMaximum": "a"}},
        {"lineItem": {"scoreMaximum": -1}},
        {"type": []},
    ],
    ids=str,
)
@only(CAMPUS)
def test_an_item_that_cannot_be_read_adds_nothing(
    campus: Campus, site: ToolSite, changes: dict[str, Any]
) -> None:
    initiation = campus.platform.deep_linking_initiation(campus.tool, campus.teacher, campus.course)
    asked = deep_linking_message(campus, site, initiation)
    item = LtiResourceLinkItem(url=f"{site.url}/launch", title="Mentoring")
    answer = response(asked, [item], site.ring, NOW)
    said = dict(jose.unverified_claims(answer.jwt))
    said[claims.CONTENT_ITEMS][0] |= changes
    before = campus.platform.directory.links("2")
    page = requests.post(answer.return_url, data={"JWT": site.ring.sign(said, NOW)}, timeout=5)
    assert (page.status_code, "Nothing was added" in page.text) == (400, True)
    assert campus.platform.directory.links("2") == before


# Tokens, keys, and calls.


@of(
    ("profile", "audience"),
    [(BRIGHTSPACE, "https://api.brightspace.com/auth/token"), (CANVAS, None)],
    ids=["brightspace", "canvas"],
)
def test_an_assertion_is_for_whom_the_product_says(
    campus: Campus, site: ToolSite, audience: str | None
) -> None:
    assert campus.registration.token_audience == audience
    assert site.tokens.bearer(campus.registration, {claims.SCOPE_SCORE})
    other = replace(campus.registration, id="r-2", token_audience=campus.platform.url)
    with pytest.raises(ServiceRefused):
        site.tokens.bearer(other, {claims.SCOPE_SCORE})


@only(BRIGHTSPACE)
def test_keys_of_brightspace_have_no_algorithm_and_change_by_the_hour(
    campus: Campus, site: ToolSite, link: ResourceLink, clock: Clock
) -> None:
    key_sets = PlatformKeySets(site.http)
    before = campus.platform.jwks()["keys"]
    assert all("alg" not in key for key in before)
    assert opened(campus, site, campus.learner, link).subject == "4"
    clock.advance(hours=1)
    keys = campus.platform.jwks()["keys"]
    assert [key["kid"] for key in keys][1:] == [key["kid"] for key in before]
    token = campus.platform.id_token(campus.tool, "nonce", {})
    assert key_sets.for_token(campus.registration, token, clock()) != ()
    assert opened(campus, site, campus.learner, link).subject == "4"


@only(CANVAS)
def test_canvas_wants_to_know_who_calls_and_says_when_it_is_too_often(
    campus: Campus, site: ToolSite
) -> None:
    silent = requests.get(campus.platform.at.jwks_uri, headers={"User-Agent": ""}, timeout=5)
    assert silent.status_code == 403
    campus.platform.be_busy("memberships")
    url = campus.platform.at.memberships(campus.course, campus.tool)
    with pytest.raises(ServiceUnavailable) as busy:
        Memberships(site.services).members(campus.registration, url)
    assert busy.value.status == 403
    assert len(Memberships(site.services).members(campus.registration, url).members) == 3


@only(BRIGHTSPACE)
def test_the_others_say_too_often_as_the_specification_has_it(
    campus: Campus, site: ToolSite
) -> None:
    campus.platform.be_busy("token")
    with pytest.raises(ServiceUnavailable) as busy:
        site.tokens.bearer(campus.registration, {claims.SCOPE_SCORE})
    assert (busy.value.status, busy.value.retry_after) == (429, 5)
