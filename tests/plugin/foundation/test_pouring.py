"""Many rows at once: what goes wrong with a stream is called as everywhere else."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from plugin.app import Mentes
from plugin.foundation.db import AWAY
from plugin.foundation.pouring import FEWEST
from plugin.foundation.tenancy import EVERYWHERE, inserted
from plugin.people.model import Person


def people(mentes: Mentes, *ids: UUID) -> list[dict[str, Any]]:
    return [
        {"id": id, "name": "Ada\tOne\\N", "email": None, "created_at": mentes.clock()} for id in ids
    ]


def test_a_row_that_is_there_already_is_an_integrity_error(
    mentes: Mentes, organisation_id: UUID
) -> None:
    ids = [uuid4() for _ in range(FEWEST)]
    with mentes.database.transaction(organisation_id) as session:
        inserted(session, Person, people(mentes, *ids))
    with (
        pytest.raises(IntegrityError) as raised,
        mentes.database.transaction(organisation_id) as session,
    ):
        inserted(session, Person, people(mentes, *ids))
    assert "Ada" not in str(raised.value.statement)
    with mentes.database.reading(organisation_id) as session:
        names = session.scalars(text("SELECT name FROM person")).all()
    assert names == ["Ada\tOne\\N"] * FEWEST


def test_a_database_that_goes_away_meanwhile_is_away(mentes: Mentes, organisation_id: UUID) -> None:
    if mentes.database.engine.dialect.name != "postgresql":
        pytest.skip("a file does not go away")
    with pytest.raises(AWAY):
        pour_as_it_goes(mentes, organisation_id)
    with mentes.database.transaction(organisation_id) as session:  # the next one works
        inserted(session, Person, people(mentes, uuid4()))


def pour_as_it_goes(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with mentes.database.transaction(EVERYWHERE) as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        inserted(session, Person, people(mentes, *(uuid4() for _ in range(FEWEST))))
