"""Is the content of this launch an LTI message, complete, meant for here?

https://www.imsglobal.org/spec/lti/v1p3/#required-message-claims
"""

from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from lti import claims, reading, urls
from lti.checking import (
    CORE,
    DATA_PRIVACY,
    DEEP_LINKING,
    MALFORMED,
    NOT_ALLOWED,
    SUBMISSION_REVIEW,
    Presented,
    refuse,
)
from lti.checking import check as any_check

check = partial(any_check, status=MALFORMED)

SERVED: Final = (
    claims.RESOURCE_LINK_REQUEST,
    claims.DEEP_LINKING_REQUEST,
    claims.SUBMISSION_REVIEW_REQUEST,
    *claims.DATA_PRIVACY_REQUESTS,
)


@check("message", CORE + "#required-message-claims")
def any_message(launch: Presented) -> None:
    """It is a message at all: something signed that has nothing of one is no launch (section 5.3).

    Asked before who it is for; a message with some claims missing is told which.
    """
    if not launch.claims.keys() & {"iss", "aud", claims.MESSAGE_TYPE, claims.VERSION}:
        refuse("message-missing", "The platform sent a token that is no LTI message.")


@check("version", CORE + "#lti-version-claim")
def version(launch: Presented) -> None:
    """The version is 1.3.0 (Core, section 5.3.2)."""
    if launch.claims.get(claims.VERSION) != claims.VERSION_1_3:
        refuse("version-unsupported", "The platform must launch with LTI version 1.3.0.")


@check("message type", CORE + "#message-type-claim")
def message_type(launch: Presented) -> None:
    """The message is of a type that we serve (Core, section 5.3.1)."""
    named = launch.claims.get(claims.MESSAGE_TYPE)
    if not isinstance(named, str) or named not in SERVED:
        refuse(
            "message-type-unsupported",
            "The platform sent a kind of message that this tool does not serve. "
            "It serves %(served)s.",
            {"served": ", ".join(SERVED)},
        )


@check("subject", CORE + "#user-identity-claims")
def subject(launch: Presented) -> None:
    """`sub` names the person in at most 255 ASCII characters (Core, section 5.3.6).

    Core allows anonymous launches; we do only where the registration says so.
    """
    if "sub" not in launch.claims and launch.registration.allow_anonymous:
        return
    named = launch.claims.get("sub")
    if not reading.is_id(named) or not named.isascii():
        refuse("subject-missing", "The platform did not say who opened this page (sub).")


@check("roles", CORE + "#roles-claim")
def roles(launch: Presented) -> None:
    """Roles are a list of strings, which may be empty or unknown (Core, section 5.3.7)."""
    named = launch.claims.get(claims.ROLES)
    if not isinstance(named, list) or not all(isinstance(role, str) for role in named):
        refuse("roles-missing", "The platform did not send a list of roles, not even an empty one.")


@check("target link", CORE + "#target-link-uri")
def target_link(launch: Presented) -> None:
    """The target is the one that the login asked for, and ours (Core, section 5.3.4).

    Deep linking requests may leave it out.
    """
    target = launch.claims.get(claims.TARGET_LINK_URI)
    if target is None and launch.claims[claims.MESSAGE_TYPE] == claims.DEEP_LINKING_REQUEST:
        return
    if not isinstance(target, str) or target != launch.pending.target_link_uri:
        refuse("target-mismatch", "The platform launched another page than it asked for at login.")
    if not launch.is_ours(target):
        refuse("target-not-ours", "The platform asked for a page that is not part of this tool.")


@check("context", CORE + "#context-claim")
def context(launch: Presented) -> None:
    """A context, if there is one, has an id of at most 255 characters (Core, section 5.4.1)."""
    if claims.CONTEXT not in launch.claims:
        return
    if not reading.is_id(_members(launch, claims.CONTEXT).get("id")):
        refuse("context-malformed", "The platform sent a context (course) without a usable id.")


