"""The platform's gradebook: as strict as Moodle 4.3 about what it takes, whatever the product."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import RLock
from typing import Any, Final

from lti.testing.readable import has_zone, is_number, is_text
from lti.testing.values import Column, Completion, Grade, GradebookColumn, Refused

ACTIVITY_PROGRESS = frozenset({"Initialized", "Started", "InProgress", "Submitted", "Completed"})
GRADING_PROGRESS = frozenset({"NotReady", "Failed", "Pending", "PendingManual", "FullyGraded"})
SUBMISSION = {"started_at": "startedAt", "submitted_at": "submittedAt"}
CANVAS_SUBMISSION: Final = "https://canvas.instructure.com/lti/submission"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Gradebook:
    """Columns and grades of all courses.

    Timestamps of scores are told apart by `step`, or however little they differ if that is zero.
    """

    def __init__(
        self,
        lock: RLock,
        clock: Callable[[], datetime],
        *,
        step: timedelta = timedelta(0),
        scores_submit: bool = False,
    ) -> None:
        self._lock = lock
        self._clock = clock
        self._step = step
        self._scores_submit = scores_submit
        self._ids = count(1)
        self._columns: dict[str, Column] = {}
        self._grades: dict[tuple[str, str], Grade] = {}
        self._completions: dict[tuple[str, str, str], Completion] = {}

    def add_column(
        self,
        *,
        course_id: str,
        client_id: str,
        label: str,
        score_maximum: float,
        resource_id: str = "",
        tag: str = "",
        resource_link_id: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Column:
        """Add a column; asked twice, it makes two, as Moodle does."""
        with self._lock:
            column = Column(
                id=str(next(self._ids)),
                course_id=course_id,
                client_id=client_id,
                label=label,
                score_maximum=score_maximum,
                resource_id=resource_id,
                tag=tag,
                resource_link_id=resource_link_id,
                more=more or {},
            )
            self._columns[column.id] = column
            return column

    def copy_column_of(
        self, source_link_id: str, *, course_id: str, resource_link_id: str
    ) -> Column | None:
        """Add a copy of an item's column, if it has one, for a copy of the item."""
        with self._lock:
            source = self.column_of_link(source_link_id)
            if source is None:
                return None
            column = replace(
                source,
                id=str(next(self._ids)),
                course_id=course_id,
                resource_link_id=resource_link_id,
            )
            self._columns[column.id] = column
            return column

    def replace_column(self, column: Column) -> None:
        """Put `column` in place of the one with its id."""
        with self._lock:
            self._columns[column.id] = column

    def remove_column(self, column_id: str) -> None:
        """Remove a column and its grades."""
        with self._lock:
            del self._columns[column_id]
            self._grades = {
                key: grade for key, grade in self._grades.items() if key[0] != column_id
            }

    def column(self, course_id: str, column_id: str, client_id: str) -> Column:
        """Return a column of this course and tool, or refuse with 404."""
        with self._lock:
            column = self._columns.get(column_id)
        if column is None or (column.course_id, column.client_id) != (course_id, client_id):
            raise Refused(404, "not_found", "no such line item")
        return column

    def columns(self, course_id: str, client_id: str | None = None) -> tuple[Column, ...]:
        """Return the columns of a course, those of one tool if asked."""
        with self._lock:
            return tuple(
                column
                for column in self._columns.values()
                if column.course_id == course_id and client_id in (None, column.client_id)
            )

    def column_of_link(self, resource_link_id: str) -> Column | None:
        """Return the first column that belongs to a resource link."""
        with self._lock:
            own = (c for c in self._columns.values() if c.resource_link_id == resource_link_id)
            return next(own, None)

    def grades(self, column_id: str) -> dict[str, Grade]:
        """Return the grades in a column by user id."""
        with self._lock:
            found = [grade for (column, _), grade in self._grades.items() if column == column_id]
        return {grade.user_id: grade for grade in found}

    def read(self, course_id: str) -> tuple[GradebookColumn, ...]:
        """Return the whole gradebook of a course."""
        with self._lock:
            return tuple(
                GradebookColumn(column=column, grades=self.grades(column.id))
                for column in self.columns(course_id)
            )

    def record(self, column: Column, score: Any, learners: frozenset[str]) -> Grade:
        """Take a score for one of `learners`.

        Raises:
            Refused: 400 for what is missing, malformed or about somebody else; 409 unless it is
                later, as far as the product can tell, than the one before.
        """
        grade = _grade(score)
        if grade.user_id not in learners:
            raise Refused(400, "bad_request", "the user is not a learner in this course")
        with self._lock:
            before = self._grades.get((column.id, grade.user_id))
            if before is not None and not self._is_later(grade, before):
                raise Refused(409, "conflict", "the timestamp is not later than the stored one")
            submissions = (before.submissions if before else 0) + self._is_submission(score)
            grade = replace(grade, submissions=submissions)
            self._grades[column.id, grade.user_id] = grade
        return grade

    def _is_later(self, grade: Grade, before: Grade) -> bool:
        if not self._step:
            return grade.timestamp > before.timestamp
        new, old = ((each.timestamp - _EPOCH) // self._step for each in (grade, before))
        return new > old

    def _is_submission(self, score: Mapping[str, Any]) -> bool:
        said = score.get(CANVAS_SUBMISSION)
        told_not = isinstance(said, dict) and said.get("new_submission") is False
        return self._scores_submit and not told_not

    def complete(self, user_id: str, course_id: str, activity: str) -> tuple[Completion, bool]:
        """Mark an activity complete; the first time stands. Return it and whether it is new."""
        completion = Completion(
            user_id=user_id, course_id=course_id, activity=activity, at=self._clock()
        )
        with self._lock:
            kept = self._completions.setdefault((user_id, course_id, activity), completion)
        return kept, kept is completion

    def completions(self, course_id: str) -> tuple[Completion, ...]:
        """Return who completed what in a course, in order."""
        with self._lock:
            return tuple(c for c in self._completions.values() if c.course_id == course_id)


def _grade(score: Any) -> Grade:
    """Return the grade in a score document (AGS 2.0, section 3.4)."""
    problem = next(_problems(score), None)
    if problem is not None:
        raise Refused(400, "bad_request", problem)
    given = score.get("scoreGiven")
    submission = score.get("submission", {})
    times = {
        name: datetime.fromisoformat(submission[member]) if member in submission else None
        for name, member in SUBMISSION.items()
    }
    return Grade(
        user_id=score["userId"],
        timestamp=datetime.fromisoformat(score["timestamp"]),
        activity_progress=score["activityProgress"],
        grading_progress=score["gradingProgress"],
        score_given=None if given is None else float(given),
        score_maximum=None if given is None else float(score["scoreMaximum"]),
        started_at=times["started_at"],
        submitted_at=times["submitted_at"],
    )


def _problems(score: Any) -> Iterator[str]:
    if not isinstance(score, dict):
        yield "a score is a JSON object"
        return
    if not is_text(score.get("userId")):
        yield "userId is missing"
    if not has_zone(score.get("timestamp")):
        yield "timestamp is missing, malformed or has no zone"
    if not _is_one_of(ACTIVITY_PROGRESS, score.get("activityProgress")):
        yield "activityProgress is missing or unknown"
    if not _is_one_of(GRADING_PROGRESS, score.get("gradingProgress")):
        yield "gradingProgress is missing or unknown"
    if "scoreGiven" in score:
        given, maximum = score["scoreGiven"], score.get("scoreMaximum")
        if not is_number(given) or given < 0 or not is_number(maximum) or maximum <= 0:
            yield "scoreGiven needs a number that is not negative and a scoreMaximum above 0"
    elif "scoreMaximum" in score:
        yield "scoreMaximum without scoreGiven"
    if not _is_submission(score.get("submission", {})):
        yield "submission has times that are malformed or have no zone"


def _is_one_of(known: frozenset[str], said: Any) -> bool:
    return isinstance(said, str) and said in known


def _is_submission(said: Any) -> bool:
    return isinstance(said, dict) and all(
        has_zone(said[member]) for member in SUBMISSION.values() if member in said
    )
