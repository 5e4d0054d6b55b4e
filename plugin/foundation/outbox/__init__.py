"""What we owe to other systems: a row in the transaction of its cause, paid by the worker.

A debt is unique by (organisation, kind, target, key), so that owing it twice is owing it once. The
worker leases a few, delivers them outside any transaction, and records what came of it. A lease
that runs out (the worker was killed) is simply taken again: deliveries are repeatable by
construction.

Debts of one organisation, of one kind, to one target wait in one *channel*. Whoever claims takes
from the organisation, and of that from the channel, that was served longest ago: however much one
of them has waiting, it delays no other. A target that cannot be reached makes its channel wait; a
target that lets us in no more has it paused. See ADR 0022.
"""

from plugin.foundation.outbox.claiming import claim, prolong, release, waiting_kinds
from plugin.foundation.outbox.looking import Asked, Backlog, asked, backlog, unpaid
from plugin.foundation.outbox.model import Channel, Debt, channel_id
from plugin.foundation.outbox.owing import (
    Owed,
    about,
    again,
    drop,
    forget_settled,
    in_turn,
    owe,
    owe_each,
    take_back,
)
from plugin.foundation.outbox.pausing import channel_of, forget, mended, pause, resume
from plugin.foundation.outbox.recording import (
    FIRST_DELAY,
    LONGEST_DELAY,
    LONGEST_SILENCE,
    delay,
    record,
    record_all,
    settle,
)
from plugin.foundation.outbox.values import (
    Away,
    Closed,
    Delivery,
    Halted,
    LeasedDebt,
    Outcome,
    PausedBy,
    Postponed,
    Result,
    Settled,
    one_by_one,
)

__all__ = [
    "FIRST_DELAY",
    "LONGEST_DELAY",
    "LONGEST_SILENCE",
    "Asked",
    "Away",
    "Backlog",
    "Channel",
    "Closed",
    "Debt",
    "Delivery",
    "Halted",
    "LeasedDebt",
    "Outcome",
    "Owed",
    "PausedBy",
    "Postponed",
    "Result",
    "Settled",
    "about",
    "again",
    "asked",
    "backlog",
    "channel_id",
    "channel_of",
    "claim",
    "delay",
    "drop",
    "forget",
    "forget_settled",
    "in_turn",
    "mended",
    "one_by_one",
    "owe",
    "owe_each",
    "pause",
    "prolong",
    "record",
    "record_all",
    "release",
    "resume",
    "settle",
    "take_back",
    "unpaid",
    "waiting_kinds",
]
