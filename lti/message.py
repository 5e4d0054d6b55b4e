"""The content of a verified launch, as frozen values.

Everything optional may be absent: platforms withhold names and addresses, launch without a context,
and send no roles at all. `None` means that the platform did not say.

https://www.imsglobal.org/spec/lti/v1p3/#required-message-claims
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lti import claims, copies, quirks, roles


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonClaims:
    """How the platform calls the person; values that it failed to fill in are dropped."""

    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The course, or whatever the platform launches from."""

    id: str
    label: str | None = None
    title: str | None = None
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLink:
    """The item in the course that was opened."""

    id: str
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """How the platform shows us; `document_target` is "iframe", "frame" or "window"."""

    locale: str | None = None
    return_url: str | None = None
    document_target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lis:
    """Identifiers of the student information system."""

    person_sourcedid: str | None = None
    course_section_sourcedid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolPlatform:
    """The installation that launched; `product` is its product family code, such as "moodle"."""

    guid: str | None = None
    name: str | None = None
    product: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgsEndpoint:
    """Where this context's line items are; `lineitem` is the one of this resource link."""

    scopes: frozenset[str]
    lineitems: str | None = None
    lineitem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NrpsEndpoint:
    """Where this context's memberships are."""

    memberships_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsEndpoint:
    """Where this context's groups are, and its sets of groups, if the platform has those.

    https://www.imsglobal.org/spec/lti-gs/v1p0/#claim-for-inclusion-in-lti-messages
    """

    groups_url: str
    sets_url: str | None = None
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationEndpoint:
    """Where to say what this deployment wants to be told, and what it can be told of.

    https://www.imsglobal.org/spec/lti-pns/v1p0/main/#platform-notification-service-claim
    """

    url: str
    notice_types: frozenset[str]
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForUser:
    """Whom a message is about, other than who opens it. `user_id` is the `sub` of their launches.

    https://www.imsglobal.org/spec/lti-sr/v1p0/#for-user-claim
    """

    user_id: str
    person: PersonClaims = PersonClaims()
    sourcedid: str | None = None
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLinkingSettings:
    """What the platform will take back from a deep linking session.

    https://www.imsglobal.org/spec/lti-dl/v2p0/#deep-linking-settings
    """

    return_url: str
    accept_types: frozenset[str]
    accept_presentation_document_targets: frozenset[str]
    accept_multiple: bool = False
    accept_lineitem: bool = True
    auto_create: bool = False
    title: str | None = None
    text: str | None = None
    data: str | None = None  # opaque; goes back exactly as it came, and only if it came


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchMessage:
    """A launch whose every check has passed.

    A person is known by (`issuer`, `subject`), never by name or address. `raw` holds all claims for
    storage and diagnosis; code that decides reads the fields.
    """

    message_type: str
    issuer: str
    client_id: str
    deployment_id: str
    subject: str | None
    target_link_uri: str | None
    person: PersonClaims = PersonClaims()
    username: str | None = None
    roles: frozenset[str] = frozenset()
    role_scope_mentor: frozenset[str] = frozenset()  # as sent; see `mentees`
    context: Context | None = None
    resource_link: ResourceLink | None = None
    presentation: Presentation = Presentation()
    lis: Lis = Lis()
    custom: Mapping[str, str] = field(default_factory=dict)
    ags: AgsEndpoint | None = None
    nrps: NrpsEndpoint | None = None
    groups: GroupsEndpoint | None = None
    notifications: NotificationEndpoint | None = None
    for_user: ForUser | None = None
    deep_linking: DeepLinkingSettings | None = None
    platform: ToolPlatform | None = None
    product: str | None = None  # as it is registered; `platform` is what the launch says
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_resource_link(self) -> bool:
        """Whether a person opened an item in a course."""
        return self.message_type == claims.RESOURCE_LINK_REQUEST

    @property
    def is_deep_linking(self) -> bool:
        """Whether a person is choosing what to put into a course."""
        return self.message_type == claims.DEEP_LINKING_REQUEST

    @property
    def is_submission_review(self) -> bool:
        """Whether somebody looks, from the gradebook, at what `for_user` did for `ags.lineitem`."""
        return self.message_type == claims.SUBMISSION_REVIEW_REQUEST

    @property
    def is_data_privacy(self) -> bool:
        """Whether somebody asks what is kept about `for_user`, or about themselves."""
        return self.message_type in claims.DATA_PRIVACY_REQUESTS

    @property
    def context_history(self) -> tuple[str, ...]:
        """The contexts that this one was copied from, the latest first; see `copies.CUSTOM`."""
        return copies.history(self.custom.get(copies.CONTEXT))

    @property
    def resource_link_history(self) -> tuple[str, ...]:
        """The resource links that this one was copied from, the latest first."""
        return copies.history(self.custom.get(copies.RESOURCE_LINK))

    @property
    def mentees(self) -> frozenset[str]:
        """The subjects that this person mentors here, in a product where mentors are mentors."""
        return self.role_scope_mentor if self.is_mentor else frozenset()

    @property
    def is_instructor(self) -> bool:
        """Whether the person teaches here; teaching assistants count (see below)."""
        return roles.has(self.roles, roles.INSTRUCTOR)

    @property
    def is_teaching_assistant(self) -> bool:
        """Whether the person assists an instructor here; Canvas sends this beside Instructor."""
        return roles.TEACHING_ASSISTANT in self.roles

    @property
    def is_learner(self) -> bool:
        """Whether the person learns here."""
        return roles.has(self.roles, roles.LEARNER)

    @property
    def is_mentor(self) -> bool:
        """Whether the person mentors here, in a product where that role means mentoring."""
        return roles.has(self.roles, roles.MENTOR) and not self._mentors_are_observers

    @property
    def is_observer(self) -> bool:
        """Whether the person only watches: Canvas sends parents as mentors."""
        return roles.has(self.roles, roles.MENTOR) and self._mentors_are_observers

    @property
    def is_administrator(self) -> bool:
        """Whether the person administers this context."""
        return roles.has(self.roles, roles.ADMINISTRATOR)

    @property
    def is_institution_administrator(self) -> bool:
        """Whether the person administers the institution or its system.

        Says nothing about the context: give access to a course by context roles alone.
        """
        return not self.roles.isdisjoint(roles.INSTITUTION_ADMINISTRATORS)

    @property
    def _mentors_are_observers(self) -> bool:
        said = self.platform.product if self.platform else None
        return not quirks.MENTORS_ARE_OBSERVERS.isdisjoint({said, self.product})
