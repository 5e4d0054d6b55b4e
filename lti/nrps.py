"""Names and Role Provisioning Services 2.0: who is in a context.

A *roster* is everybody, and whoever is not in it has gone. *Changes* are what happened since a
roster was read; whoever is not in them is as before. The two are two types, so that one cannot be
taken for the other and half a course be marked as gone.

https://www.imsglobal.org/spec/lti-nrps/v2p0/
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from lti import claims, reading, urls
from lti import roles as role_names
from lti.errors import ServiceRefused
from lti.message import PersonClaims
from lti.registration import Registration
from lti.services import Services

SCOPES: Final = frozenset({claims.SCOPE_MEMBERSHIP_READ})

_LAUNCHES: Final = (claims.RESOURCE_LINK_REQUEST, None)  # the type may be left out
_NARROWS: Final = frozenset({"role", "rlid"})
"""Parameters of a URL that make a roster one of some people (sections 2.4.1 and 3)."""


class Status(StrEnum):
    """Whether a membership is in force; Deleted is only seen in differences (section 2.3)."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One membership. `user_id` is the `sub` of the person's launches; roles are full URIs.

    `custom` are the custom parameters that this person's launch of an item would have; only for
    the roster of a resource link (section 3).
    """

    user_id: str
    status: Status
    roles: frozenset[str]
    person: PersonClaims
    sourcedid: str | None = None
    username: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everybody in a context, each once.

    `skipped` counts entries without a usable user id: nobody whom we could know.
    `differences_url` is where to ask, later, for what has changed since; None where the platform
    does not offer it. It is opaque and keeps the filters of this roster (section 2.4.3).
    """

    members: tuple[Member, ...]
    skipped: int = 0
    differences_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The memberships that changed since a roster was read, each once, as they are now.

    Here, and only here, a status may be Deleted. `differences_url` is where to ask the next time;
    None means to read the whole roster again.
    """

    members: tuple[Member, ...]
    skipped: int = 0
    differences_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a roster, or of changes, as it came: somebody may be in several.

    `differences_url` is the first page's, on each: what changes while pages are turned must not
    fall between two stools.
    """

    members: tuple[Member, ...]
    skipped: int = 0
    differences_url: str | None = None


def is_of_everybody(memberships_url: str) -> bool:
    """Tell whether a roster that is asked for at this URL is of everybody in the context.

    A platform may have narrowed it already, to a role or to those who may open an item: then
    whoever is not in it has not gone.
    """
    return _NARROWS.isdisjoint(urls.query_names(memberships_url))


