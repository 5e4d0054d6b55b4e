"""What the pages of check-ins show, read in one statement each."""

from __future__ import annotations

from uuid import UUID

from plugin.app import Mentes
from plugin.checkins import service, views
from plugin.checkins.rules import State, Worth
from plugin.foundation.i18n import Words
from plugin.programmes.model import Checkpoint, Part, Programme
from tests.plugin.factories import (
    ISSUER,
    NOW,
    Mentoring,
    a_check_in,
    a_checkpoint,
    a_course,
    a_mentee,
    a_pairing,
    a_programme,
    an_activity,
    later,
    mentoring,
    statements_on,
)


def held(mentes: Mentes, pair: Mentoring, *, feedback_by: tuple[UUID, ...] = ()) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        service.hold(session, pair.checkin_id, by=pair.mentee_id, now=NOW)
        for person_id in feedback_by:
            service.reflect(
                session,
                pair.checkin_id,
                by=person_id,
                worth=Worth.YES,
                next_step=None,
                next_step_by=None,
                line=None,
                now=NOW,
            )


def cards(mentes: Mentes, pair: Mentoring, person_id: UUID) -> list[views.CheckInCard]:
    with mentes.database.reading(pair.organisation_id) as session:
        return views.cards(session, pair.programme_id, person_id)


def test_each_of_the_two_sees_the_other(mentes: Mentes, organisation_id: UUID) -> None:
    pair = mentoring(mentes.database, organisation_id)
    (mentees,) = cards(mentes, pair, pair.mentee_id)
    (mentors,) = cards(mentes, pair, pair.mentor_id)
    assert (mentees.other_name, mentees.my_part) == ("Mo Mentor", Part.MENTEE)
    assert (mentors.other_name, mentors.my_part) == ("Ada One", Part.MENTOR)
    assert mentees.about == "Mentored Course 101"
    assert mentees.state is State.OPEN
    assert mentees.needs_me


def test_a_card_knows_who_has_looked_back(mentes: Mentes, organisation_id: UUID) -> None:
    pair = mentoring(mentes.database, organisation_id)
    held(mentes, pair, feedback_by=(pair.mentee_id,))
    (mentees,) = cards(mentes, pair, pair.mentee_id)
    (mentors,) = cards(mentes, pair, pair.mentor_id)
    assert (mentees.i_reflected, mentees.is_reflected, mentees.needs_me) == (True, False, False)
    assert (mentors.i_reflected, mentors.needs_me) == (False, True)
    held(mentes, pair, feedback_by=(pair.mentor_id,))
    assert all(card.is_reflected for card in cards(mentes, pair, pair.mentor_id))


def test_strangers_have_no_cards(mentes: Mentes, organisation_id: UUID) -> None:
    pair = mentoring(mentes.database, organisation_id)
    with mentes.database.transaction(organisation_id) as session:
        stranger = a_pairing(session, session.get_one(Programme, pair.programme_id))
    assert cards(mentes, pair, stranger.mentee_id) == []


def test_what_needs_me_comes_first_and_what_was_withdrawn_not_at_all(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        programme = a_programme(session, course)
        pairing = a_pairing(session, programme)
        opened = []
        for number in range(3):
            activity = an_activity(session, course, f"{ISSUER}/mod/page/view.php?id={number}")
            checkpoint = a_checkpoint(session, programme, activity, within_days=3 + number)
            opened.append(a_check_in(session, pairing, checkpoint))
        service.hold(session, opened[0].id, by=pairing.mentee_id, now=NOW)
        service.reflect(
            session,
            opened[0].id,
            by=pairing.mentee_id,
            worth=Worth.NO,
            next_step=None,
            next_step_by=None,
            line=None,
            now=NOW,
        )
        service.withdraw(session, opened[1], taken_back_at=later(hours=1), now=NOW)
        shown = [card.id for card in views.cards(session, programme.id, pairing.mentee_id)]
        assert shown == [opened[2].id, opened[0].id]


def test_cards_are_one_statement_however_many(mentes: Mentes, organisation_id: UUID) -> None:
    pair = mentoring(mentes.database, organisation_id)
    with mentes.database.transaction(organisation_id) as session:
        programme = session.get_one(Programme, pair.programme_id)
        checkpoint = session.get_one(Checkpoint, pair.checkpoint_id)
        for _ in range(10):
            a_check_in(session, a_pairing(session, programme), checkpoint)
    with (
        statements_on(mentes.database.engine) as seen,
        mentes.database.reading(organisation_id) as session,
    ):
        views.cards(session, pair.programme_id, pair.mentee_id)
        assert len(seen) == 1
        assert len(views.learners(session, pair.programme_id, now=NOW)) == 11
        assert len(seen) == 2


def test_a_mentor_sees_why_they_have_somebody_in_as_many_statements_for_many(
    mentes: Mentes, organisation_id: UUID
) -> None:
    pair = mentoring(mentes.database, organisation_id, mentor={"capacity": 5})
    costs = []
    for _ in range(2):
        with mentes.database.transaction(organisation_id) as session:
            programme = session.get_one(Programme, pair.programme_id)
            with statements_on(mentes.database.engine) as seen:
                lines = views.mentees(session, programme, pair.mentor_id, Words("en"))
            costs.append(len(seen))
            a_mentee(session, programme, name="Ben Two", talk=["in-writing"])
            a_mentee(session, programme, name="Chi Three", talk=["call"])
    assert costs == [1, 1]
    (ada,) = [line for line in lines if line.name == "Ada One"]
    assert ada.reasons == (
        "A way of talking that suits you both: “On a call”.",
        "Nobody else was with you yet.",
        "You had a place free.",
    )
    ben = next(line for line in lines if line.name == "Ben Two")
    assert ben.reasons == (
        "A way of talking that suits you both: “In writing”.",
        "You had a place free.",
    )


def test_an_instructor_sees_where_learners_stand_those_without_a_mentor_first(
    mentes: Mentes, organisation_id: UUID
) -> None:
    pair = mentoring(mentes.database, organisation_id, mentor={"capacity": 1})
    with mentes.database.transaction(organisation_id) as session:
        a_mentee(session, session.get_one(Programme, pair.programme_id), "5", name="Ben Two")
        service.book(
            session,
            pair.checkin_id,
            starts_at=later(days=2),
            meeting_place=None,
            by=pair.mentor_id,
            now=NOW,
        )
    with mentes.database.reading(organisation_id) as session:
        ben, ada = views.learners(session, pair.programme_id, now=NOW)
    assert (ben.name, ben.mentor_name, ben.checkins) == ("Ben Two", None, 0)
    assert (ada.name, ada.mentor_name, ada.checkins) == ("Ada One", "Mo Mentor", 1)
    assert (ada.next_at, ada.held, ada.is_overdue) == (later(days=2), 0, False)


def test_a_check_in_past_its_day_is_overdue_until_it_is_held(
    mentes: Mentes, organisation_id: UUID
) -> None:
    pair = mentoring(mentes.database, organisation_id)

    def line() -> views.LearnerLine:
        with mentes.database.reading(organisation_id) as session:
            (ada,) = views.learners(session, pair.programme_id, now=later(days=15))
        return ada

    assert line().is_overdue
    held(mentes, pair)
    assert (line().is_overdue, line().held) == (False, 1)
