"""Administrators of a deployment administer Mentes where that is said of it.

Revision: 0026, after 0025. So far those of every deployment did; who is let in keeps that.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

DEPLOYMENT = sa.table(
    "deployment", sa.column("state", sa.String()), sa.column("administers", sa.Boolean())
)


def upgrade() -> None:
    op.add_column(
        "deployment",
        sa.Column("administers", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(DEPLOYMENT.update().where(DEPLOYMENT.c.state == "approved").values(administers=True))
    with op.batch_alter_table("deployment") as table:
        table.alter_column("administers", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("deployment") as table:
        table.drop_column("administers")
