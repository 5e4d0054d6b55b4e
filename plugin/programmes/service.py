"""What instructors and participants do in a programme."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.courses.model import Course
from plugin.foundation.errors import NotFound
from plugin.foundation.events import happened
from plugin.foundation.tenancy import inserted_once
from plugin.platforms.model import ActorForm
from plugin.programmes import events
from plugin.programmes.model import Part, Participation, Programme
from plugin.programmes.questions import Said
from plugin.programmes.recording import choose_recording


def of_course(
    session: Session, course: Course, *, by: UUID | None = None, now: datetime
) -> Programme:
    """Return the programme of `course`, opened if this is the first time it is asked for."""
    found = found_of_course(session, course.id)
    if found is not None:
        return found
    new = inserted_once(session, Programme, course_id=course.id, name=course.title, created_at=now)
    programme = session.scalars(select(Programme).where(Programme.course_id == course.id)).one()
    if new:
        happened(session, events.Opened(at=now, subject_id=programme.id, actor_id=by))
    return programme


def found_of_course(session: Session, course_id: UUID) -> Programme | None:
    """Return the programme of a course, or None while nobody has opened one."""
    return session.scalar(select(Programme).where(Programme.course_id == course_id))


def found_of_courses(session: Session, course_ids: Collection[UUID]) -> Sequence[Programme]:
    """Return the programmes of courses, those that somebody has opened."""
    return session.scalars(select(Programme).where(Programme.course_id.in_(course_ids))).all()


def taken(session: Session, programme_id: UUID) -> Programme:
    """Return a programme and keep others from changing who takes part until the transaction ends.

    Joining, leaving, places and rules take it before anything else: of two at once the later sees
    what the other did, and no two wait for each other. (Rows that refer to it need no turn.)
    """
    return session.get_one(Programme, programme_id, with_for_update={"key_share": True})


def participation(
    session: Session, programme_id: UUID, person_id: UUID, part: Part, *, locked: bool = False
) -> Participation | None:
    """Return a person's part in a programme, also after they left; locked against others if asked.

    Whoever counts a mentor's mentees locks the mentor's participation first.
    """
    found = select(Participation).where(
        Participation.programme_id == programme_id,
        Participation.person_id == person_id,
        Participation.part == part,
    )
    return session.scalar(found.with_for_update() if locked else found)


def takes_part(session: Session, programme_id: UUID, person_id: UUID, part: Part) -> bool:
    """Tell whether somebody takes part now."""
    found = participation(session, programme_id, person_id, part)
    return found is not None and found.left_at is None


def parts_of(
    session: Session, programme: Programme | None, person_id: UUID
) -> Sequence[Participation]:
    """Return what somebody does or did in a programme: at most one row a part."""
    if programme is None:
        return ()
    return session.scalars(
        select(Participation).where(
            Participation.programme_id == programme.id, Participation.person_id == person_id
        )
    ).all()


def participants(session: Session, programme_id: UUID, part: Part) -> Sequence[Participation]:
    """Return those who take part now, in the order they joined."""
    return session.scalars(
        select(Participation)
        .where(
            Participation.programme_id == programme_id,
            Participation.part == part,
            Participation.left_at.is_(None),
        )
        .order_by(Participation.joined_at, Participation.id)
    ).all()


def attach_mentor(
    session: Session,
    programme: Programme,
    person_id: UUID,
    *,
    capacity: int,
    by: UUID,
    now: datetime,
) -> Participation:
    """Make a person of the course a mentor of its programme, or change how many they take."""
    taken(session, programme.id)
    new = took_part(session, programme, person_id, Part.MENTOR, now)
    mentor = kept(session, programme, person_id, Part.MENTOR)
    came_back = mentor.left_at is not None
    changed = mentor.capacity != capacity
    mentor.left_at = None
    mentor.capacity = capacity
    session.flush()
    if new or came_back:
        happened(
            session,
            events.MentorAttached(
                at=now,
                subject_id=mentor.id,
                actor_id=by,
                programme_id=programme.id,
                person_id=person_id,
            ),
        )
    elif changed:
        places_changed(session, mentor, by=by, now=now)
    return mentor


def detach_mentor(
    session: Session, programme: Programme, person_id: UUID, *, by: UUID, now: datetime
) -> None:
    """Give a mentor no new mentees; whom they have, they keep until the pairing closes."""
    taken(session, programme.id)
    mentor = kept(session, programme, person_id, Part.MENTOR)
    if mentor.left_at is not None:
        return
    mentor.left_at = now
    happened(
        session,
        events.MentorDetached(
            at=now,
            subject_id=mentor.id,
            actor_id=by,
            programme_id=programme.id,
            person_id=person_id,
        ),
    )


def mentor_settings(
    session: Session,
    programme: Programme,
    person_id: UUID,
    *,
    capacity: int,
    talk: Sequence[str],
    recorded: bool | None,
    now: datetime,
) -> None:
    """Take a mentor's own word on places, ways of talking and recording."""
    taken(session, programme.id)
    mentor = kept(session, programme, person_id, Part.MENTOR)
    changed = mentor.capacity != capacity
    mentor.capacity = capacity
    mentor.talk = list(talk)
    if recorded is not None:
        choose_recording(session, mentor, recorded, now=now)
    session.flush()
    if changed:
        places_changed(session, mentor, by=person_id, now=now)


