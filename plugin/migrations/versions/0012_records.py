"""What is told: by which groups, by what people are called, and what can be taken back.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move forward."""
    op.create_table(
        "told",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_told_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
        sa.UniqueConstraint(
            "organisation_id", "statement_id", name=op.f("uq_told_organisation_id_statement_id")
        ),
    )
    with op.batch_alter_table("told") as told:
        told.create_index("ix_told_event_id", ["event_id"])
    with op.batch_alter_table("registration") as registration:
        registration.add_column(
            sa.Column("actor_form", sa.String(), nullable=False, server_default="account")
        )
        registration.add_column(sa.Column("actor_home", sa.String(), nullable=True))
    with op.batch_alter_table("programme") as programme:
        programme.add_column(
            sa.Column("recorded_groups", sa.JSON(), nullable=False, server_default="{}")
        )
    with op.batch_alter_table("participation") as participation:
        participation.add_column(
            sa.Column("recorded_as", sa.String(), nullable=False, server_default="account")
        )
    with op.batch_alter_table("checkin") as checkin:
        checkin.add_column(sa.Column("talked_minutes", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Move back."""
    with op.batch_alter_table("checkin") as checkin:
        checkin.drop_column("talked_minutes")
    with op.batch_alter_table("participation") as participation:
        participation.drop_column("recorded_as")
    with op.batch_alter_table("programme") as programme:
        programme.drop_column("recorded_groups")
    with op.batch_alter_table("registration") as registration:
        registration.drop_column("actor_home")
        registration.drop_column("actor_form")
    op.drop_table("told")
