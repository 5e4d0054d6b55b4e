"""What platforms do differently: one entry each, with what was seen, where and when.

Code that answers a quirk refers to the entry or to one of the tables at the foot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """One observed difference. `answer` is what this package does about it."""

    product: str
    behaviour: str
    answer: str
    source: str
    seen: date


_MOODLE: Final = "a running Moodle 4.3 (build 20231009), recorded exchanges"
_RECORDED: Final = date(2026, 11, 22)
_CANVAS: Final = "instructure/canvas-lms, its registration guide and Lti::IMS::Registration"

QUIRKS: Final = (
    Quirk(
        product="moodle",
        behaviour="The token endpoint answers JSON with the content type text/html.",
        answer="http.Answer.json reads the content and ignores the header.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="Line item URLs carry a query: …/lineitem?type_id=1.",
        answer="urls.with_path_suffix puts /scores before the query.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="Line items answer 400 to Accept: application/json.",
        answer="ags sends the service's own media types.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="A score whose timestamp is not later than the stored one's answers 409, "
        "compared by whole seconds.",
        answer="grading.Score.sent_after moves the later of two on; a 409 is settled as "
        "ScoreOutcome.SUPERSEDED.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="Scores for an unknown user or a teacher answer 400.",
        answer="ags.LineItems.post_score raises ServiceRefused 'score-not-accepted'.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="Posting the same resourceId twice makes two line items.",
        answer="ags.LineItems.found_or_created looks first.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="Reading line items wants the scope lineitem.readonly beside lineitem.",
        answer="ags asks for both.",
        source="dmitry-viskov/pylti1.3#14 and others",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="moodle",
        behaviour="The line items' Link header has curly quotes and &amp;.",
        answer="http.Answer.next_url accepts both.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="Memberships have short roles; the next URL drops the role filter.",
        answer="nrps normalises roles and filters again.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour='A custom variable that cannot be filled is "", null or the literal $Name.',
        answer="reading drops all three.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="The configuration document lists the custom variables that it can fill.",
        answer="dynamic_registration asks for no others.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="lti_message_hint is JSON with a launch id that is good once.",
        answer="login.begin sends it back to the letter.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="The domain of a registration must be the target link's host with its port.",
        answer="dynamic_registration.registration_request names both.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="The issuer has the site's path, the configuration another one.",
        answer="dynamic_registration.platform_configuration compares scheme and host alone.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="A tool that registers again keeps its client id, once the administrator agrees"
        " to update it.",
        answer="dynamic_registration.register returns the id that the platform names, new or "
        "known.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        behaviour="While it cannot read the tool's key set, the token endpoint answers 404 with a"
        " page.",
        answer="access_tokens.AccessTokens.bearer raises ServiceRefused 'token-refused', "
        "whatever the status.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="canvas",
        behaviour="Observers (parents) arrive with the role membership#Mentor.",
        answer="LaunchMessage.is_mentor is False and is_observer True.",
        source="Canvas documentation, canvas_roles; hypothesis/lms lti_role.py",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        behaviour="Login initiation sends deployment_id instead of lti_deployment_id.",
        answer="login.LoginRequest.parse accepts either.",
        source="instructure/canvas-lms#2201",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        behaviour="Every score makes a new submission unless told otherwise.",
        answer="ags adds SCORE_EXTENSIONS.",
        source="Canvas documentation, Score API",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        behaviour="Calls without a User-Agent are refused; rate limits answer 403.",
        answer="http names a User-Agent and reads 'Rate Limit Exceeded' as a request to wait.",
        source="celtic-project/LTI-PHP#99, ucfopen/canvasapi#706",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        behaviour="The platform configuration is only given to requests with the Bearer token.",
        answer="dynamic_registration sends it on the configuration request too.",
        source="Canvas documentation, registration",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        behaviour="All schools have one issuer; a login may come without a client id.",
        answer="login.chosen_registration asks for the login URL of one registration where "
        "several are meant.",
        source="tsugiproject/tsugi#83, Cvmcosta/ltijs#44",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        behaviour="A message without a placement is a link in a module, and keeps deep linking "
        "out of that place.",
        answer="placements.asked names a placement for each message.",
        source=_CANVAS,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        behaviour="Registration is asked for by a page at the school's address, not at the "
        "issuer's.",
        answer="dynamic_registration.PlatformConfiguration.origins has the registration "
        "endpoint's too.",
        source=_CANVAS,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        behaviour="The configuration's authorization_server is a host name; assertions are meant "
        "for the token endpoint.",
        answer="quirks.AUDIENCE_IS_THE_TOKEN_ENDPOINT says so; the host is no audience.",
        source=_CANVAS,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        behaviour="Neither names nor mail addresses are sent unless the registration asks for "
        "them.",
        answer="quirks.PRIVACY_SETTINGS says so beside the claims.",
        source=_CANVAS,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="desire2learn",
        behaviour="The assertion's audience is https://api.brightspace.com/auth/token, one string.",
        answer="Registration.token_audience.",
        source="oat-sa/lib-lti1p3-core#187",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="desire2learn",
        behaviour="The key set has no alg; keys rotate hourly; deep linking JWTs need a kid.",
        answer="keys refetches once on an unknown kid; everything that we sign has a kid.",
        source="1EdTech/lti-1-3-php-library#34",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="desire2learn",
        behaviour="The redirect URI must be the registered one to the letter (Canvas: as well).",
        answer="login.begin has one, without anything about the item in it.",
        source="dmitry-viskov/pylti1.3-flask-example#28",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="blackboard",
        behaviour="Score timestamps need a zone.",
        answer="ags writes UTC with milliseconds and Z.",
        source="celtic-project/Rating-PHP#1",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="blackboard",
        behaviour="A content item without url is 'Invalid Link'.",
        answer="deep_linking.LtiResourceLinkItem requires url.",
        source="Cvmcosta/ltijs#237",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="blackboard",
        behaviour="All institutions have one issuer; each is a deployment.",
        answer="login.chosen_registration leaves an unknown deployment to the signed launch.",
        source="the developer portal of Blackboard; PrairieLearn/PrairieLearn#9721",
        seen=date(2026, 11, 22),
    ),
)

AUDIENCE_IS_THE_TOKEN_ENDPOINT: Final = frozenset({"canvas"})
"""Whose `authorization_server` is not the audience of access token requests."""

PRIVACY_SETTINGS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"canvas": {"https://canvas.instructure.com/lti/privacy_level": "public"}}
)
"""Members of a registration by which a platform is asked for names and mail addresses."""

MENTORS_ARE_OBSERVERS: Final = frozenset({"canvas"})

SCORE_RESOLUTION: Final[Mapping[str, timedelta]] = MappingProxyType(
    {"moodle": timedelta(seconds=1)}
)
"""How far apart two scores must be for the later one to count."""

SCORE_EXTENSIONS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {"canvas": {"https://canvas.instructure.com/lti/submission": {"new_submission": False}}}
)
