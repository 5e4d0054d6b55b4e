"""Notices: what deployments can tell of, which were acted upon; what courses descend from.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("deployment", sa.Column("notices_url", sa.String(), nullable=True))
    op.add_column(
        "deployment", sa.Column("notice_types", sa.JSON(), nullable=False, server_default="[]")
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_notice_organisation_id_organisation"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name="fk_notice_registration_id_registration"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint(
            "registration_id", "notice_id", name="uq_notice_registration_id_notice_id"
        ),
    )
    op.create_index("ix_notice_received_at", "notice", ["received_at"])
    op.create_table(
        "course_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_course_copy_organisation_id_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name="fk_course_copy_course_id_course"
        ),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["course.id"], name="fk_course_copy_origin_id_course"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_course_copy"),
        sa.UniqueConstraint("course_id", "origin_id", name="uq_course_copy_course_id_origin_id"),
    )
    op.create_index("ix_course_copy_origin_id", "course_copy", ["origin_id"])
    op.create_index("ix_resource_link_link_id", "resource_link", ["link_id"])


def downgrade() -> None:
    op.drop_index("ix_resource_link_link_id", "resource_link")
    op.drop_table("course_copy")
    op.drop_table("notice")
    op.drop_column("deployment", "notice_types")
    op.drop_column("deployment", "notices_url")
