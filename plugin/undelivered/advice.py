"""Why something is not delivered, in plain words, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.foundation.i18n import to_say


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One reason, in words that are translated later."""

    title: str
    to_do: str


_AGAIN = to_say("Send it again; if that does not help, ask whoever operates Mentes.")
_OTHER = Advice(title=to_say("It could not be delivered"), to_do=_AGAIN)

BY_SLUG = {
    "statement-refused": Advice(
        title=to_say("The record store will not take this statement"),
        to_do=to_say(
            "What it said is below. If a setting of the store or of the target is the cause, mend "
            "it and send the statement again; the others of its batch were delivered."
        ),
    ),
    "statement-invalid": Advice(
        title=to_say("The statement breaks a rule of xAPI"),
        to_do=to_say("This is a fault of Mentes. Tell whoever operates it."),
    ),
    "statement-conflict": Advice(
        title=to_say("The record store has another statement under this id"),
        to_do=to_say(
            "Somebody else wrote there with our id, or the store changed ours. Find the statement "
            "in the store; if it may stay as it is, nothing needs to be done."
        ),
    ),
    "version-newer": Advice(
        title=to_say("The statement is of a newer xAPI than the record store speaks"),
        to_do=to_say(
            "Statements of 2.0 must not be made into 1.0. If the store speaks 2.0, choose that in "
            "the target's settings and send it again."
        ),
    ),
    "attachment-lost": Advice(
        title=to_say("What was attached to the statement is lost"),
        to_do=to_say("Its sender would have to store it anew. It is not passed on without."),
    ),
    "record-store-unauthorised": Advice(
        title=to_say("The record store does not let us in"),
        to_do=to_say(
            "The key or the secret is wrong, expired, or may not write. Correct them in the "
            "target's settings: everything that waits is then sent, in order."
        ),
    ),
    "record-store-admin-unauthorised": Advice(
        title=to_say("The record store does not let us erase"),
        to_do=to_say(
            "Correct the admin name and password in the target's settings; what waits is then "
            "done, in order."
        ),
    ),
    "record-store-unavailable": Advice(
        title=to_say("The record store does not answer as one"),
        to_do=to_say(
            "It is asked again by itself, every half an hour at most, and nothing is lost. If it "
            "stays so, test the target: is the address right, does the store run?"
        ),
    ),
    "address-not-allowed": Advice(
        title=to_say("The address of the record store is not allowed"),
        to_do=to_say(
            "This installation sends to public addresses with https:// alone. Correct the address "
            "of the target, or ask whoever operates Mentes to allow others "
            "(MENTES_ALLOW_PRIVATE_ADDRESSES)."
        ),
    ),
    "erasing-refused": Advice(
        title=to_say("The record store would not erase"),
        to_do=to_say(
            "Its operator must allow it: in SQL LRS, LRSQL_ENABLE_ADMIN_DELETE_ACTOR=true. Then "
            "send it again. Until then what is recorded there stays."
        ),
    ),
    "secret-unreadable": Advice(
        title=to_say("Mentes cannot read the secret of the target"),
        to_do=to_say("Whoever operates Mentes must restore MENTES_SECRET_KEY."),
    ),
    "attachments-unreachable": Advice(
        title=to_say("What is attached to statements cannot be read now"),
        to_do=to_say("It is tried again by itself. If it stays so, tell whoever operates Mentes."),
    ),
    "score-not-accepted": Advice(
        title=to_say("The gradebook did not take a score"),
        to_do=to_say(
            "Is the person still a learner of that course, and is the column still there? Mend it "
            "in your learning platform, then send the score again."
        ),
    ),
    "no-line-item": Advice(
        title=to_say("There is no column in the gradebook"),
        to_do=to_say(
            "Open Mentes from the course once more, so that it learns where the column is, then "
            "send the score again."
        ),
    ),
    "token-refused": Advice(
        title=to_say("The learning platform gives us no access"),
        to_do=to_say(
            "Can it reach our key set, and are the services switched on for this tool? It is "
            "asked again by itself."
        ),
    ),
    "platform-closed": Advice(
        title=to_say("The learning platform is closed here"),
        to_do=to_say(
            "Somebody has closed it under Learning platforms. What is owed to it waits, and goes "
            "out within half an hour once it is opened again."
        ),
    ),
    "recipient-refused": Advice(
        title=to_say("The mail server does not know this address"),
        to_do=to_say(
            "Correct the address in your learning platform; later mails then arrive. This one can "
            "be sent again if the server was wrong."
        ),
    ),
    "mail-refused": Advice(
        title=to_say("The mail server refused the mail"),
        to_do=to_say("Ask whoever operates Mentes: the server's settings need a look."),
    ),
    "mail-server-unreachable": Advice(
        title=to_say("The mail server cannot be reached"),
        to_do=to_say("Mails are tried again by themselves. Tell whoever operates Mentes."),
    ),
    "mail-switched-off": Advice(
        title=to_say("No mail leaves this installation"),
        to_do=to_say("Whoever operates Mentes must set MENTES_SMTP_URL."),
    ),
    "engine-died": Advice(
        title=to_say("The matching needed more memory than there is"),
        to_do=to_say("Give the worker more memory; then make the draft again."),
    ),
    "worker-died": Advice(
        title=to_say("Every worker that tried it was killed"),
        to_do=_AGAIN,
    ),
    "internal": Advice(
        title=to_say("Something went wrong within Mentes"),
        to_do=_AGAIN,
    ),
}

KINDS = {
    "statement": to_say("Statements"),
    "score": to_say("Scores"),
    "column": to_say("Columns of gradebooks"),
    "mail": to_say("Mails"),
    "roster": to_say("Lists of participants"),
    "openers": to_say("Lists of who can open an item"),
    "matching": to_say("Matching drafts"),
    "publishing": to_say("Published pairs"),
}


def advice(problem: str | None) -> Advice:
    """Return what to say about a problem, such as "statement-refused (400)"."""
    return BY_SLUG.get((problem or "").partition(" ")[0], _OTHER)
