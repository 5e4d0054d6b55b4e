"""Two people who are one human being: merged by an administrator, after a preview, and undone.

Whoever is merged keeps an empty row; what was theirs is the other's from then on. Each row that
changed hands is written down, so that undoing gives back exactly those. Rows that the other has
already (a membership in the same course) stay where they are and rest. History is left alone: what
happened, and who made a draft, stays as it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from plugin.checkins.model import CheckIn, Feedback
from plugin.completions.belongings import LIKES, MOVED, column_name
from plugin.courses.model import Membership
from plugin.foundation.errors import MergeRefused, NotFound, PartingRefused
from plugin.foundation.events import happened
from plugin.goals.model import Commitment
from plugin.pairings.model import Pairing
from plugin.people import accounts
from plugin.people.events import PeopleMerged, PeopleParted
from plugin.people.model import Person, PersonIdentifier, PersonMerge
from plugin.programmes.model import Participation


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a merge would do.

    Attributes:
        moved: column ("membership.person_id") → rows that change hands.
        rests: the same → rows that stay, as the other has their like.
    """

    kept: Person
    merged: Person
    moved: dict[str, list[UUID]] = field(default_factory=dict)
    rests: dict[str, list[UUID]] = field(default_factory=dict)


def plan(session: Session, kept_id: UUID, merged_id: UUID) -> Plan:
    """Return what merging would do; nothing is changed by asking.

    Raises:
        NotFound: one of the two is not there, or was merged already.
        MergeRefused: it must not be, with the reason.
    """
    kept, merged = (_person(session, id) for id in (kept_id, merged_id))
    if kept.id == merged.id:
        raise MergeRefused("This is one person already.")
    _refuse_pairs(session, kept.id, merged.id)
    found = Plan(kept=kept, merged=merged)
    for column in MOVED:
        stays = _resting(session, column, kept.id, merged.id)
        ids = session.scalars(
            select(column.class_.id).where(column == merged.id).order_by(column.class_.id)
        ).all()
        name = column_name(column)
        found.moved[name] = [id for id in ids if id not in stays]
        found.rests[name] = [id for id in ids if id in stays]
    return found


def _person(session: Session, id: UUID) -> Person:
    person = session.get(Person, id)
    if person is None or person.merged_into is not None:
        raise NotFound("There is nobody like that, or they were merged with somebody already.")
    return person


def _refuse_pairs(session: Session, kept: UUID, merged: UUID) -> None:
    """Refuse to merge a pair with itself, or two who each have a mentor in one programme."""
    both = {kept, merged}
    pairs = session.scalars(select(Pairing).where(Pairing.mentee_id.in_(both))).all()
    if any({pair.mentor_id, pair.mentee_id} == both for pair in pairs):
        raise MergeRefused("The two are a mentor and a mentee of each other: they are two people.")
    standing = [(pair.programme_id, pair.mentee_id) for pair in pairs if pair.closed_at is None]
    programmes = [programme for programme, _ in standing]
    if len(programmes) != len(set(programmes)):
        raise MergeRefused(
            "Both have a mentor in the same programme. End one of the two pairings first."
        )


def _resting(
    session: Session, column: InstrumentedAttribute[Any], kept: UUID, merged: UUID
) -> set[UUID]:
    """Return the rows of `merged` that stay theirs, because `kept` has their like."""
    table: Any = column.class_
    if table in (CheckIn, Pairing):
        return _conversations_twice(session, kept, merged)
    if table is Commitment:
        stay = select(Commitment.id).where(
            column == merged, Commitment.pairing_id.in_(_conversations_twice(session, kept, merged))
        )
        return set(session.scalars(stay))
    same = LIKES.get(table)
    if same is None:
        return set()
    has = {tuple(row) for row in session.execute(select(*same).where(column == kept))}
    rows = session.execute(select(column.class_.id, *same).where(column == merged))
    stays = {row[0] for row in rows if tuple(row[1:]) in has}
    if table is Feedback:
        twice = _conversations_twice(session, kept, merged)
        about = select(Feedback.id).where(column == merged, Feedback.checkin_id.in_(twice))
        stays |= set(session.scalars(about))
    return stays


def _conversations_twice(session: Session, kept: UUID, merged: UUID) -> set[UUID]:
    """Return pairings of `merged` with a check-in of which `kept` has the like, and all of theirs.

    A pairing and its check-ins stay together.
    """
    had = select(CheckIn.checkpoint_id).where(CheckIn.mentee_id == kept)
    pairings = set(
        session.scalars(
            select(CheckIn.pairing_id).where(
                CheckIn.mentee_id == merged, CheckIn.checkpoint_id.in_(had)
            )
        )
    )
    checkins = session.scalars(
        select(CheckIn.id).where(CheckIn.mentee_id == merged, CheckIn.pairing_id.in_(pairings))
    )
    return pairings | set(checkins)


def merge(
    session: Session, kept_id: UUID, merged_id: UUID, *, by: UUID | None, now: datetime
) -> PersonMerge:
    """Make what is `merged_id`'s `kept_id`'s, and write down what that was.

    Raises:
        NotFound, MergeRefused: as `plan` does.
    """
    for id in sorted((kept_id, merged_id)):  # two at once wait for each other in one order
        session.get(Person, id, with_for_update=True)
    planned = plan(session, kept_id, merged_id)
    resting = planned.rests[column_name(PersonIdentifier.person_id)]
    signs_in = accounts.to_be_exchanged(session, resting, kept_id)
    accounts.exchanged(session, signs_in)
    before = _at_rest(session, planned, now)
    before["signs_in"] = signs_in
    before["lists"] = _renamed(session, planned)
    for column in MOVED:
        moved = planned.moved[column_name(column)]
        _handed(session, column, moved, kept_id)
    session.execute(
        update(PersonIdentifier)
        .where(PersonIdentifier.id.in_(planned.moved[column_name(PersonIdentifier.person_id)]))
        .values(merged_from=merged_id)
        .execution_options(synchronize_session="fetch")
    )
    planned.merged.merged_into = kept_id
    record = PersonMerge(
        kept_id=kept_id,
        merged_id=merged_id,
        moved={name: [str(id) for id in ids] for name, ids in planned.moved.items() if ids},
        before=before,
        made_by=by,
        made_at=now,
    )
    session.add(record)
    session.flush()
    happened(
        session,
        PeopleMerged(at=now, subject_id=kept_id, actor_id=by, merged_id=merged_id),
    )
    return record


