"""What can go wrong in the tool, in the domain's words.

    MentesError
    ├── NotFound              404  not-found             it does not exist, or not for you
    ├── Refused               403  refused               you may not
    │   └── SignInNeeded      401  sign-in-needed        no session that this browser may use
    ├── FormInvalid           422  form-invalid          the form needs attention
    ├── TransitionRefused     409  check-in-transition   it is not in a state that allows this
    ├── NoPlaceLeft           409  no-place-left         the mentor has no place
    ├── DraftMovedOn          409  draft-moved-on        a draft of pairs is past that
    ├── PairRefused           409  pair-refused          these two cannot be put together
    ├── MergeRefused          409  merge-refused         these two must not be made one
    │   └── PartingRefused    409  parting-refused       a later merge stands upon this one
    ├── BindingRefused        409  binding-refused       the name is somebody else's
    ├── VoidingRefused        409  voiding-refused       the statement cannot be voided
    ├── CrossOriginRefused    403  cross-origin          the request came from another site
    ├── Unavailable           503  unavailable           the database is away or busy; try again
    └── TenancyError          500  tenancy               a programming error: no organisation given

`web/problems.py` is the only module that turns these into HTTP.
"""

from __future__ import annotations

from typing import ClassVar

from plugin.foundation.i18n import to_say


class MentesError(Exception):
    """Something the tool refuses or cannot do; its text is fit for people to read."""

    slug: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = to_say("Something went wrong")
    next_step: ClassVar[str] = "Go back to your course and open Mentes again."


class NotFound(MentesError):
    """It does not exist, or not for this person."""

    slug = "not-found"
    status = 404
    title = to_say("We could not find that")


class Refused(MentesError):
    """This person may not do that."""

    slug = "refused"
    status = 403
    title = to_say("This is not open to you")


class SignInNeeded(Refused):
    """There is no session that this browser may use for this page."""

    slug = "sign-in-needed"
    status = 401
    title = to_say("Please open Mentes from your course")
    next_step = (
        "Your visit has ended, or your browser did not keep it. "
        "Open the Mentes item in your course once more."
    )


class FormInvalid(MentesError):
    """What was filled in needs attention."""

    slug = "form-invalid"
    status = 422
    title = to_say("Something in the form needs your attention")
    next_step = "Go back, look at the fields that are marked, and send it again."

    def __init__(self, detail: str, errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or {}


class TransitionRefused(MentesError):
    """The check-in is not in a state that allows this."""

    slug = "check-in-transition"
    status = 409
    title = to_say("This check-in has moved on")
    next_step = "Open the check-in again to see where it stands now."


class NoPlaceLeft(MentesError):
    """The mentor has as many mentees as they have places."""

    slug = "no-place-left"
    status = 409
    title = to_say("No place left with this mentor")
    next_step = "Choose another mentor, or wait: the next free place is offered in turn."


class DraftMovedOn(MentesError):
    """The draft is not in a state that allows this."""

    slug = "draft-moved-on"
    status = 409
    title = to_say("This draft has moved on")
    next_step = "Open the draft again to see where it stands now."


class PairRefused(MentesError):
    """These two cannot be put together."""

    slug = "pair-refused"
    status = 409
    title = to_say("These two cannot be put together")
    next_step = "Choose another mentor; the draft shows who is free and suits."


class VoidingRefused(MentesError):
    """The statement cannot be voided."""

    slug = "voiding-refused"
    status = 409
    title = to_say("This statement cannot be voided")
    next_step = "Open the statement again to see where it stands now."


class MergeRefused(MentesError):
    """These two must not be made one."""

    slug = "merge-refused"
    status = 409
    title = to_say("These two cannot be merged")
    next_step = "Go back to the list of what is not assigned, and look at the two again."


class PartingRefused(MergeRefused):
    """A merge cannot be undone while a later one stands upon it."""

    slug = "parting-refused"
    title = to_say("This merge cannot be undone yet")
    next_step = "Go back to the list of merges, and undo the later one first."


class NameTooLong(MentesError):
    """A name is longer than an index takes it."""

    slug = "name-too-long"
    status = 409
    title = to_say("This name is too long")
    next_step = "Let the system that sends it call people by something shorter, such as a number."


class BindingRefused(MentesError):
    """A name must not be taken from whoever has it."""

    slug = "binding-refused"
    status = 409
    title = to_say("This name is somebody's already")
    next_step = "If they are one and the same person, go back and merge the two instead."


class CrossOriginRefused(MentesError):
    """A request that changes something came from another site."""

    slug = "cross-origin"
    status = 403
    title = to_say("That request did not come from Mentes")


class Unavailable(MentesError):
    """The database is away or busy; nothing was saved, and it may be tried again."""

    slug = "unavailable"
    status = 503
    title = to_say("Mentes is busy just now")
    next_step = "Wait a moment, then do it again."


class TenancyError(MentesError):
    """A query or a row without an organisation: a fault of ours, never let through."""

    slug = "tenancy"
