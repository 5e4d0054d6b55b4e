"""What is asked of a store of statements 0 to n − 1, and what the right answers are.

The answers come from the population alone, by brute force; no server is believed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.lrs import population
from benchmarks.lrs.load import Answer, Request, Way
from benchmarks.lrs.population import Facts

LIMIT, FEW = 100, 3
VARIANTS = 40
"""Different questions of a kind that take turns."""

Matches = NDArray[np.bool_]
Parameters = dict[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Parameters, and the statements that answer them, in order.

    Attributes:
        numbers: of the statements, the newest first.
    """

    parameters: Parameters
    numbers: list[int]

    def request(self, way: Way) -> Request:
        """Return it as a server hears it."""
        return way.get(**self.parameters)

    def is_answered_by(self, answer: Answer) -> bool:
        """Return whether `answer` has these statements in this order, each of them whole."""
        if answer.status != 200:
            return False
        found = json.loads(answer.body)
        shown = found.get("statements", [found])  # Ralph gives a list of one, too
        sent = map(json.loads, population.texts(self.numbers))
        return len(shown) == len(self.numbers) and all(
            _holds(one, other) for one, other in zip(shown, sent, strict=True)
        )


def _holds(shown: dict[str, object], sent: dict[str, object]) -> bool:
    """Return whether a statement is there with all that was sent."""
    return all(shown.get(name) == value for name, value in sent.items())


@dataclass(frozen=True)
class Questions:
    """Every kind of question about a store of `total` statements.

    `since` is what the server takes as the time of statement `first − 1`: the one that was stored
    then, for a server that keeps to the standard.
    """

    total: int
    first: int
    since: str

    @cached_property
    def _facts(self) -> Facts:
        return population.facts(range(self.total))

    def by_id(self) -> list[Question]:
        """One statement, by its id."""
        numbers = [number * self.total // VARIANTS for number in range(VARIANTS)]
        return [
            Question(parameters={"statementId": id}, numbers=[number])
            for number, id in zip(numbers, population.ids(numbers), strict=True)
        ]

    def hot_agent(self) -> list[Question]:
        """The newest of one who does much, with a verb, since a time."""
        return self._asked(lambda turn: self._agent_and_verb(turn % population.HOT, turn))

    def cold_agent(self) -> list[Question]:
        """The newest of one who does little, with a verb, since a time."""
        return self._asked(lambda turn: self._agent_and_verb(population.HOT + turn * 20, turn))

    def cold_agent_briefly(self) -> list[Question]:
        """The same, but only so many as even a small store has of them."""
        return self._asked(
            lambda turn: self._agent_and_verb(population.HOT + turn * 20, turn), limit=FEW
        )

    def activity(self) -> list[Question]:
        """The newest about an activity, since a time."""

        def asked(turn: int) -> tuple[Parameters, Matches]:
            activity = turn * 5
            given = {"activity": population.activity_id(activity), "since": self.since}
            return given, self._recent & (self._facts.activity == activity)

        return self._asked(asked)

    def related_activities(self) -> list[Question]:
        """The newest about anything within a course."""

        def asked(turn: int) -> tuple[Parameters, Matches]:
            course = turn % population.COURSES
            given = {"activity": population.course_id(course), "related_activities": "true"}
            return given, self._facts.course == course

        return self._asked(asked)

    def registration(self) -> list[Question]:
        """The newest with a registration."""

        def asked(turn: int) -> tuple[Parameters, Matches]:
            agent, course = turn % population.HOT, turn % population.COURSES
            of_both = (self._facts.agent == agent) & (self._facts.course == course)
            return {"registration": population.registration(agent, course)}, of_both

        return self._asked(asked)

    def related_agents(self) -> list[Question]:
        """The newest in which an instructor has any part."""

        def asked(turn: int) -> tuple[Parameters, Matches]:
            instructor = turn % population.INSTRUCTORS
            agent = json.dumps({"mbox": population.instructor_mbox(instructor)})
            given = {"agent": agent, "related_agents": "true"}
            return given, self._facts.instructor == instructor

        return self._asked(asked)

    @cached_property
    def _recent(self) -> Matches:
        return self._facts.number >= self.first

    def _agent_and_verb(self, agent: int, turn: int) -> tuple[Parameters, Matches]:
        verb = turn % population.VERBS
        given = {
            "agent": json.dumps({"account": population.agent_account(agent)}),
            "verb": population.verb_id(verb),
            "since": self.since,
        }
        matches = self._recent & (self._facts.agent == agent) & (self._facts.verb == verb)
        return given, matches

    def _asked(
        self, asked: Callable[[int], tuple[Parameters, Matches]], *, limit: int = LIMIT
    ) -> list[Question]:
        questions = []
        for turn in range(VARIANTS):
            parameters, matches = asked(turn)
            newest = np.flatnonzero(matches)[::-1][:limit].tolist()
            questions.append(Question(parameters={**parameters, "limit": limit}, numbers=newest))
        return questions
