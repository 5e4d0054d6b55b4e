"""The launch: an ordered list of named checks between a posted token and a message we act on.

Signature before content; nothing that the token says is believed, or repeated, before that. State
and nonce are spent last, so that only a genuine launch can spend them.

https://www.imsglobal.org/spec/security/v1p0/#authentication-response-validation
https://www.imsglobal.org/spec/lti/v1p3/#required-message-claims
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from lti import claims, message_checks, reading, token_checks
from lti.checking import Check, CheckFailed, Presented
from lti.errors import LaunchRefused
from lti.jose import PublicKey
from lti.message import LaunchMessage
from lti.registration import PendingLogin, Registration

CHECKS: Final[tuple[Check, ...]] = (
    token_checks.state,
    token_checks.browser,
    token_checks.registration,
    token_checks.key,
    token_checks.signature,
    message_checks.any_message,
    token_checks.issuer,
    token_checks.audience,
    token_checks.authorized_party,
    token_checks.expiry,
    token_checks.issued_at,
    token_checks.nonce,
    message_checks.version,
    message_checks.message_type,
    message_checks.subject,
    message_checks.roles,
    message_checks.target_link,
    message_checks.context,
    message_checks.resource_link,
    message_checks.deep_linking_settings,
    message_checks.submission,
    message_checks.data_subject,
    message_checks.deployment,
    token_checks.single_use,
)


def verified(
    id_token: str,
    *,
    login: PendingLogin | None,
    registration: Registration,
    keys: Sequence[PublicKey],
    browser: str | None,
    is_ours: Callable[[str], bool],
    now: datetime,
    spend: Callable[[], bool],
) -> LaunchMessage:
    """Return the message in `id_token`, or refuse at the first check that fails.

    Security Framework 1.0, section 5.1.3; LTI Core 1.3, section 5.3:
    https://www.imsglobal.org/spec/security/v1p0/#authentication-response-validation

    `login` is what `PendingLogins.find` returned for the posted state, `keys` what
    `PlatformKeySets.for_token` returned, `browser` the verifier that this browser kept, if it kept
    it. `spend` must return True once for this login; it is called only if all else has passed.

    Raises:
        LaunchRefused: with the failed check, its specification and the checks that passed.
    """
    launch = Presented(
        id_token=id_token,
        login=login,
        registration=registration,
        keys=keys,
        browser=browser,
        is_ours=is_ours,
        now=now,
        spend=spend,
    )
    passed: list[str] = []
    for each in CHECKS:
        if not each.is_about(launch.claims.get(claims.MESSAGE_TYPE)):
            continue
        try:
            each(launch)
        except CheckFailed as failure:
            raise _refusal(failure, each, launch, tuple(passed)) from None
        passed.append(each.name)
    return reading.message(launch.claims, registration)


def _refusal(
    failure: CheckFailed, failed: Check, launch: Presented, passed: tuple[str, ...]
) -> LaunchRefused:
    # Only a token of this registration's platform, for us, may say where people are sent.
    trusted = token_checks.authorized_party.name in passed
    said = reading.presentation(launch.claims)
    return LaunchRefused(
        failure.slug,
        failure.template,
        failure.values,
        check=failed.name,
        specification=failed.specification,
        status=failed.status if failure.status is None else failure.status,
        passed=passed,
        trusted=trusted,
        return_url=said.return_url,
        deployment_id=reading.text(launch.claims.get(claims.DEPLOYMENT_ID)),
        locale=said.locale,  # there are no claims before the signature was checked
    )
