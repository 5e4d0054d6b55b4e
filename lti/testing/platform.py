"""A small LTI 1.3 platform: courses, people, a gradebook, and the services over real HTTP.

It is written against the specifications and against recordings of Moodle 4.3, apart from the checks
of the tool side, so that the two can find each other's mistakes. What a product does in its own way
is in `lti.testing.profiles`. Thread-safe; nothing is kept when the process ends.
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
from lti.testing.profiles import CAMPUS, Profile
from lti.testing.signing import SigningKeys
from lti.testing.tokens import Genuine
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
        url: where it is, without a slash at the end; all its URLs lie below.
        clock: the present time, aware.
        profile: the product that it behaves as; one of `lti.testing.profiles`.
        issuer: what it calls itself in tokens, if that is neither its product's, which all tenants
            share, nor `url`.
        key: `kid` and PEM of its RSA key; a new one if not given.
        after_deep_linking: where to send the browser when items were added to a course; a plain
            page if not given.
        after_completion: told of each activity that somebody completed, the first time, also when a
            full grade did it.
        storage_frame: name of the frame beside the tool's in which `at.storage` is shown; tools are
            told of it as `lti_storage_target`. None: the profile's; without one there, the
            platform keeps nothing for tools.
        storage_names: what the messages of that page are called: "lti" (as in `lti.put_data`), or
            "org.imsglobal.lti" as before.
        offers_differences: whether rosters link to what has changed since. None: as the profile.

    Attributes:
        profile: the product; a tool may be shown that it changes. Ids that were given, and
            addresses, stay as they are.
        at: where its endpoints are.
        wsgi: the platform's web application; mount it where `url` leads.
        directory: people, courses, items and tools.
        grades: the gradebook.
        notices: what tools want to be told, and the way to tell them.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime],
        name: str | None = None,
        profile: Profile = CAMPUS,
        issuer: str | None = None,
        key: tuple[str, str] | None = None,
        after_deep_linking: Callable[[Course, tuple[ResourceLink, ...]], str] | None = None,
        after_completion: Callable[[Completion], None] | None = None,
        storage_frame: str | None = None,
        storage_names: str = "lti",
        offers_differences: bool | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.profile = profile
        self.issuer = issuer or profile.issuer or self.url
        self.at = Addresses(self.url, profile.paths)
        self.clock = clock
        self.name = name or profile.name
        self.guid = urls.origin(url) or url
        self.after_deep_linking = after_deep_linking
        self.after_completion = after_completion
        self.storage_frame = storage_frame or profile.storage_frame
        self.storage_names = storage_names
        self.offers_differences = (
            profile.differences if offers_differences is None else offers_differences
        )
        lock = RLock()
        self._keys = SigningKeys(lock, clock, lasting=profile.keys_last, first=key)
        self.directory = Directory(lock)
        self.grades = Gradebook(
            lock, clock, step=profile.score_step, scores_submit=profile.scores_submit
        )
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
        """Register a tool by hand, as an administrator would; a known `client_id` is updated.

        Of the services, `scopes`, it gets those that the product has.
        """
        known = self.directory.tool(client_id) if client_id else None
        number = "" if known else self.directory.new_id()
        return self.directory.add_tool(
            Tool(
                client_id=client_id or self.profile.client_id(self.url, number),
                deployment_id=(
                    known.deployment_id if known else self.profile.deployment_id(self.url, number)
                ),
                name=name,
                login_url=login_url,
                redirect_uris=(launch_url,),
                target_link_uri=target_link_uri or launch_url,
                jwks_uri=jwks_uri,
                scopes=frozenset(scopes) & self.profile.scopes,
                custom=custom or {},
                shares_names=shares_names,
                shares_emails=shares_emails,
            )
        )

    def deployed(self, tool: Tool) -> Tool:
        """Install a tool once more, under the same client id: at another institution, say.

        What is begun with the tool that is returned is of the new deployment.
        """
        number = self.directory.new_id()
        deployment_id = self.profile.deployment_id(self.url, number)
        return self.directory.add_deployment(replace(tool, deployment_id=deployment_id))

    def invitation(self, registration_url: str) -> str:
        """Return the URL that starts dynamic registration with a tool; it works once.

        Raises:
            ValueError: with this product tools are registered by hand.
        """
        if not self.profile.registers:
            raise ValueError(f"With {self.profile.name} tools are registered by hand.")
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
            token_audience=self.profile.token_audience,
            deployment_ids=frozenset({tool.deployment_id}),
            product=self.product,
        )

    @property
    def product(self) -> str:
        """What registrations and `lti.quirks` call the product."""
        return self.profile.product

    @property
    def token_audience(self) -> str:
        """Whom assertions for access tokens must be meant for."""
        return self.profile.token_audience or self.at.token_endpoint

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
                id=self._new_link_id(),
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
                    id=self._new_link_id(),
                    course_id=made.id,
                    copied_from=(link.id, *link.copied_from),
                )
            )
            self.grades.copy_column_of(link.id, course_id=made.id, resource_link_id=item.id)
        self.notices.tell_of_copy(made)
        return made

    def _new_link_id(self) -> str:
        return self.profile.link_id(self.url, self.directory.new_id())

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

    def be_busy(self, endpoint: str, *, times: int = 1) -> None:
        """Say, of the next requests to `endpoint`, that there were too many, as the product does.

        Raises:
            ValueError: there is no such endpoint.
        """
        busy = self.profile.busy
        self.web.answer_next(
            endpoint, status=busy.status, headers=busy.headers, body=busy.body, times=times
        )

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

    def genuine(self, tool: Tool, nonce: str, content: Claims) -> Genuine:
        """Return what an id_token for `tool` with this `content` is signed from."""
        now = int(self.clock().timestamp())
        kid, pem = self._keys.signing
        said = {
            "nonce": nonce,
            "iat": now,
            "exp": now + ID_TOKEN_LIFETIME,
            "iss": self.issuer,
            "aud": tool.client_id,
            **content,
        }
        return Genuine(claims=said, kid=kid, pem=pem, now=now)

    def id_token(self, tool: Tool, nonce: str, content: Claims) -> str:
        """Return `content` as a signed id_token for `tool`."""
        return self.genuine(tool, nonce, content).signed()

    def sign(self, content: Claims) -> str:
        """Return any claims, signed with the platform's key: for tests of refusals."""
        return jose.signed(content, *self._keys.signing)

    def jwks(self) -> dict[str, Any]:
        """Return the platform's key set."""
        keys = [jose.public_jwk(*key) for key in self._keys.published]
        left_out = set() if self.profile.keys_have_alg else {"alg"}
        return {"keys": [{n: v for n, v in key.items() if n not in left_out} for key in keys]}

    def rotate_key(self, key: tuple[str, str] | None = None) -> None:
        """Sign with another key from now on, and publish only that one."""
        self._keys.replace(key)
