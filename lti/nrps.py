"""Names and Role Provisioning Services 2.0: who is in a context.

https://www.imsglobal.org/spec/lti-nrps/v2p0/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from lti import claims, reading, urls
from lti import roles as role_names
from lti.errors import ServiceRefused
from lti.message import PersonClaims
from lti.registration import Registration
from lti.services import Services

SCOPES: Final = frozenset({claims.SCOPE_MEMBERSHIP_READ})


class Status(StrEnum):
    """Whether a membership is in force; Deleted is only seen in differences (section 2.2)."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One membership. `user_id` is the `sub` of the person's launches; roles are full URIs."""

    user_id: str
    status: Status
    roles: frozenset[str]
    person: PersonClaims
    sourcedid: str | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everybody in a context, each once.

    `skipped` counts entries without a usable user id: nobody whom we could know.
    """

    members: tuple[Member, ...]
    skipped: int = 0


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

        `limit` is how many to ask for per page; `resource_link_id` narrows to those who may open
        that item.

        Raises:
            ServiceRefused: "roster-malformed", or as `Services.pages` does: a roster is never cut
                short.
            ServiceUnavailable: if the platform can be asked again later.
        """
        wanted = {
            "role": role,
            "limit": None if limit is None else str(limit),
            "rlid": resource_link_id,
        }
        query = [(name, value) for name, value in wanted.items() if value is not None]
        members: dict[str, Member] = {}
        skipped = 0
        for page in self._services.pages(
            registration,
            urls.with_query(memberships_url, query),
            scopes=SCOPES,
            accept=claims.MEDIA_MEMBERSHIPS,
            deployment_id=deployment_id,
        ):
            for member in _members(page.json()):
                if member is None:
                    skipped += 1
                elif role is None or role_names.has(member.roles, role):
                    members.setdefault(member.user_id, member)
        return Roster(members=tuple(members.values()), skipped=skipped)


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
    )


def _status(said: Any) -> Status:
    """Return the status; one that is missing means Active (section 2.2)."""
    if said is None:
        return Status.ACTIVE
    return next((each for each in Status if each == said), Status.INACTIVE)
