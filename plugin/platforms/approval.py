"""What a platform's administrator approves, in plain words: who, which addresses, what we ask for.

What is approved is what was shown: the page carries a mark of it, and what the platform says when
the administrator agrees must have the same mark.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from lti import claims, placements
from lti.dynamic_registration import PlatformConfiguration, ToolDescription, registration_request
from plugin.foundation.i18n import to_say
from plugin.platforms.model import RegistrationRow
from plugin.platforms.service import refused_of

ADDRESSES: Final[Mapping[str, str]] = {
    "issuer": to_say("Issuer"),
    "authorization_endpoint": to_say("Login"),
    "token_endpoint": to_say("Access tokens"),
    "jwks_uri": to_say("Public keys"),
    "token_audience": to_say("Audience of access tokens"),
}
"""The parts of a registration that come from the platform, as people read them."""

_RIGHTS: Final[Mapping[str, str]] = {
    claims.SCOPE_MEMBERSHIP_READ: to_say(
        "Read who is in a course that uses it, so that mentors can be attached."
    ),
    claims.SCOPE_LINE_ITEM: to_say("Make gradebook columns of its own, and change or remove them."),
    claims.SCOPE_LINE_ITEM_READ: to_say("Find its own gradebook columns again."),
    claims.SCOPE_SCORE: to_say("Write into them that check-ins took place."),
    claims.SCOPE_RESULT_READ: to_say("Read what stands in its own gradebook columns."),
    claims.SCOPE_GROUPS_READ: to_say("Read the groups of a course that uses it."),
    claims.SCOPE_NOTICE_HANDLERS: to_say("Be told when a course is copied."),
}
_OPENINGS: Final[Mapping[str, str]] = {
    claims.RESOURCE_LINK_REQUEST: to_say("Be opened from a course."),
    claims.DEEP_LINKING_REQUEST: to_say("Be added to a course by its instructors."),
    claims.SUBMISSION_REVIEW_REQUEST: to_say("Show check-ins from a cell of the gradebook."),
    **dict.fromkeys(
        claims.DATA_PRIVACY_REQUESTS, to_say("Be opened where requests about data are handled.")
    ),
}
_PLACES: Final[Mapping[str, str]] = {
    "course_navigation": to_say("In the menu of a course, once a teacher puts it there."),
    "account_navigation": to_say("In the menu of your account, for its administrators."),
    "link_selection": to_say("Where teachers add something to a module."),
    "assignment_selection": to_say("Where teachers choose what an assignment opens."),
    "editor_button": to_say("In the editor of a page."),
}
_TOLD: Final[Mapping[tuple[str, ...], str]] = {
    ("Person.address.timezone",): to_say("The time zone of whoever opens it."),
    ("User.username", "Person.sourcedId", "Canvas.user.", "vnd.instructure.User."): to_say(
        "The user name and the numbers by which other systems of yours know whoever opens it."
    ),
    ("Context.id.history", "ResourceLink.id.history"): to_say(
        "What a course or an item was copied from."
    ),
    ("Context.", "CourseSection.", "Canvas.course.", "Canvas.api.", "Canvas.term."): to_say(
        "The number and the address of the course."
    ),
}
_TOLD_OTHERWISE: Final = to_say("More about the course, or about whoever opens it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What would change of a registration that we have: one address."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A registration with this platform that we have already.

    `refused` are the deployments of it that somebody keeps out.
    """

    row: RegistrationRow
    differences: Sequence[Difference]
    refused: Sequence[str]

    @property
    def is_closed(self) -> bool:
        """Whether somebody has closed it, or some of it: registering again does not open that."""
        return not self.row.enabled or bool(self.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What is asked of a platform; sentences are in English, to be translated.

    Attributes:
        does: what Mentes will be able to do.
        places: where it will be offered, if the platform wants to be asked.
        told: what it will be told beside name and mail address; names of variables by sentence.
        scopes: the services' scopes, as they are.
        mark: changes with anything of that, and with every address.
    """

    does: Sequence[str]
    places: Sequence[str]
    told: Mapping[str, Sequence[str]]
    scopes: Sequence[str]
    mark: str


def approval(platform: PlatformConfiguration, tool: ToolDescription) -> Approval:
    """Return what registering `tool` with `platform` asks for."""
    asked = registration_request(platform, tool)
    configured = asked[claims.TOOL_CONFIGURATION]
    scopes = asked["scope"].split()
    messages = configured["messages"]
    return Approval(
        does=_distinct(
            [
                *(_OPENINGS[each["type"]] for each in messages),
                *(_RIGHTS[scope] for scope in scopes),
            ]
        ),
        places=_distinct(
            _PLACES[placements.plain(place)]
            for each in messages
            for place in each.get("placements", ())
        ),
        told=_told(configured["custom_parameters"].values()),
        scopes=scopes,
        mark=_mark(platform, asked),
    )


def known(rows: Iterable[RegistrationRow], platform: PlatformConfiguration) -> list[Known]:
    """Return our registrations with this platform's issuer, each with what would change.

    Canvas and Blackboard are one issuer for all their customers: there, several may be.
    """
    return [
        Known(row=row, differences=_differences(row, platform), refused=refused_of(row))
        for row in rows
    ]


def _differences(row: RegistrationRow, platform: PlatformConfiguration) -> list[Difference]:
    return [
        Difference(
            name=name, before=getattr(row, name) or "–", after=getattr(platform, name) or "–"
        )
        for name in ADDRESSES
        if getattr(row, name) != getattr(platform, name)
    ]


def _told(variables: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for variable in variables:
        name = variable.removeprefix("$")
        sentence = next(
            (said for beginnings, said in _TOLD.items() if name.startswith(beginnings)),
            _TOLD_OTHERWISE,
        )
        found.setdefault(sentence, []).append(variable)
    return found


def _distinct(sentences: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sentences))


def _mark(platform: PlatformConfiguration, asked: Mapping[str, Any]) -> str:
    """Return a digest of all that the page shows, and of where the registration will be sent."""
    said = {**asdict(platform), "asked": asked}
    text = json.dumps(said, sort_keys=True, default=sorted)
    return hashlib.sha256(text.encode()).hexdigest()
