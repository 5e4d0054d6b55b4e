"""Whatever a source dates its completions: what we tell of them is owed now."""

from __future__ import annotations

from datetime import datetime

import pytest

from lrs_bridge.completion import PersonKey
from lrs_bridge.vocabulary import Verb
from plugin.foundation.outbox import Debt, Outcome
from plugin.targets.model import STATEMENT
from tests.conftest import MovableClock
from tests.plugin.completions.schooling import School
from tests.plugin.factories import ISSUER, later
from tests.plugin.records.telling import standing


@pytest.mark.parametrize(
    "at", [later(hours=2, minutes=4), later(days=400), later(hours=1)], ids=["ahead", "far", "past"]
)
def test_it_is_told_without_waiting_for_a_time_that_has_not_come(
    school: School, clock: MovableClock, at: datetime
) -> None:
    clock.now = later(hours=2)
    school.tell(PersonKey.account(ISSUER, "4"), at=at)
    (told,) = standing(school.mentes, Verb.COMPLETED)
    debts = [
        debt
        for debt in school.rows(Debt, Debt.kind == STATEMENT)
        if debt.payload.get("id") == told["id"]
    ]
    assert [debt.outcome for debt in debts] == [Outcome.DELIVERED]
    assert {debt.created_at for debt in debts} == {clock()}
