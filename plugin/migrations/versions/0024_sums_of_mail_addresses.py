"""A mail address has its digests beside it, and what is known needs no event of its own.

Revision: 0024, after 0023. Of the nine rows that a roster makes for each person, two were digests
of a mail address in a third, and one an event which said that the others are there. A digest that
was decided to be another's says so of the address itself.
"""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NAME = "person_identifier"
SUMS = ("sha1sum", "bare_sha1sum")
AT_ONCE = 1_000

EVENT = sa.table("event", sa.column("kind"))
BINDING = sa.table("binding", sa.column("id", sa.Uuid()), sa.column("set_aside", sa.JSON()))
KNOWN = sa.table(
    NAME,
    sa.column("id", sa.Uuid()),
    sa.column("organisation_id", sa.Uuid()),
    sa.column("person_id", sa.Uuid()),
    sa.column("scheme"),
    sa.column("home"),
    sa.column("home_as_said"),
    sa.column("value"),
    sa.column("sha1sum"),
    sa.column("bare_sha1sum"),
    sa.column("evidence"),
    sa.column("said_by"),
    sa.column("signs_in", sa.Boolean()),
    sa.column("told", sa.JSON()),
    sa.column("created_at"),
    sa.column("verified_at"),
    sa.column("set_aside_at"),
    sa.column("merged_from", sa.Uuid()),
)


def upgrade() -> None:
    for name in SUMS:
        op.add_column(NAME, sa.Column(name, sa.String()))
        op.create_index(
            f"ix_{NAME}_{name}",
            NAME,
            [name, "organisation_id"],
            sqlite_where=sa.text(f"{name} IS NOT NULL"),
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )
    for rows in _addresses():
        _summed(rows)
    with op.batch_alter_table(NAME) as table:
        table.create_check_constraint(
            op.f("ck_person_identifier_summed"),
            "(scheme = 'mbox') = (sha1sum IS NOT NULL AND bare_sha1sum IS NOT NULL)",
        )
    op.execute(EVENT.delete().where(EVENT.c.kind == "person.known"))


def downgrade() -> None:
    with op.batch_alter_table(NAME) as table:
        table.drop_constraint(op.f("ck_person_identifier_summed"), type_="check")
    for rows in _addresses():
        _written_out(rows)
    for name in SUMS:
        op.drop_index(f"ix_{NAME}_{name}", table_name=NAME)
        op.drop_column(NAME, name)


def _addresses() -> Iterator[list[sa.Row[Any]]]:
    """Yield the rows of mail addresses by the thousand."""
    connection, last = op.get_bind(), None
    while True:
        some = sa.select(KNOWN).where(KNOWN.c.scheme == "mbox").order_by(KNOWN.c.id).limit(AT_ONCE)
        rows = connection.execute(some if last is None else some.where(KNOWN.c.id > last)).all()
        if not rows:
            return
        yield list(rows)
        last = rows[-1].id


def _summed(rows: list[sa.Row[Any]]) -> None:
    """Keep the digests of addresses beside them, and no longer by themselves."""
    connection = op.get_bind()
    sums = [_sums(row.value) for row in rows]
    connection.execute(
        KNOWN.update()
        .where(KNOWN.c.id == sa.bindparam("row"))
        .values({name: sa.bindparam(f"its_{name}") for name in SUMS}),
        [
            {"row": row.id, "its_sha1sum": sha1sum, "its_bare_sha1sum": bare}
            for row, (sha1sum, bare) in zip(rows, sums, strict=True)
        ],
    )
    theirs = {
        (row.person_id, digest): row
        for row, both in zip(rows, sums, strict=True)
        for digest in both
    }
    several = {row.person_id for row in rows}
    alone = sa.select(KNOWN).where(KNOWN.c.scheme == "mbox_sha1sum", KNOWN.c.person_id.in_(several))
    follow = [
        (row, theirs[row.person_id, row.value])
        for row in connection.execute(alone)
        if (row.person_id, row.value) in theirs and row.evidence != "bound"
    ]
    needless = [row.id for row, address in follow if row.set_aside_at or not address.set_aside_at]
    set_aside = [
        {"row": address.id, "at": row.set_aside_at}
        for row, address in follow
        if row.set_aside_at and not address.set_aside_at
    ]
    if set_aside:
        connection.execute(
            KNOWN.update()
            .where(KNOWN.c.id == sa.bindparam("row"))
            .values(set_aside_at=sa.bindparam("at")),
            set_aside,
        )
        _renamed({str(row.id): str(address.id) for row, address in follow if row.set_aside_at})
    if needless:
        connection.execute(KNOWN.delete().where(KNOWN.c.id.in_(needless)))


def _renamed(ids: dict[str, str]) -> None:
    """Let whoever undoes an assignment bring back the address in the place of its digest."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(BINDING)).all():
        if not ids.keys().isdisjoint(row.set_aside):
            renamed = list(dict.fromkeys(ids.get(id, id) for id in row.set_aside))
            connection.execute(
                BINDING.update().where(BINDING.c.id == row.id).values(set_aside=renamed)
            )


def _written_out(rows: list[sa.Row[Any]]) -> None:
    """Keep the digests of addresses by themselves, unless somebody said them by hand."""
    connection = op.get_bind()
    alone = sa.select(KNOWN.c.person_id, KNOWN.c.value).where(
        KNOWN.c.scheme == "mbox_sha1sum", KNOWN.c.person_id.in_({row.person_id for row in rows})
    )
    there = {(person_id, value) for person_id, value in connection.execute(alone)}
    written = [
        {
            **row._mapping,
            "id": uuid4(),
            "scheme": "mbox_sha1sum",
            "value": digest,
            "sha1sum": None,
            "bare_sha1sum": None,
        }
        for row in rows
        for digest in _sums(row.value)
        if (row.person_id, digest) not in there
    ]
    if written:
        connection.execute(KNOWN.insert(), written)


def _sums(address: str) -> tuple[str, str]:
    return _sha1(f"mailto:{address}"), _sha1(address)


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
