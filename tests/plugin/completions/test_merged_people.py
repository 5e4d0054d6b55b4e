"""What waited for two people is looked at again once they are one, and when they are parted."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from lrs_bridge.completion import PersonKey
from plugin.completions import merging
from plugin.completions.waiting_model import Unassigned
from plugin.people.service import Described, seen
from tests.plugin.completions.schooling import MAIL, School
from tests.plugin.factories import later

CANVAS = "https://canvas.example"
SEVEN = PersonKey.account(CANVAS, "7")


def from_canvas(session: Session, subject: str = "7", email: str | None = None) -> UUID:
    """Return somebody as another platform launches them."""
    said = Described(email=email)
    return seen(
        session, issuer=CANVAS, subject=subject, said=said, evidence="launch", now=later(hours=2)
    ).id


def merged(school: School, merged_id: UUID) -> UUID:
    """Make somebody one with Ada, and let the worker work; return the merge."""
    with school.mentes.database.transaction(school.organisation_id) as session:
        id = merging.merge(session, school.ada, merged_id, by=None, now=later(hours=2)).id
    school.worker.run_until_idle()
    return id


def parted(school: School, merge_id: UUID) -> None:
    """Undo a merge, and let the worker work."""
    with school.mentes.database.transaction(school.organisation_id) as session:
        merging.part(session, merge_id, by=None, now=later(hours=3))
    school.worker.run_until_idle()


def test_what_waited_for_a_mentor_is_applied_to_whom_they_turn_out_to_be(school: School) -> None:
    with school.mentes.database.transaction(school.organisation_id) as session:
        other = from_canvas(session)
    school.tell(SEVEN)
    assert school.outcomes() == [("waiting", "not-taking-part")]
    merged(school, other)
    assert school.outcomes() == [("applied", "")]


def test_a_name_of_two_is_one_persons_while_they_are_merged(school: School) -> None:
    school.known("4", MAIL.value)
    with school.mentes.database.transaction(school.organisation_id) as session:
        other = from_canvas(session, email=MAIL.value)
    school.tell(MAIL)
    assert school.outcomes() == [("waiting", "person-ambiguous")]
    merge = merged(school, other)
    assert (school.outcomes(), school.rows(Unassigned)) == ([("applied", "")], [])
    parted(school, merge)
    school.tell(MAIL, at=later(hours=1.5))
    assert school.outcomes() == [("applied", ""), ("waiting", "person-ambiguous")]
    merged(school, other)
    assert school.outcomes() == [("applied", ""), ("counted", "open-already")]
