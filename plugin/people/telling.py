"""By which other names a platform calls a person, as launches and rosters tell.

What was told is kept as it came, by the names below, with the account that signs in. So a launch
that tells nothing new is recognised by comparing a few strings (`tells_nothing_new`).

A platform's own claims are one thing; custom parameters are another, as whoever adds an item to a
course may write what they like into them. Their names count where the product fills them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from lrs_bridge.identity import same_place
from lti.message import LaunchMessage
from lti.nrps import Member
from plugin.people.rules import ACCOUNT, SOURCED_ID, USERNAME, Key, mail_keys

BRIGHTSPACE: Final = "http://www.brightspace.com"
"""D2L's own claim: org_defined_id, username …"""

EMAIL: Final = "email"
SCHEMES: Final[Mapping[str, str]] = {
    "username": USERNAME,
    "login": USERNAME,
    "sourced_id": SOURCED_ID,
    "sis_id": SOURCED_ID,
    "org_defined_id": SOURCED_ID,
}
"""What is told, and what kind of identifier it is."""
CANVAS_HOST: Final = "canvas_host"
CANVAS_IDS: Final = ("canvas_user_id", "canvas_user_global_id", "canvas_user_uuid")
"""Ids that Canvas's own records call a person by: accounts of the host where Canvas is."""
CANVAS: Final[Mapping[str, str]] = {
    "canvas_user_id": "canvas_user_id",
    "canvas_user_global_id": "canvas_user_global_id",
    "canvas_user_uuid": "canvas_user_uuid",
    "canvas_user_sis_id": "sis_id",
    "canvas_user_login": "login",
    "canvas_api_domain": CANVAS_HOST,
}
"""Custom parameter → what it tells; for registrations with Canvas only."""

LONGEST: Final = 255
"""Characters of an identifier; longer ones are none, and would not fit an index."""


def by_launch(message: LaunchMessage, *, email: str | None, product: str | None) -> dict[str, str]:
    """Return the names by which a launch calls a person; `email` is the address as we keep it."""
    custom = message.custom
    told: dict[str, Any] = {
        EMAIL: email,
        "username": message.username or custom.get("username"),
        "sourced_id": message.lis.person_sourcedid or custom.get("person_sourcedid"),
    }
    d2l = message.raw.get(BRIGHTSPACE)
    if isinstance(d2l, dict):
        told |= {"org_defined_id": d2l.get("org_defined_id"), "login": d2l.get("username")}
    if product == "canvas":
        told |= {name: custom.get(parameter) for parameter, name in CANVAS.items()}
    return _said(told)


def by_roster(member: Member, *, email: str | None, product: str | None) -> dict[str, str]:
    """Return the names by which a roster calls one of its members."""
    told: dict[str, Any] = {
        EMAIL: email,
        "username": member.username or member.custom.get("username"),
        "sourced_id": member.sourcedid or member.custom.get("person_sourcedid"),
    }
    if product == "canvas":
        told |= {name: member.custom.get(parameter) for parameter, name in CANVAS.items()}
    return _said(told)


def _said(told: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: value
        for name, value in told.items()
        if isinstance(value, str) and 0 < len(value) <= LONGEST and not value.startswith("$")
    }


def tells_nothing_new(told: Mapping[str, str], before: Mapping[str, str] | None) -> bool:
    """Tell whether all of `told` was told before; silence is nothing new."""
    return told.items() <= (before or {}).items()


def keys_told(told: Mapping[str, str], *, issuer: str) -> dict[Key, str]:
    """Return the identifiers in what a platform told → their home as it is spelled."""
    found: dict[Key, str] = {}
    place = same_place(issuer)
    if EMAIL in told:
        found |= dict.fromkeys(mail_keys(told[EMAIL]), "")
    for name, scheme in SCHEMES.items():
        if name in told:
            spelled = told[name].strip()
            value = spelled.lower() if scheme == USERNAME else spelled
            found[scheme, place, value] = issuer
    for home in _canvas_homes(told.get(CANVAS_HOST)):
        for name in CANVAS_IDS:
            if name in told:
                found[ACCOUNT, same_place(home), told[name]] = home
    return found


def _canvas_homes(host: str | None) -> Iterable[str]:
    try:
        is_one = host is not None and urlsplit(f"https://{host}").hostname is not None
    except ValueError:
        is_one = False
    return (f"https://{host}",) if is_one else ()
