"""What an administrator changes, and where in their LMS, when launches are refused.

A refusal has a slug; several slugs have one cause. What to do is said once for all products, and
for each product where its settings are and what is particular there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum, auto
from typing import Final

from plugin.foundation.i18n import SOURCE, Words, to_say

Say = Callable[..., str]
"""A sentence, and what it is filled with → the sentence in somebody's language."""


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
    CLOSED = auto()
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
        *("platform-login-required", "platform-launch-no-longer-valid", "login-moved-on"),
    ),
    # Where it is kept, it came to the login URL of a registration that is there.
    Cause.CLOSED: ("registration-unknown",),
    Cause.OUR_URLS: (
        *("platform-invalid-request", "platform-unauthorized-client", "platform-invalid-scope"),
        "platform-unsupported-response-type",
    ),
}
_CAUSES: Final = {slug: cause for cause, slugs in _SLUGS.items() for slug in slugs}

_DONE: Final[Mapping[Cause, str]] = {
    Cause.KEYS: to_say(
        "Compare the key set URL that we have with the platform's, then run: mentes doctor "
        "with this registration."
    ),
    Cause.ISSUER: to_say(
        "Compare the issuer to the letter, with its scheme and without a slash at the "
        "end; or give the platform the login URL of this registration, /lti/login/ and its id."
    ),
    Cause.CLIENT: to_say(
        "Compare the client id. Where the platform sends several audiences, register "
        "Mentes on its own."
    ),
    Cause.CLOCK: to_say(
        "Set both clocks by NTP; a minute of difference is allowed. A page that was left "
        "open for long is refused, too, and only has to be opened again."
    ),
    Cause.TARGET: to_say(
        "Correct the tool URL (target link URI) of the tool and of the item: it begins "
        "with our public URL and is the same at login and launch."
    ),
    Cause.DEPLOYMENT: to_say(
        "Decide under Administration › Learning platforms, or in the shell: mentes platform "
        "deployment REGISTRATION DEPLOYMENT, with --refuse to keep it out; or: mentes platform "
        "policy REGISTRATION all."
    ),
    Cause.PRIVACY: to_say(
        "Let the platform send the user's id (sub); Mentes cannot work without it."
    ),
    Cause.BROWSER: to_say(
        "The browser kept nothing for us in the frame: is MENTES_PUBLIC_URL https? If "
        "so, let the item open in a new window."
    ),
    Cause.AGAIN: to_say("Nothing to change: somebody reloaded, went back, or waited too long."),
    Cause.OUR_URLS: to_say(
        "Give the platform our redirect URL, PUBLIC_URL/lti/launch, to the letter, and "
        "our client id as it issued it."
    ),
    Cause.CLOSED: to_say(
        "Open it again under Administration › Learning platforms, or in the shell: mentes platform "
        "enable REGISTRATION. If it is to stay closed, remove Mentes from the platform."
    ),
    Cause.CONTENT: to_say(
        "The platform sent something that the specification does not allow. Look at the "
        "claims and at the section that is named; tell the platform's makers."
    ),
}

TOOL: Final[Mapping[str, str]] = {
    "moodle": to_say(
        "Site administration › Plugins › Activity modules › External tool › Manage tools › "
        "the gear of Mentes"
    ),
    "canvas": to_say("Admin › Developer Keys › the LTI key of Mentes"),
    "desire2learn": to_say("Admin Tools › Manage Extensibility › LTI Advantage › Mentes"),
    "openedx": to_say("Studio › the unit › the LTI block of Mentes › Edit"),
    "sakai": to_say("Administration Workspace › External Tools › Mentes › Edit"),
    "blackboard": to_say(
        "Administrator Panel › LTI Tool Providers › Mentes, and the application in the "
        "developer portal"
    ),
}
"""Where an administrator finds what the platform knows of us."""
DETAILS: Final[Mapping[str, str]] = {
    "moodle": to_say(
        "Manage tools › the list symbol of Mentes: platform id (issuer), client id, "
        "deployment id, public keyset URL"
    ),
    "canvas": to_say(
        "the number of the developer key is the client id; Settings › Apps › the gear of "
        "Mentes shows the deployment id; issuer and key set are Canvas' own for all schools"
    ),
    "desire2learn": to_say(
        "the registration shows client id, issuer and keyset URL; View Deployments the "
        "deployment ids"
    ),
    "openedx": to_say(
        "the LTI block in Studio shows client id, deployment id, keyset URL, access token URL "
        "and login URL; each block is a client of its own"
    ),
    "sakai": to_say("External Tools › Mentes › View: client id, deployment id, token URL"),
    "blackboard": to_say(
        "the developer portal shows the application id (client id); the deployment id is "
        "on the tool provider's page"
    ),
}
"""Where an administrator finds what we have to know of the platform."""
_THEIRS: Final = frozenset({Cause.KEYS, Cause.ISSUER, Cause.CLIENT, Cause.DEPLOYMENT})
_OURS: Final = frozenset({Cause.TARGET, Cause.PRIVACY, Cause.OUR_URLS})

