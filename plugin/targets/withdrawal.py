"""Somebody wants no more records about them: what becomes of those that there are.

See ADR 0021. What waits is taken back at once. What was told is erased where the store can: in the
embedded one by us, in SQL LRS by its admin API. Elsewhere we let go of the thread: what we keep of
it is emptied, and if they are recorded again, it is under a name that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lrs_bridge.identity import ifi
from plugin.foundation import outbox
from plugin.foundation.outbox import LeasedDebt, Outcome, Settled, owe
from plugin.foundation.tenancy import inserted_once
from plugin.targets.embedded import Retold
from plugin.targets.model import STATEMENT, Ending, Erasing, Kind, Pseudonym, Target, Withdrawal
from plugin.targets.payloads import Erase, Own, erasing, read
from plugin.targets.rules import digest, is_of, people_in, without_instructor
from plugin.targets.service import told

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawals:
    """Sees to what becomes of records when somebody withdraws.

    Attributes:
        tool: home page of names that we make up.
        installation_is_embedded: whether the target of the installation is the embedded store.
        retold: see `embedded.Retold`.
    """

    tool: str
    installation_is_embedded: bool
    retold: Retold

    def withdraw(
        self,
        session: Session,
        *,
        person_id: UUID,
        programme_id: UUID,
        people: Sequence[Json],
        programme: str,
        now: datetime,
    ) -> None:
        """Take back what waits to be told of somebody in a programme, and see to what was told.

        Args:
            people: agents, one for each way in which statements may call them.
            programme: the id of the programme's activity.
        """
        for target in told(session, now=now):
            called = _called_there(session, target, people)
            self._take_back(session, target, called, programme, now)
            can_erase = self._can_erase(target)
            withdrawal = Withdrawal(
                id=uuid4(),
                person_id=person_id,
                target_id=target.id,
                programme_id=programme_id,
                asked_at=now,
                ending=Ending.ASKED if can_erase else Ending.UNLINKED,
                ended_at=None if can_erase else now,
            )
            session.add(withdrawal)
            session.flush()
            if can_erase:
                owe(
                    session,
                    STATEMENT,
                    target=str(target.id),
                    key=f"erase:{withdrawal.id}",
                    payload=erasing(withdrawal.id, called, programme),
                    now=now,
                )
            else:
                _call_otherwise(session, target, people, self.tool, now)

    def _take_back(
        self,
        session: Session,
        target: Target,
        people: Sequence[Json],
        programme: str,
        now: datetime,
    ) -> None:
        """Empty what is owed, or was, of somebody; what is of others is told without them.

        That has another id: the target may have got the statement although it never said so.
        """
        identifiers = {found for person in people if (found := ifi(person)) is not None}
        unwanted, anew = [], {}
        for debt in outbox.about(session, STATEMENT, str(target.id), _digests(people)):
            said = read(debt.payload) if debt.payload else None
            if not isinstance(said, Own) or not is_of(said.statement, programme):
                continue
            without = without_instructor(said.statement, identifiers)
            if without is None or debt.outcome == Outcome.DELIVERED:
                unwanted.append(debt)
            else:
                anew[UUID(said.statement["id"])] = debt, without
        taken_back = self.retold(session, {was: UUID(it["id"]) for was, (_, it) in anew.items()})
        for was, (debt, without) in anew.items():
            if was in taken_back:
                unwanted.append(debt)
            else:
                debt.payload = without
        outbox.take_back(session, unwanted, now=now)

    def _can_erase(self, target: Target) -> bool:
        if target.removed_at is not None:
            return False
        if target.kind == Kind.INSTALLATION:
            return self.installation_is_embedded
        return target.kind == Kind.EMBEDDED or target.erasing == Erasing.SQL_LRS


def _called_there(session: Session, target: Target, people: Sequence[Json]) -> list[Json]:
    """Return every agent by which a target may know somebody."""
    made_up = session.scalars(
        select(Pseudonym).where(
            Pseudonym.target_id == target.id, Pseudonym.instead_of.in_(_digests(people))
        )
    )
    accounts = [{"account": {"homePage": it.home_page, "name": it.name}} for it in made_up]
    return [*people, *accounts]


def _call_otherwise(
    session: Session, target: Target, people: Sequence[Json], tool: str, now: datetime
) -> None:
    """Forget what somebody was called at a target, and call them by another name from now on."""
    instead_of = Pseudonym.instead_of.in_(_digests(people))
    session.execute(delete(Pseudonym).where(Pseudonym.target_id == target.id, instead_of))
    name = uuid4().hex
    for each in _digests(people):
        inserted_once(
            session,
            Pseudonym,
            target_id=target.id,
            instead_of=each,
            home_page=tool,
            name=name,
            created_at=now,
        )


def _digests(people: Sequence[Json]) -> list[str]:
    return sorted({digest(it) for person in people for it in people_in(person)})


def ended(
    session: Session, debt: LeasedDebt, erase: Erase, result: Settled, *, now: datetime
) -> None:
    """Keep what came of an erasure, for the person to see, and settle it at the same moment."""
    ending = Ending.ERASED if result.outcome is Outcome.DELIVERED else Ending.FAILED
    session.execute(
        update(Withdrawal)
        .where(Withdrawal.id == erase.withdrawal_id)
        .values(ending=ending, ended_at=now)
    )
    forget = ending is Ending.ERASED  # and we need not know any more who it was
    outbox.settle(session, [debt], result, now=now, forget=forget)


def endings(
    session: Session, person_id: UUID, programme_id: UUID
) -> list[tuple[Target, Withdrawal]]:
    """Return what became of somebody's records at each target when they withdrew last."""
    rows = session.execute(
        select(Target, Withdrawal)
        .join(Withdrawal, Withdrawal.target_id == Target.id)
        .where(Withdrawal.person_id == person_id, Withdrawal.programme_id == programme_id)
        .order_by(Withdrawal.asked_at, Target.name)
    ).all()
    newest = max((row.Withdrawal.asked_at for row in rows), default=None)
    return [(row.Target, row.Withdrawal) for row in rows if row.Withdrawal.asked_at == newest]
