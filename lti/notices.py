"""Platform Notification Service 1.0: what a platform tells us while nobody is looking.

A *notice* is a signed token that a platform posts, in batches, to the *handler* that we named for
its type. Nobody began a login for it, so there is no state and no nonce of ours: that it is not a
replay is known by its `id` alone. A handler has no authentication but the signatures; give each
registration a handler URL of its own, so that it is known whose keys to try.

https://www.imsglobal.org/spec/lti-pns/v1p0/main/
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NoReturn

from lti import claims, copies, message_checks, reading, token_checks
from lti.checking import Check, CheckFailed, Presented, check, refuse
from lti.errors import NoticeRefused
from lti.jose import PublicKey
from lti.message import Context
from lti.registration import Registration

SPECIFICATION: Final = "https://www.imsglobal.org/spec/lti-pns/v1p0/main/"
HELLO_WORLD: Final = "LtiHelloWorldNotice"
CONTEXT_COPY: Final = "LtiContextCopyNotice"
LARGEST_BATCH: Final = 4 * 1024 * 1024  # bytes
MOST_NOTICES: Final = 1000  # a batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice whose every check has passed; `timestamp` is when it happened, if that is clear."""

    id: str
    type: str
    deployment_id: str
    timestamp: datetime | None = None
    context: Context | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextCopyNotice(Notice):
    """`context` was made, or filled, from `origin_contexts` (ids; none if the platform kept mum).

    https://www.imsglobal.org/spec/lti-pns/v1p0/main/#context-copy-notice
    """

    context: Context
    origin_contexts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What was in a batch: genuine `notices`, some of which we may have had before; refusals."""

    notices: tuple[Notice, ...]
    refused: tuple[NoticeRefused, ...] = ()

    def new(self, is_new: Callable[[Notice], bool]) -> tuple[Notice, ...]:
        """Return the notices that were not seen before; call it where they are acted upon.

        `is_new` must return True once for a registration and a notice's `id`, in the transaction
        that acts upon the notice: a unique constraint, not a look.
        """
        return tuple(notice for notice in self.notices if is_new(notice))


@check("notice", SPECIFICATION + "#notice-claim")
def described(notice: Presented) -> None:
    """It has an id, by which a repetition is known, and a type."""
    said = reading.members(notice.claims, claims.NOTICE)
    if reading.identifier(said.get("id")) is None or reading.identifier(said.get("type")) is None:
        refuse("notice-malformed", "The platform sent a notice without an id or a type.")


@check("copied context", SPECIFICATION + "#context-copy-notice")
def copied_context(notice: Presented) -> None:
    """A notice of a copy says which context is the copy."""
    is_copy = reading.members(notice.claims, claims.NOTICE).get("type") == CONTEXT_COPY
    if is_copy and claims.CONTEXT not in notice.claims:
        refuse("context-malformed", "The platform sent notice of a copied course without its id.")


CHECKS: Final[tuple[Check, ...]] = (
    token_checks.key,
    token_checks.signature,
    token_checks.issuer,
    token_checks.audience,
    token_checks.authorized_party,
    token_checks.expiry,
    token_checks.issued_at,
    message_checks.version,
    described,
    message_checks.context,
    copied_context,
    message_checks.deployment,
)


def verified(
    jwt: str, *, registration: Registration, keys: Sequence[PublicKey], now: datetime
) -> Notice:
    """Return the notice in `jwt`, or refuse at the first check that fails.

    Platform Notification Service 1.0: https://www.imsglobal.org/spec/lti-pns/v1p0/main/

    `keys` are what `PlatformKeySets.for_token` returned. Whether it is new is not asked here.

    Raises:
        NoticeRefused: with the failed check and its specification.
    """
    presented = Presented(
        id_token=jwt,
        login=None,
        registration=registration,
        keys=keys,
        browser=None,
        is_ours=_nothing_is_ours,
        now=now,
        spend=_nothing_to_spend,
    )
    for each in CHECKS:
        try:
            each(presented)
        except CheckFailed as failure:
            raise NoticeRefused(
                failure.slug,
                failure.template,
                failure.values,
                check=each.name,
                specification=each.specification,
            ) from None
    return _read(presented.claims)


def received(
    body: bytes,
    *,
    registration: Registration,
    keys_of: Callable[[str], Sequence[PublicKey]],
    now: datetime,
) -> Received:
    """Return what is in a posted batch. A notice that is refused does not take others with it.

    Platform Notification Service 1.0: https://www.imsglobal.org/spec/lti-pns/v1p0/main/

    `keys_of` returns the keys for one token and may call the platform: do not hold a transaction
    open meanwhile.

    Raises:
        NoticeRefused: "batch-malformed" if it is no batch at all.
        ServiceUnavailable: if `keys_of` does; answer 503, so that the platform may try again.
    """
    notices: list[Notice] = []
    refused: list[NoticeRefused] = []
    for jwt in tokens(body):
        try:
            notices.append(verified(jwt, registration=registration, keys=keys_of(jwt), now=now))
        except NoticeRefused as refusal:
            refused.append(refusal)
    return Received(notices=tuple(notices), refused=tuple(refused))


def tokens(body: bytes) -> tuple[str, ...]:
    """Return the tokens of a batch, `{"notices": [{"jwt": …}]}`; nothing in them is verified.

    Raises:
        NoticeRefused: "batch-malformed".
    """
    try:
        batch = json.loads(body) if len(body) <= LARGEST_BATCH else None
    except (ValueError, RecursionError):
        batch = None
    entries = batch.get("notices") if isinstance(batch, dict) else None
    if not isinstance(entries, list) or len(entries) > MOST_NOTICES:
        _malformed()
    found = [entry.get("jwt") for entry in entries if isinstance(entry, dict)]
    jwts = tuple(jwt for jwt in found if isinstance(jwt, str))
    if len(jwts) != len(entries):
        _malformed()
    return jwts


def _malformed() -> NoReturn:
    raise NoticeRefused(
        "batch-malformed",
        "The platform did not post a batch of notices, %(most)s at most.",
        {"most": MOST_NOTICES},
        check="batch",
        specification=SPECIFICATION + "#notice-request",
    )


def _read(content: dict[str, Any]) -> Notice:
    said = reading.members(content, claims.NOTICE)
    context = reading.context(reading.members(content, claims.CONTEXT))
    facts: dict[str, Any] = {
        "id": said["id"],
        "type": said["type"],
        "deployment_id": content[claims.DEPLOYMENT_ID],
        "timestamp": _moment(said.get("timestamp")),
        "context": context,
        "raw": content,
    }
    if said["type"] != CONTEXT_COPY:
        return Notice(**facts)
    return ContextCopyNotice(**facts, origin_contexts=_ids(content.get(claims.ORIGIN_CONTEXTS)))


def _ids(value: Any) -> tuple[str, ...]:
    """Return the usable ids in a list, in order; of a list without end, the first."""
    entries = value[: copies.LONGEST] if isinstance(value, list) else []
    return tuple(id for entry in entries if (id := reading.identifier(entry)) is not None)


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


def _nothing_is_ours(url: str) -> bool:
    return False


def _nothing_to_spend() -> bool:
    return False
