"""Completions: tried again when they failed; assignments undone batch by batch, and nothing else
with them; places and cells of gradebooks found by their digest, as no index takes them as long as
senders may make them.

Revision: 0016, after 0015.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
FAILED = sa.text("reason = 'failed'")
BY_DIGEST = "uq_course_activity_organisation_id_digest"
BY_PLACE = "uq_course_activity_organisation_id_place"
BY_CELL = "uq_sent_score_organisation_id_cell"
BY_LINE_ITEM = "uq_sent_score_organisation_id_line_item_user_id"
TOGETHER = 500  # rows a statement
ACTIVITY = sa.table(
    "course_activity",
    sa.column("id", sa.Uuid()),
    sa.column("organisation_id", sa.Uuid()),
    sa.column("course_id", sa.Uuid()),
    sa.column("place", sa.String()),
    sa.column("digest", sa.String()),
    sa.column("bound", sa.Boolean()),
    sa.column("brought_by", sa.Uuid()),
)
SCORE = sa.table(
    "sent_score",
    sa.column("id", sa.Uuid()),
    sa.column("line_item", sa.String()),
    sa.column("user_id", sa.String()),
    sa.column("cell", sa.String()),
)
BINDING = sa.table(
    "binding",
    sa.column("id", sa.Uuid()),
    sa.column("organisation_id", sa.Uuid()),
    sa.column("what", sa.String()),
    sa.column("digest", sa.String()),
    sa.column("course_id", sa.Uuid()),
    sa.column("undone_at", MOMENT),
)


def upgrade() -> None:
    _completions()
    _bindings()
    _places()
    _scores()


def _completions() -> None:
    op.add_column(
        "completion", sa.Column("failures", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("completion", sa.Column("failed_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE completion SET failures = 1, failed_at = received_at WHERE reason = 'failed'"
    )
    op.create_index(
        "ix_completion_failed",
        "completion",
        ["failures", "failed_at"],
        postgresql_where=FAILED,
        sqlite_where=FAILED,
    )
    op.create_index("ix_completion_reference", "completion", ["organisation_id", "reference"])
    for what in ("person", "course"):
        op.drop_index(f"ix_completion_{what}", table_name="completion")
        op.create_index(
            f"ix_completion_{what}", "completion", ["organisation_id", f"{what}_digest", "at"]
        )


def _bindings() -> None:
    for name in ("undo_total", "undo_done"):
        op.add_column("binding", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name, kind in (("undo_at", MOMENT), ("undo_id", sa.Uuid()), ("undo_ended_at", MOMENT)):
        op.add_column("binding", sa.Column(name, kind, nullable=True))
    op.execute("UPDATE binding SET undo_ended_at = undone_at")


def _places() -> None:
    op.drop_index("ix_checkpoint_place", table_name="checkpoint")
    op.add_column("course_activity", sa.Column("digest", sa.String(), nullable=True))
    op.add_column("course_activity", sa.Column("brought_by", sa.Uuid(), nullable=True))
    connection = op.get_bind()
    set_digest = (
        sa.update(ACTIVITY)
        .where(ACTIVITY.c.id == sa.bindparam("row"))
        .values(digest=sa.bindparam("said"))
    )
    rows = iter(connection.execute(sa.select(ACTIVITY.c.id, ACTIVITY.c.place)).all())
    for some in _together(rows):
        connection.execute(
            set_digest,
            [{"row": id, "said": sha256(place.encode()).hexdigest()} for id, place in some],
        )
    _brought(connection)
    with op.batch_alter_table("course_activity") as table:
        table.alter_column("digest", existing_type=sa.String(), nullable=False)
        table.drop_constraint(BY_PLACE, type_="unique")
        table.create_unique_constraint(BY_DIGEST, ["organisation_id", "digest"])


def _scores() -> None:
    op.add_column("sent_score", sa.Column("cell", sa.String(), nullable=True))
    connection = op.get_bind()
    set_cell = (
        sa.update(SCORE).where(SCORE.c.id == sa.bindparam("row")).values(cell=sa.bindparam("said"))
    )
    rows = connection.execute(sa.select(SCORE.c.id, SCORE.c.line_item, SCORE.c.user_id)).all()
    for some in _together(iter(rows)):
        connection.execute(
            set_cell,
            [
                {"row": id, "said": sha256(f"{line_item}\n{user_id}".encode()).hexdigest()}
                for id, line_item, user_id in some
            ],
        )
    with op.batch_alter_table("sent_score") as table:
        table.alter_column("cell", existing_type=sa.String(), nullable=False)
        table.drop_constraint(BY_LINE_ITEM, type_="unique")
        table.create_unique_constraint(BY_CELL, ["organisation_id", "cell"])


def _together(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while some := list(islice(rows, TOGETHER)):
        yield some


def _brought(connection: sa.Connection) -> None:
    """Let the assignments that stand take back the course's own address; modules stay known, as
    nobody wrote down which became known by them alone.
    """
    standing = sa.select(BINDING).where(BINDING.c.what == "course", BINDING.c.undone_at.is_(None))
    for binding in connection.execute(standing).all():
        connection.execute(
            sa.update(ACTIVITY)
            .where(
                ACTIVITY.c.organisation_id == binding.organisation_id,
                ACTIVITY.c.course_id == binding.course_id,
                ACTIVITY.c.digest == binding.digest,
            )
            .values(brought_by=binding.id)
        )


def downgrade() -> None:
    with op.batch_alter_table("sent_score") as table:
        table.drop_constraint(BY_CELL, type_="unique")
        table.create_unique_constraint(BY_LINE_ITEM, ["organisation_id", "line_item", "user_id"])
        table.drop_column("cell")
    with op.batch_alter_table("course_activity") as table:
        table.drop_constraint(BY_DIGEST, type_="unique")
        table.create_unique_constraint(BY_PLACE, ["organisation_id", "place"])
        table.drop_column("brought_by")
        table.drop_column("digest")
    op.create_index("ix_checkpoint_place", "checkpoint", ["place"])
    for name in ("undo_total", "undo_done", "undo_at", "undo_id", "undo_ended_at"):
        op.drop_column("binding", name)
    for what in ("person", "course"):
        op.drop_index(f"ix_completion_{what}", table_name="completion")
        op.create_index(
            f"ix_completion_{what}", "completion", ["organisation_id", f"{what}_digest"]
        )
    op.drop_index("ix_completion_reference", table_name="completion")
    op.drop_index("ix_completion_failed", table_name="completion")
    op.drop_column("completion", "failed_at")
    op.drop_column("completion", "failures")
