"""What a check is: a named question about a launch, with the section that asks it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NoReturn

from lti.errors import NO_VALUES, Values, Worded
from lti.jose import PublicKey
from lti.registration import PendingLogin, Registration

SECURITY: Final = "https://www.imsglobal.org/spec/security/v1p0/"
CORE: Final = "https://www.imsglobal.org/spec/lti/v1p3/"
DEEP_LINKING: Final = "https://www.imsglobal.org/spec/lti-dl/v2p0/"
SUBMISSION_REVIEW: Final = "https://www.imsglobal.org/spec/lti-sr/v1p0/"
DATA_PRIVACY: Final = "https://www.imsglobal.org/spec/lti-dp/v1p0/"

UNPROVEN: Final = 401
MALFORMED: Final = 400
NOT_ALLOWED: Final = 403


@dataclass(slots=True, kw_only=True)
class Presented:
    """A launch under examination. `claims` stay empty until the signature has been checked."""

    id_token: str
    login: PendingLogin | None
    registration: Registration
    keys: Sequence[PublicKey]
    browser: str | None
    is_ours: Callable[[str], bool]
    now: datetime
    spend: Callable[[], bool]
    claims: dict[str, Any] = field(default_factory=dict)

    @property
    def pending(self) -> PendingLogin:
        """The login that this launch answers; without one, the current check fails."""
        if self.login is None:
            refuse(
                "state-unknown",
                "This launch was already used or was not begun here. "
                "Go back to the course and open this page again.",
            )
        return self.login


class CheckFailed(Worded):
    """One check failed; `launch.verified` adds the circumstances.

    `status` is the HTTP status to answer with, if it is not the one of the check.
    """

    def __init__(
        self,
        slug: str,
        template: str,
        values: Values = NO_VALUES,
        *,
        status: int | None = None,
    ) -> None:
        super().__init__(slug, template, values)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A question with a name for people and the URL of the section that asks it.

    `only_for` are the message types that the question is about; none means all. `status` is the
    HTTP status to answer with if the answer is no: 401 where the launch proves nothing, 400 where
    what it says is at fault.
    """

    name: str
    specification: str
    ask: Callable[[Presented], None]
    only_for: tuple[str, ...] = ()
    status: int = UNPROVEN

    def is_about(self, message_type: object) -> bool:
        """Whether a message of this type is asked the question."""
        return not self.only_for or message_type in self.only_for

    def __call__(self, launch: Presented) -> None:
        """Return if the answer is yes.

        Raises:
            CheckFailed: if it is no.
        """
        self.ask(launch)


def check(
    name: str, specification: str, *, only_for: tuple[str, ...] = (), status: int = UNPROVEN
) -> Callable[[Callable[[Presented], None]], Check]:
    """Make a function into the check `name`."""

    def named(ask: Callable[[Presented], None]) -> Check:
        return Check(
            name=name, specification=specification, ask=ask, only_for=only_for, status=status
        )

    return named


def refuse(
    slug: str, template: str, values: Values = NO_VALUES, *, status: int | None = None
) -> NoReturn:
    """Fail the current check, with its status unless there is another for this."""
    raise CheckFailed(slug, template, values, status=status)
