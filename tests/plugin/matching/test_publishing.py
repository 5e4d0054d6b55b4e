"""Publishing a draft: its pairs become pairings, each once or with a reason why not."""

from __future__ import annotations

from uuid import UUID

import pytest

from plugin.foundation.events import EventRow
from plugin.foundation.i18n import Words
from plugin.matching import drafts, views
from plugin.matching.model import DraftState
from plugin.matching.publishing import BATCH, MADE, STOOD, Skipped, publish_some
from plugin.pairings.model import EndReason, Pairing
from plugin.pairings.service import close, open_pairing, pair
from plugin.programmes.model import Part
from tests.plugin.factories import NOW, at_once, every, later
from tests.plugin.matching.crowds import a_crowd
from tests.plugin.matching.drafting import Instructor, participation_of


def pairings(instructor: Instructor) -> dict[UUID, UUID]:
    with instructor.mentes.database.reading(instructor.organisation_id) as session:
        return {
            each.mentee_id: each.mentor_id
            for each in every(session, Pairing, Pairing.closed_at.is_(None))
        }


def published(instructor: Instructor, draft_id: UUID) -> None:
    instructor.publishes(draft_id)
    instructor.worker.run_until_idle()


def test_the_pairs_of_a_published_draft_are_pairings_with_its_reasons(
    instructor: Instructor,
) -> None:
    mo = instructor.attaches("Mo", skill=["Slides"])
    ada = instructor.lets_in("Ada", skill=["Slides"])
    draft_id = instructor.makes()
    published(instructor, draft_id)
    assert pairings(instructor) == {ada: mo}
    draft = instructor.draft(draft_id)
    assert (draft.state, draft.progress) == (DraftState.PUBLISHED, 100)
    assert (draft.published_by, draft.published_at) == (
        instructor.person_id,
        instructor.mentes.clock(),
    )
    with instructor.looking(draft_id) as (session, found):
        pairing = open_pairing(session, found.programme_id, ada)
        assert pairing is not None
        assert pairing.reasons == instructor.rows(draft_id)[ada].reasons
        assert len(every(session, EventRow, EventRow.kind == "pairing.made")) == 1
        (told,) = every(session, EventRow, EventRow.kind == "matching.draft-published")
        assert (told.actor_id, told.subject_id) == (instructor.person_id, draft_id)


def test_publishing_twice_is_publishing_once(instructor: Instructor) -> None:
    instructor.attaches()
    ada = instructor.lets_in()
    draft_id = instructor.makes()
    for _ in range(2):
        published(instructor, draft_id)
    instructor.publishes(draft_id)
    with instructor.looking(draft_id) as (session, _):
        assert len(every(session, Pairing, Pairing.mentee_id == ada)) == 1
        assert len(every(session, EventRow, EventRow.kind == "matching.draft-published")) == 1


def test_two_who_publish_at_once_publish_once(instructor: Instructor) -> None:
    instructor.attaches(capacity=5)
    for number in range(3):
        instructor.lets_in(f"Learner {number}")
    draft_id = instructor.makes()
    assert at_once(3, lambda _number: instructor.publishes(draft_id)) == [None] * 3
    instructor.worker.run_until_idle()
    with instructor.looking(draft_id) as (session, _):
        assert len(every(session, Pairing)) == 3
        assert len(every(session, EventRow, EventRow.kind == "matching.draft-published")) == 1


def test_of_two_drafts_that_are_published_nobody_gets_two_mentors(instructor: Instructor) -> None:
    with instructor.at_work() as (session, programme):
        a_crowd(session, programme, mentees=12, mentors=8, capacity=2)
    one, other = instructor.makes(), instructor.makes(seed=99)
    instructor.publishes(one)
    instructor.publishes(other)
    instructor.worker.run_until_idle()
    assert len(pairings(instructor)) == 12
    outcomes = [row.outcome for each in (one, other) for row in instructor.rows(each).values()]
    assert outcomes.count(MADE) == 12
    assert set(outcomes) <= {MADE, STOOD, Skipped.HAS_MENTOR, Skipped.MENTOR_FULL}


def test_whoever_cannot_be_paired_any_more_is_left_out_with_the_reason(
    instructor: Instructor,
) -> None:
    names = ("leaves", "finds", "loses", "full", "refuses", "stays")
    mentors, mentees = {}, {}
    for name in names:
        mentors[name] = instructor.attaches(f"Mentor {name}", capacity=1)
        mentees[name] = instructor.lets_in(f"Learner {name}", wishes=[mentors[name]])
    wished = {"version": 1, "rules": [{"kind": "wish", "weight": 9}]}
    draft_id = instructor.makes(rules=wished)
    assert instructor.pairs(draft_id) == {mentees[name]: mentors[name] for name in names}

    other = instructor.attaches("Other", capacity=2)
    late = instructor.lets_in("Late")
    instructor.lets_go(mentees["leaves"])
    instructor.detaches(mentors["loses"])
    with instructor.at_work() as (session, programme):
        for mentee, mentor in ((mentees["finds"], other), (late, mentors["full"])):
            pair(session, programme.id, mentor_id=mentor, mentee_id=mentee, reasons=[], now=NOW)
        row = participation_of(session, programme, mentors["refuses"], Part.MENTOR)
        row.refuses = [str(mentees["refuses"])]
    published(instructor, draft_id)

    outcomes = {name: instructor.rows(draft_id)[mentees[name]].outcome for name in names}
    assert outcomes == {
        "leaves": Skipped.MENTEE_LEFT,
        "finds": Skipped.HAS_MENTOR,
        "loses": Skipped.MENTOR_LEFT,
        "full": Skipped.MENTOR_FULL,
        "refuses": Skipped.KEPT_APART,
        "stays": MADE,
    }
    assert pairings(instructor) == {
        mentees["finds"]: other,
        late: mentors["full"],
        mentees["stays"]: mentors["stays"],
    }
    with instructor.looking(draft_id) as (session, draft):
        told = views.published(session, draft, Words("en"))
    assert (told.made, told.stood, told.left) == (1, 0, 0)
    assert {line.why for line in told.skipped} == set(Skipped)
    apart = next(line for line in told.skipped if line.why == Skipped.KEPT_APART)
    assert apart.said == "The two cannot be paired any more."


