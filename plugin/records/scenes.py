"""What the statements of one event need to know: who, in which programme, and who is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lrs_bridge import compose
from lrs_bridge.compose import Actor, Occasion
from plugin.checkins.model import CheckIn
from plugin.circles.model import Circle
from plugin.foundation.tenancy import rows_of
from plugin.pairings.model import Pairing
from plugin.platforms.model import ActorForm
from plugin.programmes.model import Part, Participation
from plugin.records.called import Called
from plugin.records.groups import Group, told_groups
from plugin.records.stages import Stage, stages

LANGUAGE = "en"
"""Of the titles in our statements: those that the course has."""

Moment = tuple[UUID, datetime, UUID]
"""An event: its id, when it was, and what it happened to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An event with what its statements need to know. A voice is None when it is not recorded.

    Attributes:
        groups: what is told in the programme.
        by: who did it, where that need not be one of the two.
        called: everybody whom its statements may name, with what they are called.
    """

    occasion: Occasion
    groups: frozenset[Group]
    mentee: Actor | None = None
    mentee_id: UUID | None = None
    mentor: Actor | None = None
    mentor_id: UUID | None = None
    by: Actor | None = None
    called: Sequence[Called] = ()

    def voice(self, person_id: UUID | None) -> Actor | None:
        """Return one of the two as they are called, if they are recorded."""
        if person_id is not None and person_id == self.mentee_id:
            return self.mentee
        return self.mentor if person_id == self.mentor_id else None

    def revised(self, revision: int) -> Scene:
        """Return the same, told for another time."""
        return replace(self, occasion=replace(self.occasion, revision=revision))


class Scenes:
    """Sets scenes; `tool` is our public URL, under which our activities are named."""

    def __init__(self, tool: str) -> None:
        self.tool = tool

    def of_checkin(
        self, session: Session, event_id: UUID, at: datetime, checkin_id: UUID
    ) -> tuple[Scene, CheckIn]:
        """Return the scene of something that happened to a check-in, and the check-in."""
        return self.of_checkins(session, [(event_id, at, checkin_id)])[0]

    def of_checkins(
        self, session: Session, moments: Sequence[Moment]
    ) -> list[tuple[Scene, CheckIn]]:
        """Return the scenes of what happened to several check-ins, and the check-ins."""
        checkins = rows_of(session, CheckIn, [checkin_id for _, _, checkin_id in moments])
        scenes = self.of_pairings(
            session,
            [(event_id, at, checkins[of].pairing_id) for event_id, at, of in moments],
        )
        return [(scene, checkins[of]) for scene, (_, _, of) in zip(scenes, moments, strict=True)]

    def of_pairing(self, session: Session, event_id: UUID, at: datetime, pairing_id: UUID) -> Scene:
        """Return the scene of something that happened to a pairing."""
        return self.of_pairings(session, [(event_id, at, pairing_id)])[0]

    def of_pairings(self, session: Session, moments: Sequence[Moment]) -> list[Scene]:
        """Return the scenes of what happened to several pairings."""
        pairings = rows_of(session, Pairing, [pairing_id for _, _, pairing_id in moments])
        on = stages(
            session,
            {pairing.programme_id for pairing in pairings.values()},
            {
                person
                for pairing in pairings.values()
                for person in (pairing.mentor_id, pairing.mentee_id)
            },
        )
        return [
            self._of_pairing(on[pairings[of].programme_id], pairings[of], event_id, at)
            for event_id, at, of in moments
        ]

    def _of_pairing(self, stage: Stage, pairing: Pairing, event_id: UUID, at: datetime) -> Scene:
        mentor = stage.recorded(pairing.mentor_id, Part.MENTOR)
        mentee = stage.recorded(pairing.mentee_id, Part.MENTEE)
        return Scene(
            occasion=replace(
                self._occasion(stage, event_id, at), pairing_id=pairing.id, mentor=mentor
            ),
            groups=told_groups(stage.programme),
            mentee=mentee,
            mentee_id=pairing.mentee_id,
            mentor=mentor,
            mentor_id=pairing.mentor_id,
            called=_named((pairing.mentor_id, mentor), (pairing.mentee_id, mentee)),
        )

    def of_participation(
        self, session: Session, event_id: UUID, at: datetime, participation_id: UUID
    ) -> tuple[Scene, Participation]:
        """Return the scene of something that happened to somebody's part, and that part."""
        part = session.get_one(Participation, participation_id)
        stage = stages(session, [part.programme_id], [part.person_id])[part.programme_id]
        by = stage.called(part)
        scene = Scene(
            occasion=replace(self._occasion(stage, event_id, at), participation_id=part.id),
            groups=told_groups(stage.programme),
            by=by,
            called=_named((part.person_id, by)),
        )
        return scene, part

    def of_circle(self, session: Session, event_id: UUID, at: datetime, circle: Circle) -> Scene:
        """Return the scene of something that happened to a circle, with who leads it as mentor."""
        of = circle.programme_id
        stage = stages(session, [of], [circle.mentor_id])[of]
        mentor = stage.recorded(circle.mentor_id, Part.MENTOR)
        return Scene(
            occasion=replace(
                self._occasion(stage, event_id, at), circle_id=circle.id, mentor=mentor
            ),
            groups=told_groups(stage.programme),
            mentor=mentor,
            mentor_id=circle.mentor_id,
            called=_named((circle.mentor_id, mentor)),
        )

    def learner_of(self, session: Session, circle: Circle, person_id: UUID) -> Actor | None:
        """Return a learner of a circle as they are called, if they are recorded.

        Who is in a circle without taking part in the mentoring was never asked, so is not told of.
        """
        of = circle.programme_id
        return stages(session, [of], [person_id])[of].recorded(person_id, Part.MENTEE)

    def of_programme(
        self, session: Session, event_id: UUID, at: datetime, programme_id: UUID, by: UUID | None
    ) -> Scene:
        """Return the scene of something that happened to a programme."""
        stage = stages(session, [programme_id], [by] if by else [])[programme_id]
        voices = [stage.recorded(by, part) for part in Part] if by else []
        voice = next((voice for voice in voices if voice is not None), None)
        return Scene(
            occasion=self._occasion(stage, event_id, at),
            groups=told_groups(stage.programme),
            by=voice,
            called=_named((by, voice)),
        )

    def _occasion(self, stage: Stage, event_id: UUID, at: datetime) -> Occasion:
        programme = stage.programme
        return Occasion(
            event_id=event_id,
            organisation_id=programme.organisation_id,
            at=at,
            tool=self.tool,
            language=LANGUAGE,
            programme=compose.Programme(id=programme.id, title=programme.name),
            course=stage.course,
            mailboxes=ActorForm(stage.registration.actor_form).needs_mail,
        )


def _named(*several: tuple[UUID | None, Actor | None]) -> list[Called]:
    """Return those who are somebody and are recorded."""
    return [
        (person, actor) for person, actor in several if person is not None and actor is not None
    ]