def places_changed(session: Session, mentor: Participation, *, by: UUID, now: datetime) -> None:
    """Say that a mentor has other places than before."""
    happened(
        session,
        events.PlacesChanged(
            at=now,
            subject_id=mentor.id,
            actor_id=by,
            programme_id=mentor.programme_id,
            capacity=mentor.capacity,
        ),
    )


def join(
    session: Session,
    programme: Programme,
    person_id: UUID,
    *,
    first_use: str,
    talk: Sequence[str],
    recorded: bool,
    known_as: ActorForm = ActorForm.ACCOUNT,
    said: Said | None = None,
    now: datetime,
) -> Participation:
    """Let a learner in, with their three answers; joining twice is joining once.

    Args:
        said: what they answered beyond the three; None: what they once answered stands.
    """
    taken(session, programme.id)
    new = took_part(session, programme, person_id, Part.MENTEE, now)
    mentee = kept(session, programme, person_id, Part.MENTEE)
    came_back = mentee.left_at is not None
    if came_back:
        mentee.joined_at = now
    mentee.left_at = None
    mentee.first_use = first_use
    mentee.talk = list(talk)
    answers_otherwise = said is not None and said.keep_in(mentee)
    choose_recording(session, mentee, recorded, known_as=known_as, now=now)
    session.flush()
    if new or came_back:
        happened(
            session,
            events.Joined(
                at=now,
                subject_id=mentee.id,
                actor_id=person_id,
                programme_id=programme.id,
                person_id=person_id,
            ),
        )
    elif answers_otherwise:
        answers_changed(session, mentee, now=now)
    return mentee


def answers_changed(session: Session, participation: Participation, *, now: datetime) -> None:
    """Say that somebody answers otherwise than before."""
    happened(
        session,
        events.AnswersChanged(
            at=now,
            subject_id=participation.id,
            actor_id=participation.person_id,
            programme_id=participation.programme_id,
            person_id=participation.person_id,
        ),
    )


def leave(session: Session, programme: Programme, person_id: UUID, *, now: datetime) -> None:
    """Let a learner go; no reason is asked."""
    taken(session, programme.id)
    mentee = kept(session, programme, person_id, Part.MENTEE)
    if mentee.left_at is not None:
        return
    mentee.left_at = now
    happened(
        session,
        events.Left(
            at=now,
            subject_id=mentee.id,
            actor_id=person_id,
            programme_id=programme.id,
            person_id=person_id,
        ),
    )


def took_part(
    session: Session, programme: Programme, person_id: UUID, part: Part, now: datetime
) -> bool:
    """Give somebody a part in a programme, unless they ever had it; True when it is new.

    Nothing has happened by that yet: whoever calls this says what did.
    """
    other = parts_of(session, programme, person_id)
    return inserted_once(
        session,
        Participation,
        programme_id=programme.id,
        person_id=person_id,
        part=part,
        joined_at=now,
        capacity=0,
        talk=[],
        refuses=other[0].refuses if other else [],  # a person's, whichever part they take
        recorded=False,
    )


def kept(session: Session, programme: Programme, person_id: UUID, part: Part) -> Participation:
    """Return a person's part in a programme, locked against others.

    Raises:
        NotFound: they never took part.
    """
    found = participation(session, programme.id, person_id, part, locked=True)
    if found is None:
        raise NotFound("This person does not take part in the programme.")
    return found
