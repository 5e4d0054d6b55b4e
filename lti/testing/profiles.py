"""Platforms as they come: what a product does in its own way, each as a value of a `Profile`.

A platform without a profile's word does what the specification says. Where a product does something
else, `Profile.because` names the entry of `lti.quirks` that says where and when that was seen;
nothing is different without one. Adapt a profile with `dataclasses.replace`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha1
from types import MappingProxyType
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from lti import claims, quirks
from lti.dynamic_registration import ALL_SCOPES, COURSE_SCOPES
from lti.placements import CANVAS as CANVAS_PREFIX
from lti.testing import paths
from lti.testing.paths import Paths

Named = Callable[[str, str], str]
"""Makes the id of something from the platform's URL and a number that is used once."""

VARIABLES: Final = (
    "Context.id",
    "Context.title",
    "Context.label",
    "Context.id.history",
    "CourseSection.sourcedId",
    "ResourceLink.id",
    "ResourceLink.title",
    "ResourceLink.id.history",
    "User.id",
    "User.username",
    "Person.name.full",
    "Person.email.primary",
)
_NO_ITEM_HISTORY: Final = tuple(each for each in VARIABLES if each != "ResourceLink.id.history")


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """How a platform says that it is asked too often."""

    status: int = 429
    headers: Mapping[str, str] = field(default_factory=lambda: {"Retry-After": "5"})
    body: bytes = b""


def _number(_: str, number: str) -> str:
    return number


def _plain_client(_: str, number: str) -> str:
    return f"client-{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a product does.

    Attributes:
        product: what registrations and `lti.quirks` call it.
        family_code: its product family code, where that is another.
        name: what people call it.
        version: what its launches say of its version; `release`, what its configuration says.
        because: by attribute, the name of the quirk of this product that it is there for.
        paths: where its endpoints are.
        issuer: the issuer that all its tenants share; None for a site with its own.
        client_id, deployment_id, link_id: what ids look like.
        deployment_parameter: what login initiation calls the deployment.
        login_parameters: what else login initiation has.
        storage_frame: the frame that keeps things for tools.
        hint_is_json: whether `lti_message_hint` is JSON with a launch id in it, or opaque.
        roles: by the short name of a role, the roles that are sent for it.
        short_roles: whether rosters have short names of roles.
        suspended: what rosters say of those who are; None if they are not listed.
        usernames: whether launches and rosters have them, beside the specification.
        page_forgets_role: whether the next page of a roster forgets the role that was asked for.
        differences: whether rosters link to what has changed since.
        curly_links: whether the line items' Link header has curly quotes and &amp;.
        score_step: how far apart the timestamps of two scores must be; zero if any later one will
            do.
        scores_submit: whether each score is a submission, unless it says that it is none.
        token_type: the content type of an answer of the token endpoint.
        token_audience: the audience that assertions must have; None for the token endpoint.
        audience_said: what the configuration calls `authorization_server`; None if nothing.
        keys_have_alg: whether keys in the key set have an alg.
        keys_last: how long one signs; None: as long as the platform.
        agent_required: whether requests must say who asks (User-Agent).
        busy: how it says that it is asked too often.
        registers: whether tools can register by themselves.
        configuration_needs_token: whether its configuration is for holders of the token alone.
        messages: what its configuration lists.
        scopes: the services that it has.
        variables: the custom variables that it can fill.
        null_variables: whether a variable that means nothing here is null, or its name.
        errors_beside_claims: whether objects have `validation_context` and `errors` in them.
        items_need_url: whether a content item without `url` is refused.
        settings: what else its configuration has under the platform's claim, from its name.
    """

    product: str
    family_code: str | None = None
    name: str
    version: str
    release: str = ""
    because: Mapping[str, str] = field(default_factory=dict)
    paths: Paths = paths.MOODLE
    issuer: str | None = None
    client_id: Named = _plain_client
    deployment_id: Named = _number
    link_id: Named = _number
    deployment_parameter: str = "lti_deployment_id"
    login_parameters: Mapping[str, str] = field(default_factory=dict)
    storage_frame: str | None = None
    hint_is_json: bool = False
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    short_roles: bool = False
    suspended: str | None = "Inactive"
    usernames: bool = False
    page_forgets_role: bool = False
    differences: bool = False
    curly_links: bool = False
    score_step: timedelta = timedelta(0)
    scores_submit: bool = False
    token_type: str = "application/json"  # noqa: S105 # a media type
    token_audience: str | None = None
    audience_said: str | None = None
    keys_have_alg: bool = True
    keys_last: timedelta | None = None
    agent_required: bool = False
    busy: Busy = Busy()
    registers: bool = True
    configuration_needs_token: bool = False
    messages: tuple[Mapping[str, Any], ...] = (
        {"type": claims.RESOURCE_LINK_REQUEST},
        {"type": claims.DEEP_LINKING_REQUEST},
    )
    scopes: frozenset[str] = frozenset(COURSE_SCOPES)
    variables: tuple[str, ...] = VARIABLES
    null_variables: bool = False
    errors_beside_claims: bool = False
    items_need_url: bool = False
    settings: Callable[[str], Mapping[str, Any]] = lambda name: {}

    @property
    def code(self) -> str:
        """The product family code."""
        return self.family_code or self.product

    def sent_roles(self, short: str) -> tuple[str, ...]:
        """Return what is sent for a role with this short name, as short names."""
        return self.roles.get(short, (short,))


def _hash(url: str, number: str) -> str:
    return sha1(f"{url} {number}".encode(), usedforsecurity=False).hexdigest()


def _uuid(url: str, number: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{url} {number}"))


def _learn_id(_: str, number: str) -> str:
    return f"_{number}_1"


def _canvas_client(url: str, number: str) -> str:
    """A developer key's global id: the number of the school's database, then the key's own."""
    return f"{int(_hash(url, 'shard')[:6], 16)}{int(number):013}"