_PARTICULAR: Final[Mapping[tuple[str, Cause], str]] = {
    ("moodle", Cause.CLOCK): to_say("Moodle's tokens live for 60 seconds."),
    ("moodle", Cause.BROWSER): to_say("In the activity: Launch container › New window."),
    ("moodle", Cause.AGAIN): to_say(
        "A launch of Moodle's is good once; the course page makes another."
    ),
    (
        "canvas",
        Cause.ISSUER,
    ): to_say(
        "All schools share https://canvas.instructure.com (beta and test have "
        "their own): the client id tells them apart."
    ),
    (
        "canvas",
        Cause.DEPLOYMENT,
    ): to_say("Each course or sub-account that installs Mentes is a deployment."),
    ("desire2learn", Cause.KEYS): to_say(
        "Brightspace changes its keys every hour: the key set must be "
        "reachable from here at any time."
    ),
    ("blackboard", Cause.ISSUER): to_say(
        "All institutions share https://blackboard.com: the client id tells them apart."
    ),
    ("blackboard", Cause.DEPLOYMENT): to_say("Each institution is a deployment."),
    ("openedx", Cause.CLIENT): to_say(
        "Each LTI block in Studio is a client of its own: register each one that people use."
    ),
    ("sakai", Cause.KEYS): to_say(
        "Sakai's token URL ends in the number of the tool; it changes when the tool is installed "
        "anew."
    ),
}
_TITLES: Final[Mapping[Cause, str]] = {
    Cause.KEYS: to_say("Its signature could not be checked"),
    Cause.ISSUER: to_say("It came from another platform than the registered one"),
    Cause.CLIENT: to_say("It was meant for another tool"),
    Cause.CLOCK: to_say("Its time was not right"),
    Cause.TARGET: to_say("It was to open something else than Mentes"),
    Cause.DEPLOYMENT: to_say("Its deployment is not let in"),
    Cause.PRIVACY: to_say("It did not say who opens it"),
    Cause.BROWSER: to_say("The browser did not keep what it was given"),
    Cause.AGAIN: to_say("It was opened once more, or too late"),
    Cause.OUR_URLS: to_say("The platform did not accept how we asked"),
    Cause.CLOSED: to_say("This platform is closed here"),
    Cause.CONTENT: to_say("What it says is not as the specification wants it"),
}


def cause_of(slug: str) -> Cause:
    """Return what lies behind a refusal; what is not known by name is about the content."""
    return _CAUSES.get(slug, Cause.CONTENT)


def title(slug: str) -> str:
    """Return what was wrong, in a few words that are translated later."""
    return _TITLES[cause_of(slug)]


def advice(slug: str, product: str | None, *, say: Say | None = None) -> list[str]:
    """Return what to do about a refusal, a sentence or two each, the first for any platform.

    `say` translates; without it they are in English.
    """
    say = say or Words(SOURCE).gettext
    cause = cause_of(slug)
    found = [say(_DONE[cause])]
    known = product or ""
    if cause in _THEIRS and known in DETAILS:
        found.append(say("There: %(place)s.", place=say(DETAILS[known])))
    if cause in _OURS and known in TOOL:
        found.append(say("There: %(place)s.", place=say(TOOL[known])))
    if (known, cause) in _PARTICULAR:
        found.append(say(_PARTICULAR[known, cause]))
    return found
