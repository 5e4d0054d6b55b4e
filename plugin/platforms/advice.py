"""What an administrator changes, and where in their LMS, when launches are refused.

A refusal has a slug; several slugs have one cause. What to do is said once for all products, and
for each product where its settings are and what is particular there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Final


class Cause(StrEnum):
    """What lies behind a refusal."""

    KEYS = auto()
    ISSUER = auto()
    CLIENT = auto()
    CLOCK = auto()
    TARGET = auto()
    DEPLOYMENT = auto()
    PRIVACY = auto()
    BROWSER = auto()
    AGAIN = auto()
    OUR_URLS = auto()
    CONTENT = auto()


_SLUGS: Final[Mapping[Cause, tuple[str, ...]]] = {
    Cause.KEYS: (
        "kid-missing",
        "kid-unknown",
        "key-set-unavailable",
        "signature-invalid",
        "algorithm-refused",
    ),
    Cause.ISSUER: ("issuer-mismatch", "registration-mismatch", "registration-ambiguous"),
    Cause.CLIENT: (
        "audience-mismatch",
        "audience-untrusted",
        "authorized-party-missing",
        "authorized-party-mismatch",
    ),
    Cause.CLOCK: ("token-expired", "token-from-the-future", "token-too-old"),
    Cause.TARGET: ("target-mismatch", "target-not-ours"),
    Cause.DEPLOYMENT: ("deployment-pending", "deployment-refused", "deployment-unknown"),
    Cause.PRIVACY: ("subject-missing",),
    Cause.BROWSER: ("browser-unknown", "browser-mismatch"),
    Cause.AGAIN: (
        *("state-unknown", "state-expired", "launch-replayed", "nonce-mismatch"),
        *("platform-login-required", "platform-launch-no-longer-valid"),
    ),
    Cause.OUR_URLS: (
        *("platform-invalid-request", "platform-unauthorized-client", "platform-invalid-scope"),
        "platform-unsupported-response-type",
    ),
}
_CAUSES: Final = {slug: cause for cause, slugs in _SLUGS.items() for slug in slugs}

_DONE: Final[Mapping[Cause, str]] = {
    Cause.KEYS: "Compare the key set URL that we have with the platform's, then run: mentes doctor "
    "with this registration.",
    Cause.ISSUER: "Compare the issuer to the letter, with its scheme and without a slash at the "
    "end; or give the platform the login URL of this registration, /lti/login/ and its id.",
    Cause.CLIENT: "Compare the client id. Where the platform sends several audiences, register "
    "Mentes on its own.",
    Cause.CLOCK: "Set both clocks by NTP; a minute of difference is allowed. A page that was left "
    "open for long is refused, too, and only has to be opened again.",
    Cause.TARGET: "Correct the tool URL (target link URI) of the tool and of the item: it begins "
    "with our public URL and is the same at login and launch.",
    Cause.DEPLOYMENT: "Decide: mentes platform deployment REGISTRATION DEPLOYMENT, with --refuse "
    "to keep it out; or: mentes platform policy REGISTRATION all.",
    Cause.PRIVACY: "Let the platform send the user's id (sub); Mentes cannot work without it.",
    Cause.BROWSER: "The browser kept nothing for us in the frame: is MENTES_PUBLIC_URL https? If "
    "so, let the item open in a new window.",
    Cause.AGAIN: "Nothing to change: somebody reloaded, went back, or waited too long.",
    Cause.OUR_URLS: "Give the platform our redirect URL, PUBLIC_URL/lti/launch, to the letter, and "
    "our client id as it issued it.",
    Cause.CONTENT: "The platform sent something that the specification does not allow. Look at the "
    "claims and at the section that is named; tell the platform's makers.",
}

TOOL: Final[Mapping[str, str]] = {
    "moodle": "Site administration › Plugins › Activity modules › External tool › Manage tools › "
    "the gear of Mentes",
    "canvas": "Admin › Developer Keys › the LTI key of Mentes",
    "desire2learn": "Admin Tools › Manage Extensibility › LTI Advantage › Mentes",
    "blackboard": "Administrator Panel › LTI Tool Providers › Mentes, and the application in the "
    "developer portal",
}
"""Where an administrator finds what the platform knows of us."""
DETAILS: Final[Mapping[str, str]] = {
    "moodle": "Manage tools › the list symbol of Mentes: platform id (issuer), client id, "
    "deployment id, public keyset URL",
    "canvas": "the number of the developer key is the client id; Settings › Apps › the gear of "
    "Mentes shows the deployment id; issuer and key set are Canvas' own for all schools",
    "desire2learn": "the registration shows client id, issuer and keyset URL; View Deployments the "
    "deployment ids",
    "blackboard": "the developer portal shows the application id (client id); the deployment id is "
    "on the tool provider's page",
}
"""Where an administrator finds what we have to know of the platform."""
_THEIRS: Final = frozenset({Cause.KEYS, Cause.ISSUER, Cause.CLIENT, Cause.DEPLOYMENT})
_OURS: Final = frozenset({Cause.TARGET, Cause.PRIVACY, Cause.OUR_URLS})

_PARTICULAR: Final[Mapping[tuple[str, Cause], str]] = {
    ("moodle", Cause.CLOCK): "Moodle's tokens live for 60 seconds.",
    ("moodle", Cause.BROWSER): "In the activity: Launch container › New window.",
    ("moodle", Cause.AGAIN): "A launch of Moodle's is good once; the course page makes another.",
    (
        "canvas",
        Cause.ISSUER,
    ): "All schools share https://canvas.instructure.com (beta and test have "
    "their own): the client id tells them apart.",
    (
        "canvas",
        Cause.DEPLOYMENT,
    ): "Each course or sub-account that installs Mentes is a deployment.",
    ("desire2learn", Cause.KEYS): "Brightspace changes its keys every hour: the key set must be "
    "reachable from here at any time.",
    ("blackboard", Cause.ISSUER): "All institutions share https://blackboard.com: the client id "
    "tells them apart.",
    ("blackboard", Cause.DEPLOYMENT): "Each institution is a deployment.",
}


def cause_of(slug: str) -> Cause:
    """Return what lies behind a refusal; what is not known by name is about the content."""
    return _CAUSES.get(slug, Cause.CONTENT)


def advice(slug: str, product: str | None) -> list[str]:
    """Return what to do about a refusal, a sentence or two each, the first for any platform."""
    cause = cause_of(slug)
    found = [_DONE[cause]]
    known = product or ""
    if cause in _THEIRS and known in DETAILS:
        found.append(f"There: {DETAILS[known]}.")
    if cause in _OURS and known in TOOL:
        found.append(f"There: {TOOL[known]}.")
    if (known, cause) in _PARTICULAR:
        found.append(_PARTICULAR[known, cause])
    return found
