"""LTI itself: a result in the platform's gradebook, and an item that somebody could open.

Results (Assignment and Grade Services, 3.3) say neither when nor how far somebody is: a score at or
above a threshold is all that can be read from them. They name people as launches do.

An item that the platform shows only to those who completed something says, by being opened, that
they did.

https://www.imsglobal.org/spec/lti-ags/v2p0/#result-service
"""

from __future__ import annotations

import math
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from lrs_bridge.completion import Completion
from lrs_bridge.identity import PersonKey, named_place, same_place

RESULT = "lti-result"
LAUNCH = "lti-launch"


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
    if score < share * most:
        return None
    person = PersonKey.account(issuer, user_id)
    return Completion(
        organisation_id=organisation_id,
        source=RESULT,
        source_event_id=_once(person, same_place(line_item)),
        person_keys=(person,),
        course_key=course_key,
        module_key=line_item,
        kind="module",
        state="passed",
        at=now,
        source_reference=line_item,
    )


def opened(
    organisation_id: UUID,
    *,
    issuer: str,
    subject: str,
    resource_link_id: str,
    course_key: str | None,
    at: datetime,
    title: str | None = None,
) -> Completion:
    """Return that somebody completed what an item of ours stands behind, by opening the item.

    Only for an item of which its instructor said that the platform keeps it closed until then.

    Args:
        resource_link_id: of the item, which is what is completed, once.
        at: aware; when it was opened first.
    """
    person = PersonKey.account(issuer, subject)
    item = named_place(f"item {resource_link_id}", home=issuer)
    return Completion(
        organisation_id=organisation_id,
        source=LAUNCH,
        source_event_id=_once(person, item),
        person_keys=(person,),
        course_key=course_key,
        module_key=item,
        kind="module",
        state="completed",
        at=at,
        source_reference=resource_link_id,
        module_names={"und": title} if title else {},
    )


def _once(person: PersonKey, place: str) -> str:
    return sha256("\n".join((person.home, person.value, place)).encode()).hexdigest()
