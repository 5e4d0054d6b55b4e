"""Matching: what is asked, rules in versions, drafts.

Revision: 0002, after 0001.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matching_draft",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("based_on", sa.Uuid(), nullable=True),
        sa.Column("rules_version", sa.Integer(), nullable=True),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("people_digest", sa.String(), nullable=True),
        sa.Column("statistics", sa.JSON(), nullable=True),
        sa.Column("prices", sa.JSON(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_matching_draft_made_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_matching_draft_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_matching_draft_programme_id_programme"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_draft")),
        sa.UniqueConstraint(
            "programme_id", "number", name=op.f("uq_matching_draft_programme_id_number")
        ),
    )
    op.create_table(
        "matching_rules",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_matching_rules_made_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_matching_rules_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_matching_rules_programme_id_programme"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_rules")),
        sa.UniqueConstraint(
            "programme_id", "version", name=op.f("uq_matching_rules_programme_id_version")
        ),
    )
    op.create_table(
        "matching_draft_pair",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["matching_draft.id"],
            name=op.f("fk_matching_draft_pair_draft_id_matching_draft"),
        ),
        sa.ForeignKeyConstraint(
            ["mentee_id"], ["person.id"], name=op.f("fk_matching_draft_pair_mentee_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["person.id"], name=op.f("fk_matching_draft_pair_mentor_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_matching_draft_pair_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_draft_pair")),
        sa.UniqueConstraint(
            "draft_id", "mentee_id", name=op.f("uq_matching_draft_pair_draft_id_mentee_id")
        ),
    )
    op.create_index(
        "ix_matching_draft_pair_mentor_id",
        "matching_draft_pair",
        ["draft_id", "mentor_id"],
        unique=False,
    )
    op.create_table(
        "matching_draft_unmatched",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("ruled_out", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["matching_draft.id"],
            name=op.f("fk_matching_draft_unmatched_draft_id_matching_draft"),
        ),
        sa.ForeignKeyConstraint(
            ["mentee_id"], ["person.id"], name=op.f("fk_matching_draft_unmatched_mentee_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_matching_draft_unmatched_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_draft_unmatched")),
        sa.UniqueConstraint(
            "draft_id", "mentee_id", name=op.f("uq_matching_draft_unmatched_draft_id_mentee_id")
        ),
    )
    op.add_column(
        "participation", sa.Column("answers", sa.JSON(), nullable=False, server_default="{}")
    )
    op.add_column(
        "participation", sa.Column("wishes", sa.JSON(), nullable=False, server_default="[]")
    )
    op.add_column(
        "participation", sa.Column("refuses", sa.JSON(), nullable=False, server_default="[]")
    )
    op.add_column(
        "programme", sa.Column("pairs_by", sa.String(), nullable=False, server_default="at-once")
    )
    op.add_column(
        "programme", sa.Column("questions", sa.JSON(), nullable=False, server_default="{}")
    )
    _rewrite_reasons(lambda old: [{"kind": each} for each in old])


def downgrade() -> None:
    _rewrite_reasons(lambda new: [each["kind"] for each in new])
    op.drop_column("programme", "questions")
    op.drop_column("programme", "pairs_by")
    op.drop_column("participation", "refuses")
    op.drop_column("participation", "wishes")
    op.drop_column("participation", "answers")
    op.drop_table("matching_draft_unmatched")
    op.drop_index("ix_matching_draft_pair_mentor_id", table_name="matching_draft_pair")
    op.drop_table("matching_draft_pair")
    op.drop_table("matching_rules")
    op.drop_table("matching_draft")


def _rewrite_reasons(rewritten: Callable[[list[Any]], list[Any]]) -> None:
    """Reasons were slugs; they are objects with a kind now."""
    pairing = sa.table("pairing", sa.column("id", sa.Uuid()), sa.column("reasons", sa.JSON()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(pairing.c.id, pairing.c.reasons)).all():
        if row.reasons:
            connection.execute(
                sa.update(pairing)
                .where(pairing.c.id == row.id)
                .values(reasons=rewritten(row.reasons))
            )
