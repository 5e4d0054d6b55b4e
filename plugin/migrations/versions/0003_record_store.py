"""The record store: documents, canonical activities, attachments.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "xapi_document",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("context", sa.LargeBinary(length=16), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("agent_key", sa.BigInteger(), nullable=True),
        sa.Column("registration", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.String(length=40), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "context", "key", name=op.f("pk_xapi_document")),
    )
    op.create_index(
        "ix_xapi_document_agent",
        "xapi_document",
        ["organisation_id", "agent_key"],
        unique=False,
        postgresql_where=sa.text("agent_key IS NOT NULL"),
        sqlite_where=sa.text("agent_key IS NOT NULL"),
    )
    op.create_table(
        "xapi_activity",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("said", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "key", name=op.f("pk_xapi_activity")),
    )
    op.create_table(
        "xapi_attachment",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=128), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "digest", name=op.f("pk_xapi_attachment")),
        sa.UniqueConstraint("name", name=op.f("uq_xapi_attachment_name")),
    )
    op.create_table(
        "xapi_statement_attachment",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=128), nullable=False),
        sa.Column("sha2", sa.String(length=128), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "seq", "digest", name=op.f("pk_xapi_statement_attachment")
        ),
    )
    op.create_index(
        "ix_xapi_statement_attachment_digest",
        "xapi_statement_attachment",
        ["organisation_id", "digest"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("xapi_statement_attachment")
    op.drop_table("xapi_attachment")
    op.drop_table("xapi_activity")
    op.drop_table("xapi_document")
