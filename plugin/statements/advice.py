"""Refusals in plain words: what it means, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.foundation.i18n import Words, to_say


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One kind of refusal, in words that are translated later."""

    title: str
    to_do: str


_OTHER = Advice(
    title=to_say("The request was not what the store expects"),
    to_do=to_say("Show the reason below to whoever makes the sending system."),
)

BY_SLUG = {
    "malformed": Advice(
        title=to_say("What was sent is not readable"),
        to_do=to_say(
            "The sending system wrote JSON or attachments that are broken. Look for an update of "
            "it, and show the reason below to its makers."
        ),
    ),
    "statement-invalid": Advice(
        title=to_say("A statement breaks a rule of xAPI"),
        to_do=to_say(
            "The reason says which part of the statement, and what it must be. Mend it where the "
            "statement is made, then let it be sent again. Of a batch, nothing was stored."
        ),
    ),
    "parameter-invalid": Advice(
        title=to_say("A part of the address is not right"),
        to_do=to_say(
            "The sending system uses a parameter that xAPI does not have, or fills it wrongly. "
            "Check the endpoint in its settings: it ends in /xapi, with nothing behind it."
        ),
    ),
    "encoding-unsupported": Advice(
        title=to_say("What was sent is compressed"),
        to_do=to_say("Switch compression of requests off in the sending system."),
    ),
    "token-refused": Advice(
        title=to_say("No access token was given"),
        to_do=to_say(
            "The sending system asked for one in a way that OAuth 2.0 does not know here. It needs "
            "the grant client_credentials, with key and secret."
        ),
    ),
    "version-unsupported": Advice(
        title=to_say("The sender does not say which version of xAPI it speaks"),
        to_do=to_say(
            "It must send the header X-Experience-API-Version, such as 1.0.3 or 2.0.0. Choose one "
            "in its settings, or look for an update of it."
        ),
    ),
    "condition-missing": Advice(
        title=to_say("The sender does not say which document it replaces"),
        to_do=to_say("It must send If-Match or If-None-Match. This is for its makers to mend."),
    ),
    "batch-invalid": Advice(
        title=to_say("Two statements of one batch have the same id"),
        to_do=to_say(
            "The sending system made an id twice, or put a statement into the batch twice. "
            "Nothing of the batch was stored."
        ),
    ),
    "unauthenticated": Advice(
        title=to_say("The key or the secret is wrong"),
        to_do=to_say(
            "Enter both once more in the sending system. If the secret is lost, or the key has "
            "expired or was revoked, ask whoever operates Mentes for a new one."
        ),
    ),
    "forbidden": Advice(
        title=to_say("This key may not do that"),
        to_do=to_say(
            "It may read, or only write some things. Ask whoever operates Mentes for a key with "
            "the scope that the reason names."
        ),
    ),
    "resource-unknown": Advice(
        title=to_say("There is nothing at the address that was used"),
        to_do=to_say("Check the endpoint in the sending system: it ends in /xapi."),
    ),
    "statement-not-found": Advice(
        title=to_say("There is no such statement"),
        to_do=to_say("It was never stored here, or it has been voided."),
    ),
    "document-not-found": Advice(
        title=to_say("There is no such document"),
        to_do=to_say("It was never stored here, or it has been deleted."),
    ),
    "method-not-allowed": Advice(
        title=to_say("That cannot be done at this address"),
        to_do=to_say("Check the endpoint in the sending system: it ends in /xapi."),
    ),
    "statement-conflict": Advice(
        title=to_say("Another statement has this id already"),
        to_do=to_say(
            "Statements never change once they are stored. The sending system changed one and "
            "sent it again; the first stays. It needs a new id, or the first must be voided."
        ),
    ),
    "out-of-order": Advice(
        title=to_say("It was stored elsewhere at a time that is taken here"),
        to_do=to_say("Import it without keeping when it was stored."),
    ),
    "document-conflict": Advice(
        title=to_say("There is a document already"),
        to_do=to_say(
            "The sender must first read it, and then say with If-Match that it replaces that one."
        ),
    ),
    "condition-failed": Advice(
        title=to_say("The document was changed by somebody else meanwhile"),
        to_do=to_say(
            "Nothing is wrong if it happens now and then: a good sender reads it and tries again."
        ),
    ),
    "too-large": Advice(
        title=to_say("More was sent at once than the store takes"),
        to_do=to_say(
            "Let the sending system send smaller batches, or ask whoever operates Mentes to allow "
            "more (MENTES_MAX_BODY, or the limits of the key)."
        ),
    ),
    "too-many-requests": Advice(
        title=to_say("This key has used up its limit"),
        to_do=to_say(
            "A good sender waits and tries again. If it happens all day, let it send more "
            "statements at once, or ask whoever operates Mentes for a higher limit."
        ),
    ),
}


def advice(slug: str) -> Advice:
    """Return what to say about one kind of refusal."""
    return BY_SLUG.get(slug, _OTHER)


def found_in_words(found: str | None, words: Words) -> str:
    """Return what stood where the reason points to: its kind and size, such as "string 14"."""
    kind, _, size = (found or "").partition(" ")
    if kind == "string" and size.isdecimal():
        return words.ngettext("a text of one character", "a text of %(num)d characters", int(size))
    if kind == "list" and size.isdecimal():
        return words.ngettext("a list of one", "a list of %(num)d", int(size))
    kinds = {
        "object": words.gettext("an object"),
        "number": words.gettext("a number"),
        "boolean": words.gettext("true or false"),
        "null": words.gettext("null"),
    }
    return kinds.get(kind, "")
