"""A course is known by its deployment and context id; some products need the registration alone.

Revision: 0025, after 0024. Which deployments a course was opened by before, nobody wrote down: it
stays with the one that opened it last, and another's first launch makes another course.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BY_REGISTRATION = "uq_course_registration_id_context_id"
BY_DEPLOYMENT = "uq_course_registration_id_context_id_within"
SPANNING = ("moodle", "totara", "canvas", "desire2learn", "openedx", "sakai")

COURSE = sa.table(
    "course",
    sa.column("id", sa.Uuid()),
    sa.column("registration_id", sa.Uuid()),
    sa.column("deployment_id", sa.String()),
    sa.column("context_id", sa.String()),
    sa.column("within", sa.String()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
REGISTRATION = sa.table(
    "registration", sa.column("id", sa.Uuid()), sa.column("product", sa.String())
)


def upgrade() -> None:
    op.add_column("course", sa.Column("within", sa.String(), nullable=False, server_default=""))
    spanning = sa.select(REGISTRATION.c.id).where(REGISTRATION.c.product.in_(SPANNING))
    op.execute(
        COURSE.update()
        .where(COURSE.c.registration_id.not_in(spanning))
        .values(within=COURSE.c.deployment_id)
    )
    with op.batch_alter_table("course") as table:
        table.alter_column("within", server_default=None)
        table.drop_constraint(BY_REGISTRATION, type_="unique")
        table.create_unique_constraint(BY_DEPLOYMENT, ["registration_id", "context_id", "within"])


def downgrade() -> None:
    connection = op.get_bind()
    found = connection.execute(sa.select(COURSE).order_by(COURSE.c.created_at, COURSE.c.id)).all()
    taken = set()
    for row in found:
        called = (row.registration_id, row.context_id)
        if called in taken:  # the oldest keeps the name; no course is thrown away
            connection.execute(
                COURSE.update()
                .where(COURSE.c.id == row.id)
                .values(context_id=f"{row.context_id} in {row.within}")
            )
        taken.add(called)
    with op.batch_alter_table("course") as table:
        table.drop_constraint(BY_DEPLOYMENT, type_="unique")
        table.create_unique_constraint(BY_REGISTRATION, ["registration_id", "context_id"])
        table.drop_column("within")
