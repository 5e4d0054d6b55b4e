"""People: the same person from wherever they come, and nothing known is forgotten."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.people.model import Person, PersonIdentifier
from plugin.people.service import Described, account_of, seen
from tests.plugin.factories import ISSUER, NOW, at_once, every
from tests.plugin.people.listening import listening


def ada(session: Session, *, issuer: str = ISSUER, evidence: str = "launch", **said: str) -> Person:
    return seen(
        session, issuer=issuer, subject="4", said=Described(**said), evidence=evidence, now=NOW
    )


def test_the_same_person_is_found_again(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        assert ada(session).id == ada(session, evidence="roster").id
        assert len(every(session, PersonIdentifier)) == 1


@pytest.mark.parametrize(
    "spelling", ["http://lms.example", "https://LMS.example", "https://lms.example:443/"]
)
def test_another_spelling_of_the_platform_is_the_same_platform(
    mentes: Mentes, organisation_id: UUID, spelling: str
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        assert ada(session).id == ada(session, issuer=spelling).id


def test_the_same_number_on_another_platform_is_another_person(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        assert ada(session).id != ada(session, issuer="https://other.example").id


def test_silence_never_overwrites_what_is_known(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        ada(session, name="Ada One", email="ada@lms.example", language="de", zone="Asia/Tokyo")
        person = ada(session)
        assert (person.name, person.email) == ("Ada One", "ada@lms.example")
        assert (person.language, person.zone) == ("de", "Asia/Tokyo")


def test_news_does(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        ada(session, name="Ada One")
        assert ada(session, name="Ada Two").name == "Ada Two"


def test_a_zone_that_is_none_is_not_kept(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        assert ada(session, zone="99").zone is None  # what Moodle sends for "server time"
        ada(session, zone="Europe/Lisbon")
        assert ada(session, zone="99").zone == "Europe/Lisbon"


def test_eight_launches_at_once_make_one_person(mentes: Mentes, organisation_id: UUID) -> None:
    with listening(mentes) as (database, told):

        def launch(_number: int) -> UUID:
            with database.transaction(organisation_id) as session:
                return ada(session, name="Ada One").id

        found_as = at_once(8, launch)
    assert len(set(found_as)) == 1, found_as
    with mentes.database.reading(organisation_id) as session:
        assert len(every(session, Person)) == 1
    assert [event.subject_id for event in told] == found_as[:1]


def test_an_account_is_told_as_the_platform_spells_it(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        person = ada(session, issuer="http://LMS.example")
        assert account_of(session, person.id, home=ISSUER) == ("http://LMS.example", "4")
        assert account_of(session, person.id, home="https://other.example") is None
