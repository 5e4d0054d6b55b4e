"""A launch knows its deployment: who administers is asked again at each page.

Revision: 0027, after 0026. Visits that go on over it administer nothing until they begin anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("launch", sa.Column("deployment_id", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("launch") as table:
        table.drop_column("deployment_id")
