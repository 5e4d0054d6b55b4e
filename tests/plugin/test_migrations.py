"""One history of the schema, the same as the models, on both engines, there and back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from plugin import migrations
from plugin.completions.waiting_model import Binding, What
from plugin.courses.model import Membership
from plugin.foundation.db import Base, Database
from plugin.foundation.tenancy import EVERYWHERE, Organisation, unwalled
from plugin.migrations.metadata import METADATA
from plugin.people.model import PersonIdentifier
from plugin.platforms.model import DeploymentRow
from tests.databases import available, bare_database, drop_database
from tests.plugin.factories import NOW, a_course, a_person, a_registration

DANGLING = """
    INSERT INTO membership (id, organisation_id, course_id, person_id, roles, active, groups,
        mentors, shut_out, left_out, seen_at)
    VALUES ('0', '1', '2', '3', '[]', 1, '[]', '[]', '[]', 0, '2026-12-01')
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables."""
    chosen = request.config.getoption("--engine") or available()
    if request.param not in available() or request.param not in chosen:
        pytest.skip("not on this machine, or not chosen")
    url = bare_database(request.param, tmp_path)
    database = Database(url)
    yield database.engine
    database.dispose()
    drop_database(url)


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))


def test_the_history_has_one_beginning_and_one_end(bare: Engine) -> None:
    script = ScriptDirectory.from_config(migrations.configuration(bare))
    assert len(script.get_heads()) == len(script.get_bases()) == 1


def test_up_down_and_up_again(bare: Engine) -> None:
    migrations.upgrade(bare)
    full = tables(bare)
    migrations.upgrade(bare)  # safe to run again
    migrations.downgrade(bare, "base")
    assert tables(bare) == set()
    migrations.upgrade(bare)
    assert tables(bare) == full == {name for each in METADATA for name in each.tables}


def test_the_models_are_what_the_migrations_make(bare: Engine) -> None:
    migrations.upgrade(bare)
    assert differences(bare) == []


def test_a_difference_would_be_noticed(bare: Engine) -> None:
    migrations.upgrade(bare)
    with bare.begin() as connection:
        connection.execute(text("ALTER TABLE person ADD COLUMN shoe_size INTEGER"))
    assert len(differences(bare)) == 1


def test_every_constraint_has_a_name_that_a_migration_can_use(bare: Engine) -> None:
    nameless = [
        (table.name, type(constraint).__name__)
        for each in METADATA
        for table in each.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert nameless == []


def test_no_index_is_of_the_organisation_alone() -> None:
    """SQLite, which has no statistics, preferred it, and read the whole of a table for one row."""
    alone = [
        index.name
        for mapper in Base.registry.mappers
        for index in getattr(mapper.local_table, "indexes", ())
        if [column.name for column in index.columns] == ["organisation_id"]
    ]
    assert alone == []


def test_who_is_in_a_course_stays_so_while_one_key_takes_the_place_of_two(bare: Engine) -> None:
    migrations.upgrade(bare)
    database = Database(bare.url.render_as_string(hide_password=False))
    with database.transaction(EVERYWHERE) as session:
        acme, other = (Organisation(name=name, created_at=NOW) for name in ("Acme", "Other"))
        session.add_all([acme, other])
    with database.transaction(acme.id) as session:
        ada = a_person(session, a_course(session), "4", name="Ada One")
    for move, revision in ((migrations.downgrade, "0019"), (migrations.upgrade, "head")):
        move(bare, revision)
        with database.reading(acme.id) as session:
            assert session.scalars(select(Membership.person_id)).all() == [ada.id]
            assert session.scalars(select(PersonIdentifier.person_id)).all() == [ada.id]
    for table in (Membership, PersonIdentifier):
        elsewhere = update(unwalled(table)).values(organisation_id=other.id)
        with pytest.raises(IntegrityError), bare.begin() as connection:
            connection.execute(elsewhere)
    database.dispose()


def test_courses_go_back_to_their_registration_and_come_again_to_their_deployment(
    bare: Engine,
) -> None:
    migrations.upgrade(bare)
    database = Database(bare.url.render_as_string(hide_password=False))
    with database.transaction(EVERYWHERE) as session:
        session.add(acme := Organisation(name="Acme", created_at=NOW))
    with database.transaction(acme.id) as session:
        shared, site = (
            a_registration(session, issuer=f"https://{product}.example", product=product)
            for product in ("blackboard", "canvas")
        )
        first = a_course(session, shared, deployment_id="1")
        another = a_course(session, shared, deployment_id="8")
        another.created_at = NOW + timedelta(days=1)
        a_person(session, first, "4")
        of_site = a_course(session, site, deployment_id="1")
        ids = [each.id for each in (first, another, of_site)]

    def are(column: str) -> list[str]:
        with bare.connect() as connection:
            found = connection.execute(text(f"SELECT id, {column} FROM course"))  # noqa: S608
            known = {UUID(str(row[0])): row[1] for row in found}
        return [known[id] for id in ids]

    assert are("within") == ["1", "8", ""]
    with database.reading(acme.id) as session:
        assert set(session.scalars(select(DeploymentRow.administers))) == {True, False}
    migrations.downgrade(bare, "0024")
    assert are("context_id") == ["2", "2 in 8", "2"]
    migrations.upgrade(bare)
    assert are("within") == ["1", "8", ""]
    with database.reading(acme.id) as session:  # whoever administered goes on
        assert set(session.scalars(select(DeploymentRow.administers))) == {True}
    with database.reading(acme.id) as session:
        assert session.scalars(select(Membership.course_id)).all() == [first.id]
    database.dispose()


def test_a_migration_that_leaves_a_reference_to_nothing_is_undone(bare: Engine) -> None:
    if bare.dialect.name != "sqlite":
        pytest.skip("the other engine looks at every row itself")
    migrations.upgrade(bare, "0024")
    with bare.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        for said in ("PRAGMA foreign_keys=OFF", DANGLING, "PRAGMA foreign_keys=ON"):
            driver.cursor().execute(said)
    with pytest.raises(RuntimeError, match="membership"):
        migrations.upgrade(bare)
    with bare.connect() as connection:
        assert "within" not in {each["name"] for each in inspect(connection).get_columns("course")}
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_digests_of_mail_addresses_come_to_stand_beside_them_and_go_back(bare: Engine) -> None:
    migrations.upgrade(bare)
    database = Database(bare.url.render_as_string(hide_password=False))
    with database.transaction(EVERYWHERE) as session:
        session.add(acme := Organisation(name="Acme", created_at=NOW))
    with database.transaction(acme.id) as session:
        course = a_course(session)
        for number in ("4", "5", "6"):
            a_person(session, course, number, email=f"{number}@lms.example")
    digests = {sha1(f"{prefix}{n}@lms.example") for prefix in ("mailto:", "") for n in (4, 5, 6)}
    migrations.downgrade(bare, "0023")
    with bare.begin() as connection:
        alone = connection.execute(
            text("SELECT value FROM person_identifier WHERE scheme = 'mbox_sha1sum'")
        ).scalars()
        assert sorted(alone) == sorted(digests)
        # Of one, somebody said that her digest names another; of another, that his address does.
        said = "UPDATE person_identifier SET set_aside_at = created_at WHERE value = :value"
        connection.execute(text(said), {"value": sha1("mailto:5@lms.example")})
        connection.execute(text(said), {"value": "6@lms.example"})
        by_hand = "UPDATE person_identifier SET evidence = 'bound' WHERE value = :value"
        connection.execute(text(by_hand), {"value": sha1("4@lms.example")})
        digest_row = connection.execute(
            select(PersonIdentifier.id).where(
                PersonIdentifier.value == sha1("mailto:5@lms.example")
            )
        ).scalar_one()
    with database.transaction(acme.id) as session:
        session.add(
            Binding(
                what=What.PERSON,
                digest="0" * 64,
                keys=[],
                source="records",
                made_at=NOW,
                added=[],
                set_aside=[str(digest_row), "of another row"],
            )
        )
    migrations.upgrade(bare)
    with database.reading(acme.id) as session:
        held = PersonIdentifier
        rows = session.execute(
            select(held.value, held.sha1sum, held.bare_sha1sum, held.set_aside_at.is_(None)).where(
                held.scheme == "mbox"
            )
        ).all()
        assert sorted(rows) == [
            (f"{n}@lms.example", sha1(f"mailto:{n}@lms.example"), sha1(f"{n}@lms.example"), n == 4)
            for n in (4, 5, 6)
        ]
        alone = session.scalars(select(held.value).where(held.scheme == "mbox_sha1sum"))
        assert sorted(alone) == sorted(
            # They name him still: nobody said otherwise. And what was said by hand is as it was.
            [sha1("mailto:6@lms.example"), sha1("6@lms.example"), sha1("4@lms.example")]
        )
        address = session.scalars(select(held.id).where(held.value == "5@lms.example")).one()
        (binding,) = session.scalars(select(Binding))
        assert binding.set_aside == [str(address), "of another row"]  # as undoing it will need
    database.dispose()


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
