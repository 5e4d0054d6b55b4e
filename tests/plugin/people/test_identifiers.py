"""What launches and rosters tell of people, and whose a name is."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti.message import Lis
from lti.nrps import Member
from plugin.app import Mentes
from plugin.courses import rosters
from plugin.courses.model import Course
from plugin.foundation.events import EventRow
from plugin.foundation.tenancy import unwalled
from plugin.people import bindings, identifiers
from plugin.people.identifiers import Evidence
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import Key
from plugin.people.service import Described, seen
from plugin.platforms.model import RegistrationRow
from tests.plugin.courses.members import a_member
from tests.plugin.factories import (
    ISSUER,
    NOW,
    a_course,
    a_message,
    a_registration,
    an_organisation,
    at_once,
    every,
    later,
)
from tests.plugin.people.listening import listening

MAIL = "ada@lms.example"
USERNAME: Key = ("username", ISSUER, "ada")


def known(
    session: Session,
    subject: str = "4",
    *,
    email: str | None = None,
    issuer: str = ISSUER,
    product: str | None = "moodle",
    hours: int = 0,
    **said: Any,
) -> Person:
    """Return somebody, as a launch makes them known."""
    return seen(
        session,
        issuer=issuer,
        subject=subject,
        said=Described(email=email),
        evidence="launch",
        now=later(hours=hours),
        product=product,
        message=a_message(subject=subject, issuer=issuer, **said),
    )


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


TOLD: dict[str, tuple[dict[str, Any], Key]] = {
    "account": ({}, ("account", ISSUER, "4")),
    "account, other spelling": ({}, ("account", "http://LMS.example:80/", "4")),
    "username": ({"username": "Ada"}, USERNAME),
    "username as account": ({"username": "ada"}, ("account", ISSUER, "ada")),
    "username from anywhere": ({"username": "ada"}, ("username", "", "ada")),
    "username, custom": ({"custom": {"username": "ada"}}, USERNAME),
    "sourced id": ({"lis": Lis(person_sourcedid="E7")}, ("sourced_id", "", "E7")),
    "sourced id, custom": (
        {"custom": {"person_sourcedid": "E7"}},
        ("sourced_id", ISSUER, "E7"),
    ),
    "mail": ({"email": "Ada@lms.example"}, ("mbox", "", MAIL)),
    "digest, as xAPI wants it": ({"email": MAIL}, ("mbox_sha1sum", "", sha1(f"mailto:{MAIL}"))),
    "digest, as Open edX makes it": ({"email": MAIL}, ("mbox_sha1sum", "", sha1(MAIL))),
    "Brightspace": (
        {"raw": {"http://www.brightspace.com": {"org_defined_id": "S9"}}},
        ("sourced_id", "", "S9"),
    ),
    "Canvas, its own id": (
        {
            "product": "canvas",
            "custom": {"canvas_user_id": "17", "canvas_api_domain": "school.instructure.com"},
        },
        ("account", "https://school.instructure.com", "17"),
    ),
    "Canvas, SIS id": (
        {"product": "canvas", "custom": {"canvas_user_sis_id": "E7"}},
        ("sourced_id", "", "E7"),
    ),
}


@pytest.mark.parametrize(("said", "key"), TOLD.values(), ids=TOLD)
def test_who_launched_is_found_by_what_the_launch_told(
    mentes: Mentes, organisation_id: UUID, said: dict[str, Any], key: Key
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        person = known(session, **said)
        known(session, "5", email="somebody@lms.example", username="somebody")
        assert identifiers.whose(session, [key]).person_id == person.id


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"custom": {"canvas_user_id": "17", "canvas_api_domain": "h.example"}}, "17"),
        ({"username": "42"}, "42"),
    ],
    ids=["what Canvas fills, not from Canvas", "a username that is a number, for a number"],
)
def test_what_others_could_have_written_is_not_believed(
    mentes: Mentes, organisation_id: UUID, said: dict[str, Any], key: str
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        known(session, **said)
        for home in (ISSUER, "https://h.example"):
            assert identifiers.whose(session, [("account", home, key)]).person_id is None


def test_a_host_that_is_none_is_no_place(mentes: Mentes, organisation_id: UUID) -> None:
    custom = {"canvas_user_id": "17", "canvas_api_domain": "[x"}
    with mentes.database.transaction(organisation_id) as session:
        assert known(session, product="canvas", custom=custom).id


def read(session: Session, course: Course, *members: Member, hours: int = 0) -> None:
    registration = session.get_one(RegistrationRow, course.registration_id)
    rosters.kept(session, course, registration, members, now=later(hours=hours))


def test_the_roster_tells_it_before_anybody_launches(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        read(session, course, a_member("4", email=MAIL, sourcedid="E7", username="ada"))
        person = every(session, Person)[0].id
        for key in (("account", ISSUER, "4"), ("mbox", "", MAIL), ("sourced_id", "", "E7")):
            assert identifiers.whose(session, [key]).person_id == person
        rows = every(session, PersonIdentifier)
        assert {row.evidence for row in rows} == {"roster"}
        assert {row.verified_at for row in rows} == {NOW}


def test_a_roster_that_says_more_than_before_is_heard(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        read(session, course, a_member("4"))
        read(session, course, a_member("4", email=MAIL))
        assert identifiers.whose(session, [("mbox", "", MAIL)]).person_id is not None


def test_what_a_platform_still_says_is_verified_by_the_hour(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        read(session, course, a_member("4", email=MAIL))
        read(session, course, a_member("4", email=MAIL), hours=1)
        session.expire_all()
        rows = every(session, PersonIdentifier)
        assert {row.verified_at for row in rows if row.signs_in} == {later(hours=1)}
        assert {row.verified_at for row in rows if not row.signs_in} == {NOW}  # as the account's
        assert {row.created_at for row in rows} == {NOW}


def test_a_new_address_takes_the_place_of_the_old_one(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        known(session, email=MAIL, username="ada")
        person = known(session, email="ada.new@lms.example")
        assert identifiers.whose(session, [("mbox", "", MAIL)]).person_id is None
        assert identifiers.whose(session, [USERNAME]).person_id == person.id
        found = identifiers.whose(session, [("mbox", "", "ada.new@lms.example")])
        assert found.person_id == person.id


@pytest.mark.parametrize("by", ["mbox", "mbox_sha1sum"])
def test_an_address_of_two_people_names_nobody(
    mentes: Mentes, organisation_id: UUID, by: str
) -> None:
    key = ("mbox", "", MAIL) if by == "mbox" else ("mbox_sha1sum", "", sha1(MAIL))
    with mentes.database.transaction(organisation_id) as session:
        first, second = known(session, "4", email=MAIL), known(session, "5", email=MAIL)
        assert first.id != second.id  # and they are not made one
        found = identifiers.whose(session, [key])
        assert (found.person_id, found.rivals) == (None, {first.id, second.id})
        account = ("account", ISSUER, "5")
        assert identifiers.whose(session, [key, account]).person_id == second.id


def test_an_account_that_says_not_where_is_nobodys_whoever_else_is_asked_about(
    mentes: Mentes, organisation_id: UUID
) -> None:
    nowhere, there = ("account", "", "4"), ("account", ISSUER, "4")
    with mentes.database.transaction(organisation_id) as session:
        person = known(session, "4", email=MAIL)
        found = identifiers.whose_each(session, [[nowhere], [there]])
        assert [each.person_id for each in found] == [None, person.id]


def test_another_organisation_knows_nothing_of_it(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        known(session, email=MAIL)
    with mentes.database.transaction(an_organisation(mentes.database)) as session:
        assert identifiers.whose(session, [("mbox", "", MAIL)]).person_id is None
        other = known(session, email=MAIL)
        assert identifiers.whose(session, [("mbox", "", MAIL)]).person_id == other.id


def test_news_is_told_once_and_has_no_row(mentes: Mentes, organisation_id: UUID) -> None:
    with listening(mentes) as (database, told), database.transaction(organisation_id) as session:
        known(session, email=MAIL)
        known(session, email=MAIL)
        (event,) = told
        assert ("mbox", "", MAIL) in event.keys
        assert not every(session, EventRow, EventRow.kind == "person.known")


def test_eight_launches_at_once_know_one_person_by_all_names(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        a_registration(session)

    with listening(mentes) as (database, told):

        def launch(_number: int) -> UUID:
            with database.transaction(organisation_id) as session:
                return known(session, email=MAIL, username="ada").id

        found_as = at_once(8, launch)
    assert len(set(found_as)) == 1, found_as
    with mentes.database.reading(organisation_id) as session:
        schemes = [row.scheme for row in every(session, PersonIdentifier)]
        assert sorted(schemes) == ["account", "mbox", "username"]
    keys = [key for event in told for key in event.keys]
    assert len(keys) == len(set(keys)) == 3  # each was news once


def test_no_address_is_kept_without_its_digests(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        known(session, email=MAIL)
    without = update(unwalled(PersonIdentifier)).values(sha1sum=None)
    with pytest.raises(IntegrityError), mentes.database.engine.begin() as connection:
        connection.execute(without.where(unwalled(PersonIdentifier).c.scheme == "mbox"))


def test_a_digest_that_follows_from_an_address_is_not_said_again_by_hand(
    mentes: Mentes, organisation_id: UUID
) -> None:
    digest = ("mbox_sha1sum", "", sha1(MAIL))
    with mentes.database.transaction(organisation_id) as session:
        person = known(session, email=MAIL)
        other = ("username", ISSUER, "somebody")
        assert bindings.of_nobody_else(session, [digest, other], person.id) == [other]


def test_a_digest_that_was_written_out_goes_with_its_address(
    mentes: Mentes, organisation_id: UUID
) -> None:
    digest = ("mbox_sha1sum", "", sha1(MAIL))
    with mentes.database.transaction(organisation_id) as session:
        person = known(session, email=MAIL)
        identifiers.added(  # as a platform's were before they stood beside the address
            session, person.id, {digest: ""}, evidence=Evidence.LAUNCH, said_by=ISSUER, now=NOW
        )
        known(session, email="other@lms.example", hours=2)
        assert identifiers.whose(session, [digest]).person_id is None
