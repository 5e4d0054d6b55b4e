"""Admission: from what a platform posted to a visit, or to a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog
from flask import g, request

from lti import launch as lti_launch
from lti.errors import LaunchRefused, LoginRefused
from lti.jose import PublicKey
from lti.message import LaunchMessage
from lti.registration import PendingLogin
from plugin.foundation.direct import Over
from plugin.foundation.web import tool
from plugin.foundation.web.access import SESSION_COOKIE
from plugin.foundation.web.security import may_be_framed_by
from plugin.launches import service
from plugin.launches.errors import LONGEST_TOKEN, DeploymentKeptOut, DeploymentPending
from plugin.launches.recognition import BringsNews
from plugin.launches.service import Entered
from plugin.platforms import deployments
from plugin.platforms.model import DeploymentState
from plugin.platforms.protocol import protocol
from plugin.platforms.stores import Registered, StoredLogins

log = structlog.get_logger()

WAITS = (
    "Mentes was added to this part of your learning platform and is not approved for it yet. "
    "You did nothing wrong."
)
KEPT_OUT = "An administrator has decided that Mentes does not open from here."


def posted(form: dict[str, list[str]]) -> tuple[str, str]:
    """Return the state and the token that a form brings, each once.

    Raises:
        LoginRefused: it brings something else.
    """
    states, tokens = form.get("state", []), form.get("id_token", [])
    if len(states) != 1 or len(tokens) != 1 or len(tokens[0]) > LONGEST_TOKEN:
        remember_whose(*states[:1])
        raise LoginRefused(
            "launch-incomplete",
            "The platform did not send a launch. Open Mentes from your course, not by its address.",
        )
    return states[0], tokens[0]


def remember_whose(state: str = "") -> None:
    """Remember, for whoever looks into a refusal, with which registration a login began.

    Also with one that is spent. A platform brings the state back when it answers with an error,
    too (OpenID Connect Core, section 3.1.2.6).
    """
    with tool().database.asking() as direct:
        found = StoredLogins(direct).begun_with(state)
    if found is not None:
        g.registration_id = found


def answered(state: str) -> tuple[PendingLogin, Registered]:
    """Return the login that a launch answers, and the registration that it began with.

    Raises:
        LaunchRefused: there is none, or it has been used.
    """
    with tool().database.asking() as direct:
        found = StoredLogins(direct).answered(state)
    if found is None:
        remember_whose(state)
        raise LaunchRefused(
            "state-unknown",
            "This page was opened twice, or too late. Go back to your course and open it again.",
            check="state",
            specification="https://www.imsglobal.org/spec/security/v1p0/",
        )
    registration = found[1].registration
    g.registration_id = registration.id
    may_be_framed_by(registration.issuer, registration.authorization_endpoint)
    return found


def admitted(
    id_token: str,
    login: PendingLogin,
    registered: Registered,
    *,
    browser: str | None,
    carried: bool,
) -> Entered:
    """Let a launch in: check it and keep it, in one transaction.

    What may use the network is done before, outside of any.

    Args:
        browser: the verifier that this browser kept, if it did.
        carried: whether the visit's key is to stand in its addresses: no cookie is kept.

    Raises:
        LaunchRefused: a check failed.
    """
    keys = protocol().platform_keys.for_token(registered.registration, id_token, tool().clock())
    try:
        entered, message = _entered(id_token, login, registered, keys, browser, carried=carried)
    except LaunchRefused as refusal:
        if refusal.slug != "deployment-unknown" or refusal.deployment_id is None:
            raise
        registered = _decided(registered, refusal, refusal.deployment_id)
        entered, message = _entered(id_token, login, registered, keys, browser, carried=carried)
    log.info(
        "launch.accepted",
        launch_id=str(entered.launch_id),
        registration_id=registered.registration.id,
        kind=message.message_type,
    )
    return entered


def _decided(registered: Registered, refusal: LaunchRefused, deployment_id: str) -> Registered:
    """Return the registration with a deployment that is approved by now; nothing is spent yet.

    Raises:
        DeploymentPending, DeploymentKeptOut: it is not approved.
    """
    registration = registered.registration
    with tool().database.transaction(registered.organisation_id) as session:
        state = deployments.launched(
            session, UUID(registration.id), deployment_id, now=tool().clock()
        )
    if state == DeploymentState.APPROVED:
        known = registration.deployment_ids | {deployment_id}
        return replace(registered, registration=replace(registration, deployment_ids=known))
    refused, slug, text = (
        (DeploymentPending, "deployment-pending", WAITS)
        if state == DeploymentState.PENDING
        else (DeploymentKeptOut, "deployment-refused", KEPT_OUT)
    )
    raise refused(
        slug,
        text,
        check=refusal.check,
        specification=refusal.specification,
        status=refusal.status,
        passed=refusal.passed,
        trusted=refusal.trusted,
        return_url=refusal.return_url,
        deployment_id=deployment_id,
    )


def _entered(
    id_token: str,
    login: PendingLogin,
    registered: Registered,
    keys: Sequence[PublicKey],
    browser: str | None,
    *,
    carried: bool,
) -> tuple[Entered, LaunchMessage]:
    """Check a launch and keep it, in one transaction.

    Nearly always it brings nothing new. Then nobody waits for the disk: opening the item again
    makes up for a launch that is lost with the power, and nothing done in it outlives it.
    """
    now = tool().clock()

    def kept(over: Over) -> tuple[Entered, LaunchMessage]:
        message = lti_launch.verified(
            id_token,
            login=login,
            registration=registered.registration,
            keys=keys,
            browser=browser,
            is_ours=protocol().is_ours,
            now=now,
            spend=lambda: StoredLogins(over).spend(login.state, now),
        )
        entered = service.enter(
            over,
            registered,
            message,
            key=None if carried else request.cookies.get(SESSION_COOKIE),
            lasts=tool().session_seconds,
            now=now,
        )
        return entered, message

    try:
        with tool().database.writing(durable=False) as direct:
            return kept(direct)
    except BringsNews:
        with tool().database.transaction(registered.organisation_id) as session:
            return kept(session)
