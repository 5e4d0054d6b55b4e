"""What a decision by hand changes, and what it leaves to whoever has it."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from lrs_bridge.completion import PersonKey
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State
from plugin.completions import merging
from plugin.foundation.errors import BindingRefused, PartingRefused
from plugin.people.service import Described, launched_as, seen
from plugin.programmes.model import Programme
from tests.plugin.completions.schooling import MAIL, STRANGER, School
from tests.plugin.factories import ISSUER, NOW, a_mentee, a_message, later

ACCOUNT = PersonKey.account(ISSUER, "77")


def launched(session: Session, subject: str, username: str | None = None) -> UUID:
    """Return whom a launch leads to."""
    return seen(
        session,
        issuer=ISSUER,
        subject=subject,
        said=Described(),
        evidence="launch",
        now=later(hours=2),
        message=a_message(subject=subject, username=username),
    ).id


def test_choosing_between_two_takes_nothing_from_a_third(school: School) -> None:
    with school.mentes.database.transaction(school.organisation_id) as session:
        for subject in ("4", "5"):
            launched(session, subject, username="ada")
    school.known("6", MAIL.value)
    school.tell(PersonKey.username("ada", home=ISSUER), MAIL)
    assert school.outcomes() == [("waiting", "person-ambiguous")]
    school.bind(school.ada)
    school.tell(MAIL, at=later(hours=1.5))  # the third's
    assert school.outcomes() == [("applied", ""), ("waiting", "not-taking-part")]


def test_who_signs_in_by_it_keeps_it_and_merged_signs_in_as_whoever_is_kept(
    school: School,
) -> None:
    school.tell(ACCOUNT)
    school.bind(school.ada)
    with school.mentes.database.transaction(school.organisation_id) as session:
        other = launched(session, "77")
    school.tell(ACCOUNT, at=later(hours=1.5))
    assert school.outcomes() == [("applied", ""), ("waiting", "person-ambiguous")]
    with pytest.raises(BindingRefused):
        school.bind(school.ada)
    with school.mentes.database.transaction(school.organisation_id) as session:
        merge = merging.merge(session, school.ada, other, by=None, now=NOW).id
        assert launched(session, "77") == school.ada
    school.worker.run_until_idle()
    assert school.outcomes() == [("applied", ""), ("counted", "open-already")]
    with school.mentes.database.transaction(school.organisation_id) as session:
        merging.part(session, merge, by=None, now=NOW)
        assert launched(session, "77") == other


def test_merges_are_undone_from_the_last(school: School) -> None:
    with school.mentes.database.transaction(school.organisation_id) as session:
        first, second, third = (launched(session, subject) for subject in ("a", "b", "c"))
        into_first = merging.merge(session, first, second, by=None, now=NOW).id
        into_third = merging.merge(session, third, first, by=None, now=NOW).id
        with pytest.raises(PartingRefused, match="Undo that merge first"):
            merging.part(session, into_first, by=None, now=NOW)
        for merge in (into_third, into_first):
            merging.part(session, merge, by=None, now=NOW)
        found = launched_as(session, issuer=ISSUER, subject="b")
        assert found is not None
        assert found.id == second


def test_undone_what_the_person_completed_themselves_stays(school: School) -> None:
    with school.mentes.database.transaction(school.organisation_id) as session:
        ben = a_mentee(session, session.get_one(Programme, school.programme), "5").id
    school.tell(STRANGER)
    adas = school.bind(school.ada)
    school.tell(PersonKey.account(ISSUER, "4"), at=later(hours=1.5))
    school.tell(MAIL)
    bens = school.bind(ben)
    for binding in (adas, bens):
        school.undo(binding)
    states = {each.mentee_id: each.state for each in school.rows(CheckIn)}
    assert states == {school.ada: State.OPEN, ben: State.WITHDRAWN}
    assert school.outcomes() == [
        ("counted", "open-already"),
        *[("waiting", "person-unknown")] * 2,
    ]


def test_undone_what_a_launch_has_said_since_stays(school: School) -> None:
    school.tell(MAIL)
    binding = school.bind(school.ada)
    school.known("4", MAIL.value)
    school.undo(binding)
    assert (school.states(), school.outcomes()) == ([State.OPEN], [("applied", "")])
