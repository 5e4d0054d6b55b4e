"""What we say outside our profile: what an LMS could not say itself, and that we were wrong.

Neither carries the version of our profile, which would bind it to a template and to the pattern of
a pairing: an observed completion is the LMS's business, a voiding the standard's.
"""

from __future__ import annotations

from uuid import UUID

import tincan

from lrs_bridge.compose.building import (
    Json,
    agent,
    course_activity,
    mode_activity,
    named,
    system,
    titled_activity,
    written,
)
from lrs_bridge.compose.checking import checked_outside
from lrs_bridge.compose.values import Actor, Correction, Course, Module, Observed
from lrs_bridge.vocabulary import Extension, Mode, Verb


def completion_observed(
    observed: Observed, learner: Actor, what: Course | Module, *, course: Course | None = None
) -> Json:
    """A learner completed a course or a module, and the LMS wrote no statement about it.

    Owed only where the source speaks no xAPI: what the LMS has written is referred to by its id.

    Args:
        course: that a module belongs to.
    """
    if isinstance(what, Course):
        thing = course_activity(observed, what)
    else:
        thing = titled_activity(observed, what.iri, what.title)
    around = {"category": [mode_activity(Mode.FORMAL)]}
    if course is not None:
        around["grouping"] = [course_activity(observed, course)]
    composed = written(
        id=named(observed.organisation_id, "completed", observed.source, observed.event_id),
        actor=agent(learner),
        verb=Verb.COMPLETED,
        thing=thing,
        context=tincan.Context(
            platform=observed.platform,
            language=observed.language,
            context_activities=tincan.ContextActivities(**around),
            extensions=tincan.Extensions({Extension.SOURCE.value: observed.source}),
        ),
        result=tincan.Result(completion=True),
        at=observed.at,
    )
    return checked_outside(composed, mailboxes=observed.mailboxes)


def voided(correction: Correction, statement_id: UUID) -> Json:
    """What a statement of ours told was not so; what is so, a new revision tells.

    The tool itself says this, whoever corrected it: it is about the statement, and tells nothing
    more about anybody. Its id follows from the statement's, so that taking back twice is once.
    """
    composed = written(
        id=named(correction.organisation_id, "voided", statement_id),
        actor=agent(system(correction.tool)),
        verb=Verb.VOIDED,
        thing=tincan.StatementRef(id=statement_id),
        context=tincan.Context(
            extensions=tincan.Extensions({Extension.VOID_REASON.value: correction.why})
        ),
        at=correction.at,
    )
    return checked_outside(composed)
