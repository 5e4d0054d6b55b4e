"""Launches: logins in frames without cookies, deployments that wait, refused launches.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LOGIN = (
    ("authentication_url", sa.String()),
    ("ticket_digest", sa.String()),
    ("ticket_expires_at", sa.DateTime(timezone=True)),
    ("ticket_spent_at", sa.DateTime(timezone=True)),
)
ADDED = (("deployment", "state", "approved"), ("registration", "deployment_policy", "by-hand"))
"""Columns that may not be empty, and what they say of the rows that are there already."""


def upgrade() -> None:
    for name, kind in LOGIN:
        op.add_column("pending_login", sa.Column(name, kind, nullable=True))
    for table, name, before in ADDED:
        column = sa.Column(name, sa.String(), nullable=False, server_default=before)
        op.add_column(table, column)
    op.create_table(
        "refused_launch",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("check", sa.String(), nullable=True),
        sa.Column("specification", sa.String(), nullable=True),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_refused_launch_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_refused_launch_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_launch")),
    )
    op.create_index("ix_refused_launch_newest", "refused_launch", ["organisation_id", "refused_at"])


def downgrade() -> None:
    op.drop_table("refused_launch")
    for table, name, _ in reversed(ADDED):
        op.drop_column(table, name)
    for name, _ in reversed(LOGIN):
        op.drop_column("pending_login", name)
