"""What can go wrong between a tool and a platform.

LtiError
├── LoginRefused          a login initiation that we do not answer
├── LaunchRefused         a launch that failed a check, or that the platform itself called off
├── NoticeRefused         a platform's notice, or batch of notices, that failed a check
├── RegistrationRefused   a platform configuration or registration that we cannot use
├── ServiceRefused        the platform said no; asking again will not help
└── ServiceUnavailable    the platform did not answer in time or asked us to wait; try again

Every error carries a `slug`, which stays the same between releases, and a message for people that
says what to do. Neither ever holds a name, an address, a token or anything else that a person or a
platform sent, except identifiers of registrations and deployments in attributes made for them.

A message is a constant `template` and the `values` that fill it in, so that whoever shows it can
translate the one and leave the other as it is. `str()` says it in English.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Values = Mapping[str, object]

NO_VALUES: Final[Values] = MappingProxyType({})


class Worded(Exception):
    """Something that failed, with a message that can be translated.

    Attributes:
        slug: a stable name for this kind of failure, such as "nonce-mismatch".
        template: the message in English, with `%(name)s` wherever one of `values` belongs. Without
            values it is the message to the letter, and "%" is no more than a character.
        values: what fills it in: text, numbers, or another of these, which has a template itself.
    """

    def __init__(self, slug: str, template: str, values: Values = NO_VALUES) -> None:
        super().__init__(template % values if values else template)
        self.slug = slug
        self.template = template
        self.values = values


class LtiError(Worded):
    """The root of the tree."""


class LoginRefused(LtiError):
    """A login initiation request that is malformed, unknown or not meant for us.

    Attributes:
        candidates: our ids of the registrations that it may have been about, if there are several:
            for those who run them, never for whoever asked.
    """

    def __init__(
        self,
        slug: str,
        template: str,
        values: Values = NO_VALUES,
        *,
        candidates: tuple[str, ...] = (),
    ) -> None:
        super().__init__(slug, template, values)
        self.candidates = candidates


class LaunchRefused(LtiError):
    """A launch that did not pass.

    Attributes:
        check: the name of the check that failed.
        specification: the URL of the section that asks for the check.
        status: the HTTP status to answer with: 401 for a launch that proves nothing, 400 for one
            whose content is at fault, 403 for one from a deployment that is not registered.
        passed: the names of the checks that had passed before, in order.
        trusted: whether the platform's signature was good, so that its word about `return_url`
            and `deployment_id` can be taken.
        return_url: where the platform wants people sent back to (with `lti_errormsg`); only when
            trusted.
        deployment_id: the deployment that the platform named; only when trusted.
        locale: the language that the platform shows to whoever launched, as it writes it ("de-AT");
            only once the signature was good.
    """

    def __init__(
        self,
        slug: str,
        template: str,
        values: Values = NO_VALUES,
        *,
        check: str,
        specification: str,
        status: int = 401,
        passed: tuple[str, ...] = (),
        trusted: bool = False,
        return_url: str | None = None,
        deployment_id: str | None = None,
        locale: str | None = None,
    ) -> None:
        super().__init__(slug, template, values)
        self.check = check
        self.specification = specification
        self.status = status
        self.passed = passed
        self.trusted = trusted
        self.return_url = return_url if trusted else None
        self.deployment_id = deployment_id if trusted else None
        self.locale = locale


class NoticeRefused(LtiError):
    """A notice that did not pass, or a batch that is none.

    Attributes:
        check: the name of the check that failed.
        specification: the URL of the section that asks for the check.
    """

    def __init__(
        self,
        slug: str,
        template: str,
        values: Values = NO_VALUES,
        *,
        check: str,
        specification: str,
    ) -> None:
        super().__init__(slug, template, values)
        self.check = check
        self.specification = specification


class RegistrationRefused(LtiError):
    """A platform's configuration or its answer to our registration that we cannot use."""


class ServiceRefused(LtiError):
    """The platform said no, or answered something that is not in its specification.

    Attributes:
        status: the HTTP status, or None when the fault lies in the answer's content or the URL.
        retryable: always False: the same request would be refused again.
    """

    retryable = False

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


class ServiceUnavailable(LtiError):
    """The platform timed out, failed (5xx) or asked us to slow down (429).

    Attributes:
        status: the HTTP status, or None when there was no answer.
        retry_after: seconds that the platform asked us to wait, or None.
        retryable: always True.
    """

    retryable = True

    def __init__(
        self,
        slug: str,
        template: str,
        values: Values = NO_VALUES,
        *,
        status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(slug, template, values)
        self.status = status
        self.retry_after = retry_after
