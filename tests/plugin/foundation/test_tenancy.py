"""The wall between organisations, tried from every side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import case, delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from plugin.app import Mentes
from plugin.courses.model import Course, Membership
from plugin.foundation.errors import TenancyError
from plugin.foundation.tenancy import (
    EVERYWHERE,
    Organisation,
    inserted_once,
    narrowed,
    organisation_of,
)
from plugin.people.model import Person
from plugin.platforms.model import DeploymentRow, RegistrationRow
from tests.plugin.factories import NOW, a_course, a_person, a_registration, an_organisation


@pytest.fixture
def theirs(mentes: Mentes, organisation_id: UUID) -> UUID:
    """Another organisation's person; ours has nobody."""
    other = an_organisation(mentes.database)
    with mentes.database.transaction(other) as session:
        return a_person(session, a_course(session), name="Theirs").id


QUERIES: dict[str, Callable[[Session, UUID], Any]] = {
    "select": lambda session, id: session.scalars(select(Person)).all(),
    "select by id": lambda session, id: session.scalars(
        select(Person).where(Person.id == id)
    ).all(),
    "columns": lambda session, id: session.execute(select(Person.name)).all(),
    "get": lambda session, id: session.get(Person, id),
    "locked get": lambda session, id: session.get(Person, id, with_for_update=True),
    "join": lambda session, id: session.execute(
        select(Organisation.name, Person.name).join(
            Person, Person.organisation_id == Organisation.id
        )
    ).all(),
    "alias": lambda session, id: session.scalars(select(aliased(Person))).all(),
    "join of two": lambda session, id: session.execute(
        select(Person, Membership).join(Membership, Membership.person_id == Person.id)
    ).all(),
    "outer join": lambda session, id: session.execute(
        select(Person.name)
        .select_from(Organisation)
        .outerjoin(Person, Person.organisation_id == Organisation.id)
        .where(Person.id.is_not(None))
    ).all(),
    "count": lambda session, id: session.scalar(select(func.count(Person.id))),
    "count of rows": lambda session, id: session.scalar(select(func.count()).select_from(Person)),
    "count of a subquery": lambda session, id: session.scalar(
        select(func.count()).select_from(select(Person).subquery())
    ),
    "subquery": lambda session, id: session.execute(
        select(select(Person.name).subquery().c.name)
    ).all(),
    "common table": lambda session, id: session.execute(
        select(select(Person.name).cte().c.name)
    ).all(),
    "union": lambda session, id: session.execute(
        select(Person.name).union_all(select(Course.title))
    ).all(),
    "scalar subquery": lambda session, id: session.scalar(
        select(select(func.count(Person.id)).scalar_subquery())
    ),
    "exists of a select": lambda session, id: session.scalar(
        select(select(Person).where(Person.id == id).exists())
    ),
    "case of exists in an entity": lambda session, id: session.scalar(
        select(func.count(case((exists().where(Person.id == id), Organisation.id)))).select_from(
            Organisation
        )
    ),
    "correlated in columns": lambda session, id: session.scalar(
        select(
            select(func.count())
            .select_from(Person)
            .where(Person.organisation_id == Organisation.id)
            .correlate(Organisation)
            .scalar_subquery()
        )
        .select_from(Organisation)
        .where(exists().where(Person.organisation_id == Organisation.id))
    ),
    "where in": lambda session, id: session.execute(
        select(Organisation.name).where(Organisation.id.in_(select(Person.organisation_id)))
    ).all(),
    "where exists": lambda session, id: session.execute(
        select(Organisation.name).where(exists().where(Person.organisation_id == Organisation.id))
    ).all(),
    "group": lambda session, id: session.execute(
        select(Person.name, func.count()).group_by(Person.name)
    ).all(),
    "update": lambda session, id: (
        session.execute(update(Person).where(Person.id == id).values(name="Ours")).rowcount
    ),  # type: ignore[attr-defined]
    "update all": lambda session, id: (
        session.execute(
            update(Person).values(name="Ours").execution_options(synchronize_session=False)
        ).rowcount
    ),  # type: ignore[attr-defined]
    "delete": lambda session, id: (
        session.execute(delete(Membership).where(Membership.person_id == id)).rowcount
    ),  # type: ignore[attr-defined]
}


HIDDEN: dict[str, Callable[[Session, UUID], Any]] = {
    "exists": lambda session, id: session.scalar(select(exists().where(Person.id == id))),
    "case of exists": lambda session, id: session.scalar(
        select(func.count(case((exists().where(Person.id == id), 1))))
    ),
    "case of an entity": lambda session, id: session.scalar(
        select(func.count(case((exists().where(Person.id == id), Organisation.id))))
    ),
    "table": lambda session, id: session.execute(select(Person.__table__)).all(),
}
"""Queries in which SQLAlchemy sees no entity: they cannot be scoped, so they are refused."""


