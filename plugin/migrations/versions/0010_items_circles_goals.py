"""Items, circles, next steps, audiences, and what people ask of their data.

Revision: 0010, after 0009. Next steps that are there already, in what people wrote when looking
back, become commitments.
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_request",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_privacy_request_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_privacy_request_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["person.id"], name=op.f("fk_privacy_request_settled_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
    )
    op.create_index(
        "ix_privacy_request_asked_at", "privacy_request", ["organisation_id", "asked_at"]
    )
    op.create_index(
        "uq_privacy_request_open",
        "privacy_request",
        ["person_id", "kind"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "circle",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["person.id"], name=op.f("fk_circle_mentor_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_circle_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_circle_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle")),
    )
    op.create_index(op.f("ix_circle_mentor_id"), "circle", ["mentor_id"])
    op.create_index(op.f("ix_circle_programme_id"), "circle", ["programme_id"])
    op.create_table(
        "circle_member",
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_circle_member_circle_id_circle")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_circle_member_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_circle_member_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle_member")),
        sa.UniqueConstraint(
            "circle_id", "person_id", name=op.f("uq_circle_member_circle_id_person_id")
        ),
    )
    op.create_index(op.f("ix_circle_member_person_id"), "circle_member", ["person_id"])
    op.create_table(
        "circle_session",
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("meeting_place", sa.String(), nullable=True),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_circle_session_circle_id_circle")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_circle_session_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["person.id"], name=op.f("fk_circle_session_proposed_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle_session")),
    )
    op.create_index("ix_circle_session_circle_id", "circle_session", ["circle_id", "starts_at"])
    op.create_table(
        "placed_item",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=True),
        sa.Column("circle_id", sa.Uuid(), nullable=True),
        sa.Column("available_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("available_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("placed_by", sa.Uuid(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_placed_item_checkpoint_id_checkpoint"),
        ),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circle.id"], name=op.f("fk_placed_item_circle_id_circle")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_placed_item_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_placed_item_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["placed_by"], ["person.id"], name=op.f("fk_placed_item_placed_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placed_item")),
    )
    op.create_index(op.f("ix_placed_item_course_id"), "placed_item", ["course_id"])
    op.create_table(
        "circle_attendance",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_circle_attendance_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_circle_attendance_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["circle_session.id"],
            name=op.f("fk_circle_attendance_session_id_circle_session"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle_attendance")),
        sa.UniqueConstraint(
            "session_id", "person_id", name=op.f("uq_circle_attendance_session_id_person_id")
        ),
    )
    op.create_index(op.f("ix_circle_attendance_person_id"), "circle_attendance", ["person_id"])
    op.create_table(
        "commitment",
        sa.Column("checkin_id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("by", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkin_id"], ["checkin.id"], name=op.f("fk_commitment_checkin_id_checkin")
        ),
        sa.ForeignKeyConstraint(
            ["mentee_id"], ["person.id"], name=op.f("fk_commitment_mentee_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_commitment_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_commitment_pairing_id_pairing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("checkin_id", name=op.f("uq_commitment_checkin_id")),
    )
    op.create_index(op.f("ix_commitment_mentee_id"), "commitment", ["mentee_id"])
    op.create_index(op.f("ix_commitment_pairing_id"), "commitment", ["pairing_id"])
    op.add_column(
        "programme", sa.Column("audience", sa.JSON(), nullable=False, server_default="[]")
    )

    _commitments_of_what_was_written()


def downgrade() -> None:
    op.drop_column("programme", "audience")
    op.drop_table("commitment")
    op.drop_table("circle_attendance")
    op.drop_table("placed_item")
    op.drop_table("circle_session")
    op.drop_table("circle_member")
    op.drop_table("circle")
    op.drop_table("privacy_request")


def _commitments_of_what_was_written() -> None:
    said = sa.text(
        "SELECT c.organisation_id, c.id AS checkin_id, c.pairing_id, c.mentee_id, f.next_step,"
        " f.next_step_by, f.given_at FROM feedback f JOIN checkin c ON c.id = f.checkin_id"
        " WHERE f.next_step IS NOT NULL AND f.part = 'mentee'"
    ).columns(
        organisation_id=sa.Uuid,
        checkin_id=sa.Uuid,
        pairing_id=sa.Uuid,
        mentee_id=sa.Uuid,
        next_step_by=sa.Date,
        given_at=sa.DateTime(timezone=True),
    )
    names = ("organisation_id", "checkin_id", "pairing_id", "mentee_id", "id")
    commitment = sa.table(
        "commitment",
        *(sa.column(name, sa.Uuid) for name in names),
        sa.column("step", sa.String),
        sa.column("by", sa.Date),
        sa.column("state", sa.String),
        sa.column("made_at", sa.DateTime(timezone=True)),
        sa.column("moved_at", sa.DateTime(timezone=True)),
    )
    rows = [
        {
            "id": uuid4(),
            "organisation_id": row.organisation_id,
            "checkin_id": row.checkin_id,
            "pairing_id": row.pairing_id,
            "mentee_id": row.mentee_id,
            "step": row.next_step,
            "by": row.next_step_by,
            "state": "open",
            "made_at": row.given_at,
            "moved_at": row.given_at,
        }
        for row in op.get_bind().execute(said)
    ]
    if rows:
        op.bulk_insert(commitment, rows)
