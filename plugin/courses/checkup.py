"""The doctor's look at one registration: everything that can be tried without a launch.

A token is asked for without any course. Each service is tried with the course that somebody opened
last, by reading only; nothing is kept, and nothing of what people are called is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select

from lti import claims, jose, roles
from lti.ags import LineItems
from lti.errors import LtiError, ServiceRefused, ServiceUnavailable
from lti.http import Answer, Http
from lti.nrps import Memberships
from lti.registration import Registration
from lti.services import Services
from lti.token_checks import LEEWAY
from plugin.courses.model import Course
from plugin.foundation.db import Database
from plugin.foundation.findings import Finding
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.advice import DETAILS, TOOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A course to try services with."""

    memberships_url: str | None = None
    lineitems_url: str | None = None
    deployment_id: str | None = None


def place_of(database: Database, registration_id: UUID) -> Place:
    """Return where the newest course of a registration has its services."""
    with database.reading(EVERYWHERE) as session:
        course = session.scalars(
            select(Course)
            .where(Course.registration_id == registration_id)
            .order_by(Course.created_at.desc(), Course.id)
            .limit(1)
        ).first()
    if course is None:
        return Place()
    return Place(
        memberships_url=course.memberships_url,
        lineitems_url=course.lineitems_url,
        deployment_id=course.deployment_id,
    )


def checkup(
    registration: Registration,
    place: Place,
    *,
    http: Http,
    services: Services,
    own_keys_url: str,
    clock: Callable[[], datetime],
) -> Iterator[Finding]:
    """Yield what is found, in the order in which it has to be mended."""
    yield _own_keys(http, own_keys_url)
    answer, keys = _platform_keys(http, registration)
    yield keys
    if answer is not None:
        yield _clock(answer, clock())
    token = _token(services, registration)
    yield token
    if not token.holds:
        return  # whatever needs one would say the same
    if place == Place():
        yield Finding(
            what="Somebody has opened Mentes from a course, so that services can be tried",
            holds=False,
            advice="Open Mentes from a course once, then ask the doctor again.",
        )
        return
    yield _names_and_roles(Memberships(services), registration, place)
    yield _line_items(LineItems(services), registration, place)


def _own_keys(http: Http, url: str) -> Finding:
    """Look whether our own keys can be had at the address that platforms are told."""
    what = f"Our own key set is where platforms look for it ({url})"
    try:
        holds = bool(jose.public_keys(http.get(url).json()))
    except (LtiError, ValueError):
        holds = False
    advice = "Does MENTES_PUBLIC_URL lead here? Without our keys, platforms give no token."
    return Finding(what=what, holds=holds, advice=advice)


def _platform_keys(http: Http, registration: Registration) -> tuple[Answer | None, Finding]:
    what = f"The platform's key set ({registration.jwks_uri})"
    there = _there(DETAILS, registration)
    try:
        answer = http.get(registration.jwks_uri)
        keys = jose.public_keys(answer.json())
    except LtiError as error:
        return None, Finding(what=what, holds=False, advice=f"{error} {there}")
    except ValueError:
        keys = {}
    advice = f"It has no key that can be used: RSA, 2048 bits or more, with a kid. {there}"
    return answer, Finding(what=f"{what} has {len(keys)} keys", holds=bool(keys), advice=advice)


def _clock(answer: Answer, now: datetime) -> Finding:
    try:
        ahead = (parsedate_to_datetime(answer.headers["Date"]) - now).total_seconds()
    except (KeyError, TypeError, ValueError):
        return Finding(what="The platform does not say what time it is", holds=True)
    side = "ahead of ours" if ahead > 0 else "behind ours"
    return Finding(
        what=f"The platform's clock is {abs(ahead):.0f} s {side}",
        holds=abs(ahead) <= LEEWAY,
        advice=f"More than {LEEWAY} s, and every launch is refused: set both clocks by NTP.",
    )


def _token(services: Services, registration: Registration) -> Finding:
    """Ask for a token; one service that is switched on is enough, no course is needed."""
    for scope in (claims.SCOPE_MEMBERSHIP_READ, claims.SCOPE_LINE_ITEM):
        found = _tried("Access token", partial(_had, services, registration, scope), registration)
        if found.holds:
            break
    return found


def _had(services: Services, registration: Registration, scope: str) -> str:
    services.try_token(registration, frozenset({scope}))
    return f"the platform gives one at {registration.token_endpoint}"


def _names_and_roles(memberships: Memberships, registration: Registration, place: Place) -> Finding:
    url = place.memberships_url
    if url is None:
        return _not_offered("names and roles", registration)

    def tried() -> str:
        """Ask for those who teach alone: a course may have a hundred thousand others."""
        teaching = memberships.members(
            registration, url, role=roles.INSTRUCTOR, deployment_id=place.deployment_id
        ).members
        named = sum(1 for each in teaching if each.person.name)
        return f"instructors: {len(teaching)}, with a name: {named}"

    return _tried("Names and roles", tried, registration)


def _line_items(line_items: LineItems, registration: Registration, place: Place) -> Finding:
    url = place.lineitems_url
    if url is None:
        return _not_offered("the gradebook", registration)

    def tried() -> str:
        found = line_items.listed(registration, url, deployment_id=place.deployment_id)
        return f"{sum(1 for _ in found)} line items of ours"

    return _tried("Line items", tried, registration)


def _tried(service: str, trying: Callable[[], str], registration: Registration) -> Finding:
    try:
        return Finding(what=f"{service}: {trying()}", holds=True)
    except (ServiceRefused, ServiceUnavailable) as error:
        said = error.slug if error.status is None else f"{error.slug}, {error.status}"
        return Finding(
            what=f"{service} ({said})",
            holds=False,
            advice=f"{error} {_there(TOOL, registration)}",
        )


def _not_offered(service: str, registration: Registration) -> Finding:
    return Finding(
        what=f"The platform offers {service}",
        holds=False,
        advice=f"Switch the service on for Mentes, then open Mentes from a course again. "
        f"{_there(TOOL, registration)}",
    )


def _there(places: Mapping[str, str], registration: Registration) -> str:
    found = places.get(registration.product or "")
    return f"There: {found}." if found else ""