def test_what_was_a_pairing_before_is_left_as_it_is(instructor: Instructor) -> None:
    mo, ada = instructor.attaches("Mo", capacity=2), instructor.lets_in("Ada")
    with instructor.at_work() as (session, programme):
        pair(session, programme.id, mentor_id=mo, mentee_id=ada, reasons=[], now=NOW)
    ben = instructor.lets_in("Ben")
    draft_id = instructor.makes()
    published(instructor, draft_id)
    rows = instructor.rows(draft_id)
    assert (rows[ada].outcome, rows[ben].outcome) == (STOOD, MADE)
    with instructor.looking(draft_id) as (session, _):
        assert len(every(session, Pairing)) == 2


def test_many_pairs_are_made_a_batch_at_a_time_and_the_rest_is_owed(
    instructor: Instructor,
) -> None:
    many = 2 * BATCH + 7
    with instructor.at_work() as (session, programme):
        a_crowd(session, programme, mentees=many, mentors=many, capacity=1)
    draft_id = instructor.makes()
    instructor.publishes(draft_id)
    seen = []
    while instructor.draft(draft_id).state == DraftState.PUBLISHING:
        seen.append((len(pairings(instructor)), instructor.draft(draft_id).progress))
        instructor.worker.run_once()
    assert seen == [(0, 0), (BATCH, 43), (2 * BATCH, 87)]
    assert len(pairings(instructor)) == many


def test_a_batch_that_is_paid_twice_goes_on_where_the_first_ended(instructor: Instructor) -> None:
    many = BATCH + 5
    with instructor.at_work() as (session, programme):
        a_crowd(session, programme, mentees=many, mentors=many, capacity=1)
    draft_id = instructor.makes()
    instructor.publishes(draft_id)
    now = instructor.mentes.clock()
    for _ in range(3):  # the same debt, as after a worker that was killed before it said so
        with instructor.at_work() as (session, _):
            publish_some(session, draft_id, now=now)
    assert len(pairings(instructor)) == many
    assert instructor.draft(draft_id).state == DraftState.PUBLISHED
    instructor.worker.run_until_idle()
    with instructor.looking(draft_id) as (session, _):
        assert len(every(session, EventRow, EventRow.kind == "pairing.made")) == many


def test_a_pair_whose_batch_fails_is_made_when_it_is_tried_again(instructor: Instructor) -> None:
    instructor.attaches()
    instructor.lets_in()
    draft_id = instructor.makes()
    instructor.publishes(draft_id)

    def interrupted() -> None:
        with instructor.at_work() as (session, _):
            publish_some(session, draft_id, now=instructor.mentes.clock())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert pairings(instructor) == {}
    instructor.worker.run_until_idle()
    assert len(pairings(instructor)) == 1


def test_who_lost_their_mentor_since_gets_the_one_of_the_draft(instructor: Instructor) -> None:
    mo, una = instructor.attaches("Mo"), instructor.attaches("Una")
    ada = instructor.lets_in("Ada", wishes=[mo])
    wished = {"version": 1, "rules": [{"kind": "wish", "weight": 9}]}
    draft_id = instructor.makes(rules=wished)
    with instructor.at_work() as (session, programme):
        meanwhile = pair(session, programme.id, mentor_id=una, mentee_id=ada, reasons=[], now=NOW)
        assert meanwhile is not None
        close(session, meanwhile, why=EndReason.OTHER, by=ada, now=later(days=1))
    published(instructor, draft_id)
    assert pairings(instructor) == {ada: mo}


def test_an_empty_draft_is_published_too(instructor: Instructor) -> None:
    draft_id = instructor.makes()
    published(instructor, draft_id)
    assert instructor.draft(draft_id).state == DraftState.PUBLISHED


def test_what_the_instructor_said_yes_to_comes_first_should_places_be_short(
    instructor: Instructor,
) -> None:
    mo = instructor.attaches("Mo", capacity=2)
    ada, ben = instructor.lets_in("Ada"), instructor.lets_in("Ben")
    draft_id = instructor.makes()
    with instructor.changing(draft_id) as (session, draft):
        drafts.accept(session, draft, [ben])
    with instructor.at_work() as (session, programme):
        participation_of(session, programme, mo, Part.MENTOR).capacity = 1
    published(instructor, draft_id)
    assert pairings(instructor) == {ben: mo}
    assert instructor.rows(draft_id)[ada].outcome == Skipped.MENTOR_FULL
