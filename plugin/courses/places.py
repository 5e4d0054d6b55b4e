"""Where a context id means a course: in one deployment, or in all of a registration's.

A context's id is unique to the deployment that says it (Core 5.4.1). Where several institutions
share a registration, as tenants of Blackboard do, two of them may call different courses alike. But
one course of Canvas is opened by the deployment of its account as well as by one of its own, and
there it has to stay one course (`quirks.CONTEXTS_SPAN_DEPLOYMENTS`).
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from lti.quirks import CONTEXTS_SPAN_DEPLOYMENTS
from plugin.courses.model import Course
from plugin.foundation.tenancy import found_or_inserted
from plugin.platforms.model import RegistrationRow

EVERY_DEPLOYMENT: Final = ""
"""`Course.within` where a registration's deployments mean the same by a context's id."""


def meant(registration_id: UUID, deployment_id: str) -> ColumnElement[bool]:
    """Return the condition on courses of which a deployment may speak.

    Those that all deployments mean are among them whatever the product is said to be now: it is
    an administrator's to correct, and no course may be lost by that.
    """
    return and_(
        Course.registration_id == registration_id,
        or_(Course.within == deployment_id, Course.within == EVERY_DEPLOYMENT),
    )


def found_or_made(
    session: Session,
    registration: RegistrationRow,
    deployment_id: str,
    context_id: str,
    **made: object,
) -> Course:
    """Return what a deployment calls `context_id`, `made` so if it is not known yet."""
    spans = registration.product in CONTEXTS_SPAN_DEPLOYMENTS
    known = meant(registration.id, deployment_id)
    return found_or_inserted(
        session,
        select(Course)
        .where(known, Course.context_id == context_id)
        .order_by(Course.within.desc())
        .limit(1),
        Course,
        registration_id=registration.id,
        deployment_id=deployment_id,
        context_id=context_id,
        within=EVERY_DEPLOYMENT if spans else deployment_id,
        service_scopes=[],
        **made,
    )
