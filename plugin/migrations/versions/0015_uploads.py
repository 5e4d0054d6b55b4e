"""Uploads of completions: files, and what becomes of their lines.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "completion_upload",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("configuration", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_completion_upload_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_upload")),
    )
    op.create_index(
        "ix_completion_upload_created_at", "completion_upload", ["organisation_id", "created_at"]
    )
    op.create_index("ix_completion_upload_state", "completion_upload", ["state", "created_at"])
    op.create_table(
        "completion_upload_part",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_completion_upload_part_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["completion_upload.id"],
            name=op.f("fk_completion_upload_part_upload_id_completion_upload"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_upload_part")),
        sa.UniqueConstraint(
            "upload_id",
            "file",
            "number",
            name=op.f("uq_completion_upload_part_upload_id_file_number"),
        ),
    )
    op.create_table(
        "completion_upload_line",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("column", sa.String(), nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("opens", sa.String(), nullable=True),
        sa.Column("completion_id", sa.Uuid(), nullable=True),
        sa.Column("undone", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["completion_id"],
            ["completion.id"],
            name=op.f("fk_completion_upload_line_completion_id_completion"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_completion_upload_line_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["completion_upload.id"],
            name=op.f("fk_completion_upload_line_upload_id_completion_upload"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_upload_line")),
        sa.UniqueConstraint(
            "upload_id", "line", name=op.f("uq_completion_upload_line_upload_id_line")
        ),
    )
    for name in ("event_id", "opens"):
        op.create_index(
            f"ix_completion_upload_line_{name}", "completion_upload_line", ["upload_id", name]
        )
    op.create_index(
        "ix_completion_upload_line_completion_id", "completion_upload_line", ["completion_id"]
    )


def downgrade() -> None:
    op.drop_table("completion_upload_line")
    op.drop_table("completion_upload_part")
    op.drop_table("completion_upload")
