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
    """One observed difference. `answer` is what this package does about it.

    `name` is its own within a product: `lti.testing.profiles` behaves so under that name.
    """

    product: str
    name: str
    behaviour: str
    answer: str
    source: str
    seen: date


_MOODLE: Final = "a running Moodle 4.3 (build 20231009), recorded exchanges"
_RECORDED: Final = date(2026, 11, 22)
_OPEN_EDX: Final = (
    "lti-consumer-xblock 11.4.4, run beside the tool (tests/clients/test_open_edx.py)"
)
_OPEN_EDX_SOURCE: Final = "lti-consumer-xblock 11.4.4, its source"
_CANVAS: Final = "instructure/canvas-lms, its registration guide and Lti::IMS::Registration"

QUIRKS: Final = (
    Quirk(
        product="moodle",
        name="token-says-html",
        behaviour="The token endpoint answers JSON with the content type text/html.",
        answer="http.Answer.json reads the content and ignores the header.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="line-item-query",
        behaviour="Line item URLs carry a query: …/lineitem?type_id=1.",
        answer="urls.with_path_suffix puts /scores before the query.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="line-item-media-type",
        behaviour="Line items answer 400 to Accept: application/json.",
        answer="ags sends the service's own media types.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="whole-second-scores",
        behaviour="A score whose timestamp is not later than the stored one's answers 409, "
        "compared by whole seconds.",
        answer="grading.Score.sent_after moves the later of two on; a 409 is settled as "
        "ScoreOutcome.SUPERSEDED.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="learners-only",
        behaviour="Scores for an unknown user or a teacher answer 400.",
        answer="ags.LineItems.post_score raises ServiceRefused 'score-not-accepted'.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="resource-id-twice",
        behaviour="Posting the same resourceId twice makes two line items.",
        answer="ags.LineItems.found_or_created looks first.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="read-only-scope-too",
        behaviour="Reading line items wants the scope lineitem.readonly beside lineitem.",
        answer="ags asks for both.",
        source="dmitry-viskov/pylti1.3#14 and others",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="moodle",
        name="curly-link",
        behaviour="The line items' Link header has curly quotes and &amp;.",
        answer="http.Answer.next_url accepts both.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="short-roles",
        behaviour="Memberships have short roles; the next URL drops the role filter.",
        answer="nrps normalises roles and filters again.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="empty-variables",
        behaviour='A custom variable that cannot be filled is "", null or the literal $Name.',
        answer="reading drops all three.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="variables-listed",
        behaviour="The configuration document lists the custom variables that it can fill.",
        answer="dynamic_registration asks for no others.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="hint-once",
        behaviour="lti_message_hint is JSON with a launch id that is good once.",
        answer="login.begin sends it back to the letter.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="domain-with-port",
        behaviour="The domain of a registration must be the target link's host with its port.",
        answer="dynamic_registration.registration_request names both.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="issuer-with-path",
        behaviour="The issuer has the site's path, the configuration another one.",
        answer="dynamic_registration.platform_configuration compares scheme and host alone.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="client-id-kept",
        behaviour="A tool that registers again keeps its client id, once the administrator agrees"
        " to update it.",
        answer="dynamic_registration.register returns the id that the platform names, new or "
        "known.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="key-set-unread",
        behaviour="While it cannot read the tool's key set, the token endpoint answers 404 with a"
        " page.",
        answer="access_tokens.AccessTokens.bearer raises ServiceRefused 'token-refused', "
        "whatever the status.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="always-active",
        behaviour="Every membership is Active, also that of somebody who was suspended.",
        answer="nrps.Status is read as it is said; whoever is no longer listed has gone.",
        source="Moodle 5.1.3, mod/lti/service/memberships",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="moodle",
        name="no-item-history",
        behaviour="$Context.id.history can be filled, $ResourceLink.id.history cannot.",
        answer="copies.CUSTOM asks for both; without the item's, the course's is there.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="two-messages",
        behaviour="It lists resource links and deep linking, and neither groups nor notices.",
        answer="dynamic_registration.registration_request asks for what is listed alone.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="moodle",
        name="usernames",
        behaviour="Launches have ext.user_username, rosters ext_user_username.",
        answer="LaunchMessage.username and nrps.Member.username have it.",
        source=_MOODLE,
        seen=_RECORDED,
    ),
    Quirk(
        product="canvas",
        name="observers-are-mentors",
        behaviour="Observers (parents) arrive with the role membership#Mentor.",
        answer="LaunchMessage.is_mentor is False and is_observer True.",
        source="Canvas documentation, canvas_roles; hypothesis/lms lti_role.py",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        name="deployment-parameter",
        behaviour="Login initiation sends deployment_id instead of lti_deployment_id.",
        answer="login.LoginRequest.parse accepts either.",
        source="instructure/canvas-lms#2201",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        name="new-submissions",
        behaviour="Every score makes a new submission unless told otherwise.",
        answer="ags adds SCORE_EXTENSIONS.",
        source="Canvas documentation, Score API",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        name="user-agent",
        behaviour="Calls without a User-Agent are refused; rate limits answer 403.",
        answer="http names a User-Agent and reads 'Rate Limit Exceeded' as a request to wait.",
        source="celtic-project/LTI-PHP#99, ucfopen/canvasapi#706",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        name="bearer-for-configuration",
        behaviour="The platform configuration is only given to requests with the Bearer token.",
        answer="dynamic_registration sends it on the configuration request too.",
        source="Canvas documentation, registration",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        name="one-issuer",
        behaviour="All schools have one issuer; a login may come without a client id.",
        answer="login.chosen_registration asks for the login URL of one registration where "
        "several are meant.",
        source="tsugiproject/tsugi#83, Cvmcosta/ltijs#44",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="canvas",
        name="placements",
        behaviour="A message without a placement is a link in a module, and keeps deep linking "
        "out of that place.",
        answer="placements.asked names a placement for each message.",
        source=_CANVAS,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="registers-at-the-school",
        behaviour="Registration is asked for by a page at the school's address, not at the "
        "issuer's.",
        answer="dynamic_registration.PlatformConfiguration.origins has the registration "
        "endpoint's too.",
        source=_CANVAS,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="authorization-server-is-a-host",
        behaviour="The configuration's authorization_server is a host name; assertions are meant "
        "for the token endpoint.",
        answer="quirks.AUDIENCE_IS_THE_TOKEN_ENDPOINT says so; the host is no audience.",
        source=_CANVAS,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="names-asked-for",
        behaviour="Neither names nor mail addresses are sent unless the registration asks for "
        "them.",
        answer="quirks.PRIVACY_SETTINGS says so beside the claims.",
        source=_CANVAS,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="teaching-assistants",
        behaviour="A teaching assistant is an Instructor and an Instructor#TeachingAssistant.",
        answer="LaunchMessage.is_teaching_assistant says so; is_instructor is True as well.",
        source="Canvas documentation, canvas_roles",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="login-parameters",
        behaviour="Login initiation has canvas_region, canvas_environment and a storage frame "
        "called post_message_forwarding.",
        answer="login.LoginRequest.parse takes the frame and leaves the rest.",
        source="Canvas documentation, LTI launch overview",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="names-of-variables",
        behaviour="A custom variable that it cannot fill is sent as its name.",
        answer="reading.custom drops it.",
        source="Canvas documentation, variable substitutions",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="errors-beside-claims",
        behaviour="Claims that are objects have validation_context (null) and errors beside what "
        "is meant.",
        answer="reading.custom and its neighbours read members that they know.",
        source="packbackbooks/lti-1-3-php-library, examples in its claims",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="hashes-for-ids",
        behaviour="Deployments are called 189:7f95… (a number and a hash), items and courses by "
        "hashes, people by UUIDs.",
        answer="reading.identifier takes any printable text.",
        source="an id_token published by a developer of Canvas (gist westonkd/893d18f8)",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="notices",
        behaviour="It has the Platform Notification Service; a notice that was not taken is not "
        "sent again.",
        answer="notice_handlers.NoticeHandlers.ensured sets handlers where a launch says where.",
        source="Canvas documentation, Platform Notification Service",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="no-item-history",
        behaviour="$Context.id.history can be filled, $ResourceLink.id.history cannot.",
        answer="copies.CUSTOM asks for both; without the item's, the course's is there.",
        source="Canvas documentation, variable substitutions; hypothesis/lms",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="api-paths",
        behaviour="Services are below /api/lti/courses/{id}, without a query.",
        answer="urls.with_path_suffix has nothing to step over.",
        source="Canvas documentation, Names and Role API, Line Items API",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="active-only",
        behaviour="Rosters list active memberships alone.",
        answer="nrps.Roster is everybody; whoever is not in it has gone.",
        source="Canvas documentation, Names and Role API",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="canvas",
        name="course-of-several-deployments",
        behaviour="A course is opened by the deployment of its account and by any of its own; its "
        "context id is the same, an identifier of the course alone.",
        answer="quirks.CONTEXTS_SPAN_DEPLOYMENTS has it.",
        source="instructure/canvas-lms, Lti::Asset; academic-innovation/django-lti#32",
        seen=date(2026, 12, 1),
    ),
    Quirk(
        product="desire2learn",
        name="own-audience",
        behaviour="The assertion's audience is https://api.brightspace.com/auth/token, one string.",
        answer="Registration.token_audience.",
        source="oat-sa/lib-lti1p3-core#187",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="desire2learn",
        name="keys-rotate",
        behaviour="The key set has no alg; keys rotate hourly; deep linking JWTs need a kid.",
        answer="keys refetches once on an unknown kid; everything that we sign has a kid.",
        source="1EdTech/lti-1-3-php-library#34",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="desire2learn",
        name="redirect-to-the-letter",
        behaviour="The redirect URI must be the registered one to the letter (Canvas: as well).",
        answer="login.begin has one, without anything about the item in it.",
        source="dmitry-viskov/pylti1.3-flask-example#28",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="desire2learn",
        name="notices",
        behaviour="It has the Platform Notification Service.",
        answer="notice_handlers.NoticeHandlers.ensured sets handlers where a launch says where.",
        source="the developer platform of Brightspace, LTI Advantage management (extension 6)",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="desire2learn",
        name="uuids-for-ids",
        behaviour="Registrations and deployments are called by UUIDs.",
        answer="reading.identifier takes any printable text.",
        source="the developer platform of Brightspace, LTI Advantage management",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="desire2learn",
        name="deployment-in-paths",
        behaviour="Services are below /d2l/api/lti/…/deployment/{id}/orgunit/{id}, no query.",
        answer="urls.with_path_suffix has nothing to step over.",
        source="an id_token published by a school that has it",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="blackboard",
        name="zoned-timestamps",
        behaviour="Score timestamps need a zone.",
        answer="ags writes UTC with milliseconds and Z.",
        source="celtic-project/Rating-PHP#1",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="blackboard",
        name="url-of-an-item",
        behaviour="A content item without url is 'Invalid Link'.",
        answer="deep_linking.LtiResourceLinkItem requires url.",
        source="Cvmcosta/ltijs#237",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="blackboard",
        name="one-issuer",
        behaviour="All institutions have one issuer; each is a deployment.",
        answer="login.chosen_registration leaves an unknown deployment to the signed launch.",
        source="the developer portal of Blackboard; PrairieLearn/PrairieLearn#9721",
        seen=date(2026, 11, 22),
    ),
    Quirk(
        product="blackboard",
        name="groups",
        behaviour="It has the Course Groups service.",
        answer="groups.CourseGroups reads them.",
        source="docs.blackboard.com, Getting Started With LTI",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="blackboard",
        name="by-hand",
        behaviour="Tools are registered in the developer portal; there is no dynamic registration.",
        answer="registration.Registration is filled in by hand.",
        source="docs.blackboard.com, Getting Started With LTI",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="blackboard",
        name="uuids-for-ids",
        behaviour="Client ids are application ids of the developer portal, UUIDs; so are "
        "deployment ids.",
        answer="reading.identifier takes any printable text.",
        source="docs.blackboard.com, Getting Started With LTI",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="blackboard",
        name="family-code",
        behaviour="Its product family code is BlackboardLearn.",
        answer="registration.Registration has the product as it was registered.",
        source="launches in Blackboard's own documentation of its LTI services",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="blackboard",
        name="learn-paths",
        behaviour="Services are below /learn/api/v1/lti, without a query; ids are like _4_1.",
        answer="urls.with_path_suffix has nothing to step over.",
        source="launches in Blackboard's own documentation of its LTI services",
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="blackboard",
        name="deployment-is-an-institution",
        behaviour="All institutions are deployments of one registration.",
        answer="quirks.CONTEXTS_SPAN_DEPLOYMENTS does not have it: a context id means nothing "
        "outside of its deployment.",
        source="Simon-Initiative/oli-torus#1979; Cvmcosta/ltijs#61",
        seen=date(2026, 12, 1),
    ),
    Quirk(
        product="openedx",
        name="repeated-score",
        behaviour="A score whose timestamp is not later than the stored one's answers 400, also "
        "the same score once more.",
        answer="ags.LineItems.post_score looks into the results before it believes a 400.",
        source=_OPEN_EDX,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="openedx",
        name="final-scores",
        behaviour="Scores that are not FullyGraded stay in the results; the gradebook has final "
        "ones alone.",
        answer="grading.GradingProgress is FULLY_GRADED once nothing more is to come.",
        source=_OPEN_EDX_SOURCE,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="openedx",
        name="lines-stay",
        behaviour="Removing a line item answers 403, whatever the scopes.",
        answer="ags.LineItems.deleted raises ServiceRefused.",
        source=_OPEN_EDX,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="openedx",
        name="results-of-everybody",
        behaviour="The results ignore user_id in the query.",
        answer="ags.LineItems.results filters again.",
        source=_OPEN_EDX_SOURCE,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="openedx",
        name="members-of-all-roles",
        behaviour="The roster ignores role in the query.",
        answer="nrps.Memberships filters again.",
        source=_OPEN_EDX_SOURCE,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="openedx",
        name="client-each",
        behaviour="A block is a client with a token address and a key set of its own, unless "
        "blocks share a passport; the deployment is always 1.",
        answer="login.chosen_registration tells registrations of one issuer apart by the client "
        "id.",
        source=_OPEN_EDX,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="openedx",
        name="no-family-code",
        behaviour="tool_platform has a guid and a name, no product family code.",
        answer="registration.Registration has the product as it was registered.",
        source=_OPEN_EDX,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="openedx",
        name="plain-keys",
        behaviour="Keys in its key set have key_ops, no alg and no use.",
        answer="jose.public_keys takes them.",
        source=_OPEN_EDX,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="openedx",
        name="block-is-the-item",
        behaviour="What was chosen by deep linking keeps url, title, custom and lineItem alone, "
        "makes no line item, and is launched with the resource link of the block.",
        answer="deep_linking.LtiResourceLinkItem says in custom which item it is.",
        source=_OPEN_EDX,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="openedx",
        name="target-of-an-item",
        behaviour="An item's own url is the target of the launch, the block's that of the login "
        "before it.",
        answer="message_checks.target_link refuses that; items need the url that the block has.",
        source=_OPEN_EDX_SOURCE,
        seen=date(2026, 11, 30),
    ),
    Quirk(
        product="openedx",
        name="staff-choose",
        behaviour="Deep linking answers 403 to whoever is staff of the whole site (global_staff), "
        "and takes staff and instructors of the course.",
        answer="deep_linking never sees such a launch; docs/platforms.md says who can.",
        source=_OPEN_EDX_SOURCE,
        seen=date(2026, 11, 30),
    ),
)

AUDIENCE_IS_THE_TOKEN_ENDPOINT: Final = frozenset({"canvas"})
"""Whose `authorization_server` is not the audience of access token requests."""

PRIVACY_SETTINGS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"canvas": {"https://canvas.instructure.com/lti/privacy_level": "public"}}
)
"""Members of a registration by which a platform is asked for names and mail addresses."""

MENTORS_ARE_OBSERVERS: Final = frozenset({"canvas"})

CONTEXTS_SPAN_DEPLOYMENTS: Final = frozenset(
    {"moodle", "totara", "canvas", "desire2learn", "openedx", "sakai"}
)
"""Where all deployments of a registration are of one site, or context ids are no numbers but the
world's: one id is one course, whichever deployment opens it. Elsewhere an id is unique to its
deployment (Core 5.4.1).
"""

SCORE_RESOLUTION: Final[Mapping[str, timedelta]] = MappingProxyType(
    {"moodle": timedelta(seconds=1)}
)
"""How far apart two scores must be for the later one to count."""

SCORE_EXTENSIONS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {"canvas": {"https://canvas.instructure.com/lti/submission": {"new_submission": False}}}
)
