"""What every page shows around itself: the course, the role, where one can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for

from plugin.administration import places
from plugin.foundation.web import Role, Visit
from plugin.foundation.web.i18n import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is."""

    course_title: str
    role_label: str
    home_url: str
    nav: list[tuple[str, str, bool]]


def register(app: Flask) -> None:
    """Give every template its surroundings."""
    app.context_processor(surroundings)


def surroundings() -> dict[str, Any]:
    """Return the variables that `base.html` asks for."""
    if "visit" not in g:
        return {"place": None, "return_url": g.get("return_url")}
    visit: Visit = g.visit
    return {
        "place": place_of(visit),
        "return_url": visit.return_url,
        "your_data_url": url_for("programmes.choices", launch_id=visit.launch_id),
    }


def place_of(visit: Visit) -> Place:
    """Return where `visit` is and where it can go."""
    say = words().gettext
    links = []
    if Role.INSTRUCTOR in visit.roles:
        links.append((say("Set up"), "setting_up.show"))
        links.append((say("Matching"), "matching.home"))
        links.append((say("People"), "checkins.people"))
        links.append((say("Circles"), "circles.listed"))
    if visit.roles & {Role.INSTRUCTOR, Role.ANALYST}:
        links.append((say("Report"), "reports.show"))
    if Role.ADMIN in visit.roles:
        links.append((say("Administration"), "administration.home"))
    links.append((say("My check-ins"), "checkins.mine"))
    links.append((say("Next steps"), "goals.show"))
    if Role.INSTRUCTOR not in visit.roles:
        links.append((say("Circles"), "circles.listed"))
    return Place(
        course_title=visit.course_title,
        role_label=_role_label(visit),
        home_url=url_for("launches.home", launch_id=visit.launch_id),
        nav=[
            (label, url_for(endpoint, launch_id=visit.launch_id), _is_here(endpoint))
            for label, endpoint in links
        ]
        if len(links) > 1
        else [],
    )


def _is_here(endpoint: str) -> bool:
    """Tell whether this page belongs to a link: what lies within matching is matching."""
    here = request.endpoint or ""
    if endpoint == "administration.home":
        return places.is_within(here)
    whole_room = endpoint in ("matching.home", "circles.listed")
    return here == endpoint or (whole_room and here.startswith(endpoint.partition(".")[0]))


def _role_label(visit: Visit) -> str:
    say = words().gettext
    if Role.INSTRUCTOR in visit.roles:
        return say("Instructor")
    if Role.ANALYST in visit.roles:
        return say("Learning and development")
    if Role.ADMIN in visit.roles:
        return say("Administration")
    return visit.person_name or ""
