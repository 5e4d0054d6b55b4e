"""What is said of files and of their lines, and what to do: each as `to_say`."""

from __future__ import annotations

from typing import Final

from plugin.completions.model import Reason
from plugin.completions.uploads.model import State
from plugin.foundation.i18n import to_say

FAULTS: Final = {
    "person-missing": to_say(
        "It does not say who it was: give a mail address, a number in the registry or a username."
    ),
    "place-missing": to_say("It does not say what was completed: give the course, or the item."),
    "time-missing": to_say("It does not say when it was: write a date such as 2026-11-20."),
    "time-unreadable": to_say(
        "This is no time: write it as 2026-11-20, or 2026-11-20T10:15:00+01:00."
    ),
    "time-to-come": to_say("This time is still to come: correct it."),
    "state-unknown": to_say(
        "This is no state: write completed, passed, failed or uncompleted, or leave it empty."
    ),
    "address-unreadable": to_say(
        "This is not one mail address: write one, such as ada@example.com."
    ),
    "score-unreadable": to_say("This is no score: write a number, such as 7.5."),
    "cell-unusable": to_say(
        "This is too long, or has characters that are no text: shorten it to 1,000 plain ones."
    ),
    "too-many-cells": to_say(
        "There are more cells than columns: put quotation marks around a text that has a comma or "
        "a semicolon in it."
    ),
}
"""What is wrong with a line, by `lrs_bridge.sources.tables.Fault`."""

FILE_FAULTS: Final = {
    "empty": to_say("The file is empty. Choose another one."),
    "no-rows": to_say("There is nothing below the row that names the columns."),
    "not-text": to_say(
        "This is a spreadsheet or an archive. Save the sheet as “CSV UTF-8”, or unpack the "
        "archive, and send that."
    ),
    "not-utf-8": to_say("The file is not in UTF-8. Save it again as “CSV UTF-8” and send that."),
    "not-a-table": to_say("The file is not a table. Look for a quotation mark that is not closed."),
    "columns-unknown": to_say(
        "The first row must name the columns: person, course, completed_at. The example below "
        "shows how."
    ),
    "row-too-long": to_say(
        "A row is far too long. Look for a quotation mark that is not closed, or for line breaks "
        "that are missing."
    ),
    "too-many-rows": to_say(
        "There are more than 100,000 rows. Divide the file, and upload the parts one after the "
        "other."
    ),
}
"""What is wrong with a file as a whole."""

FATES: Final = {
    "opens": to_say("Opens a check-in"),
    "takes-back": to_say("Takes a check-in back"),
    "opened": to_say("Opened a check-in"),
    "took-back": to_say("Took a check-in back"),
    "new": to_say("Is about to be looked at"),
    "waits": to_say("Waits"),
    "counts": to_say("Is only counted"),
    "known": to_say("Was known already"),
    "nothing": to_say("Tells of no completion"),
    "problem": to_say("Cannot be read"),
    "erased": to_say("Was erased"),
    "forgotten": to_say("Is forgotten"),
    "withdrawn": to_say("Its check-in is withdrawn"),
    "told-elsewhere": to_say(
        "Is forgotten; the check-in stays, since another source says the same"
    ),
    "stays": to_say("Stays: somebody has acted upon its check-in"),
    "stays-taken-back": to_say("Stays: it had taken a check-in back"),
}
"""What becomes, or became, of a line; in the order in which it matters."""

WHY: Final = {
    "known": to_say("The same was told before, or by a row above."),
    "nothing": to_say("Such as a result that is not graded yet."),
    "problem": to_say("See below, row by row."),
    "forgotten": to_say("It had opened nothing."),
}
"""Why, where the outcome alone says no reason."""

REASONS: Final = {
    Reason.PERSON_UNKNOWN: to_say("Nobody is known by that name yet."),
    Reason.PERSON_AMBIGUOUS: to_say("Several people are known by that name: somebody must decide."),
    Reason.COURSE_UNKNOWN: to_say("No course is known by that name yet."),
    Reason.NO_MENTOR_YET: to_say("The learner has no mentor yet."),
    Reason.NO_CHECKPOINT: to_say("No rule is about it."),
    Reason.BEFORE_CHECKPOINT: to_say("It was completed before the rule was made."),
    Reason.TOO_OLD: to_say("It was completed too long ago."),
    Reason.NOT_TAKING_PART: to_say("The learner does not take part in the mentoring."),
    Reason.OPEN_ALREADY: to_say("There is a check-in about it already."),
    Reason.TAKEN_BACK: to_say("It was taken back."),
    Reason.NOT_PASSED: to_say("It was not passed."),
    Reason.OWN_ITEM: to_say("It is an item of Mentes itself."),
    Reason.SO_BEFORE: to_say("It was so before."),
    Reason.FAILED: to_say("It could not be looked at, by a fault of Mentes. It is tried again."),
}
"""Why a completion waits, or opens nothing."""

STATES: Final = {
    State.CHECKING: to_say("Is looked through"),
    State.CHECKED: to_say("Waits for your word"),
    State.REFUSED: to_say("Cannot be read"),
    State.APPLYING: to_say("Is being applied"),
    State.APPLIED: to_say("Applied"),
    State.UNDOING: to_say("Is being taken back"),
    State.UNDONE: to_say("Taken back"),
}
"""How far an upload is."""
