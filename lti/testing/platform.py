"""A small LTI 1.3 platform: courses, people, a gradebook, and the services over real HTTP.

It is written against the specifications and against recordings of Moodle 4.3, apart from the checks
of the tool side, so that the two can find each other's mistakes. Thread-safe; nothing is kept when
the process ends.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Any

from lti import jose, urls
from lti.dynamic_registration import ALL_SCOPES
from lti.http import Http
from lti.registration import Registration
from lti.testing import initiations
from lti.testing.addresses import Addresses
from lti.testing.directory import Directory
from lti.testing.gradebook import Gradebook
from lti.testing.grants import Grants
from lti.testing.notices import Notices
from lti.testing.values import (
    Claims,
    Column,
    Completion,
    Course,
    Exchange,
    GradebookColumn,
    LoginInitiation,
    ResourceLink,
    Tool,
    User,
)
from lti.testing.web import Web

ID_TOKEN_LIFETIME = 60  # s, as Moodle's
INVITATION_LIFETIME = 3600  # s, of a registration token


class Platform:
    """One platform.

    Args:
        issuer: its URL, without a slash at the end; all its other URLs lie below.
        clock: the present time, aware.
        key: `kid` and PEM of its RSA key; a new one if not given.
        after_deep_linking: where to send the browser when items were added to a course; a plain
            page if not given.
        after_completion: told of each activity that somebody completed, the first time, also when a
            full grade did it.
        storage_frame: name of the frame beside the tool's in which `at.storage` is shown; tools are
            told of it as `lti_storage_target`. None: the platform keeps nothing for tools.
        offers_differences: whether rosters link to what has changed since; Moodle's do not.

    Attributes:
        at: where its endpoints are.
        wsgi: the platform's web application; mount it where `issuer` leads.
        directory: people, courses, items and tools.
        grades: the gradebook.
        notices: what tools want to be told, and the way to tell them.
    """

    def __init__(
        self,
        issuer: str,
        *,
        clock: Callable[[], datetime],
        name: str = "Campus",
        product: str = "moodle",
        key: tuple[str, str] | None = None,
        after_deep_linking: Callable[[Course, tuple[ResourceLink, ...]], str] | None = None,
        after_completion: Callable[[Completion], None] | None = None,
        storage_frame: str | None = None,
        offers_differences: bool = False,
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self.at = Addresses(self.issuer)
        self.clock = clock
        self.name = name
        self.product = product
        self.guid = urls.origin(issuer) or issuer
        self.after_deep_linking = after_deep_linking
        self.after_completion = after_completion
        self.storage_frame = storage_frame
        self.offers_differences = offers_differences
        self._kid, self._pem = key or jose.new_private_key()
        lock = RLock()
        self.directory = Directory(lock)
        self.grades = Gradebook(lock, clock)
        self.grants = Grants(lock, clock)
        self.notices = Notices(self, lock)
        self.web = Web(self, lock)
        self.wsgi = self.web.wsgi
        self.http = Http(allow_private=True, user_agent="Mentes campus (LTI 1.3 platform)")

    # Tools.

    def register_tool(
        self,
        *,
        login_url: str,
        launch_url: str,
        jwks_uri: str,
        name: str = "Tool",
        target_link_uri: str | None = None,
        scopes: tuple[str, ...] = ALL_SCOPES,
        custom: Mapping[str, str] | None = None,
        client_id: str | None = None,
        shares_names: bool = True,
        shares_emails: bool = True,
    ) -> Tool:
        """Register a tool by hand, as an administrator would; a known `client_id` is updated."""
        known = self.directory.tool(client_id) if client_id else None
        number = known.deployment_id if known else self.directory.new_id()
        return self.directory.add_tool(
            Tool(
                client_id=client_id or f"client-{number}",
                deployment_id=number,
                name=name,
                login_url=login_url,
                redirect_uris=(launch_url,),
                target_link_uri=target_link_uri or launch_url,
                jwks_uri=jwks_uri,
                scopes=frozenset(scopes),
                custom=custom or {},
                shares_names=shares_names,
                shares_emails=shares_emails,
            )
        )

    def invitation(self, registration_url: str) -> str:
        """Return the URL that starts dynamic registration with a tool; it works once."""
        token = self.grants.issue("registration", True, lifetime=INVITATION_LIFETIME)
        return urls.with_query(
            registration_url,
            [("openid_configuration", self.at.configuration_url), ("registration_token", token)],
        )

    def registration_of(self, tool: Tool, id: str) -> Registration:
        """Return what the tool should know about its registration, under the tool's own `id`."""
        return Registration(
            id=id,
            issuer=self.issuer,
            client_id=tool.client_id,
            authorization_endpoint=self.at.authorization_endpoint,
            token_endpoint=self.at.token_endpoint,
            jwks_uri=self.at.jwks_uri,
            deployment_ids=frozenset({tool.deployment_id}),
            product=self.product,
        )

    # Courses and people.

    def add_resource_link(
        self,
        tool: Tool,
        course_id: str,
        title: str,
        *,
        url: str | None = None,
        description: str = "",
        custom: Mapping[str, str] | None = None,
        score_maximum: float | None = None,
    ) -> ResourceLink:
        """Put an item into a course, with a gradebook column if it has a maximum."""
        link = self.directory.add_link(
            ResourceLink(
                id=self.directory.new_id(),
                course_id=course_id,
                client_id=tool.client_id,
                title=title,
                url=url or tool.target_link_uri,
                description=description,
                custom=custom or {},
            )
        )
        if score_maximum is not None:
            self.grades.add_column(
                course_id=course_id,
                client_id=tool.client_id,
                label=title,
                score_maximum=score_maximum,
                resource_link_id=link.id,
            )
        return link

    def copy_course(self, course_id: str, copy: Course) -> Course:
        """Add `copy`, with the items of a course under new ids, and tell the tools of it.

        Columns come along, grades and enrolments do not.
        """
        source = self.directory.course(course_id)
        made = self.directory.add_course(
            replace(copy, copied_from=(source.id, *source.copied_from))
        )
        for link in self.directory.links(source.id):
            item = self.directory.add_link(
                replace(
                    link,
                    id=self.directory.new_id(),
                    course_id=made.id,
                    copied_from=(link.id, *link.copied_from),
                )
            )
            self.grades.copy_column_of(link.id, course_id=made.id, resource_link_id=item.id)
        self.notices.tell_of_copy(made)
        return made

    def complete(self, user_id: str, course_id: str, activity: str) -> Completion:
        """Mark an activity complete for somebody; a second time changes nothing."""
        completion, new = self.grades.complete(user_id, course_id, activity)
        if new and self.after_completion is not None:
            self.after_completion(completion)
        return completion

    def completions(self, course_id: str) -> tuple[Completion, ...]:
        """Return who completed what, also what was completed by a full grade."""
        return self.grades.completions(course_id)

    def gradebook(self, course_id: str) -> tuple[GradebookColumn, ...]:
        """Return a course's gradebook."""
        return self.grades.read(course_id)

    # For tests and for the curious.

    def answer_next(self, endpoint: str, **fault: Any) -> None:
        """Answer the next requests to `endpoint` with a fault; see `Web.answer_next`."""
        self.web.answer_next(endpoint, **fault)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The latest requests and what was answered, oldest first."""
        return self.web.exchanges

    # Launches.

    def login_initiation(
        self, tool: Tool, user: User, link: ResourceLink, *, document_target: str = "iframe"
    ) -> LoginInitiation:
        """Begin a launch: `user` opens `link`."""
        return initiations.resource_link(self, tool, user, link, document_target)

    def deep_linking_initiation(
        self, tool: Tool, user: User, course: Course, **settings: Any
    ) -> LoginInitiation:
        """Begin a deep linking session: `user` chooses items for `course`.

        `settings` are put over the platform's own, such as `accept_multiple=False`.
        """
        return initiations.deep_linking(self, tool, user, course, settings)

    def submission_review_initiation(
        self, tool: Tool, user: User, column: Column, for_user: User
    ) -> LoginInitiation:
        """Begin a submission review: `user` opens a cell of the gradebook, that of `for_user`."""
        return initiations.submission_review(self, tool, user, column, for_user)

    def data_privacy_initiation(
        self, tool: Tool, user: User, for_user: User | None = None
    ) -> LoginInitiation:
        """Begin a data privacy launch: `user` asks about the data of `for_user`, or their own."""
        return initiations.data_privacy(self, tool, user, for_user or user)

    def id_token(self, tool: Tool, nonce: str, content: Claims) -> str:
        """Return `content` as a signed id_token for `tool`."""
        now = int(self.clock().timestamp())
        return self.sign(
            {
                "nonce": nonce,
                "iat": now,
                "exp": now + ID_TOKEN_LIFETIME,
                "iss": self.issuer,
                "aud": tool.client_id,
                **content,
            }
        )

    def sign(self, content: Claims) -> str:
        """Return any claims, signed with the platform's key: for tests of refusals."""
        return jose.signed(content, self._kid, self._pem)

    def jwks(self) -> dict[str, Any]:
        """Return the platform's key set."""
        return {"keys": [jose.public_jwk(self._kid, self._pem)]}

    def rotate_key(self, key: tuple[str, str] | None = None) -> None:
        """Sign with another key from now on, and publish only that one."""
        self._kid, self._pem = key or jose.new_private_key()
