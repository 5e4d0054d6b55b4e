"""What an entry of the pack is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

from lti.testing.tokens import Genuine
from lti.testing.values import Claims

SECURITY_FRAMEWORK: Final = "https://www.imsglobal.org/spec/security/v1p0/"
STEPS: Final = f"{SECURITY_FRAMEWORK}#authentication-response-validation"
LOGIN: Final = f"{SECURITY_FRAMEWORK}#step-1-third-party-initiated-login"
LTI: Final = "https://www.imsglobal.org/spec/lti/v1p3/"
GUIDE: Final = "https://www.imsglobal.org/spec/lti/v1p3/cert"
DEEP_LINKING: Final = "https://www.imsglobal.org/spec/lti-dl/v2p0/#deep-linking-settings"
SUBMISSION_REVIEW: Final = "https://www.imsglobal.org/spec/lti-sr/v1p0/"


class Answer(Enum):
    """What a tool must answer.

    A refusal is a page with a status from 400 to 499. Accepting is anything below 400. Neither is
    ever 500 or more.
    """

    REFUSED = "refused"
    ACCEPTED = "accepted"

    def allows(self, status: int) -> bool:
        """Whether an HTTP status is such an answer."""
        return 400 <= status < 500 if self is Answer.REFUSED else 200 <= status < 400


class Message(Enum):
    """The message that an entry is a variant of."""

    RESOURCE_LINK = "LtiResourceLinkRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"
    SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"


class Given(Enum):
    """What must be so for the entry to make sense; `lti.testing.pytest_plugin` looks."""

    HTTPS = "the platform is reached by https"
    TRUSTED_AUDIENCE = "the tool was told to trust another audience beside itself"


TRUSTED: Final = "https://tool.example"
"""The audience that the tool was told to trust, where `Given.TRUSTED_AUDIENCE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token in place of the genuine one.

    Attributes:
        name: its own in the pack; the Certification Guide's where the guide has it.
        row: what it is a case of, such as "S3" (Security Framework, section 5.1.3, step 3).
        specification: the URL of the section that asks for the answer.
        changes: what is not as in a genuine launch.
        token: makes it of what the platform would sign.
        answer: what a tool must answer.
        message: the message that it is a variant of.
        given: what must be so.
    """

    name: str
    row: str
    specification: str
    changes: str
    token: Callable[[Genuine], str]
    answer: Answer = Answer.REFUSED
    message: Message = Message.RESOURCE_LINK
    given: Given | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login initiation; `changed` makes its parameters, in order and perhaps repeated."""

    name: str
    row: str
    changes: str
    changed: Callable[[Mapping[str, str]], Sequence[tuple[str, str]]]
    specification: str = LOGIN
    answer: Answer = Answer.REFUSED


class Way(Enum):
    """How a genuine token is posted."""

    TWICE = "by the same browser, two times"
    AT_ONCE = "many times at once, of which one may pass"
    OTHER_BROWSER = "by a browser that did not begin the login"
    OTHER_STATE = "under the state of another login of the same browser"
    MADE_UP_STATE = "under a state that the tool never gave out"
    NO_STATE = "without a state"
    SAME_NONCE = "once, and then another token for somebody else with the same nonce and state"
    QUERY = "not posted, but asked for as a part of the address"
    EMPTY = "without the token itself"
    MULTIPART = "as multipart/form-data"
    JSON = "as JSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A genuine token that is not posted as it should be. The last answer counts."""

    name: str
    row: str
    specification: str
    way: Way
    answer: Answer = Answer.REFUSED

    @property
    def changes(self) -> str:
        """What is not as in a genuine launch."""
        return f"the launch is posted {self.way.value}"


def claiming(claim: str, value: Any) -> Callable[[Genuine], str]:
    """Return what signs a launch in which `claim` is `value`."""
    return changing(lambda claims: {**claims, claim: value})


def lacking(*names: str) -> Callable[[Genuine], str]:
    """Return what signs a launch without the claims `names`."""
    return changing(lambda claims: {n: v for n, v in claims.items() if n not in names})


def changing(change: Callable[[Claims], Claims]) -> Callable[[Genuine], str]:
    """Return what signs a launch with its claims changed."""
    return lambda genuine: replace(genuine, claims=change(genuine.claims)).signed()


def inside(claim: str, **members: Any) -> Callable[[Genuine], str]:
    """Return what signs a launch in which some members of an object claim are others."""
    return changing(lambda claims: {**claims, claim: {**claims.get(claim, {}), **members}})


def without_inside(claim: str, *names: str) -> Callable[[Genuine], str]:
    """Return what signs a launch in which some members of an object claim are left out."""

    def change(claims: Claims) -> Claims:
        kept = {name: value for name, value in claims[claim].items() if name not in names}
        return {**claims, claim: kept}

    return changing(change)
