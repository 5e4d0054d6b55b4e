"""Refused logins and launches that are no organisation's, for whoever runs the tool.

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stray_refusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_stray_refusal"),
    )
    op.create_index("ix_stray_refusal_refused_at", "stray_refusal", ["refused_at"])


def downgrade() -> None:
    op.drop_table("stray_refusal")
