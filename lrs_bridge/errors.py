"""What can go wrong with statements.

XapiError
├── Malformed             400  malformed             the body is not the JSON that was asked for
│   └── JsonInvalid       400  malformed             … because of one thing in one place
├── StatementInvalid      400  statement-invalid     a property breaks a requirement
├── ParameterInvalid      400  parameter-invalid     a query parameter or header does
├── TokenRefused          400  token-refused         no access token is given for the request
├── VersionUnsupported    400  version-unsupported
├── ConditionMissing      400  condition-missing     a write that must say what it replaces
├── BatchInvalid          400  batch-invalid         one id twice in a batch
├── Unauthenticated       401  unauthenticated
├── Forbidden             403  forbidden             the credential lacks the scope
├── ResourceUnknown       404  resource-unknown
├── StatementNotFound     404  statement-not-found
├── DocumentNotFound      404  document-not-found
├── MethodNotAllowed      405  method-not-allowed
├── StatementConflict     409  statement-conflict    the id is taken by another statement
├── OutOfOrder            409  out-of-order          its stored cannot be kept
├── DocumentConflict      409  document-conflict     it exists, and the write does not say so
├── ConditionFailed       412  condition-failed      the document is not the one meant
├── TooLarge              413  too-large
├── EncodingUnsupported   415  encoding-unsupported  the body is compressed
├── TooManyRequests       429  too-many-requests     above a limit of the credential
├── Failed                500  internal              a fault of the store's own
└── Unavailable           503  unavailable           may be tried again

The numbers are the ones that the standard asks of an LRS (xAPI 1.0.3, part 3, section 3.2).
Messages name the property and the requirement, never the value: values may be personal.
"""

from __future__ import annotations

from typing import Any, ClassVar


class XapiError(Exception):
    """The root of the tree: what is wrong, in words for whoever sent it."""

    slug: ClassVar[str] = "xapi"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request could not be used"


class Malformed(XapiError):
    """The body is not the JSON that was asked for."""

    slug = "malformed"
    title = "The body is malformed"


class JsonInvalid(Malformed):
    """The body would be JSON, were it not for one thing in one place.

    Attributes:
        pointer: where, as a JSON pointer (RFC 6901) into what was sent.
        fault: what it is.
    """

    def __init__(self, pointer: str, fault: str) -> None:
        super().__init__(f"{pointer or 'The body'} {fault}.")
        self.pointer = pointer
        self.fault = fault

    def within(self, pointer: str) -> JsonInvalid:
        """Return the same error, seen from a document that holds this one at `pointer`."""
        return JsonInvalid(pointer + self.pointer, self.fault)


class StatementInvalid(XapiError):
    """A statement breaks a requirement.

    Attributes:
        pointer: where, as a JSON pointer (RFC 6901) into what was sent: "/0/actor/mbox".
        requirement: what the property must be.
        statement: the statement as it was sent, parsed, and the pointer within it; None if unknown.
    """

    slug = "statement-invalid"
    title = "The statement is not valid"

    def __init__(self, pointer: str, requirement: str) -> None:
        super().__init__(f"{pointer or 'The statement'} {requirement}.")
        self.pointer = pointer
        self.requirement = requirement
        self.statement: tuple[Any, str] | None = None

    def within(self, pointer: str) -> StatementInvalid:
        """Return the same error, seen from a document that holds this one at `pointer`."""
        seen = StatementInvalid(pointer + self.pointer, self.requirement)
        seen.statement = self.statement
        return seen

    def of(self, statement: Any) -> StatementInvalid:
        """Return this error, which now says which statement it is about."""
        self.statement = (statement, self.pointer)
        return self


class ParameterInvalid(XapiError):
    """A query parameter or a header breaks a requirement.

    Attributes:
        parameter: its name.
        requirement: what it must be.
    """

    slug = "parameter-invalid"
    title = "A parameter is not valid"

    def __init__(self, parameter: str, requirement: str) -> None:
        super().__init__(f"{parameter} {requirement}.")
        self.parameter = parameter
        self.requirement = requirement


class TokenRefused(XapiError):
    """No access token is given for the request (RFC 6749, section 5.2).

    Attributes:
        error: the code that says why.
    """

    slug = "token-refused"
    title = "No access token is given"

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


class VersionUnsupported(XapiError):
    """The request names no xAPI version that is spoken here."""

    slug = "version-unsupported"
    title = "The xAPI version is not supported"


class ConditionMissing(XapiError):
    """A profile is put without If-Match or If-None-Match."""

    slug = "condition-missing"
    title = "The request must say what it replaces"


class BatchInvalid(XapiError):
    """The statements are valid one by one, but not together."""

    slug = "batch-invalid"
    title = "The statements cannot be stored together"


class Unauthenticated(XapiError):
    """No credential, or not a valid one."""

    slug = "unauthenticated"
    status = 401
    title = "A valid credential is needed"


class Forbidden(XapiError):
    """The credential does not reach so far."""

    slug = "forbidden"
    status = 403
    title = "The credential does not allow this"


class ResourceUnknown(XapiError):
    """The standard has no such resource."""

    slug = "resource-unknown"
    status = 404
    title = "There is no such resource"


class StatementNotFound(XapiError):
    """No statement has this id, or it is voided (or not voided, when voided ones are asked for)."""

    slug = "statement-not-found"
    status = 404
    title = "There is no such statement"


class DocumentNotFound(XapiError):
    """No document has this id in this place."""

    slug = "document-not-found"
    status = 404
    title = "There is no such document"


class MethodNotAllowed(XapiError):
    """The resource does not have this method.

    Attributes:
        allowed: the methods that it has.
    """

    slug = "method-not-allowed"
    status = 405
    title = "The method is not allowed here"

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"The methods of this resource are {', '.join(allowed)}.")
        self.allowed = allowed


class StatementConflict(XapiError):
    """Another statement has this id already."""

    slug = "statement-conflict"
    status = 409
    title = "Another statement has this id"


class OutOfOrder(XapiError):
    """A statement of another store cannot keep the time at which that store took it in."""

    slug = "out-of-order"
    status = 409
    title = "The statement comes too late to keep its time"


class DocumentConflict(XapiError):
    """There is a document already, and the request does not say that it knows it."""

    slug = "document-conflict"
    status = 409
    title = "There is a document already"


class ConditionFailed(XapiError):
    """The document is not the one that If-Match or If-None-Match speaks of."""

    slug = "condition-failed"
    status = 412
    title = "The document has changed"


class TooLarge(XapiError):
    """The body, or the number of statements in it, is above the limit."""

    slug = "too-large"
    status = 413
    title = "The request is too large"


class EncodingUnsupported(XapiError):
    """The body is compressed, or otherwise not sent as it is."""

    slug = "encoding-unsupported"
    status = 415
    title = "The body must be sent as it is"


class TooManyRequests(XapiError):
    """The credential sends more than it may; the same request may be sent again later.

    Attributes:
        seconds: how much later, at the least.
    """

    slug = "too-many-requests"
    status = 429
    title = "The credential sends too much"

    def __init__(self, description: str, seconds: int) -> None:
        super().__init__(description)
        self.seconds = seconds


class Failed(XapiError):
    """The store has a fault; nobody could learn more of it than that."""

    slug = "internal"
    status = 500
    title = "The store failed"


class Unavailable(XapiError):
    """The store cannot answer now; the same request may be sent again.

    Attributes:
        seconds: how much later, at the least.
    """

    slug = "unavailable"
    status = 503
    title = "The store is busy"
    seconds: ClassVar[int] = 1
