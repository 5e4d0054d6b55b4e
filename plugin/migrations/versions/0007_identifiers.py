"""People: identifiers that two may share, with evidence and when it was seen last; courses: their
ids in registries, IRIs that two may share.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ONCE = "uq_person_identifier_organisation_id_scheme_home_value"
MOMENT = sa.DateTime(timezone=True)
SAID = (
    ("said_by", sa.String(), ""),
    ("signs_in", sa.Boolean(), sa.true()),
    ("told", sa.JSON(), "{}"),
)
"""Columns that may not be empty, and what they say of the accounts that are there already."""
NOT_SAID = (("set_aside_at", MOMENT), ("merged_from", sa.Uuid()), ("verified_at", MOMENT))


def upgrade() -> None:
    with op.batch_alter_table("person_identifier") as table:
        for name, kind, before in SAID:
            table.add_column(sa.Column(name, kind, nullable=False, server_default=before))
        for name, what in NOT_SAID:
            table.add_column(sa.Column(name, what, nullable=True))
    # Until now there were only the accounts of launches and rosters.
    op.execute("UPDATE person_identifier SET said_by = home, verified_at = created_at")
    with op.batch_alter_table("person_identifier") as table:
        table.alter_column("verified_at", nullable=False)
        table.drop_constraint(ONCE, type_="unique")
        table.create_unique_constraint(
            "uq_person_identifier_once",
            ["organisation_id", "scheme", "value", "home", "person_id"],
        )
    op.add_column("course", sa.Column("sourced_id", sa.String(), nullable=True))
    for name in ("contested", "bound"):
        column: sa.Column[bool] = sa.Column(
            name, sa.Boolean(), nullable=False, server_default=sa.false()
        )
        op.add_column("course_activity", column)
    op.create_index(
        "uq_person_identifier_signs_in",
        "person_identifier",
        ["organisation_id", "home", "value"],
        unique=True,
        sqlite_where=sa.text("signs_in"),
        postgresql_where=sa.text("signs_in"),
    )


def downgrade() -> None:
    op.execute("DELETE FROM course_activity WHERE contested")
    op.drop_column("course_activity", "bound")
    op.drop_column("course_activity", "contested")
    op.drop_column("course", "sourced_id")
    op.drop_index("uq_person_identifier_signs_in", table_name="person_identifier")
    op.execute("DELETE FROM person_identifier WHERE NOT signs_in")
    with op.batch_alter_table("person_identifier") as table:
        table.drop_constraint("uq_person_identifier_once", type_="unique")
        table.create_unique_constraint(ONCE, ["organisation_id", "scheme", "home", "value"])
        for name, *_ in (*SAID, *NOT_SAID):
            table.drop_column(name)
