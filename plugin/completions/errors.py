"""Why something that was sent to a source is not taken.

    DeliveryRefused          400  delivery-refused
    ├── SourceUnknown        404  source-unknown       nobody's address
    ├── SourceDisabled       403  source-disabled      an administrator turned it off
    ├── ProofRefused         401  proof-refused        no signature or secret, or a wrong one
    ├── PayloadTooLarge      413  payload-too-large    larger than we read
    ├── PayloadInvalid       422  payload-invalid      not what this source is to send
    └── KeysUnavailable      503  keys-unavailable     the sender's keys cannot be fetched just now

Each says what is wrong and where, to whoever set the other system up; never a value.
"""

from __future__ import annotations

from typing import ClassVar

from plugin.foundation.errors import MentesError
from plugin.foundation.i18n import to_say


class DeliveryRefused(MentesError):
    """What was sent is not taken.

    Attributes:
        pointer: where in what was sent: a JSON pointer, or the name of a header.
    """

    slug: ClassVar[str] = "delivery-refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = to_say("What was sent was not taken")
    next_step: ClassVar[str] = (
        "Compare the settings of the sending system with the page “Where completions come from”."
    )

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.pointer = pointer


class SourceUnknown(DeliveryRefused):
    """The address is nobody's."""

    slug = "source-unknown"
    status = 404
    title = to_say("Nothing is taken at this address")


class SourceDisabled(DeliveryRefused):
    """An administrator turned the source off."""

    slug = "source-disabled"
    status = 403
    title = to_say("This source is turned off")


class ProofRefused(DeliveryRefused):
    """The request does not prove who sent it."""

    slug = "proof-refused"
    status = 401
    title = to_say("The signature or secret is missing or wrong")


class PayloadTooLarge(DeliveryRefused):
    """The request is larger than we read."""

    slug = "payload-too-large"
    status = 413
    title = to_say("That is too large")


class PayloadInvalid(DeliveryRefused):
    """What was sent is not what this source is to send."""

    slug = "payload-invalid"
    status = 422
    title = to_say("What was sent could not be read")


class KeysUnavailable(DeliveryRefused):
    """The keys that the sender signs with cannot be fetched just now; it may send again."""

    slug = "keys-unavailable"
    status = 503
    title = to_say("The sender's keys cannot be fetched just now")