class Memberships:
    """The membership service."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def members(
        self,
        registration: Registration,
        memberships_url: str,
        *,
        role: str | None = None,
        limit: int | None = None,
        resource_link_id: str | None = None,
        deployment_id: str | None = None,
    ) -> Roster:
        """Return all members, or those with the context role `role` (a full URI).

        Names and Role Provisioning Services 2.0, section 2; of a resource link, section 3:
        https://www.imsglobal.org/spec/lti-nrps/v2p0/

        `limit` is how many to ask for per page; `resource_link_id` narrows to those who may open
        that item.

        Raises:
            ServiceRefused: "roster-malformed", or as `Services.pages` does: a roster is never cut
                short.
            ServiceUnavailable: if the platform can be asked again later.
        """
        url = _narrowed(memberships_url, role=role, limit=limit, rlid=resource_link_id)
        read = _together(self._pages(registration, url, deployment_id))
        members: dict[str, Member] = {}
        for member in read.members:
            if role is None or role_names.has(member.roles, role):
                members.setdefault(member.user_id, member)
        return Roster(
            members=tuple(members.values()),
            skipped=read.skipped,
            differences_url=read.differences_url,
        )

    def pages(
        self,
        registration: Registration,
        memberships_url: str,
        *,
        limit: int | None = None,
        resource_link_id: str | None = None,
        deployment_id: str | None = None,
    ) -> Iterator[Page]:
        """Yield a roster page by page, for rosters that are not to be held at one time.

        Names and Role Provisioning Services 2.0, section 2.4:
        https://www.imsglobal.org/spec/lti-nrps/v2p0/

        Only when the last page has come without an error was it everybody; or everybody who may
        open the item `resource_link_id` (section 3).

        Raises:
            ServiceRefused, ServiceUnavailable: as `members`, at any page.
        """
        url = _narrowed(memberships_url, limit=limit, rlid=resource_link_id)
        return self._pages(registration, url, deployment_id)

    def changes(
        self,
        registration: Registration,
        differences_url: str,
        *,
        deployment_id: str | None = None,
    ) -> Changes:
        """Return what changed since the roster, or the changes, that named `differences_url`.

        Names and Role Provisioning Services 2.0, section 2.4.3:
        https://www.imsglobal.org/spec/lti-nrps/v2p0/

        Somebody who changed twice is as the last entry says.

        Raises:
            ServiceRefused: "differences-refused" if the platform no longer knows what changed
                since: read the whole roster. Otherwise as `members`.
            ServiceUnavailable: if the platform can be asked again later.
        """
        read = _together(
            self.changed_pages(registration, differences_url, deployment_id=deployment_id)
        )
        return Changes(
            members=tuple({member.user_id: member for member in read.members}.values()),
            skipped=read.skipped,
            differences_url=read.differences_url,
        )

    def changed_pages(
        self,
        registration: Registration,
        differences_url: str,
        *,
        deployment_id: str | None = None,
    ) -> Iterator[Page]:
        """Yield what `changes` returns, page by page; what comes later is newer.

        Names and Role Provisioning Services 2.0, section 2.4.3:
        https://www.imsglobal.org/spec/lti-nrps/v2p0/

        Raises:
            ServiceRefused, ServiceUnavailable: as `changes`, at any page.
        """
        try:
            yield from self._pages(registration, differences_url, deployment_id)
        except ServiceRefused as refused:
            if refused.slug != "platform-refused" or refused.status not in (400, 404, 410):
                raise
            raise ServiceRefused(
                "differences-refused",
                "The platform no longer knows what has changed. Read the whole roster.",
                status=refused.status,
            ) from None

    def _pages(
        self, registration: Registration, url: str, deployment_id: str | None
    ) -> Iterator[Page]:
        differences_url: str | None = None
        for page in self._services.pages(
            registration,
            url,
            scopes=SCOPES,
            accept=claims.MEDIA_MEMBERSHIPS,
            deployment_id=deployment_id,
        ):
            entries = list(_members(page.json()))
            members = tuple(entry for entry in entries if entry is not None)
            differences_url = differences_url or _at_home(page.link("differences"), url)
            yield Page(
                members=members,
                skipped=len(entries) - len(members),
                differences_url=differences_url,
            )


def _narrowed(memberships_url: str, **wanted: str | int | None) -> str:
    query = [(name, str(value)) for name, value in wanted.items() if value is not None]
    return urls.with_query(memberships_url, query)


def _together(pages: Iterable[Page]) -> Page:
    """Return all pages as one."""
    members: list[Member] = []
    skipped, differences_url = 0, None
    for page in pages:
        members.extend(page.members)
        skipped += page.skipped
        differences_url = page.differences_url
    return Page(members=tuple(members), skipped=skipped, differences_url=differences_url)


def _at_home(link: str | None, url: str) -> str | None:
    """Return a link that our token may follow: one of the service's own origin."""
    return link if link is not None and urls.same_origin(link, url) else None


def _members(page: Any) -> Iterator[Member | None]:
    entries = page.get("members") if isinstance(page, dict) else None
    if not isinstance(entries, list):
        raise ServiceRefused(
            "roster-malformed", "The platform answered something other than a list of members."
        )
    return (_member(entry) for entry in entries)


def _member(entry: Any) -> Member | None:
    user_id = reading.identifier(entry.get("user_id")) if isinstance(entry, dict) else None
    if user_id is None:
        return None
    return Member(
        user_id=user_id,
        status=_status(entry.get("status")),
        roles=frozenset(map(role_names.normalised, reading.strings(entry.get("roles")))),
        person=reading.person(entry),
        sourcedid=reading.text(entry.get("lis_person_sourcedid")),
        username=reading.text(entry.get("ext_user_username")),
        custom=_custom(entry.get("message")),
    )


def _custom(messages: Any) -> Mapping[str, str]:
    """Return the custom parameters of the launch that a member would make (section 3.2)."""
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and message.get(claims.MESSAGE_TYPE) in _LAUNCHES:
            return reading.custom(reading.members(message, claims.CUSTOM))
    return {}


_STATUSES: Final = {str(each): each for each in Status}


def _status(said: Any) -> Status:
    """Return the status; one that is missing means Active (section 2.3)."""
    if said is None:
        return Status.ACTIVE
    return _STATUSES.get(said, Status.INACTIVE) if isinstance(said, str) else Status.INACTIVE
