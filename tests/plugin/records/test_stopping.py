"""Somebody says stop while something is about to be told of them: after that nothing is owed."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.foundation.outbox import Debt
from plugin.programmes import service as programmes
from plugin.programmes.model import Part
from plugin.records.stages import stages
from plugin.targets.model import STATEMENT
from tests.plugin.beside import Beside
from tests.plugin.factories import Mentoring, later, mentoring
from tests.plugin.records.telling import statements


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """A recorded pair with an open check-in, of whom nothing waits to be told yet."""
    if mentes.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: one of the two is over before the other begins.")
    pair = mentoring(mentes.database, organisation_id, recorded=True)
    with mentes.database.transaction(organisation_id) as session:
        for debt in session.scalars(select(Debt).where(Debt.kind == STATEMENT)):
            session.delete(debt)
    return pair


def held(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=1))


def stopped(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        say_stop(session, pair)


def say_stop(session: Session, pair: Mentoring) -> None:
    for person_id, part in ((pair.mentee_id, Part.MENTEE), (pair.mentor_id, Part.MENTOR)):
        mine = programmes.participation(session, pair.programme_id, person_id, part)
        assert mine is not None
        programmes.choose_recording(session, mine, False, now=later(days=1))


def test_what_is_owed_first_is_taken_back_by_whoever_says_stop(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=1))
        session.flush()
        stopping = Beside(lambda: stopped(mentes, pair))
        stopping.waits_or_ends(mentes)
    stopping.join()
    assert statements(mentes) == []


def test_what_comes_after_somebody_said_stop_is_not_owed(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        say_stop(session, pair)
        session.flush()
        holding = Beside(lambda: held(mentes, pair))
        holding.waits_or_ends(mentes)
    holding.join()
    assert statements(mentes) == []


def test_two_who_tell_of_the_same_people_do_not_wait_for_each_other(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        session.execute(text("SET LOCAL lock_timeout = '2s'"))
        stages(session, [pair.programme_id], [pair.mentee_id, pair.mentor_id])
        with mentes.database.transaction(pair.organisation_id) as other:
            other.execute(text("SET LOCAL lock_timeout = '2s'"))
            stages(other, [pair.programme_id], [pair.mentee_id, pair.mentor_id])