def _canvas_deployment(url: str, number: str) -> str:
    return f"{number}:{_hash(url, number)}"


MOODLE: Final = Profile(
    product="moodle",
    name="Moodle",
    version="2023100900",
    release="4.3 (Build: 20231009)",
    hint_is_json=True,
    short_roles=True,
    suspended="Active",
    usernames=True,
    page_forgets_role=True,
    curly_links=True,
    score_step=quirks.SCORE_RESOLUTION["moodle"],
    token_type="text/html",  # noqa: S106 # a media type
    messages=(
        {"type": claims.RESOURCE_LINK_REQUEST},
        {"type": claims.DEEP_LINKING_REQUEST, "placements": ["ContentArea"]},
    ),
    variables=_NO_ITEM_HISTORY,
    null_variables=True,
    because=MappingProxyType(
        {
            "paths": "line-item-query",
            "hint_is_json": "hint-once",
            "short_roles": "short-roles",
            "suspended": "always-active",
            "usernames": "usernames",
            "page_forgets_role": "short-roles",
            "curly_links": "curly-link",
            "score_step": "whole-second-scores",
            "token_type": "token-says-html",
            "messages": "two-messages",
            "scopes": "two-messages",
            "variables": "no-item-history",
            "null_variables": "empty-variables",
        }
    ),
)
"""Moodle 4.3, from recordings of one."""

CAMPUS: Final = replace(
    MOODLE,
    name="Campus",
    messages=(
        *MOODLE.messages,
        {"type": claims.SUBMISSION_REVIEW_REQUEST},
        {"type": claims.DATA_PRIVACY_REQUEST},
    ),
    scopes=frozenset(ALL_SCOPES),
    variables=VARIABLES,
    because=MappingProxyType(
        {
            attribute: quirk
            for attribute, quirk in MOODLE.because.items()
            if attribute not in ("messages", "scopes", "variables")
        }
    ),
)
"""A Moodle that has the rest of LTI Advantage as well: what a `Platform` is unless it is told."""


def _canvas_settings(name: str) -> Mapping[str, Any]:
    return {f"{CANVAS_PREFIX}account_name": name}


def _places(*names: str) -> list[str]:
    return [f"{CANVAS_PREFIX}{name}" for name in names]


