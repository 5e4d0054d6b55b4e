"""What went wrong with a source, in words, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from plugin.foundation.i18n import to_say


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What happened and what to do, each as `to_say`."""

    what: str
    to_do: str


REFUSED: Final = {
    "proof-refused": Advice(
        what=to_say("The signature or secret was missing or wrong."),
        to_do=to_say(
            "Compare the secret in the other system with the one here; make a new one if in doubt."
        ),
    ),
    "payload-too-large": Advice(
        what=to_say("It was larger than Mentes reads."),
        to_do=to_say("Let the other system send fewer events at a time."),
    ),
    "payload-invalid": Advice(
        what=to_say("It could not be read as this kind of source."),
        to_do=to_say("Send the other system's example through the form, and mend the mapping."),
    ),
    "source-disabled": Advice(
        what=to_say("The source was turned off."),
        to_do=to_say("Turn it on here, or turn it off in the other system as well."),
    ),
    "keys-unavailable": Advice(
        what=to_say("The keys that sign the events could not be fetched."),
        to_do=to_say("Check the address of the keys in the form; the sender tries again."),
    ),
}
"""By the slug of the refusal."""

_TROUBLE: Final = {
    "remote-refused": Advice(
        what=to_say("The record store does not let Mentes read."),
        to_do=to_say("Check the key and secret; they need the right to read statements."),
    ),
    "remote-unavailable": Advice(
        what=to_say("The record store does not answer as one."),
        to_do=to_say("Check its address; Mentes asks again by itself."),
    ),
    "address-refused": Advice(
        what=to_say("Mentes does not go to this address."),
        to_do=to_say("It must begin with https:// and be reachable from the Internet."),
    ),
    "token-refused": Advice(
        what=to_say("The learning platform gives Mentes no access."),
        to_do=to_say("Check with “mentes doctor” that the platform can reach the keys of Mentes."),
    ),
    "platform-refused": Advice(
        what=to_say("The learning platform does not let Mentes read these grades."),
        to_do=to_say("See whether the column is still there and the tool may read grades."),
    ),
    "platform-closed": Advice(
        what=to_say("The learning platform is closed here."),
        to_do=to_say("Once somebody opens it again, Mentes goes on by itself."),
    ),
    "course-gone": Advice(
        what=to_say("The course is not known any more."),
        to_do=to_say("Remove the source."),
    ),
}
_OTHER: Final = Advice(
    what=to_say("The other side could not be read."),
    to_do=to_say("Mentes asks again by itself. If it stays, tell the operator the code below."),
)


def trouble_in_words(slug: str) -> Advice:
    """Return what a look that failed with `slug` means."""
    return _TROUBLE.get(slug, _OTHER)
