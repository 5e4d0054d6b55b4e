"""What would come of completions: the rules of `service`, asked without doing anything."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from plugin.checkins.seeing import would_open, would_withdraw
from plugin.completions.doing import Outcome, There
from plugin.completions.model import CompletionRow, Reason, Status
from plugin.completions.understanding import Understood, understood
from plugin.pairings.model import Pairing


def foreseen(
    session: Session, rows: Sequence[CompletionRow], *, cutoff_days: int
) -> list[tuple[Understood, Outcome]]:
    """Return what each completion means and what would come of it if it were the only one.

    It is what `look_at` would write down, as things are now; nothing is changed by asking.
    """
    several = understood(session, rows, cutoff_days=cutoff_days)
    there = There(session, several)
    return [(known, _outcome(there, row, known)) for row, known in zip(rows, several, strict=True)]


def _outcome(there: There, row: CompletionRow, known: Understood) -> Outcome:
    if known.status is not None or known.person_id is None or known.checkpoint is None:
        return known.status or Status.COUNTED, known.reason
    checkin = there.checkins.get((known.checkpoint.id, known.person_id))
    if row.state == "uncompleted":
        if checkin is not None and would_withdraw(checkin, row.at):
            return Status.APPLIED, None
        return Status.COUNTED, Reason.TAKEN_BACK
    pairing = there.pairing_for(row, known.checkpoint, known.person_id)
    if not isinstance(pairing, Pairing):
        return pairing
    if would_open(checkin, row.at):
        return Status.APPLIED, None
    return Status.COUNTED, Reason.OPEN_ALREADY
