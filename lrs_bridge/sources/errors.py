"""What can go wrong with what other systems send.

SourceError
├── EventInvalid          400  event-invalid         an event is not as its source promises
├── MappingInvalid        400  mapping-invalid       what says where to look in events is unusable
├── TableInvalid          400  table-invalid         a file is not a table that can be read
├── SignatureRefused      401  signature-refused     an event is not signed by its source
├── RemoteRefused         403  remote-refused        another store does not let us read
└── RemoteUnavailable     503  remote-unavailable    … or does not answer; may be asked again

A tree of its own: the one of `lrs_bridge.errors` is what our record store tells its clients.
Messages name the place and the requirement, never the value: values may be personal.
"""

from __future__ import annotations

from typing import ClassVar, Literal


class SourceError(Exception):
    """The root of the tree: what is wrong, in words for whoever set the source up."""

    slug: ClassVar[str] = "source"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The event could not be used"


class EventInvalid(SourceError):
    """An event lacks what its source promises, or has it in another shape.

    Attributes:
        pointer: where, as a JSON pointer (RFC 6901) into what was sent; "" is all of it.
        requirement: what is wanted there.
    """

    slug = "event-invalid"
    title = "The event could not be read"

    def __init__(self, pointer: str, requirement: str) -> None:
        super().__init__(f"{pointer or 'The event'} {requirement}.")
        self.pointer = pointer
        self.requirement = requirement


class MappingInvalid(SourceError):
    """What says where the parts of a completion stand in an event cannot be used.

    Attributes:
        name: the part at fault, such as "person.email".
        requirement: what it must be.
    """

    slug = "mapping-invalid"
    title = "The mapping is not valid"

    def __init__(self, name: str, requirement: str) -> None:
        super().__init__(f"{name} {requirement}.")
        self.name = name
        self.requirement = requirement


TableFault = Literal[
    "empty", "not-text", "not-utf-8", "not-a-table", "columns-unknown", "row-too-long"
]


class TableInvalid(SourceError):
    """A file is not a table that can be read. What is wrong with single rows is told by row.

    Attributes:
        fault: what it is, for whoever says it in another language.
    """

    slug = "table-invalid"
    title = "The file could not be read"

    def __init__(self, fault: TableFault, description: str) -> None:
        super().__init__(description)
        self.fault = fault


Refusal = Literal["missing", "malformed", "too-old", "too-new", "unknown-key", "wrong"]


class SignatureRefused(SourceError):
    """An event does not carry the signature by which its source would be known.

    Attributes:
        reason: for a log; "unknown-key" may pass once the source's keys are fetched anew.
    """

    slug = "signature-refused"
    status = 401
    title = "The signature is not valid"

    def __init__(self, reason: Refusal, description: str) -> None:
        super().__init__(description)
        self.reason = reason


class RemoteRefused(SourceError):
    """Another store does not let us read: nothing will pass until the credential is mended."""

    slug = "remote-refused"
    status = 403
    title = "The record store does not let us read"


class RemoteUnavailable(SourceError):
    """Another store does not answer as one; it may be asked again.

    Attributes:
        retry_after: seconds that it asked us to wait, if it did.
    """

    slug = "remote-unavailable"
    status = 503
    title = "The record store does not answer"

    def __init__(self, description: str, retry_after: float | None = None) -> None:
        super().__init__(description)
        self.retry_after = retry_after