CANVAS: Final = Profile(
    product="canvas",
    name="Canvas",
    version="vCloud",
    paths=paths.CANVAS,
    issuer="https://canvas.instructure.com",
    client_id=_canvas_client,
    deployment_id=_canvas_deployment,
    link_id=_hash,
    deployment_parameter="deployment_id",
    login_parameters=MappingProxyType({"canvas_region": "us-east-1", "canvas_environment": "prod"}),
    storage_frame="post_message_forwarding",
    roles=MappingProxyType(
        {
            "Observer": ("Mentor",),
            "TeachingAssistant": ("Instructor", "Instructor#TeachingAssistant"),
        }
    ),
    suspended=None,
    scores_submit=True,
    audience_said="sso.canvaslms.com",
    agent_required=True,
    busy=Busy(status=403, headers={}, body=b"403 Forbidden (Rate Limit Exceeded)\n"),
    configuration_needs_token=True,
    messages=(
        {
            "type": claims.RESOURCE_LINK_REQUEST,
            "placements": _places("account_navigation", "course_navigation", "link_selection"),
        },
        {
            "type": claims.DEEP_LINKING_REQUEST,
            "placements": _places("assignment_selection", "editor_button", "link_selection"),
        },
    ),
    scopes=frozenset({*COURSE_SCOPES, claims.SCOPE_NOTICE_HANDLERS}),
    variables=_NO_ITEM_HISTORY,
    errors_beside_claims=True,
    settings=_canvas_settings,
    because=MappingProxyType(
        {
            "paths": "api-paths",
            "issuer": "one-issuer",
            "client_id": "one-issuer",
            "deployment_id": "hashes-for-ids",
            "link_id": "hashes-for-ids",
            "deployment_parameter": "deployment-parameter",
            "login_parameters": "login-parameters",
            "storage_frame": "login-parameters",
            "roles": "observers-are-mentors",
            "suspended": "active-only",
            "scores_submit": "new-submissions",
            "audience_said": "authorization-server-is-a-host",
            "agent_required": "user-agent",
            "busy": "user-agent",
            "configuration_needs_token": "bearer-for-configuration",
            "messages": "placements",
            "scopes": "notices",
            "variables": "no-item-history",
            "errors_beside_claims": "errors-beside-claims",
            "settings": "registers-at-the-school",
        }
    ),
)
"""Canvas, hosted: schools share the issuer. One of a school's own has its own (`issuer=`)."""

BRIGHTSPACE: Final = Profile(
    product="desire2learn",
    name="Brightspace",
    version="20.26",
    paths=paths.BRIGHTSPACE,
    client_id=_uuid,
    deployment_id=_uuid,
    token_audience="https://api.brightspace.com/auth/token",  # noqa: S106 # an address
    audience_said="https://api.brightspace.com/auth/token",
    keys_have_alg=False,
    keys_last=timedelta(hours=1),
    scopes=frozenset({*COURSE_SCOPES, claims.SCOPE_NOTICE_HANDLERS}),
    because=MappingProxyType(
        {
            "paths": "deployment-in-paths",
            "client_id": "uuids-for-ids",
            "deployment_id": "uuids-for-ids",
            "token_audience": "own-audience",
            "audience_said": "own-audience",
            "keys_have_alg": "keys-rotate",
            "keys_last": "keys-rotate",
            "scopes": "notices",
        }
    ),
)
"""Brightspace, of D2L."""

BLACKBOARD: Final = Profile(
    product="blackboard",
    family_code="BlackboardLearn",
    name="Blackboard",
    version="4000.1",
    paths=paths.BLACKBOARD,
    issuer="https://blackboard.com",
    client_id=_uuid,
    deployment_id=_uuid,
    link_id=_learn_id,
    registers=False,
    scopes=frozenset({*COURSE_SCOPES, claims.SCOPE_GROUPS_READ}),
    items_need_url=True,
    because=MappingProxyType(
        {
            "family_code": "family-code",
            "paths": "learn-paths",
            "issuer": "one-issuer",
            "link_id": "learn-paths",
            "client_id": "uuids-for-ids",
            "deployment_id": "uuids-for-ids",
            "registers": "by-hand",
            "scopes": "groups",
            "items_need_url": "url-of-an-item",
        }
    ),
)
"""Blackboard Learn: institutions share the issuer and the client id (`Platform.deployed`)."""

PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {"moodle": MOODLE, "canvas": CANVAS, "brightspace": BRIGHTSPACE, "blackboard": BLACKBOARD}
)
"""The products, by the names that `--lti-profile` knows."""