def _handed(
    session: Session, column: InstrumentedAttribute[Any], ids: list[UUID], to: UUID
) -> None:
    table: Any = column.class_
    for some in _by_the_hundred(ids):
        session.execute(
            update(table)
            .where(table.id.in_(some))
            .values({column.key: to})
            .execution_options(synchronize_session="fetch")
        )


def _by_the_hundred(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), 500):
        yield ids[start : start + 500]


def _at_rest(session: Session, planned: Plan, now: datetime) -> dict[str, Any]:
    """Let what stays rest, and return how it was before."""
    resting = {name: set(ids) for name, ids in planned.rests.items()}
    names = {
        table: column_name(column)
        for table, column in (
            (Membership, Membership.person_id),
            (Participation, Participation.person_id),
            (PersonIdentifier, PersonIdentifier.person_id),
        )
    }
    memberships = session.scalars(
        select(Membership).where(Membership.id.in_(resting[names[Membership]]), Membership.active)
    ).all()
    parts = session.scalars(
        select(Participation).where(
            Participation.id.in_(resting[names[Participation]]), Participation.left_at.is_(None)
        )
    ).all()
    identifiers = session.scalars(
        select(PersonIdentifier).where(
            PersonIdentifier.id.in_(resting[names[PersonIdentifier]]),
            PersonIdentifier.set_aside_at.is_(None),
        )
    ).all()
    for membership in memberships:
        membership.active = False
    for part in parts:
        part.left_at = now
    for identifier in identifiers:
        identifier.set_aside_at = now
    session.flush()
    return {
        "memberships": [str(each.id) for each in memberships],
        "participations": [str(each.id) for each in parts],
        "identifiers": [str(each.id) for each in identifiers],
    }


def _renamed(session: Session, planned: Plan) -> dict[str, Any]:
    """Let those who wish for the one who is merged, or refuse them, mean the one who stays."""
    old, new = str(planned.merged.id), str(planned.kept.id)
    programmes = select(Participation.programme_id).where(
        Participation.person_id.in_((planned.merged.id, planned.kept.id))
    )
    before: dict[str, Any] = {}
    for part in session.scalars(
        select(Participation).where(Participation.programme_id.in_(programmes))
    ):
        if old in part.wishes or old in part.refuses:
            before[str(part.id)] = {"wishes": part.wishes, "refuses": part.refuses}
            part.wishes = _with(part.wishes, old, new)
            part.refuses = _with(part.refuses, old, new)
    return before


def _with(ids: list[str], old: str, new: str) -> list[str]:
    return list(dict.fromkeys(new if id == old else id for id in ids))


def part(session: Session, merge_id: UUID, *, by: UUID | None, now: datetime) -> PersonMerge:
    """Undo a merge: everything that changed hands goes back, and what rested is as it was.

    What has come since stays with the one who was kept: nobody can tell whose it is.

    Raises:
        NotFound: there is no such merge.
        PartingRefused: what was theirs has gone on to somebody else by a later merge.
    """
    record = session.get(PersonMerge, merge_id, with_for_update=True)
    if record is None:
        raise NotFound("There is no such merge.")
    if record.undone_at is not None:
        return record
    kept = session.get_one(Person, record.kept_id, with_for_update=True)
    if kept.merged_into is not None:
        raise PartingRefused("Whoever was kept was merged themselves since. Undo that merge first.")
    for column in MOVED:
        _handed_back(session, column, record)
    _as_before(session, record.before)
    merged = session.get_one(Person, record.merged_id)
    merged.merged_into = None
    record.undone_by, record.undone_at = by, now
    happened(
        session,
        PeopleParted(at=now, subject_id=record.kept_id, actor_id=by, merged_id=record.merged_id),
    )
    return record


def _handed_back(session: Session, column: InstrumentedAttribute[Any], record: PersonMerge) -> None:
    table: Any = column.class_
    ids = [UUID(each) for each in record.moved.get(column_name(column), [])]
    values: dict[str, Any] = {column.key: record.merged_id}
    if table is PersonIdentifier:
        values["merged_from"] = None
    for some in _by_the_hundred(ids):
        session.execute(
            update(table)
            .where(table.id.in_(some), column == record.kept_id)
            .values(values)
            .execution_options(synchronize_session="fetch")
        )


def _as_before(session: Session, before: dict[str, Any]) -> None:
    for membership in _rows(session, Membership, before["memberships"]):
        membership.active = True
    for participation in _rows(session, Participation, before["participations"]):
        participation.left_at = None
    for identifier in _rows(session, PersonIdentifier, before["identifiers"]):
        identifier.set_aside_at = None
    accounts.exchanged(session, before.get("signs_in", {}))  # older merges have none
    for participation in _rows(session, Participation, before["lists"]):
        lists = before["lists"][str(participation.id)]
        participation.wishes, participation.refuses = lists["wishes"], lists["refuses"]
    session.flush()


def _rows(session: Session, table: Any, ids: Any) -> Iterator[Any]:
    return iter(session.scalars(select(table).where(table.id.in_([UUID(id) for id in ids]))).all())
