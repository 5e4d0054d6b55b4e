"""The kinds of sources, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from plugin.completions.model import SourceKind
from plugin.completions.sources import ADDED_BY_HAND
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.i18n import to_say


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of source.

    Attributes:
        title: what it is called, as `to_say`.
        about: what it is for, in one sentence, as `to_say`.
        presets: worked examples: (name, title as `to_say`).
    """

    kind: SourceKind
    title: str
    about: str
    presets: tuple[tuple[str, str], ...] = ()

    @property
    def is_added_by_hand(self) -> bool:
        """Whether somebody adds it; others are there once something came by them."""
        return self.kind in ADDED_BY_HAND and self.kind is not SourceKind.RESULTS

    def has_our_secret(self, configuration: Mapping[str, Any]) -> bool:
        """Whether the secret is ours to make: some systems make it themselves."""
        if self.kind is SourceKind.CALIPER:
            return True
        return self.kind is SourceKind.WEBHOOK and configuration["proof"] != "standard-webhooks"

    def insist_on_our_secret(self, configuration: Mapping[str, Any]) -> None:
        """Raise FormInvalid if the secret is not ours to make."""
        if not self.has_our_secret(configuration):
            raise FormInvalid("The other system makes this secret: paste it into the form.")


KINDS: Final = (
    Kind(
        kind=SourceKind.RECORD_STORE,
        title=to_say("Statements that arrive"),
        about=to_say("A learning platform sends xAPI statements to the record store of Mentes."),
    ),
    Kind(
        kind=SourceKind.REMOTE_STORE,
        title=to_say("Another record store"),
        about=to_say("Mentes reads xAPI statements from a record store of yours."),
    ),
    Kind(
        kind=SourceKind.CANVAS,
        title=to_say("Canvas"),
        about=to_say("Canvas sends Live Events over HTTPS, signed."),
    ),
    Kind(
        kind=SourceKind.CALIPER,
        title=to_say("Caliper"),
        about=to_say("Blackboard or another system sends Caliper events, 1.1 or 1.2."),
    ),
    Kind(
        kind=SourceKind.WEBHOOK,
        title=to_say("Webhook"),
        about=to_say("Any system that calls an address when somebody has finished."),
        presets=(
            ("docebo", to_say("Docebo")),
            ("adobe-learning-manager", to_say("Adobe Learning Manager")),
            ("statements", to_say("360Learning, and others that send xAPI statements")),
            ("", to_say("Another system")),
        ),
    ),
    Kind(
        kind=SourceKind.RESULTS,
        title=to_say("Grades"),
        about=to_say("Instructors let a column of their gradebook count as finished."),
    ),
    Kind(
        kind=SourceKind.ITEM,
        title=to_say("Items behind a restriction"),
        about=to_say("Whoever can open such an item has finished what stands before it."),
    ),
    Kind(
        kind=SourceKind.MANUAL,
        title=to_say("Learners themselves"),
        about=to_say("“I have finished”, said on the page of one's check-ins."),
    ),
    Kind(
        kind=SourceKind.FILE,
        title=to_say("Uploaded files"),
        about=to_say("Somebody uploads a table of who has finished what."),
    ),
)


def kind_called(name: str) -> Kind:
    """Return the kind of a name.

    Raises:
        NotFound: there is none.
    """
    for each in KINDS:
        if each.kind == name:
            return each
    raise NotFound("There is no such kind of source.")
