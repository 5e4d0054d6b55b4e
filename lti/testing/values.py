"""What a platform knows: people, courses, items, columns and grades, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with an account on the platform."""

    id: str
    given_name: str
    family_name: str
    email: str
    username: str
    sourcedid: str = ""
    locale: str = "en"
    institution_roles: tuple[str, ...] = ()
    """Short names of roles in the institution, in every course, such as "Administrator"."""

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A context."""

    id: str
    label: str
    title: str
    sourcedid: str = ""
    copied_from: tuple[str, ...] = ()
    """The ids of the courses that it descends from, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A person in a course; `roles` are short names of context roles, such as "Learner".

    Somebody who is not `active` was suspended, and may come back.
    """

    user_id: str
    course_id: str
    roles: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool that is registered with the platform, seen from the platform."""

    client_id: str
    deployment_id: str
    name: str
    login_url: str
    redirect_uris: tuple[str, ...]
    target_link_uri: str
    jwks_uri: str
    scopes: frozenset[str]
    custom: Mapping[str, str] = field(default_factory=dict)
    shares_names: bool = True
    shares_emails: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLink:
    """An item in a course that opens a tool."""

    id: str
    course_id: str
    client_id: str
    title: str
    url: str
    description: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)
    copied_from: tuple[str, ...] = ()
    """The ids of the items that it descends from, the latest first."""
    open_to: frozenset[str] | None = None
    """The ids of those who can open it; None: everybody in the course."""

    def is_open_to(self, user_id: str) -> bool:
        """Tell whether somebody of the course can open it."""
        return self.open_to is None or user_id in self.open_to


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSet:
    """Groups that belong together, such as those of one seminar."""

    id: str
    course_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some people of a course."""

    id: str
    course_id: str
    name: str
    members: frozenset[str] = frozenset()
    """User ids."""
    tag: str = ""
    set_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A line item of the gradebook."""

    id: str
    course_id: str
    client_id: str
    label: str
    score_maximum: float
    resource_id: str = ""
    tag: str = ""
    resource_link_id: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else its document holds, such as dates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The latest score of one person in one column.

    `submissions` is how many scores so far counted as a submission, where the product counts them.
    """

    user_id: str
    timestamp: datetime
    activity_progress: str
    grading_progress: str
    score_given: float | None
    score_maximum: float | None
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    submissions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GradebookColumn:
    """A column with everybody's grade in it, by user id."""

    column: Column
    grades: Mapping[str, Grade]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A person completed an activity; `activity` is its URL or any name for it."""

    user_id: str
    course_id: str
    activity: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request that the platform answered. Holds no query, body or token."""

    at: datetime
    method: str
    path: str
    status: int
    summary: str


class LoginInitiation(NamedTuple):
    """Where the browser starts a launch, and with which parameters (GET or POST)."""

    url: str
    params: dict[str, str]


class Refused(Exception):
    """The platform says no."""

    def __init__(self, status: int, error: str, reason: str = "") -> None:
        super().__init__(f"{error}: {reason}")
        self.status = status
        self.error = error
        self.reason = reason


Claims = dict[str, Any]
