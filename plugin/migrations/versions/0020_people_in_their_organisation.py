"""A name of somebody, and their place in a course, belong to the organisation that they belong to.

Revision: 0020, after 0019. Each row's person had a key, and each row's organisation another, which
together allowed a person of one organisation beside the number of another. One key over both does
not, and is looked up once where there were two look-ups: of a roster's new rows, they were a third
of the work.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("person_identifier", "membership")
OWN = "uq_person_own"
SIGNS_IN = "uq_person_identifier_signs_in"


def upgrade() -> None:
    op.create_index(OWN, "person", ["id", "organisation_id"], unique=True)
    op.drop_index(SIGNS_IN, table_name="person_identifier")
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_constraint(f"fk_{name}_person_id_person", type_="foreignkey")
            table.drop_constraint(f"fk_{name}_organisation_id_organisation", type_="foreignkey")
            table.create_foreign_key(
                f"fk_{name}_person_id_organisation_id_person",
                "person",
                ["person_id", "organisation_id"],
                ["id", "organisation_id"],
            )
    _signs_in()


def downgrade() -> None:
    op.drop_index(SIGNS_IN, table_name="person_identifier")
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_constraint(f"fk_{name}_person_id_organisation_id_person", type_="foreignkey")
            table.create_foreign_key(
                f"fk_{name}_organisation_id_organisation",
                "organisation",
                ["organisation_id"],
                ["id"],
            )
            table.create_foreign_key(f"fk_{name}_person_id_person", "person", ["person_id"], ["id"])
    _signs_in()
    op.drop_index(OWN, table_name="person")


def _signs_in() -> None:
    op.create_index(
        SIGNS_IN,
        "person_identifier",
        ["organisation_id", "home", "value"],
        unique=True,
        sqlite_where=sa.text("signs_in"),
        postgresql_where=sa.text("signs_in"),
    )
