"""Targets of statements, and channels of the outbox.

Revision: 0014, after 0013.
"""

from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CHANNELS = UUID("0b7d6d5e-3a55-4b3c-8f0e-6f6f1d1b8a52")
WAITING = sa.text("settled_at IS NULL")
PARKED = sa.text("outcome = 'given-up'")
THERE = sa.text("removed_at IS NULL")
OLD = "uq_outbox_organisation_id_kind_key"
NEW = "uq_outbox_organisation_id_kind_target_key"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _outbox()
    _channels()
    _targets()


def _outbox() -> None:
    for column in (
        sa.Column("target", sa.String(), nullable=False, server_default=""),
        sa.Column("channel", sa.Uuid(), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("said", sa.String(), nullable=True),
    ):
        op.add_column("outbox", column)
    _give_channels()
    op.drop_index("ix_outbox_settled_at_due_at", table_name="outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("channel", existing_type=sa.Uuid(), nullable=False)
        outbox.drop_constraint(OLD, type_="unique")
        outbox.create_unique_constraint(NEW, ["organisation_id", "kind", "target", "key"])
    op.create_index("ix_outbox_settled_at", "outbox", ["settled_at"])
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["kind", "channel", "due_at", "place"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    op.create_index(
        "ix_outbox_parked",
        "outbox",
        ["organisation_id", "settled_at"],
        postgresql_where=PARKED,
        sqlite_where=PARKED,
    )


def _give_channels() -> None:
    """What is there already has no target: a channel for each organisation and kind."""
    outbox = sa.table(
        "outbox",
        sa.column("organisation_id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("channel", sa.Uuid()),
    )
    connection = op.get_bind()
    ours = outbox.c.organisation_id, outbox.c.kind
    for organisation_id, kind in connection.execute(sa.select(*ours).distinct()).all():
        connection.execute(
            outbox.update()
            .where(outbox.c.organisation_id == organisation_id, outbox.c.kind == kind)
            .values(channel=uuid5(CHANNELS, f"{organisation_id}:{kind}:"))
        )


def _channels() -> None:
    op.create_table(
        "outbox_channel",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("served_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("lease", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("away_since", MOMENT, nullable=True),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("paused_by", sa.String(), nullable=True),
        *_owned("outbox_channel"),
        sa.UniqueConstraint(
            "organisation_id",
            "kind",
            "target",
            name=op.f("uq_outbox_channel_organisation_id_kind_target"),
        ),
    )
    op.create_table(
        "outbox_named",
        sa.Column("debt_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        *_owned("outbox_named"),
        sa.ForeignKeyConstraint(
            ["debt_id"],
            ["outbox.id"],
            name=op.f("fk_outbox_named_debt_id_outbox"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("debt_id", "name", name=op.f("uq_outbox_named_debt_id_name")),
    )
    op.create_index("ix_outbox_named_name", "outbox_named", ["organisation_id", "name"])


def _targets() -> None:
    op.create_table(
        "record_target",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("sealed_secret", sa.String(), nullable=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("forwards", sa.JSON(), nullable=True),
        sa.Column("erasing", sa.String(), nullable=False),
        sa.Column("admin_url", sa.String(), nullable=True),
        sa.Column("admin_user", sa.String(), nullable=True),
        sa.Column("sealed_admin_password", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        *_owned("record_target"),
    )
    op.create_index(
        "ix_record_target_name",
        "record_target",
        ["organisation_id", "name"],
        unique=True,
        postgresql_where=THERE,
        sqlite_where=THERE,
    )
    op.create_table(
        "record_pseudonym",
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("instead_of", sa.String(), nullable=False),
        sa.Column("home_page", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        *_owned("record_pseudonym"),
        _of_target("record_pseudonym"),
        sa.UniqueConstraint(
            "target_id", "instead_of", name=op.f("uq_record_pseudonym_target_id_instead_of")
        ),
    )
    op.create_table(
        "record_withdrawal",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("ending", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        *_owned("record_withdrawal"),
        _of_target("record_withdrawal"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_record_withdrawal_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_record_withdrawal_programme_id_programme"),
        ),
    )
    op.create_index(
        "ix_record_withdrawal_person_id", "record_withdrawal", ["person_id", "asked_at"]
    )


def _owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f(f"fk_{table}_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _of_target(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["target_id"],
        ["record_target.id"],
        name=op.f(f"fk_{table}_target_id_record_target"),
    )


def downgrade() -> None:
    """What is owed to several targets is owed once again: to the installation's store."""
    for table in ("record_withdrawal", "record_pseudonym", "record_target"):
        op.drop_table(table)
    for table in ("outbox_named", "outbox_channel"):
        op.drop_table(table)
    for index in ("ix_outbox_parked", "ix_outbox_waiting", "ix_outbox_settled_at"):
        op.drop_index(index, table_name="outbox")
    op.execute("DELETE FROM outbox WHERE kind = 'statement' AND target <> ''")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(NEW, type_="unique")
        for name in ("said", "place", "channel", "target"):
            outbox.drop_column(name)
        outbox.create_unique_constraint(OLD, ["organisation_id", "kind", "key"])
    op.create_index("ix_outbox_settled_at_due_at", "outbox", ["settled_at", "due_at"])
