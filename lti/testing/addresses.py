"""Where a platform's endpoints are."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from lti import urls
from lti.testing.paths import MOODLE, Paths
from lti.testing.values import Column, Course, Tool


@dataclass(frozen=True, slots=True)
class Addresses:
    """The URLs of one platform: its own, and the paths below it."""

    url: str
    paths: Paths = MOODLE

    @property
    def authorization_endpoint(self) -> str:
        """Where tools send authentication requests."""
        return f"{self.url}{self.paths.authentication}"

    @property
    def token_endpoint(self) -> str:
        """Where tools ask for access tokens."""
        return f"{self.url}{self.paths.token}"

    @property
    def jwks_uri(self) -> str:
        """Where the platform's keys are."""
        return f"{self.url}{self.paths.jwks}"

    @property
    def registration_endpoint(self) -> str:
        """Where tools register."""
        return f"{self.url}{self.paths.registration}"

    @property
    def configuration_url(self) -> str:
        """Where the platform describes itself."""
        return f"{self.url}{self.paths.configuration}"

    @property
    def storage(self) -> str:
        """The page that keeps things for tools; show it in a frame named `storage_frame`."""
        return f"{self.url}{self.paths.storage}"

    def columns(self, course: Course, tool: Tool) -> str:
        """The line items of a course, as one tool sees them."""
        return self._with(self.paths.line_items, course=course.id, deployment=tool.deployment_id)

    def column(self, column: Column, tool: Tool) -> str:
        """One line item."""
        return self._with(
            self.paths.line_item,
            course=column.course_id,
            column=column.id,
            deployment=tool.deployment_id,
        )

    def memberships(self, course: Course, tool: Tool) -> str:
        """The memberships of a course."""
        return self._with(self.paths.memberships, course=course.id, deployment=tool.deployment_id)

    def groups(self, course: Course, tool: Tool) -> str:
        """The groups of a course."""
        return self._with(self.paths.groups, course=course.id, deployment=tool.deployment_id)

    def group_sets(self, course: Course, tool: Tool) -> str:
        """The sets of groups of a course."""
        return self._with(self.paths.group_sets, course=course.id, deployment=tool.deployment_id)

    def notice_handlers(self, tool: Tool) -> str:
        """Where a tool says what it wants to be told."""
        return self._with(self.paths.notice_handlers, deployment=tool.deployment_id)

    def deep_linking_return(self, course: Course, tool: Tool, session_key: str) -> str:
        """Where a choice of items comes back to."""
        place = self._with(self.paths.deep_linking, course=course.id, deployment=tool.deployment_id)
        return f"{place}&{urlencode({'sesskey': session_key})}"

    def course_return(self, course: Course) -> str:
        """Where people come back to from a tool."""
        return self._with(self.paths.course, course=course.id)

    def activity(self, resource_link_id: str) -> str:
        """An item of a course, as an activity that can be completed."""
        return urls.with_query(f"{self.url}{self.paths.activity}", [("id", resource_link_id)])

    def _with(self, path: str, **ids: str) -> str:
        quoted = {name: quote(id, safe=":") for name, id in ids.items()}
        return f"{self.url}{path.format(**quoted)}"
