"""Admission: from what a platform posted to a login that has begun, or to a visit.

Nothing here knows the web framework: the pages ask it, and so does the front door.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import structlog

from lrs_bridge.lrs.direct import Over
from lti import launch as lti_launch
from lti import login as lti_login
from lti.errors import LaunchRefused
from lti.jose import PublicKey
from lti.login import Beginning, LoginRequest
from lti.message import LaunchMessage
from lti.registration import PendingLogin
from plugin.foundation.web.tool import Tool
from plugin.launches import service
from plugin.launches.errors import LONGEST_TOKEN, DeploymentKeptOut, DeploymentPending
from plugin.launches.recognition import BringsNews
from plugin.launches.service import Entered
from plugin.platforms import deployments
from plugin.platforms.model import DeploymentState
from plugin.platforms.protocol import Protocol
from plugin.platforms.stores import Registered, StoredLogins, StoredRegistrations

log = structlog.get_logger()

ENCODED: Final = "application/x-www-form-urlencoded"
"""How a platform's page sends a form: OAuth 2.0 Form Post Response Mode, section 2."""
LOGIN_SECONDS: Final = 600


def state_and_token(form: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """Return the state and the token that a form brings, each once; None: it brings no launch."""
    states, tokens = form.get("state", ()), form.get("id_token", ())
    if len(states) != 1 or len(tokens) != 1 or len(tokens[0]) > LONGEST_TOKEN:
        return None
    return states[0], tokens[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Lets logins begin, and launches in."""

    tool: Tool
    protocol: Protocol

    def begun(
        self,
        asked: LoginRequest,
        registration_id: str | None,
        *,
        looks: bool,
        is_about: Callable[[str], None],
    ) -> Beginning:
        """Begin a login, and remember it.

        Args:
            looks: whether it looks first if this browser keeps cookies.
            is_about: is told with which registration it begins, before it can be refused.

        Raises:
            LoginRefused: it is not one of a registered platform's, or leads elsewhere.
        """
        # A login that is lost with the power is begun again by opening the item again.
        with self.tool.database.writing(durable=False) as direct:
            registration = lti_login.chosen_registration(
                asked, StoredRegistrations(direct), registration_id
            )
            is_about(registration.id)
            beginning = lti_login.begin(
                asked,
                registration,
                launch_url=f"{self.tool.public_url}/lti/launch",
                is_ours=self.protocol.is_ours,
                now=self.tool.clock(),
                lifetime=LOGIN_SECONDS,
            )
            StoredLogins(direct).add(
                beginning.login, authentication_url=beginning.url if looks else None
            )
        return beginning

    def answered(self, state: str) -> tuple[PendingLogin, Registered] | None:
        """Return the login that a launch answers, and the registration that it began with.

        None: there is none, or it has been used.
        """
        with self.tool.database.asking() as direct:
            return StoredLogins(direct).answered(state)

    def admitted(
        self,
        id_token: str,
        login: PendingLogin,
        registered: Registered,
        *,
        keys: Sequence[PublicKey],
        browser: str | None,
        key: str | None,
    ) -> Entered:
        """Let a launch in: check it and keep it, in one transaction that asks no network.

        Args:
            keys: those of its platform that may have signed it.
            browser: the verifier that this browser kept, if it did.
            key: of the session that this browser has with us already, if it has one.

        Raises:
            LaunchRefused: a check failed.
        """
        try:
            entered, message = self._entered(id_token, login, registered, keys, browser, key)
        except LaunchRefused as refusal:
            if refusal.slug != "deployment-unknown" or refusal.deployment_id is None:
                raise
            registered = self._decided(registered, refusal, refusal.deployment_id)
            entered, message = self._entered(id_token, login, registered, keys, browser, key)
        log.info(
            "launch.accepted",
            launch_id=str(entered.launch_id),
            registration_id=registered.registration.id,
            kind=message.message_type,
        )
        return entered

    def _decided(
        self, registered: Registered, refusal: LaunchRefused, deployment_id: str
    ) -> Registered:
        """Return the registration with a deployment that is approved by now; nothing is spent yet.

        Raises:
            DeploymentPending, DeploymentKeptOut: it is not approved.
        """
        registration = registered.registration
        with self.tool.database.transaction(registered.organisation_id) as session:
            state = deployments.launched(
                session, UUID(registration.id), deployment_id, now=self.tool.clock()
            )
        if state == DeploymentState.APPROVED:
            known = registration.deployment_ids | {deployment_id}
            return replace(registered, registration=replace(registration, deployment_ids=known))
        waits = state == DeploymentState.PENDING
        raise DeploymentPending(refusal) if waits else DeploymentKeptOut(refusal)

    def _entered(
        self,
        id_token: str,
        login: PendingLogin,
        registered: Registered,
        keys: Sequence[PublicKey],
        browser: str | None,
        key: str | None,
    ) -> tuple[Entered, LaunchMessage]:
        """Check a launch and keep it, in one transaction.

        Nearly always it brings nothing new. Then nobody waits for the disk: opening the item again
        makes up for a launch that is lost with the power, and nothing done in it outlives it.
        """
        now = self.tool.clock()

        def kept(over: Over) -> tuple[Entered, LaunchMessage]:
            message = lti_launch.verified(
                id_token,
                login=login,
                registration=registered.registration,
                keys=keys,
                browser=browser,
                is_ours=self.protocol.is_ours,
                now=now,
                spend=lambda: StoredLogins(over).spend(login.state, now),
            )
            lasts = self.tool.session_seconds
            entered = service.enter(over, registered, message, key=key, lasts=lasts, now=now)
            return entered, message

        try:
            with self.tool.database.writing(durable=False) as direct:
                return kept(direct)
        except BringsNews:
            with self.tool.database.transaction(registered.organisation_id) as session:
                return kept(session)
