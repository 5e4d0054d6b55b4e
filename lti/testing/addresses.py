"""Where a platform's endpoints are: the paths of Moodle 4.3."""

from dataclasses import dataclass

from lti.testing.values import Column, Course, Tool


@dataclass(frozen=True, slots=True)
class Addresses:
    """The URLs below one issuer."""

    issuer: str

    @property
    def authorization_endpoint(self) -> str:
        """Where tools send authentication requests."""
        return f"{self.issuer}/mod/lti/auth.php"

    @property
    def token_endpoint(self) -> str:
        """Where tools ask for access tokens."""
        return f"{self.issuer}/mod/lti/token.php"

    @property
    def jwks_uri(self) -> str:
        """Where the platform's keys are."""
        return f"{self.issuer}/mod/lti/certs.php"

    @property
    def registration_endpoint(self) -> str:
        """Where tools register."""
        return f"{self.issuer}/mod/lti/openid-registration.php"

    @property
    def configuration_url(self) -> str:
        """Where the platform describes itself."""
        return f"{self.issuer}/mod/lti/openid-configuration.php"

    @property
    def storage(self) -> str:
        """The page that keeps things for tools; show it in a frame named `storage_frame`."""
        return f"{self.issuer}/mod/lti/storage.php"

    def columns(self, course: Course, tool: Tool) -> str:
        """The line items of a course, as one tool sees them."""
        return (
            f"{self.issuer}/mod/lti/services.php/{course.id}/lineitems?type_id={tool.deployment_id}"
        )

    def column(self, column: Column, tool: Tool) -> str:
        """One line item."""
        return (
            f"{self.issuer}/mod/lti/services.php/{column.course_id}/lineitems/{column.id}/lineitem"
            f"?type_id={tool.deployment_id}"
        )

    def memberships(self, course: Course, tool: Tool) -> str:
        """The memberships of a course."""
        return self._binding(course, tool, "memberships")

    def groups(self, course: Course, tool: Tool) -> str:
        """The groups of a course."""
        return self._binding(course, tool, "groups")

    def group_sets(self, course: Course, tool: Tool) -> str:
        """The sets of groups of a course."""
        return self._binding(course, tool, "groupsets")

    def notice_handlers(self, tool: Tool) -> str:
        """Where a tool says what it wants to be told."""
        return f"{self.issuer}/mod/lti/services.php/notices/{tool.deployment_id}"

    def _binding(self, course: Course, tool: Tool, what: str) -> str:
        return (
            f"{self.issuer}/mod/lti/services.php/CourseSection/{course.id}"
            f"/bindings/{tool.deployment_id}/{what}"
        )

    def deep_linking_return(self, course: Course, tool: Tool, session_key: str) -> str:
        """Where a choice of items comes back to."""
        return (
            f"{self.issuer}/mod/lti/contentitem_return.php"
            f"?course={course.id}&id={tool.deployment_id}&sesskey={session_key}"
        )

    def course_return(self, course: Course) -> str:
        """Where people come back to from a tool."""
        return f"{self.issuer}/mod/lti/return.php?course={course.id}"

    def activity(self, resource_link_id: str) -> str:
        """An item of a course, as an activity that can be completed."""
        return f"{self.issuer}/mod/lti/view.php?id={resource_link_id}"
