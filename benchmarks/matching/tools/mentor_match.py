"""mentor-match, with our rules as its rules, and each place of a mentor as one more mentor.

One round of its Hungarian method over all places is its best: its own idiom, several rounds of one
mentee each, loses 4 to 6 % of the total. Its environment has no numpy: people come as JSON rows.
"""

from __future__ import annotations

import json
import operator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from matching.mentee import Mentee
from matching.mentor import Mentor
from matching.process import process_data
from matching.rules.rule import Disqualify, Equivalent, Generic, Grade, Rule

from benchmarks.matching.tools.measuring import Answer, Job, Stopwatch, serve

Row = dict[str, Any]
Ready = tuple[list["Place"], list["Seeker"], list[Rule]]


class Place(Mentor):
    """One place of one mentor."""

    def __init__(self, row: Row, number: int, place: int) -> None:
        super().__init__(**row, email=f"{place}.of.mentor-{number}")
        _answered(self, row)
        self.number = number


class Seeker(Mentee):
    """One mentee."""

    def __init__(self, row: Row, number: int) -> None:
        super().__init__(**row, email=f"mentee-{number}")
        _answered(self, row)
        self.line_manager = row["line_manager"]
        self.points_of_wish = dict(row["points_of_wish"])
        self.refused = frozenset(row["refused"])


class Common(Rule):
    """So many points to each option in common."""

    def __init__(self, attribute: str, points: int) -> None:
        super().__init__()
        self._options = operator.attrgetter(attribute)
        self._points = points

    def evaluate(self, match_object: Any) -> int:
        """Count the options in common."""
        return len(self._options(match_object.mentee) & self._options(match_object.mentor))

    def apply(self, match_object: Any) -> int:
        """Give the points."""
        return self._points * self.evaluate(match_object)


class Wish(Rule):
    """The mentee named the mentor."""

    def evaluate(self, match_object: Any) -> int:
        """Look up what it is worth."""
        return int(match_object.mentee.points_of_wish.get(match_object.mentor.number, 0))

    def apply(self, match_object: Any) -> int:
        """Give the points."""
        return self.evaluate(match_object)


def rules(points: dict[str, int], a_match: int) -> list[Rule]:
    """Our rules in its words. It takes them from the end: what disqualifies comes first."""
    return [
        Generic({True: a_match, False: 0}, lambda _: True),
        Wish(),
        Grade(points["grades_above"], operator.ge, {True: points["grade"], False: 0}),
        Common("hours", points["hour"]),
        Equivalent("site", {True: points["site"], False: 0}),
        Equivalent("organisation", {True: 0, False: points["department"]}),
        Common("skills", points["skill"]),
        Disqualify(lambda match: match.mentor.number in match.mentee.refused),
        Disqualify(lambda match: match.mentor.number == match.mentee.line_manager),
        Disqualify(lambda match: match.mentor.languages.isdisjoint(match.mentee.languages)),
    ]


def _answered(person: Place | Seeker, row: Row) -> None:
    person.skills = frozenset(row["skills"])
    person.hours = frozenset(row["hours"])
    person.languages = frozenset(row["languages"])
    person.site = row["site"]


def _prepare(job: Job) -> Ready:
    rows = json.loads(Path(job["rows"]).read_text())
    places = [
        Place(row, number, place)
        for number, row in enumerate(rows["mentors"])
        for place in range(row["capacity"])
    ]
    seekers = [Seeker(row, number) for number, row in enumerate(rows["mentees"])]
    return places, seekers, rules(rows["points"], rows["a_match"])


def _solve(ready: Ready, stopwatch: Stopwatch) -> Answer:
    places, seekers, own_rules = ready
    process_data(places, seekers, [own_rules])
    return {
        "mentor_of": [each.mentors[0].number if each.mentors else -1 for each in seekers],
        "with": f"munkres {version('munkres')}",
    }


if __name__ == "__main__":
    serve(_prepare, _solve)
