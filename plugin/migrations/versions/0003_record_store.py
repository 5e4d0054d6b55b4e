"""The record store: documents, canonical activities, attachments.

Revision: 0003, after 0002.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from lrs_bridge.lrs.links import rebuild

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _order_by_time_of_storing()
    _find_by_one_narrow_index()
    _let_in_with_more_care()
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
    _keep_refusals()
    _forget_for_good()


def downgrade() -> None:
    for table in ("xapi_retention", "xapi_tombstone", "xapi_erasure"):
        op.drop_table(table)
    op.drop_table("xapi_refusal")
    _let_in_as_before()
    op.drop_table("xapi_statement_attachment")
    op.drop_table("xapi_attachment")
    op.drop_table("xapi_activity")
    op.drop_table("xapi_document")
    _find_by_wide_indexes()
    _order_by_number()


def _keep_refusals() -> None:
    op.create_table(
        "xapi_refusal",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credential", sa.Uuid(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("resource", sa.String(length=40), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found", sa.String(length=40), nullable=True),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_xapi_refusal")),
    )
    op.create_index(
        "ix_xapi_refusal_last_at",
        "xapi_refusal",
        ["organisation_id", "last_at", "id"],
        unique=False,
    )


def _order_by_time_of_storing() -> None:
    """Let `seq` be what `stored` was, in microseconds; `stored` rose strictly along it."""
    if op.get_bind().dialect.name == "sqlite":
        moment = (
            "CAST(strftime('%s', {0}.stored) AS INTEGER) * 1000000"
            " + CAST(substr({0}.stored, 21) AS INTEGER)"
        )
    else:
        moment = "CAST(extract(epoch FROM {0}.stored) * 1000000 AS BIGINT)"
    _reach_anew(
        f"SELECT r.organisation_id, {moment.format('one')} AS seq, {moment.format('two')} AS via"  # noqa: S608
        " FROM xapi_reach r"
        " JOIN xapi_statement one ON one.organisation_id = r.organisation_id AND one.seq = r.seq"
        " JOIN xapi_statement two ON two.organisation_id = r.organisation_id AND two.seq = r.via"
        " WHERE r.seq <> r.via"
    )
    op.create_index("ix_xapi_reach_via", "xapi_reach", ["organisation_id", "via", "seq"])
    op.execute(f"UPDATE xapi_statement SET seq = {moment.format('xapi_statement')}")  # noqa: S608
    op.drop_index("ix_xapi_statement_stored", table_name="xapi_statement")
    op.drop_column("xapi_statement", "stored")


def _find_by_one_narrow_index() -> None:
    for name, columns in (
        ("xapi_statement_key", ("key", "seq", "verb")),
        ("xapi_reached_key", ("key", "seq", "via", "verb")),
    ):
        op.create_table(
            name,
            *(sa.Column(column, sa.BigInteger(), nullable=False) for column in columns),
            sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{name}")),
            sqlite_with_rowid=False,
        )
    with Session(op.get_bind()) as session:
        rebuild(session)
        session.commit()  # into the transaction of this migration
    op.drop_table("xapi_statement_activity")
    op.drop_table("xapi_statement_agent")


def _order_by_number() -> None:
    """Bring `stored` back. `seq` stays the larger number that it is: its order is the same."""
    if op.get_bind().dialect.name == "sqlite":
        stored = (
            "strftime('%Y-%m-%d %H:%M:%S', seq / 1000000, 'unixepoch')"
            " || printf('.%06d', seq % 1000000)"
        )
    else:
        stored = "timestamptz 'epoch' + seq * interval '1 microsecond'"
    op.add_column("xapi_statement", sa.Column("stored", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"UPDATE xapi_statement SET stored = {stored}")  # noqa: S608
    with op.batch_alter_table("xapi_statement") as table:
        table.alter_column("stored", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index("ix_xapi_statement_stored", "xapi_statement", ["organisation_id", "stored"])


def _find_by_wide_indexes() -> None:
    """Bring the old tables back, empty: the next upgrade finds everything by its text again."""
    op.drop_table("xapi_reached_key")
    op.drop_table("xapi_statement_key")
    _reach_anew(
        "SELECT organisation_id, seq, via FROM xapi_reach",
        sa.Column("verb", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("registration", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_xapi_reach_verb", "xapi_reach", ["organisation_id", "verb", "seq", "via"])
    known = sa.text("registration IS NOT NULL")
    op.create_index(
        "ix_xapi_reach_registration",
        "xapi_reach",
        ["organisation_id", "registration", "seq", "via"],
        postgresql_where=known,
        sqlite_where=known,
    )
    for what in ("agent", "activity"):
        name = f"xapi_statement_{what}"
        op.create_table(
            name,
            sa.Column("organisation_id", sa.Uuid(), nullable=False),
            sa.Column(what, sa.BigInteger(), nullable=False),
            sa.Column("scope", sa.SmallInteger(), nullable=False),
            sa.Column("verb", sa.BigInteger(), nullable=False),
            sa.Column("seq", sa.BigInteger(), nullable=False),
            sa.Column("via", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint(
                "organisation_id", what, "scope", "verb", "seq", "via", name=op.f(f"pk_{name}")
            ),
            sqlite_with_rowid=False,
        )
        op.create_index(f"ix_{name}_page", name, ["organisation_id", what, "scope", "seq", "via"])


def _reach_anew(pairs: str, *columns: sa.Column[Any]) -> None:
    """Make the table of references again, with these pairs and these further columns."""
    op.execute(f"CREATE TABLE xapi_pair AS {pairs}")
    op.drop_table("xapi_reach")
    op.create_table(
        "xapi_reach",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("via", sa.BigInteger(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("organisation_id", "seq", "via", name=op.f("pk_xapi_reach")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO xapi_reach (organisation_id, seq, via) SELECT * FROM xapi_pair")
    op.drop_table("xapi_pair")


_LIMITS = (
    "requests_per_minute",
    "statements_per_minute",
    "statements_per_day",
    "largest_batch",
    "largest_body",
)


def _let_in_with_more_care() -> None:
    columns: tuple[sa.Column[Any], ...] = (
        sa.Column("label", sa.String(length=200), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rotation", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("former_hash", sa.String(length=255), nullable=True),
        sa.Column("former_until", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(limit, sa.Integer(), nullable=True) for limit in _LIMITS),
    )
    for column in columns:
        op.add_column("xapi_credential", column)
    op.create_table(
        "xapi_token",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_xapi_token")),
    )
    op.create_index(op.f("ix_xapi_token_expires_at"), "xapi_token", ["expires_at"])
    op.create_table(
        "xapi_allowance",
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("drawn", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("credential_id", "what", name=op.f("pk_xapi_allowance")),
    )


def _let_in_as_before() -> None:
    """Take away what goes beyond keys and secrets. Whoever was to be kept out is, for good."""
    op.drop_table("xapi_allowance")
    op.drop_table("xapi_token")
    op.execute(
        "UPDATE xapi_credential SET revoked_at = coalesce(disabled_at, expires_at)"
        " WHERE revoked_at IS NULL AND coalesce(disabled_at, expires_at) IS NOT NULL"
    )
    for column in (
        *_LIMITS,
        *("former_until", "former_hash", "rotation"),
        *("last_used_at", "disabled_at", "expires_at", "label"),
    ):
        op.drop_column("xapi_credential", column)


def _forget_for_good() -> None:
    op.create_table(
        "xapi_erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked", sa.LargeBinary(length=16), nullable=False),
        sa.Column("statements", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_erasure")),
    )
    op.create_index("ix_xapi_erasure_at", "xapi_erasure", ["organisation_id", "at"])
    op.create_table(
        "xapi_tombstone",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "seq", name=op.f("pk_xapi_tombstone")),
        sa.UniqueConstraint(
            "organisation_id", "id", name=op.f("uq_xapi_tombstone_organisation_id_id")
        ),
    )
    op.create_table(
        "xapi_retention",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("verb", sa.Text(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_retention")),
    )
    op.create_index(
        op.f("ix_xapi_retention_organisation_id"), "xapi_retention", ["organisation_id"]
    )
