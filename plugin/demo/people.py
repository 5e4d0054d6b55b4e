"""Who is on the campus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lti.testing import User


class Part(StrEnum):
    """What somebody does on the campus."""

    LEARNER = "Learner"
    MENTOR = "Mentor"
    INSTRUCTOR = "Instructor"
    ANALYST = "L&D analyst"
    ADMINISTRATOR = "Administrator"


COURSE_ROLES: Mapping[Part, str] = {
    Part.LEARNER: "Learner",
    Part.MENTOR: "Mentor",
    Part.INSTRUCTOR: "Instructor",
}
"""The role in the course; analysts and administrators are in none."""

INSTITUTION_ROLES: Mapping[Part, tuple[str, ...]] = {
    Part.ANALYST: ("Administrator",),
    Part.ADMINISTRATOR: ("Administrator",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account; `can` says in a sentence what there is to do as them."""

    user: User
    part: Part
    can: str

    @property
    def name(self) -> str:
        """The full name."""
        return self.user.name

    @property
    def initials(self) -> str:
        """Two letters that stand for the person."""
        return self.user.given_name[0] + self.user.family_name[0]


def _person(id: int, part: Part, given: str, family: str, can: str) -> Person:
    username = f"{given}.{family}".lower()
    return Person(
        user=User(
            id=str(id),
            given_name=given,
            family_name=family,
            email=f"{username}@campus.example",
            username=username,
            sourcedid=f"C-{id:04}",
            institution_roles=INSTITUTION_ROLES.get(part, ()),
        ),
        part=part,
        can=can,
    )


PEOPLE: tuple[Person, ...] = (
    _person(
        4,
        Part.LEARNER,
        "Ada",
        "Okafor",
        "Opens Mentoring and joins, completes Module 1, finds a check-in waiting.",
    ),
    _person(5, Part.LEARNER, "Ben", "Larsen", "Takes the same way as Ada."),
    _person(6, Part.LEARNER, "Carla", "Mendes", "Takes the same way as Ada."),
    _person(7, Part.LEARNER, "Deniz", "Aydin", "Takes the same way as Ada."),
    _person(8, Part.LEARNER, "Emre", "Novak", "Takes the same way as Ada."),
    _person(
        9,
        Part.LEARNER,
        "Fatima",
        "Haddad",
        "With six learners, the report shows its first numbers.",
    ),
    _person(
        10,
        Part.MENTOR,
        "Mo",
        "Mentor",
        "Sees in Mentoring who has a check-in open, books it, says “we spoke”.",
    ),
    _person(11, Part.MENTOR, "Nadia", "Brandt", "The second mentor of the course."),
    _person(
        3,
        Part.INSTRUCTOR,
        "Ines",
        "Ferreira",
        "Puts Mentoring into the course, attaches mentors, sets the rule, sees all grades.",
    ),
    _person(
        12,
        Part.ANALYST,
        "Ana",
        "Lindqvist",
        "Opens Mentoring and reads the report, no names in it.",
    ),
    _person(
        2,
        Part.ADMINISTRATOR,
        "Alex",
        "Kim",
        "Registers tools and watches what the campus sends to the learning record store.",
    ),
)
"""User ids are numbers, as on a Moodle."""
