"""Course Groups Service 1.0: who works together in a context.

A *group* is some people of a context. A *set* holds groups that belong together, such as those of
one seminar; platforms need not have sets. The service says which groups there are, and which of
them somebody is in; it never lists a group's members.

https://www.imsglobal.org/spec/lti-gs/v1p0/
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

from lti import claims, reading, urls
from lti.errors import ServiceRefused
from lti.registration import Registration
from lti.services import Services

SCOPES: Final = frozenset({claims.SCOPE_GROUPS_READ})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group; `set_id` is the set that it is in, `tag` what the platform uses it for."""

    id: str
    name: str
    tag: str | None = None
    set_id: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self | None:
        """Return the group in a platform's `document`, or None if it is not one."""
        id = _id(document.get("id"))
        if id is None:
            return None
        return cls(
            id=id,
            name=reading.text(document.get("name")) or "",
            tag=reading.text(document.get("tag")),
            set_id=_id(document.get("set_id")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSet:
    """A set of groups."""

    id: str
    name: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self | None:
        """Return the set in a platform's `document`, or None if it is not one."""
        id = _id(document.get("id"))
        return None if id is None else cls(id=id, name=reading.text(document.get("name")) or "")


Entry = TypeVar("Entry", Group, GroupSet)


class CourseGroups:
    """The groups of a context, at the addresses that its launches name (`GroupsEndpoint`).

    Every method raises ServiceRefused, with "groups-malformed" or as `Services.pages` does, and
    ServiceUnavailable: a list is never cut short.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def groups(
        self,
        registration: Registration,
        groups_url: str,
        *,
        user_id: str | None = None,
        limit: int | None = None,
        deployment_id: str | None = None,
    ) -> tuple[Group, ...]:
        """Return all groups, or those that the person whose `sub` is `user_id` is in.

        Course Groups Service 1.0: https://www.imsglobal.org/spec/lti-gs/v1p0/

        `limit` is how many to ask for per page. An answer does not say whom it is about, so a
        platform that ignored `user_id` could not be told from one that did not.
        """
        wanted = {"user_id": user_id, "limit": None if limit is None else str(limit)}
        query = [(name, value) for name, value in wanted.items() if value is not None]
        url = urls.with_query(groups_url, query)
        pages = self._pages(registration, url, claims.MEDIA_GROUPS, deployment_id)
        return _distinct(pages, "groups", Group.of)

    def sets(
        self,
        registration: Registration,
        sets_url: str,
        *,
        limit: int | None = None,
        deployment_id: str | None = None,
    ) -> tuple[GroupSet, ...]:
        """Return all sets of groups.

        Course Groups Service 1.0: https://www.imsglobal.org/spec/lti-gs/v1p0/
        """
        url = urls.with_query(sets_url, [] if limit is None else [("limit", str(limit))])
        pages = self._pages(registration, url, claims.MEDIA_GROUP_SETS, deployment_id)
        return _distinct(pages, "sets", GroupSet.of)

    def _pages(
        self, registration: Registration, url: str, media_type: str, deployment_id: str | None
    ) -> list[Any]:
        pages = self._services.pages(
            registration, url, scopes=SCOPES, accept=media_type, deployment_id=deployment_id
        )
        return [page.json() for page in pages]


def _distinct(
    pages: list[Any], member: str, of: Callable[[Mapping[str, Any]], Entry | None]
) -> tuple[Entry, ...]:
    """Return the entries of all pages, each id once; what has no id is nothing we could name."""
    found: dict[str, Entry] = {}
    for page in pages:
        entries = page.get(member) if isinstance(page, dict) else None
        if not isinstance(entries, list):
            raise ServiceRefused(
                "groups-malformed", "The platform answered something other than a list of groups."
            )
        for document in entries:
            entry = of(document) if isinstance(document, dict) else None
            if entry is not None:
                found.setdefault(entry.id, entry)
    return tuple(found.values())


def _id(value: Any) -> str | None:
    """Return an id as text: some platforms send numbers."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 64:
        return str(value)
    return reading.identifier(value)
