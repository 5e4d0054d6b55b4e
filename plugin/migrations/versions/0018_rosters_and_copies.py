"""Readings of rosters and the question they may raise; what copies of courses keep.

Revision: 0018, after 0017. Whoever is in a course whose list was read before may be left out of the
next one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("course", sa.Column("roster_listed_at", MOMENT, nullable=True))
    op.add_column("course", sa.Column("differences_url", sa.String(), nullable=True))
    op.add_column("course", sa.Column("reading", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("membership", sa.Column("listed_in", sa.Integer(), nullable=True))
    op.add_column(
        "membership",
        sa.Column("left_out", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(
        sa.text(
            "UPDATE membership SET listed_in = 0 WHERE course_id IN"
            " (SELECT id FROM course WHERE roster_synced_at IS NOT NULL)"
        )
    )
    op.add_column("course_copy", sa.Column("answer", sa.String(), nullable=True))
    op.add_column("course_copy", sa.Column("answered_at", MOMENT, nullable=True))
    _questions()
    _kept_parts()


def _questions() -> None:
    op.create_table(
        "roster_question",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_roster_question_course_id_course"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["person.id"], name="fk_roster_question_settled_by_person"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_roster_question_organisation_id_organisation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_roster_question"),
    )
    op.create_index(
        "uq_roster_question_open",
        "roster_question",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def _kept_parts() -> None:
    op.create_table(
        "kept_part",
        sa.Column("copy_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("became", sa.Uuid(), nullable=True),
        sa.Column("was_there", sa.Boolean(), nullable=False),
        sa.Column("kept_by", sa.Uuid(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["copy_id"], ["course_copy.id"], name="fk_kept_part_copy_id_course_copy"
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["participation.id"], name="fk_kept_part_mentor_id_participation"
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["checkpoint.id"], name="fk_kept_part_rule_id_checkpoint"
        ),
        sa.ForeignKeyConstraint(["kept_by"], ["person.id"], name="fk_kept_part_kept_by_person"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_kept_part_organisation_id_organisation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kept_part"),
        sa.UniqueConstraint("copy_id", "mentor_id", name="uq_kept_part_copy_id_mentor_id"),
        sa.UniqueConstraint("copy_id", "rule_id", name="uq_kept_part_copy_id_rule_id"),
    )


def downgrade() -> None:
    op.drop_table("kept_part")
    op.drop_table("roster_question")
    for column in ("answer", "answered_at"):
        op.drop_column("course_copy", column)
    for column in ("left_out", "listed_in"):
        op.drop_column("membership", column)
    for column in ("reading", "differences_url", "roster_listed_at"):
        op.drop_column("course", column)
