"""Who can open an item of ours, as the platform says.

Revision: 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "resource_link", sa.Column("openers_read_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "membership", sa.Column("shut_out", sa.JSON(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    with op.batch_alter_table("membership") as table:
        table.drop_column("shut_out")
    with op.batch_alter_table("resource_link") as table:
        table.drop_column("openers_read_at")
