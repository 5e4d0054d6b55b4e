"""How the databases look for whose a name is: in an index, part by part.

Without statistics SQLite takes an index that begins with the organisation for nearly unique; what
it would read then is all that an organisation knows.
"""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import event, text

from lrs_bridge.identity import mail_digests
from plugin.app import Mentes
from plugin.people import arriving, identifiers
from plugin.people.rules import Key
from tests.plugin.courses.members import a_member
from tests.plugin.factories import ISSUER, NOW

MAIL = "7@lms.example"
KEYS: dict[str, Key] = {
    "an address": ("mbox", "", MAIL),
    "a digest": ("mbox_sha1sum", "", mail_digests(MAIL)[0]),
    "a username of any platform": ("username", "", "learner7"),
    "an account, and what else it may mean": ("account", ISSUER, "learner7"),
}


@pytest.mark.parametrize(
    "keys", [*([key] for key in KEYS.values()), [*KEYS.values()]], ids=[*KEYS, "all"]
)
def test_whose_a_name_is_is_found_in_indexes(
    mentes: Mentes, organisation_id: UUID, keys: list[Key]
) -> None:
    members = [
        a_member(f"u{n}", email=f"{n}@lms.example", username=f"learner{n}") for n in range(500)
    ]
    with mentes.database.transaction(organisation_id) as session:
        arriving.all_seen(
            session,
            [arriving.arriving(member, product=None) for member in members],
            known={},
            issuer=ISSUER,
            product=None,
            now=NOW,
        )
        is_postgresql = session.get_bind().dialect.name == "postgresql"
        if is_postgresql:  # which goes by what there is, and would rather read all of so little
            session.execute(text("ANALYZE person_identifier"))
            session.execute(text("SET LOCAL enable_seqscan = off"))
        connection, asked = session.connection(), []

        def note(_connection, _cursor, statement, parameters, _context, _many):  # type: ignore[no-untyped-def]
            asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", note)
        assert identifiers.whose(session, keys).person_id is not None
        event.remove(connection, "before_cursor_execute", note)
        ((statement, parameters),) = asked
        explain = "EXPLAIN" if is_postgresql else "EXPLAIN QUERY PLAN"
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    plan = [str(row) for row in rows]
    if is_postgresql:
        ways = [line for line in plan if "Index Cond" in line]
        assert not [line for line in plan if "Seq Scan" in line], plan
        assert all("organisation_id = " in line and " AND " in line for line in ways), plan
    else:
        ways = [line for line in plan if " person_identifier" in line]
        assert all("SEARCH" in line and "organisation_id=?" in line for line in ways), plan
        assert all(" AND " in line for line in ways), plan
    assert ways, plan
