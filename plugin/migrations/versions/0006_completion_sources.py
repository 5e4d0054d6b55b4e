"""Where completions come from; completions in lanes.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ADDED = (
    ("came_by", sa.String(), "record-store"),
    ("lane", sa.Integer(), "0"),
    ("lti_item_names", sa.JSON(), "[]"),
    ("observed", sa.Boolean(), sa.false()),
)
"""Columns of completions, and what they say of the rows that are there already."""


def upgrade() -> None:
    for name, kind, before in ADDED:
        op.add_column("completion", sa.Column(name, kind, nullable=False, server_default=before))
    op.drop_index("ix_completion_status_at", "completion")
    op.create_index("ix_completion_due", "completion", ["organisation_id", "status", "lane", "at"])
    op.create_index("ix_completion_received_at", "completion", ["status", "received_at"])
    op.create_table(
        "completion_source",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("configuration", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("former_secret", sa.String(), nullable=True),
        sa.Column("former_until", MOMENT, nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("passed_over", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=True),
        sa.Column("last_completion_at", MOMENT, nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("problem_at", MOMENT, nullable=True),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("read_to", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_completion_source_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_source")),
        sa.UniqueConstraint(
            "organisation_id",
            "kind",
            "name",
            name=op.f("uq_completion_source_organisation_id_kind_name"),
        ),
        sa.UniqueConstraint("path", name=op.f("uq_completion_source_path")),
    )
    op.create_index("ix_completion_source_due_at", "completion_source", ["due_at"])
    op.create_table(
        "refused_delivery",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("pointer", sa.String(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_refused_delivery_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["completion_source.id"],
            name=op.f("fk_refused_delivery_source_id_completion_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_delivery")),
        sa.UniqueConstraint(
            "source_id", "slug", "hour", name=op.f("uq_refused_delivery_source_id_slug_hour")
        ),
    )
    op.create_table(
        "seen_line_item",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_seen_line_item_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_seen_line_item_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen_line_item")),
        sa.UniqueConstraint("course_id", "url", name=op.f("uq_seen_line_item_course_id_url")),
    )


def downgrade() -> None:
    op.drop_table("seen_line_item")
    op.drop_table("refused_delivery")
    op.drop_table("completion_source")
    op.drop_index("ix_completion_received_at", "completion")
    op.drop_index("ix_completion_due", "completion")
    op.create_index(
        "ix_completion_status_at", "completion", ["status", "at", "state", "received_at"]
    )
    for name, _, _ in reversed(ADDED):
        op.drop_column("completion", name)
