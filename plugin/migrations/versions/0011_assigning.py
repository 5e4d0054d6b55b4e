"""What is not assigned yet, what people assigned, and people who were merged.

Revision: 0011, after 0010.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ADDED = (
    ("person", "merged_into", sa.Uuid()),
    ("completion", "course_name", sa.String()),
    ("completion", "module_name", sa.String()),
)


def upgrade() -> None:
    for table, name, kind in ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    _table(
        "unassigned",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("iri", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("sought", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.UniqueConstraint(
            "organisation_id",
            "what",
            "digest",
            name=op.f("uq_unassigned_organisation_id_what_digest"),
        ),
    )
    op.create_index("ix_unassigned_since", "unassigned", ["organisation_id", "what", "since", "id"])
    _table(
        "unassigned_key",
        sa.Column("unassigned_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unassigned_id"],
            ["unassigned.id"],
            name=op.f("fk_unassigned_key_unassigned_id_unassigned"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "digest",
            "unassigned_id",
            name=op.f("uq_unassigned_key_organisation_id_digest_unassigned_id"),
        ),
    )
    op.create_index("ix_unassigned_key_unassigned_id", "unassigned_key", ["unassigned_id"])
    _table(
        "binding",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("iri", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("set_aside", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_binding_course_id_course")
        ),
        *_people("binding", "person_id", "made_by", "undone_by"),
    )
    op.create_index("ix_binding_newest", "binding", ["organisation_id", "made_at"])
    _table(
        "person_merge",
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        *_people("person_merge", "kept_id", "merged_id", "made_by", "undone_by"),
    )
    op.create_index(op.f("ix_person_merge_merged_id"), "person_merge", ["merged_id"])
    # Whoever waits is looked at once more, which notes what for.
    op.execute(
        "UPDATE completion SET status = 'new', reason = NULL WHERE status = 'waiting' "
        "AND reason IN ('person-unknown', 'course-unknown')"
    )


def _table(name: str, *rest: Any) -> None:
    """Create a table of rows that belong to an organisation."""
    op.create_table(
        name,
        *rest,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f(f"fk_{name}_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _people(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person"))
        for column in columns
    ]


def downgrade() -> None:
    for table in ("person_merge", "binding", "unassigned_key", "unassigned"):
        op.drop_table(table)
    for table, name, _ in reversed(ADDED):
        op.drop_column(table, name)
