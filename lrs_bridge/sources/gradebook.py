"""LTI itself: a result in the platform's gradebook.

Results (Assignment and Grade Services, 3.3) say neither when nor how far somebody is: a score at or
above a threshold is all that can be read from them. They name people as launches do.

https://www.imsglobal.org/spec/lti-ags/v2p0/#result-service
"""

from __future__ import annotations

import math
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from lrs_bridge.completion import Completion
from lrs_bridge.identity import PersonKey, same_place

RESULT = "lti-result"
_ROUNDING = 1e-9
"""Of the maximum: 7 of 100 are seven per cent, which no binary fraction says exactly."""


def reached(
    organisation_id: UUID,
    *,
    issuer: str,
    user_id: str,
    line_item: str,
    score: float | None,
    maximum: float | None,
    share: float,
    course_key: str | None,
    now: datetime,
) -> Completion | None:
    """Return that somebody passed a line item, or None if the result is below the threshold.

    A line item is passed once, however often it is looked at and whatever the score becomes.

    Args:
        line_item: its URL, by which it is a module.
        score, maximum: `resultScore` and `resultMaximum`; a maximum that is not said is 1.
        share: of the maximum, from which it counts (0 to 1).
        now: aware; when it was looked at, since results do not say when they came about.
    """
    most = 1.0 if maximum is None else float(maximum)
    if score is None or not math.isfinite(score) or not math.isfinite(most) or most <= 0:
        return None
    if score < (share - _ROUNDING) * most:
        return None
    person = PersonKey.account(issuer, user_id)
    return Completion(
        organisation_id=organisation_id,
        source=RESULT,
        source_event_id=_once(person, line_item),
        person_keys=(person,),
        course_key=course_key,
        module_key=line_item,
        kind="module",
        state="passed",
        at=now,
        source_reference=line_item,
    )


def _once(person: PersonKey, line_item: str) -> str:
    parts = (person.home, person.value, same_place(line_item))
    return sha256("\n".join(parts).encode()).hexdigest()
