"""Two people who are one: what is theirs changes hands, and goes back exactly."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.completions import belongings, merging
from plugin.courses.model import Course, Membership
from plugin.foundation.db import Base
from plugin.foundation.errors import MergeRefused, NotFound
from plugin.migrations.metadata import METADATA
from plugin.pairings.model import Pairing
from plugin.people import identifiers
from plugin.people.model import Person, PersonIdentifier
from plugin.people.service import Described, account_of, seen
from plugin.programmes.model import Participation, Programme
from tests.plugin.factories import (
    ISSUER,
    NOW,
    Mentoring,
    a_mentee,
    a_message,
    a_person,
    at_once,
    every,
    later,
    mentoring,
)

CANVAS = "https://canvas.example"
MAIL = "ada@lms.example"


def test_every_column_that_names_a_person_is_moved_or_declared_not_to_be() -> None:
    there = {
        f"{table.name}.{key.parent.name}"
        for metadata in METADATA
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == Person.__tablename__ and key.column.name == "id"
    }
    moved = {belongings.column_name(column) for column in belongings.MOVED}
    left = {belongings.column_name(column) for column in belongings.LEFT} | belongings.LEFT_ABOVE
    assert moved | left == there
    assert moved & left == set()


def test_whatever_else_holds_people_without_a_key_is_known() -> None:
    """Ids in lists and facts have no foreign key: each is handled, or is history."""
    lists = {("participation", "wishes"), ("participation", "refuses")}  # renamed by a merge
    named = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name in ("wishes", "refuses")
    }
    assert named == lists


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """Ada, with a mentor and a check-in."""
    return mentoring(mentes.database, organisation_id, mentee={"email": MAIL})


def snapshot(session: Session) -> dict[str, Any]:
    """Return all rows that a merge may touch, but for its own record."""
    session.expire_all()
    tables = {column.class_ for column in (*belongings.MOVED, Person.id)}
    return {
        table.__tablename__: sorted(
            tuple(str(getattr(row, each.key)) for each in table.__mapper__.column_attrs)
            for row in session.scalars(select(table))
        )
        for table in tables
    }


def elsewhere(session: Session, pair: Mentoring) -> Person:
    """Return Ada as another platform knows her, in the same course, with the same address."""
    other = seen(
        session,
        issuer=CANVAS,
        subject="c-7",
        said=Described(name="Ada One", email=MAIL),
        evidence="launch",
        now=NOW,
        message=a_message(issuer=CANVAS, subject="c-7", username="ada"),
    )
    session.add(
        Membership(
            course_id=pair.course_id,
            person_id=other.id,
            roles=["Learner"],
            active=True,
            seen_at=NOW,
        )
    )
    session.flush()
    return other


def test_undone_everything_is_as_it_was(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        other = elsewhere(session, pair).id
        refusing = session.scalars(
            select(Participation).where(Participation.person_id == pair.mentor_id)
        ).one()
        refusing.refuses = [str(pair.mentee_id), str(other)]
    with mentes.database.transaction(pair.organisation_id) as session:
        before = snapshot(session)
        record = merging.merge(session, other, pair.mentee_id, by=None, now=later(hours=1))
        id = record.id
    with mentes.database.transaction(pair.organisation_id) as session:
        assert snapshot(session) != before
        assert every(session, Pairing)[0].mentee_id == other
        refusing = session.scalars(
            select(Participation).where(Participation.person_id == pair.mentor_id)
        ).one()
        assert refusing.refuses == [str(other)]
        merging.part(session, id, by=None, now=later(hours=2))
        assert snapshot(session) == before
        merging.part(session, id, by=None, now=later(hours=3))  # twice is once
        assert snapshot(session) == before


def test_both_accounts_are_one_person_and_ours_names_the_one_who_stays(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        other = elsewhere(session, pair)
        twice = [("mbox", "", MAIL)]
        assert identifiers.whose(session, twice).person_id is None
        merging.merge(session, pair.mentee_id, other.id, by=None, now=NOW)
        assert identifiers.whose(session, twice).person_id == pair.mentee_id
        again = seen(
            session, issuer=CANVAS, subject="c-7", said=Described(), evidence="launch", now=NOW
        )
        assert again.id == pair.mentee_id
        account = account_of(session, pair.mentee_id, home=CANVAS)
        assert account == (CANVAS, "c-7")


def test_of_two_accounts_on_one_platform_the_kept_ones_is_named(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        course = session.get_one(Course, pair.course_id)
        late = a_person(session, course, "99")
        merging.merge(session, late.id, pair.mentee_id, by=None, now=NOW)
        assert account_of(session, late.id, home=ISSUER) == (ISSUER, "99")


def test_a_membership_that_both_have_rests(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        other = elsewhere(session, pair)
        merging.merge(session, pair.mentee_id, other.id, by=None, now=NOW)
        active = every(session, Membership, Membership.active)
        assert other.id not in {each.person_id for each in active}
        assert pair.mentee_id in {each.person_id for each in active}


def test_a_mentor_and_their_mentee_are_two_people(mentes: Mentes, pair: Mentoring) -> None:
    with (
        mentes.database.transaction(pair.organisation_id) as session,
        pytest.raises(MergeRefused, match="two people"),
    ):
        merging.merge(session, pair.mentor_id, pair.mentee_id, by=None, now=NOW)


def test_two_who_have_a_mentor_each_are_not_merged_before_one_pairing_ends(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        programme = session.get_one(Programme, pair.programme_id)
        other = a_mentee(session, programme, name="Ada Again")
        with pytest.raises(MergeRefused, match="End one of the two"):
            merging.merge(session, pair.mentee_id, other.id, by=None, now=NOW)


def test_who_was_merged_is_not_merged_again_and_nobody_with_themselves(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        other = elsewhere(session, pair)
        with pytest.raises(MergeRefused):
            merging.merge(session, other.id, other.id, by=None, now=NOW)
        merging.merge(session, pair.mentee_id, other.id, by=None, now=NOW)
        with pytest.raises(NotFound):
            merging.merge(session, pair.mentor_id, other.id, by=None, now=NOW)


def test_a_plan_changes_nothing_and_says_what_would(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        other = elsewhere(session, pair)
        before = snapshot(session)
        plan = merging.plan(session, other.id, pair.mentee_id)
        assert snapshot(session) == before
        assert len(plan.moved["checkin.mentee_id"]) == 1
        assert len(plan.rests["membership.person_id"]) == 1
        mails = [
            each.scheme
            for each in every(
                session,
                PersonIdentifier,
                PersonIdentifier.id.in_(plan.rests["person_identifier.person_id"]),
            )
        ]
        assert mails == ["mbox"]


def test_merged_by_two_at_once_in_both_directions_it_is_done_once(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        other = elsewhere(session, pair).id

    def merge(number: int) -> UUID:
        order = (pair.mentee_id, other) if number % 2 else (other, pair.mentee_id)
        with mentes.database.transaction(pair.organisation_id) as session:
            return merging.merge(session, *order, by=None, now=NOW).id

    results = at_once(4, merge)
    assert len([each for each in results if isinstance(each, UUID)]) == 1, results
    assert len([each for each in results if isinstance(each, NotFound)]) == 3, results
