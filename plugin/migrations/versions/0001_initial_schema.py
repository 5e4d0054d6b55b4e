"""Initial schema.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
    )
    op.create_table(
        "event",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_event_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_subject_id", "event", ["subject_id", "at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_outbox_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "organisation_id", "kind", "key", name=op.f("uq_outbox_organisation_id_kind_key")
        ),
    )
    op.create_index("ix_outbox_lane", "outbox", ["organisation_id", "kind", "lane"], unique=False)
    op.create_index("ix_outbox_settled_at_due_at", "outbox", ["settled_at", "due_at"], unique=False)
    op.create_table(
        "person",
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_person_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "registration",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("authorization_endpoint", sa.String(), nullable=False),
        sa.Column("token_endpoint", sa.String(), nullable=False),
        sa.Column("jwks_uri", sa.String(), nullable=False),
        sa.Column("token_audience", sa.String(), nullable=True),
        sa.Column("product", sa.String(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("allow_anonymous", sa.Boolean(), nullable=False),
        sa.Column("administrators_are_analysts", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_registration_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_registration_issuer_client_id")),
    )
    op.create_table(
        "tool_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("sealed_pem", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_tool_key_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_tool_key_kid")),
    )
    op.create_table(
        "browser_session",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_browser_session_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_browser_session_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_browser_session_digest")),
    )
    op.create_index(
        "ix_browser_session_expires_at", "browser_session", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_browser_session_person_id"), "browser_session", ["person_id"], unique=False
    )
    op.create_table(
        "course",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.String(), nullable=False),
        sa.Column("context_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("memberships_url", sa.String(), nullable=True),
        sa.Column("lineitems_url", sa.String(), nullable=True),
        sa.Column("service_scopes", sa.JSON(), nullable=False),
        sa.Column("roster_synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_course_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_course_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint(
            "registration_id", "context_id", name=op.f("uq_course_registration_id_context_id")
        ),
    )
    op.create_table(
        "deployment",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_deployment_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_deployment_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint(
            "registration_id",
            "deployment_id",
            name=op.f("uq_deployment_registration_id_deployment_id"),
        ),
    )
    op.create_table(
        "pending_login",
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("browser_digest", sa.String(), nullable=False),
        sa.Column("target_link_uri", sa.String(), nullable=False),
        sa.Column("storage_target", sa.String(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_pending_login_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_pending_login_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_login")),
        sa.UniqueConstraint("state", name=op.f("uq_pending_login_state")),
    )
    op.create_index("ix_pending_login_expires_at", "pending_login", ["expires_at"], unique=False)
    op.create_table(
        "person_identifier",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("home_as_said", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_person_identifier_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_identifier_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_identifier")),
        sa.UniqueConstraint(
            "organisation_id",
            "scheme",
            "home",
            "value",
            name=op.f("uq_person_identifier_organisation_id_scheme_home_value"),
        ),
    )
    op.create_index(
        op.f("ix_person_identifier_person_id"), "person_identifier", ["person_id"], unique=False
    )
    op.create_table(
        "registration_invitation",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("administrators_are_analysts", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_registration_invitation_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_invitation_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_registration_invitation_digest")),
    )
    op.create_table(
        "course_activity",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("iri", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_activity_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_course_activity_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_activity")),
        sa.UniqueConstraint(
            "organisation_id", "place", name=op.f("uq_course_activity_organisation_id_place")
        ),
    )
    op.create_index(
        op.f("ix_course_activity_course_id"), "course_activity", ["course_id"], unique=False
    )
    op.create_table(
        "membership",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_membership_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_membership_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "course_id", "person_id", name=op.f("uq_membership_course_id_person_id")
        ),
    )
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"], unique=False)
    op.create_table(
        "programme",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_programme_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_programme_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("course_id", name=op.f("uq_programme_course_id")),
    )
    op.create_table(
        "resource_link",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("lineitem_url", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_resource_link_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_resource_link_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_link")),
        sa.UniqueConstraint(
            "course_id", "link_id", name=op.f("uq_resource_link_course_id_link_id")
        ),
    )
    op.create_table(
        "checkpoint",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("iri", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("within_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_checkpoint_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_checkpoint_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
    )
    op.create_index(op.f("ix_checkpoint_place"), "checkpoint", ["place"], unique=False)
    op.create_index(
        op.f("ix_checkpoint_programme_id"), "checkpoint", ["programme_id"], unique=False
    )
    op.create_table(
        "launch",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("resource_link_id", sa.Uuid(), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("return_url", sa.String(), nullable=True),
        sa.Column("frame_origins", sa.JSON(), nullable=False),
        sa.Column("deep_linking", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_launch_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_launch_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_launch_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_launch_registration_id_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["resource_link_id"],
            ["resource_link.id"],
            name=op.f("fk_launch_resource_link_id_resource_link"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["browser_session.id"],
            name=op.f("fk_launch_session_id_browser_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch")),
    )
    op.create_index(op.f("ix_launch_session_id"), "launch", ["session_id"], unique=False)
    op.create_table(
        "pairing",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mentee_id"], ["person.id"], name=op.f("fk_pairing_mentee_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["person.id"], name=op.f("fk_pairing_mentor_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_pairing_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_pairing_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
    )
    op.create_index(op.f("ix_pairing_mentee_id"), "pairing", ["mentee_id"], unique=False)
    op.create_index("ix_pairing_mentor_id", "pairing", ["mentor_id", "programme_id"], unique=False)
    op.create_index(
        "uq_pairing_open",
        "pairing",
        ["programme_id", "mentee_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "participation",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("talk", sa.JSON(), nullable=False),
        sa.Column("first_use", sa.String(), nullable=True),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("recorded_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_participation_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_participation_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_participation_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint(
            "programme_id",
            "person_id",
            "part",
            name=op.f("uq_participation_programme_id_person_id_part"),
        ),
    )
    op.create_index(
        op.f("ix_participation_person_id"), "participation", ["person_id"], unique=False
    )
    op.create_table(
        "checkin",
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("meeting_place", sa.String(), nullable=True),
        sa.Column("booking_sequence", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoint.id"], name=op.f("fk_checkin_checkpoint_id_checkpoint")
        ),
        sa.ForeignKeyConstraint(
            ["mentee_id"], ["person.id"], name=op.f("fk_checkin_mentee_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_checkin_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_checkin_pairing_id_pairing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin")),
        sa.UniqueConstraint(
            "checkpoint_id", "mentee_id", name=op.f("uq_checkin_checkpoint_id_mentee_id")
        ),
    )
    op.create_index("ix_checkin_pairing_id", "checkin", ["pairing_id", "state"], unique=False)
    op.create_table(
        "completion",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_event_id", sa.String(), nullable=False),
        sa.Column("person_keys", sa.JSON(), nullable=False),
        sa.Column("person_digest", sa.String(), nullable=False),
        sa.Column("course_digest", sa.String(), nullable=True),
        sa.Column("course_iri", sa.String(), nullable=True),
        sa.Column("module_iri", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_completion_checkpoint_id_checkpoint"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_completion_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_completion_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
        sa.UniqueConstraint(
            "organisation_id",
            "source",
            "source_event_id",
            name=op.f("uq_completion_organisation_id_source_source_event_id"),
        ),
    )
    op.create_index(
        "ix_completion_checkpoint_id_person_id",
        "completion",
        ["checkpoint_id", "person_id"],
        unique=False,
    )
    op.create_index(
        "ix_completion_course", "completion", ["organisation_id", "course_digest"], unique=False
    )
    op.create_index(
        "ix_completion_person", "completion", ["organisation_id", "person_digest"], unique=False
    )
    op.create_index(
        "ix_completion_status_at",
        "completion",
        ["status", "at", "state", "received_at"],
        unique=False,
    )
    op.create_table(
        "feedback",
        sa.Column("checkin_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("worth", sa.String(), nullable=False),
        sa.Column("next_step", sa.String(), nullable=True),
        sa.Column("next_step_by", sa.Date(), nullable=True),
        sa.Column("line", sa.String(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkin_id"], ["checkin.id"], name=op.f("fk_feedback_checkin_id_checkin")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_feedback_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_feedback_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint(
            "checkin_id", "person_id", name=op.f("uq_feedback_checkin_id_person_id")
        ),
    )
    op.create_table(
        "xapi_credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("secret_hash", sa.String(length=255), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_credential")),
        sa.UniqueConstraint("key", name=op.f("uq_xapi_credential_key")),
    )
    op.create_index(
        op.f("ix_xapi_credential_organisation_id"),
        "xapi_credential",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "xapi_reach",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("via", sa.BigInteger(), nullable=False),
        sa.Column("verb", sa.BigInteger(), nullable=False),
        sa.Column("registration", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "seq", "via", name=op.f("pk_xapi_reach")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_xapi_reach_registration",
        "xapi_reach",
        ["organisation_id", "registration", "seq", "via"],
        unique=False,
        postgresql_where=sa.text("registration IS NOT NULL"),
        sqlite_where=sa.text("registration IS NOT NULL"),
    )
    op.create_index(
        "ix_xapi_reach_verb", "xapi_reach", ["organisation_id", "verb", "seq", "via"], unique=False
    )
    op.create_table(
        "xapi_statement",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stored", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authority", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.Uuid(), nullable=True),
        sa.Column("voiding", sa.Boolean(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("served", sa.Text(), nullable=True),
        sa.Column("assigned", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "seq", name=op.f("pk_xapi_statement")),
        sa.UniqueConstraint(
            "organisation_id", "id", name=op.f("uq_xapi_statement_organisation_id_id")
        ),
    )
    op.create_index(
        "ix_xapi_statement_authority",
        "xapi_statement",
        ["organisation_id", "authority", "seq"],
        unique=False,
    )
    op.create_index(
        "ix_xapi_statement_stored", "xapi_statement", ["organisation_id", "stored"], unique=False
    )
    op.create_index(
        "ix_xapi_statement_target",
        "xapi_statement",
        ["organisation_id", "target"],
        unique=False,
        postgresql_where=sa.text("target IS NOT NULL"),
        sqlite_where=sa.text("target IS NOT NULL"),
    )
    op.create_table(
        "xapi_statement_activity",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.SmallInteger(), nullable=False),
        sa.Column("verb", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("via", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "activity",
            "scope",
            "verb",
            "seq",
            "via",
            name=op.f("pk_xapi_statement_activity"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_xapi_statement_activity_page",
        "xapi_statement_activity",
        ["organisation_id", "activity", "scope", "seq", "via"],
        unique=False,
    )
    op.create_table(
        "xapi_statement_agent",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("agent", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.SmallInteger(), nullable=False),
        sa.Column("verb", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("via", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "agent",
            "scope",
            "verb",
            "seq",
            "via",
            name=op.f("pk_xapi_statement_agent"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_xapi_statement_agent_page",
        "xapi_statement_agent",
        ["organisation_id", "agent", "scope", "seq", "via"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_xapi_statement_agent_page", table_name="xapi_statement_agent")
    op.drop_table("xapi_statement_agent")
    op.drop_index("ix_xapi_statement_activity_page", table_name="xapi_statement_activity")
    op.drop_table("xapi_statement_activity")
    op.drop_index(
        "ix_xapi_statement_target",
        table_name="xapi_statement",
        postgresql_where=sa.text("target IS NOT NULL"),
        sqlite_where=sa.text("target IS NOT NULL"),
    )
    op.drop_index("ix_xapi_statement_stored", table_name="xapi_statement")
    op.drop_index("ix_xapi_statement_authority", table_name="xapi_statement")
    op.drop_table("xapi_statement")
    op.drop_index("ix_xapi_reach_verb", table_name="xapi_reach")
    op.drop_index(
        "ix_xapi_reach_registration",
        table_name="xapi_reach",
        postgresql_where=sa.text("registration IS NOT NULL"),
        sqlite_where=sa.text("registration IS NOT NULL"),
    )
    op.drop_table("xapi_reach")
    op.drop_index(op.f("ix_xapi_credential_organisation_id"), table_name="xapi_credential")
    op.drop_table("xapi_credential")
    op.drop_table("feedback")
    op.drop_index("ix_completion_status_at", table_name="completion")
    op.drop_index("ix_completion_person", table_name="completion")
    op.drop_index("ix_completion_course", table_name="completion")
    op.drop_index("ix_completion_checkpoint_id_person_id", table_name="completion")
    op.drop_table("completion")
    op.drop_index("ix_checkin_pairing_id", table_name="checkin")
    op.drop_table("checkin")
    op.drop_index(op.f("ix_participation_person_id"), table_name="participation")
    op.drop_table("participation")
    op.drop_index(
        "uq_pairing_open",
        table_name="pairing",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_pairing_mentor_id", table_name="pairing")
    op.drop_index(op.f("ix_pairing_mentee_id"), table_name="pairing")
    op.drop_table("pairing")
    op.drop_index(op.f("ix_launch_session_id"), table_name="launch")
    op.drop_table("launch")
    op.drop_index(op.f("ix_checkpoint_programme_id"), table_name="checkpoint")
    op.drop_index(op.f("ix_checkpoint_place"), table_name="checkpoint")
    op.drop_table("checkpoint")
    op.drop_table("resource_link")
    op.drop_table("programme")
    op.drop_index(op.f("ix_membership_person_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_course_activity_course_id"), table_name="course_activity")
    op.drop_table("course_activity")
    op.drop_table("registration_invitation")
    op.drop_index(op.f("ix_person_identifier_person_id"), table_name="person_identifier")
    op.drop_table("person_identifier")
    op.drop_index("ix_pending_login_expires_at", table_name="pending_login")
    op.drop_table("pending_login")
    op.drop_table("deployment")
    op.drop_table("course")
    op.drop_index(op.f("ix_browser_session_person_id"), table_name="browser_session")
    op.drop_index("ix_browser_session_expires_at", table_name="browser_session")
    op.drop_table("browser_session")
    op.drop_table("tool_key")
    op.drop_table("registration")
    op.drop_table("person")
    op.drop_index("ix_outbox_settled_at_due_at", table_name="outbox")
    op.drop_index("ix_outbox_lane", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("ix_event_subject_id", table_name="event")
    op.drop_table("event")
    op.drop_table("organisation")