def test_no_query_reaches_another_organisation(
    mentes: Mentes, organisation_id: UUID, theirs: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        reached = [name for name, query in QUERIES.items() if query(session, theirs)]
    assert reached == []
    with mentes.database.reading(EVERYWHERE) as session:
        assert session.get_one(Person, theirs).name == "Theirs"
        assert session.scalar(select(func.count(Membership.id))) == 1


def test_the_same_queries_reach_their_own_rows(
    mentes: Mentes, organisation_id: UUID, theirs: UUID
) -> None:
    with mentes.database.reading(EVERYWHERE) as session:
        owner = session.get_one(Person, theirs).organisation_id
    with mentes.database.transaction(owner) as session:
        missed = [name for name, query in QUERIES.items() if not query(session, theirs)]
    assert missed == []


def test_what_cannot_be_scoped_is_refused(
    mentes: Mentes, organisation_id: UUID, theirs: UUID
) -> None:
    with mentes.database.reading(organisation_id) as session:
        for query in HIDDEN.values():
            with pytest.raises(TenancyError, match="select of their entity"):
                query(session, theirs)


def test_a_session_without_a_scope_refuses(mentes: Mentes, theirs: UUID) -> None:
    for query in {**QUERIES, **HIDDEN}.values():
        with Session(mentes.database.engine) as session, pytest.raises(TenancyError):
            query(session, theirs)


def test_related_rows_stay_within_the_wall(mentes: Mentes, organisation_id: UUID) -> None:
    other = an_organisation(mentes.database)
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
    with mentes.database.transaction(EVERYWHERE) as session:
        session.add(
            DeploymentRow(
                organisation_id=other,
                registration_id=registration.id,
                deployment_id="smuggled",
                created_at=NOW,
            )
        )
    with mentes.database.reading(organisation_id) as session:
        row = session.get_one(RegistrationRow, registration.id)
        assert [each.deployment_id for each in row.deployments] == ["1"]


def test_a_row_of_another_organisation_cannot_be_added(
    mentes: Mentes, organisation_id: UUID
) -> None:
    other = an_organisation(mentes.database)
    with (
        pytest.raises(TenancyError, match="another organisation"),
        mentes.database.transaction(organisation_id) as session,
    ):
        session.add(Person(organisation_id=other, created_at=NOW))


def test_a_row_without_an_organisation_cannot_be_added_for_all(mentes: Mentes) -> None:
    with (
        pytest.raises(TenancyError, match="without an organisation"),
        mentes.database.transaction(EVERYWHERE) as session,
    ):
        session.add(Person(created_at=NOW))


def test_a_row_is_given_the_organisation_of_its_session(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        person = Person(created_at=NOW)
        session.add(person)
        session.flush()
        assert person.organisation_id == organisation_id


def test_inserting_once_needs_an_organisation(mentes: Mentes) -> None:
    with (
        pytest.raises(TenancyError),
        mentes.database.transaction(EVERYWHERE) as session,
    ):
        inserted_once(session, Person, created_at=NOW)


def test_inserting_once_for_another_organisation_is_refused(
    mentes: Mentes, organisation_id: UUID
) -> None:
    other = an_organisation(mentes.database)
    with (
        pytest.raises(TenancyError),
        mentes.database.transaction(organisation_id) as session,
    ):
        inserted_once(session, Person, organisation_id=other, created_at=NOW)


def test_a_session_for_all_sees_all(mentes: Mentes, theirs: UUID) -> None:
    with mentes.database.reading(EVERYWHERE) as session:
        assert session.get_one(Person, theirs).name == "Theirs"
        with pytest.raises(TenancyError):
            organisation_of(session)


def test_a_session_for_all_can_serve_one_for_a_while(
    mentes: Mentes, organisation_id: UUID, theirs: UUID
) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        with narrowed(session, organisation_id):
            assert organisation_of(session) == organisation_id
            assert session.scalars(select(Person)).all() == []
            assert session.get(Person, theirs) is None
            session.add(Person(name="Ours", created_at=NOW))
        assert len(session.scalars(select(Person)).all()) == 2


def test_what_was_narrowed_is_wide_again_after_a_failure(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.reading(EVERYWHERE) as session:
        with pytest.raises(LookupError), narrowed(session, organisation_id):
            raise LookupError
        assert session.info["scope"] is EVERYWHERE


def test_organisations_may_have_people_of_the_same_name_and_number(
    mentes: Mentes, organisation_id: UUID
) -> None:
    for owner, client_id in ((organisation_id, "a"), (an_organisation(mentes.database), "b")):
        with mentes.database.transaction(owner) as session:
            registration = a_registration(session, client_id=client_id)
            a_person(session, a_course(session, registration), "4")
    with mentes.database.reading(EVERYWHERE) as session:
        assert session.scalar(select(func.count(Person.id))) == 2
