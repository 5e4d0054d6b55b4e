"""What targets have to say, in words that are translated later."""

from __future__ import annotations

from plugin.foundation.i18n import to_say
from plugin.targets.model import Ending, Erasing, Target

_ERASED_HERE = to_say(
    "Erased. Nothing that Mentes recorded about you in this course is there any more."
)
_ERASED_THERE = to_say(
    "Erased. The store has deleted everything that it had under the number that your course has "
    "for you."
)
_ENDINGS = {
    Ending.ASKED: to_say(
        "Asked to erase. As soon as the store has done it, you see it here. Nothing new is sent."
    ),
    Ending.FAILED: to_say(
        "The store has not erased it yet, although it was asked to. Whoever administers Mentes "
        "sees that and can ask again. Nothing new is sent."
    ),
    Ending.UNLINKED: to_say(
        "This store cannot erase. Mentes has let go of the thread: it keeps nothing any more of "
        "what it sent there about you, and if you are ever recorded again, it is under a random "
        "name. What is there stays under the number that your course has for you; only whoever "
        "runs that store can delete it."
    ),
}
_PROBLEMS = {
    "record-store-unauthorised": to_say("It does not let us in: check key and secret."),
    "record-store-admin-unauthorised": to_say(
        "It does not let us erase: check the admin's name and password."
    ),
    "record-store-unavailable": to_say("It does not answer. It is asked again by itself."),
    "address-not-allowed": to_say("Its address is private or without https://: not allowed here."),
    "secret-unreadable": to_say("Its secret cannot be read: MENTES_SECRET_KEY has changed."),
    "attachments-unreachable": to_say("What is attached to statements cannot be read now."),
}


def ending_in_words(ending: Ending, target: Target) -> str:
    """Return what became of somebody's records at a target."""
    if ending is Ending.ERASED:
        return _ERASED_THERE if target.erasing == Erasing.SQL_LRS else _ERASED_HERE
    return _ENDINGS[ending]


def problem_in_words(problem: str | None) -> str:
    """Return what keeps a target from being sent to; "" if nothing is known."""
    return _PROBLEMS.get((problem or "").partition(" ")[0], problem or "")