@check(
    "resource link",
    CORE + "#resource-link-claim",
    only_for=(claims.RESOURCE_LINK_REQUEST,),
)
def resource_link(launch: Presented) -> None:
    """The resource link has an id of at most 255 characters (Core, section 5.3.5)."""
    if not reading.is_id(_members(launch, claims.RESOURCE_LINK).get("id")):
        refuse("resource-link-missing", "The platform did not say which item was opened.")


@check(
    "deep linking settings",
    DEEP_LINKING + "#deep-linking-settings",
    only_for=(claims.DEEP_LINKING_REQUEST,),
)
def deep_linking_settings(launch: Presented) -> None:
    """There is somewhere to return to and something to return (Deep Linking, section 4.4.1)."""
    settings = _members(launch, claims.DEEP_LINKING_SETTINGS)
    if not _is_return_url(settings.get("deep_link_return_url"), launch):
        refuse("deep-link-return-missing", "The platform did not say where to return the choice.")
    for member in ("accept_types", "accept_presentation_document_targets"):
        if not _is_list_of_strings(settings.get(member)):
            refuse(
                "deep-linking-settings-malformed",
                "The platform sent no usable list of %(member)s.",
                {"member": member},
            )
    if not isinstance(settings.get("data"), str | None):
        refuse("deep-linking-settings-malformed", "The platform sent data that is not a string.")


@check(
    "submission",
    SUBMISSION_REVIEW,
    only_for=(claims.SUBMISSION_REVIEW_REQUEST,),
)
def submission(launch: Presented) -> None:
    """It says whose submission (`for_user`) in which line item is looked at (section 2)."""
    if reading.identifier(_members(launch, claims.FOR_USER).get("user_id")) is None:
        refuse("for-user-missing", "The platform did not say whose work is to be looked at.")
    lineitem = _members(launch, claims.AGS_ENDPOINT).get("lineitem")
    if not isinstance(lineitem, str) or not urls.is_web_url(lineitem):
        refuse("line-item-missing", "The platform did not say which gradebook column this is for.")


@check("data subject", DATA_PRIVACY, only_for=claims.DATA_PRIVACY_REQUESTS)
def data_subject(launch: Presented) -> None:
    """A `for_user`, if there is one, has a usable id; without one it is who opens the page.

    The specification is a draft: it wants the claim, and platforms leave it out.
    """
    if claims.FOR_USER not in launch.claims:
        return
    if reading.identifier(_members(launch, claims.FOR_USER).get("user_id")) is None:
        refuse("for-user-missing", "The platform did not say whose data this is about.")


@check("deployment", CORE + "#lti-deployment-id-claim")
def deployment(launch: Presented) -> None:
    """The deployment is registered (Core, section 5.3.3).

    Asked after all else, so that an unknown deployment is worth an administrator's attention.
    """
    named = launch.claims.get(claims.DEPLOYMENT_ID)
    if not reading.is_id(named):
        refuse("deployment-missing", "The platform did not say which deployment this is.")
    if named not in launch.registration.deployment_ids:
        refuse(
            "deployment-unknown",
            "This tool is not yet approved for this part of the platform. "
            "An administrator can approve the deployment.",
            status=NOT_ALLOWED,
        )


def _members(launch: Presented, claim: str) -> dict[str, Any]:
    """Return the members of an object claim; none if it is missing or something else."""
    value = launch.claims.get(claim)
    return value if isinstance(value, dict) else {}


def _is_list_of_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_return_url(url: Any, launch: Presented) -> bool:
    """Https, unless the platform itself is known to us by http (development, intranets).

    Where it is says so, too: an issuer that tenants share is a name and no address.
    """
    if not isinstance(url, str) or not urls.is_web_url(url):
        return False
    platform = (launch.registration.issuer, launch.registration.authorization_endpoint)
    return urlsplit(url).scheme in {"https", *(urlsplit(each).scheme for each in platform)}
