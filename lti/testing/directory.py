"""The platform's people, courses, items and tools."""

from itertools import count
from threading import RLock

from lti.testing.values import (
    Course,
    Enrolment,
    Group,
    GroupSet,
    Refused,
    ResourceLink,
    Tool,
    User,
)


class Directory:
    """Who and what there is, and who is where."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._ids = count(1)
        self._users: dict[str, User] = {}
        self._courses: dict[str, Course] = {}
        self._enrolments: dict[tuple[str, str], Enrolment] = {}
        self._links: dict[str, ResourceLink] = {}
        self._tools: dict[str, Tool] = {}
        self._deployments: dict[tuple[str, str], Tool] = {}
        self._changes: list[tuple[str, str]] = []
        self._mentees: dict[tuple[str, str], frozenset[str]] = {}
        self._groups: dict[str, Group] = {}
        self._group_sets: dict[str, GroupSet] = {}

    def new_id(self) -> str:
        """Return an identifier that was not used before."""
        with self._lock:
            return str(next(self._ids))

    def add_user(self, user: User) -> User:
        """Add or replace a person."""
        with self._lock:
            self._users[user.id] = user
            return user

    def add_course(self, course: Course) -> Course:
        """Add or replace a course."""
        with self._lock:
            self._courses[course.id] = course
            return course

    def courses(self) -> tuple[Course, ...]:
        """Return the courses, in the order in which they were added."""
        with self._lock:
            return tuple(self._courses.values())

    def enrol(self, user_id: str, course_id: str, *roles: str, active: bool = True) -> Enrolment:
        """Put a person into a course, or give them other roles there; Learner if none is named."""
        enrolment = Enrolment(
            user_id=user_id, course_id=course_id, roles=roles or ("Learner",), active=active
        )
        with self._lock:
            self._enrolments[course_id, user_id] = enrolment
            self._changes.append((course_id, user_id))
            return enrolment

    def unenrol(self, user_id: str, course_id: str) -> None:
        """Take a person out of a course."""
        with self._lock:
            if self._enrolments.pop((course_id, user_id), None) is not None:
                self._changes.append((course_id, user_id))

    def mentors(self, user_id: str, course_id: str, *mentee_ids: str) -> None:
        """Let somebody, whose role in the course should be Mentor, mentor these."""
        with self._lock:
            self._mentees[course_id, user_id] = frozenset(mentee_ids)

    def mentees(self, user_id: str, course_id: str) -> frozenset[str]:
        """Return the user ids of those whom somebody mentors in a course."""
        with self._lock:
            return self._mentees.get((course_id, user_id), frozenset())

    def add_group_set(self, group_set: GroupSet) -> GroupSet:
        """Add or replace a set of groups."""
        with self._lock:
            self._group_sets[group_set.id] = group_set
            return group_set

    def add_group(self, group: Group) -> Group:
        """Add or replace a group."""
        with self._lock:
            self._groups[group.id] = group
            return group

    def remove_group(self, group_id: str) -> None:
        """Take a group out of its course."""
        with self._lock:
            self._groups.pop(group_id, None)

    def group_sets(self, course_id: str) -> tuple[GroupSet, ...]:
        """Return the sets of groups of a course."""
        with self._lock:
            return tuple(s for s in self._group_sets.values() if s.course_id == course_id)

    def groups(self, course_id: str) -> tuple[Group, ...]:
        """Return the groups of a course."""
        with self._lock:
            return tuple(g for g in self._groups.values() if g.course_id == course_id)

    def add_link(self, link: ResourceLink) -> ResourceLink:
        """Add or replace an item in a course."""
        with self._lock:
            self._links[link.id] = link
            return link

    def add_tool(self, tool: Tool) -> Tool:
        """Add or replace a tool, in its first deployment."""
        with self._lock:
            self._tools[tool.client_id] = tool
            return self.add_deployment(tool)

    def add_deployment(self, tool: Tool) -> Tool:
        """Add or replace a tool in one deployment, beside the others of its client id."""
        with self._lock:
            self._deployments[tool.client_id, tool.deployment_id] = tool
            return tool

    def user(self, user_id: str) -> User:
        """Return a person; KeyError if there is none."""
        with self._lock:
            return self._users[user_id]

    def course(self, course_id: str) -> Course:
        """Return a course, or refuse with 404."""
        with self._lock:
            course = self._courses.get(course_id)
        if course is None:
            raise Refused(404, "not_found", "no such course")
        return course

    def tool(self, client_id: str, deployment_id: str | None = None) -> Tool | None:
        """Return the tool with this client id, in its first deployment unless another is named."""
        with self._lock:
            if deployment_id is None:
                return self._tools.get(client_id)
            return self._deployments.get((client_id, deployment_id))

    def tools(self) -> tuple[Tool, ...]:
        """Return the registered tools."""
        with self._lock:
            return tuple(self._tools.values())

    def tool_at(self, jwks_uri: str) -> Tool | None:
        """Return the tool with this key set, if there is one."""
        with self._lock:
            return next((t for t in self._tools.values() if t.jwks_uri == jwks_uri), None)

    def links(self, course_id: str) -> tuple[ResourceLink, ...]:
        """Return the items of a course."""
        with self._lock:
            return tuple(link for link in self._links.values() if link.course_id == course_id)

    def link(self, link_id: str) -> ResourceLink:
        """Return an item; KeyError if there is none."""
        with self._lock:
            return self._links[link_id]

    def enrolments(self, course_id: str) -> tuple[Enrolment, ...]:
        """Return who is in a course, in the order of enrolling."""
        with self._lock:
            return tuple(e for e in self._enrolments.values() if e.course_id == course_id)

    def changes(self) -> int:
        """Return how many enrolments have changed so far, in all courses."""
        with self._lock:
            return len(self._changes)

    def changed_since(self, course_id: str, changes: int) -> dict[str, Enrolment | None]:
        """Return, by user id, the enrolments that changed after so many; None if they ended."""
        with self._lock:
            users = (user for course, user in self._changes[changes:] if course == course_id)
            return {user: self._enrolments.get((course_id, user)) for user in users}

    def roles(self, user_id: str, course_id: str) -> tuple[str, ...]:
        """Return somebody's short roles in a course; none if they are not in it."""
        with self._lock:
            enrolment = self._enrolments.get((course_id, user_id))
        return enrolment.roles if enrolment else ()

    def learners(self, course_id: str) -> frozenset[str]:
        """Return the user ids of the learners of a course."""
        return frozenset(e.user_id for e in self.enrolments(course_id) if "Learner" in e.roles)
