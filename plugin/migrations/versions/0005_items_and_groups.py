"""Items and groups: what a launch says of its item and of whom it is about, course groups.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MAY_BE_EMPTY = (
    ("launch", "item", sa.JSON()),
    ("launch", "for_subject", sa.String()),
    ("course", "groups_url", sa.String()),
    ("course", "group_sets_url", sa.String()),
    ("course", "groups_synced_at", sa.DateTime(timezone=True)),
)
LISTS = (("membership", "groups"), ("membership", "mentors"))


def upgrade() -> None:
    for table, name, kind in MAY_BE_EMPTY:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    for table, name in LISTS:
        op.add_column(table, sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "course_group",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("set_name", sa.String(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_group_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_course_group_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_group")),
        sa.UniqueConstraint(
            "course_id", "group_id", name=op.f("uq_course_group_course_id_group_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("course_group")
    for table, name in LISTS:
        op.drop_column(table, name)
    for table, name, _ in reversed(MAY_BE_EMPTY):
        op.drop_column(table, name)
