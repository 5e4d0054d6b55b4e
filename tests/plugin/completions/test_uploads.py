"""Uploads: what a file would do, what it does, killed anywhere, taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import get_args
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lrs_bridge.sources.errors import TableFault
from lrs_bridge.sources.tables import Fault
from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State as CheckInState
from plugin.completions.model import Reason, SourceKind, SourceRow
from plugin.completions.uploads import forms, report, service, slices, wording
from plugin.completions.uploads.errors import UploadMovedOn
from plugin.completions.uploads.model import Outcome, State, Undone, Upload, UploadLine, UploadPart
from plugin.completions.waiting_model import Unassigned
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.i18n import Words
from plugin.foundation.outbox import Debt
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.completions.test_rules import COURSE, PAGE, Class
from tests.plugin.factories import ISSUER, at_once, every, later
from tests.plugin.records.telling import standing

HEAD = "account,module,completed_at,state"
DONE = "2026-11-22T12:05:00Z"


@pytest.fixture
def course(mentes: Mentes, organisation_id: UUID, clock: MovableClock) -> Class:
    """A course with five learners, an hour after it began."""
    clock.now = later(hours=1)
    return Class(mentes, organisation_id, learners=5)


class Uploads:
    """Uploads of one organisation, past HTTP."""

    def __init__(self, mentes: Mentes, organisation_id: UUID, worker: Worker) -> None:
        self.mentes = mentes
        self.organisation_id = organisation_id
        self.worker = worker

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a transaction of the organisation."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            yield session

    def taken_in(self, *rows: str, head: str = HEAD, **form: str) -> UUID:
        """Take a file in; nobody has looked it through."""
        sent = MultiDict({"home": ISSUER, **form})
        wanted = forms.wanted(
            sent, io.BytesIO("\n".join((head, *rows)).encode(errors="surrogateescape")), None
        )
        with self.session() as session:
            return service.take_in(
                session,
                wanted.content,
                name="finished.csv",
                layout=wanted.layout,
                size=wanted.size,
                digest=wanted.digest,
                configuration=wanted.configuration,
                now=self.mentes.clock(),
            )

    def looked_through(self, *rows: str, **how: str) -> UUID:
        """Take a file in and let the worker find out what it would do."""
        upload_id = self.taken_in(*rows, **how)
        self.worker.run_until_idle()
        return upload_id

    def applied(self, *rows: str, **how: str) -> UUID:
        """Take a file in, confirm it, and let the worker apply it."""
        upload_id = self.looked_through(*rows, **how)
        self.confirm(upload_id)
        self.worker.run_until_idle()
        return upload_id

    def confirm(self, upload_id: UUID) -> None:
        """Confirm an upload."""
        with self.session() as session:
            service.confirm(session, upload_id, by=None, now=self.mentes.clock())

    def undo(self, upload_id: UUID) -> None:
        """Take an upload back, and let the worker do it."""
        with self.session() as session:
            service.undo(session, upload_id, by=None, now=self.mentes.clock())
        self.worker.run_until_idle()

    def one(self, upload_id: UUID) -> Upload:
        """Return an upload."""
        with self.session() as session:
            return service.one(session, upload_id)

    def fates(self, upload_id: UUID) -> list[tuple[int, str, str | None]]:
        """Return what becomes of each line: number, outcome, reason or fault."""
        with self.session() as session:
            return [
                (line.number, line.fate.slug, line.fate.fault or line.fate.reason)
                for line in report.lines(session, upload_id)
            ]

    def texts(self) -> int:
        """Return how many pieces of files are kept."""
        with self.session() as session:
            return session.scalar(select(func.count(UploadPart.id))) or 0


@pytest.fixture
def uploads(mentes: Mentes, organisation_id: UUID, worker: Worker, course: Class) -> Uploads:
    """Uploads in the course's organisation."""
    return Uploads(mentes, organisation_id, worker)


def row(learner: int, **said: str) -> str:
    """Return a line about the page of the course."""
    return f"{learner},{said.get('module', PAGE)},{said.get('at', DONE)},{said.get('state', '')}"


ROWS = (
    row(100),
    row(999),
    row(101, module=f"{ISSUER}/mod/page/view.php?id=77"),
    row(101, at="2025-01-01"),
    row(101, state="failed"),
    row(102, at="soon"),
    row(100),
    row(100, state="passed", at="2026-11-22T12:06:00Z"),
    row(100, state="uncompleted", at="2026-11-22T12:01:00Z"),
)
EXPECTED = [
    (2, "opens", None),
    (3, "waits", "person-unknown"),
    (4, "waits", "course-unknown"),
    (5, "counts", "before-checkpoint"),
    (6, "counts", "not-passed"),
    (7, "problem", "time-unreadable"),
    (8, "known", None),
    (9, "counts", "open-already"),
    (10, "counts", "taken-back"),
]


def test_what_a_file_would_do_is_what_it_does(uploads: Uploads, course: Class) -> None:
    upload_id = uploads.looked_through(*ROWS)
    assert uploads.one(upload_id).state == State.CHECKED
    assert uploads.fates(upload_id) == EXPECTED
    assert course.rows() == []
    assert course.checkins() == []
    uploads.confirm(upload_id)
    uploads.worker.run_until_idle()
    done = {"opens": "opened"}
    assert uploads.fates(upload_id) == [
        (line, done.get(fate, fate), reason) for line, fate, reason in EXPECTED
    ]
    assert len(course.checkins()) == 1
    assert {each.came_by for each in course.rows()} == {SourceKind.FILE}
    assert [each.facts["source"] for each in course.events("completion.observed")] != []
    with uploads.session() as session:
        (source,) = every(session, SourceRow)
    assert (source.kind, source.received, source.repeated) == ("file", 7, 1)


def test_of_the_text_nothing_is_kept(uploads: Uploads) -> None:
    cancelled = uploads.looked_through(row(100))
    assert uploads.texts() == 1
    with uploads.session() as session:
        service.cancel(session, cancelled)
    with uploads.session() as session:
        assert every(session, Upload) == every(session, UploadLine) == []
        with pytest.raises(NotFound):
            service.confirm(session, cancelled, by=None, now=uploads.mentes.clock())
    uploads.applied(row(100), row(999))
    assert uploads.texts() == 0
    with uploads.session() as session:
        kept = every(session, UploadLine)
    assert [(each.event_id, each.opens) for each in kept] == [(None, None)] * 2


def test_the_same_file_twice_changes_nothing(uploads: Uploads, course: Class) -> None:
    uploads.applied(*ROWS)
    before = [(each.id, each.status) for each in course.rows()]
    again = uploads.applied(*ROWS)
    assert [(each.id, each.status) for each in course.rows()] == before
    assert {fate for _, fate, _ in uploads.fates(again)} == {"known", "problem"}
    uploads.undo(again)
    assert len(course.rows()) == len(before)
    assert [each.state for each in course.checkins()] == [CheckInState.OPEN]


def test_what_nobody_touched_is_taken_back(uploads: Uploads, course: Class) -> None:
    upload_id = uploads.applied(row(100), row(101), row(102), row(999), row(100, state="passed"))
    touched = course.checkins()[0]
    with uploads.session() as session:
        session.execute(
            update(CheckIn)
            .where(CheckIn.id == touched.id)
            .values(state=CheckInState.BOOKED, booking_sequence=1)
        )
    uploads.undo(upload_id)
    assert uploads.one(upload_id).state == State.UNDONE
    states = sorted(each.state for each in course.checkins())
    assert states == [CheckInState.BOOKED, CheckInState.WITHDRAWN, CheckInState.WITHDRAWN]
    fates = [fate for _, fate, _ in uploads.fates(upload_id)]
    assert sorted(fates) == ["forgotten", "forgotten", "stays", "withdrawn", "withdrawn"]
    assert len(course.rows()) == 1
    with uploads.session() as session, pytest.raises(UploadMovedOn, match="already"):
        service.undo(session, upload_id, by=None, now=uploads.mentes.clock())


def test_who_was_only_named_in_a_file_is_forgotten_with_it(uploads: Uploads) -> None:
    nowhere = f"{ISSUER}/mod/page/view.php?id=77"
    upload_id = uploads.applied(row(999), row(998), row(100, module=nowhere))
    other = uploads.applied(row(998, at="2026-11-22T12:06:00Z"))
    with uploads.session() as session:
        assert len(every(session, Unassigned)) == 3
    uploads.undo(upload_id)
    with uploads.session() as session:
        assert len(every(session, Unassigned)) == 1
    uploads.undo(other)
    with uploads.session() as session:
        assert every(session, Unassigned) == []


def test_what_was_told_of_it_is_voided_with_it(uploads: Uploads, course: Class) -> None:
    rows = (f"100,,{PAGE},{DONE}", f"100,{COURSE},,{DONE}", f"101,,{PAGE},{DONE}")
    upload_id = uploads.applied(*rows, head="account,course,module,completed_at")
    assert len(standing(uploads.mentes, Verb.COMPLETED)) == 3  # of a course without a rule, too
    with uploads.session() as session:
        touched = every(session, CheckIn)[0]
        touched.state, touched.booking_sequence = CheckInState.BOOKED, 1
    uploads.undo(upload_id)
    (stays,) = standing(uploads.mentes, Verb.COMPLETED)
    (assigned,) = standing(uploads.mentes, Verb.WAS_ASSIGNED)
    assert stays["actor"] == assigned["actor"]
    uploads.applied(*rows, head="account,course,module,completed_at")
    assert len(standing(uploads.mentes, Verb.COMPLETED)) == 3


def test_what_was_taken_back_can_be_uploaded_again(uploads: Uploads, course: Class) -> None:
    uploads.undo(uploads.applied(row(100)))
    uploads.applied(row(100, at="2026-11-22T12:02:00Z"))  # even as of an earlier moment
    assert [each.state for each in course.checkins()] == [CheckInState.OPEN]


def test_a_check_in_that_another_source_would_have_opened_stays(
    uploads: Uploads, course: Class
) -> None:
    upload_id = uploads.applied(row(100))
    course.receive(course.completion(100))
    uploads.worker.run_until_idle()
    uploads.undo(upload_id)
    assert [each.state for each in course.checkins()] == [CheckInState.OPEN]
    assert uploads.fates(upload_id) == [(2, "told-elsewhere", None)]


def test_two_tabs_that_confirm_at_once_confirm_once(uploads: Uploads, course: Class) -> None:
    upload_id = uploads.looked_through(row(100))
    assert at_once(2, lambda _: uploads.confirm(upload_id)) == [None, None]
    uploads.worker.run_until_idle()
    assert len(course.events("upload.confirmed")) == 1
    assert len(course.checkins()) == 1
    with uploads.session() as session, pytest.raises(UploadMovedOn):
        service.cancel(session, upload_id)


class Killed(BaseException):
    """The worker is gone."""


def die_after(uploads: Uploads, upload_id: UUID, transactions: int) -> None:
    """Work on an upload's step until the next transaction after so many is cut off."""
    mentes, left = uploads.mentes, [transactions]
    work = slices.Slices(database=mentes.database, clock=mentes.clock, cutoff_days=30)
    step = uploads.one(upload_id).state

    def hold(_session: Session) -> None:
        if not left[0]:
            raise Killed
        left[0] -= 1

    try:
        while uploads.one(upload_id).state == step:
            work(uploads.organisation_id, upload_id, hold)
    except Killed:
        pass


@pytest.mark.parametrize("killed_after", [0, 1, 4])
def test_killed_anywhere_each_row_is_brought_once(
    uploads: Uploads,
    course: Class,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
    killed_after: int,
) -> None:
    monkeypatch.setattr(slices, "BATCH", 2)
    monkeypatch.setattr(slices, "SLICE", 6)
    told = [row(100 + n % 7, at=f"2026-11-22T12:{n:02}:00Z") for n in range(20)]
    upload_id = uploads.taken_in(*told)

    for step in (State.CHECKING, State.APPLYING, State.UNDOING):
        assert uploads.one(upload_id).state == step
        die_after(uploads, upload_id, killed_after)
        uploads.worker.run_until_idle()
        if step == State.CHECKING:
            assert [line for line, _, _ in uploads.fates(upload_id)] == list(range(2, 22))
            uploads.confirm(upload_id)
        elif step == State.APPLYING:
            assert len(course.rows()) == 20
            with uploads.session() as session:
                lines = every(session, UploadLine)
                (source,) = every(session, SourceRow)
            assert {line.outcome for line in lines} == {Outcome.BROUGHT}
            assert len({line.completion_id for line in lines}) == 20
            assert (source.received, source.repeated) == (20, 0)
            assert len(course.checkins()) == 5
            with uploads.session() as session:
                service.undo(session, upload_id, by=None, now=clock())
    assert uploads.one(upload_id).state == State.UNDONE
    assert course.rows() == []
    assert {each.state for each in course.checkins()} == {CheckInState.WITHDRAWN}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"PK\x03\x04\x00\x00", "spreadsheet"),
        ("person,course\nJürgen,1".encode("latin-1"), "UTF-8"),
        ("person,course\nada,1".encode("utf-16-le"), "UTF-8"),
    ],
)
def test_what_is_no_table_is_not_taken(content: bytes, said: str) -> None:
    with pytest.raises(FormInvalid) as refused:
        forms.wanted(MultiDict(), io.BytesIO(content), None)
    (text,) = refused.value.errors["file"]
    assert said in text


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ((), "no-rows"),
        ((*[row(100)] * 500, "\udcff"), "not-utf-8"),
        (("x" * 300_000,), "row-too-long"),
        (('"a",\n"' + '","\n' * 100_000,), "row-too-long"),
        (('"' + "a" * 140_000,), "not-a-table"),
        ((row(100), "," * 300_000), "row-too-long"),
    ],
)
def test_what_turns_out_to_be_no_table_is_refused(
    uploads: Uploads, rows: Sequence[str], problem: str
) -> None:
    upload_id = uploads.looked_through(*rows)
    upload = uploads.one(upload_id)
    assert (upload.state, upload.problem) == (State.REFUSED, problem)
    assert uploads.texts() == 0
    assert uploads.fates(upload_id) == []


def test_a_file_without_columns_that_are_known_is_refused(uploads: Uploads) -> None:
    upload_id = uploads.looked_through("ada,all", head="who,what")
    assert uploads.one(upload_id).problem == "columns-unknown"
    with pytest.raises(FormInvalid):
        uploads.looked_through("ada,all", head="\x00\x00")


def test_there_is_a_largest_number_of_rows(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_ROWS", 3)
    upload_id = uploads.looked_through(*(row(n) for n in range(4)))
    assert uploads.one(upload_id).problem == "too-many-rows"


def test_nul_and_formulas_do_no_harm(uploads: Uploads) -> None:
    head = "account,module,=cmd|'/C calc'!A0,completed_at"
    upload_id = uploads.looked_through(f"1\x000,{PAGE},x,{DONE}", head=head)
    assert uploads.fates(upload_id) == [(2, "problem", "cell-unusable")]
    evil = uploads.looked_through(f"100,{PAGE},soon", head="account,module,+completed_at")
    (line,) = list(csv.reader(io.StringIO(written(uploads, evil))))[1:]
    assert line[0] == "2"
    assert line[3] == "'+completed_at"


def written(uploads: Uploads, upload_id: UUID, language: str = "en") -> str:
    """Return the report of an upload, without its mark."""
    database, words = uploads.mentes.database, Words(language, "UTC")
    text = "".join(report.as_csv(database, uploads.organisation_id, upload_id, words))
    assert text.startswith("\ufeff")
    return text[1:]


def test_the_report_says_in_words_what_became_of_each_line(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "TOGETHER", 2)
    upload_id = uploads.applied(*ROWS)
    lines = list(csv.reader(io.StringIO(written(uploads, upload_id))))
    assert lines[0] == list(report.HEADINGS)
    assert [line[0] for line in lines[1:]] == [str(number) for number in range(2, 11)]
    assert lines[1][1] == "Opened a check-in"
    assert lines[2][1:3] == ["Waits", "Nobody is known by that name yet."]
    assert lines[6][3] == "completed_at"
    assert "2026-11-20" in lines[6][2]
    assert "Hat ein Check-in geöffnet" in written(uploads, upload_id, "de")


def test_one_roster_is_known_by_its_columns(uploads: Uploads) -> None:
    upload_id = uploads.looked_through(
        "r1,active,li1,s1,fully graded,7,2026-11-22",
        "r2,active,li1,s2,not submitted,0,2026-11-22",
        "r3,active,li1,s3,fully graded,seven,2026-11-22",
        head="sourcedId,status,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate",
        threshold="5",
    )
    assert uploads.one(upload_id).layout == "one-roster"
    assert [(fate, reason) for _, fate, reason in uploads.fates(upload_id)] == [
        ("waits", "course-unknown"),
        ("nothing", None),
        ("problem", "score-unreadable"),
    ]


def test_what_nobody_confirms_is_cancelled_and_lines_are_forgotten(
    uploads: Uploads, clock: MovableClock
) -> None:
    waiting = uploads.looked_through(row(100))
    applied = uploads.applied(row(101))
    clock.forward(seconds=timedelta(days=2).total_seconds())
    with uploads.session() as session:
        service.forget_old(session, now=clock())
    with pytest.raises(NotFound):
        uploads.one(waiting)
    assert uploads.fates(applied) != []
    clock.forward(seconds=timedelta(days=90).total_seconds())
    with uploads.session() as session:
        service.forget_old(session, now=clock())
    assert uploads.fates(applied) == []
    with uploads.session() as session, pytest.raises(UploadMovedOn):
        service.undo(session, applied, by=None, now=clock())


def test_a_large_file_is_done_in_turns(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "BATCH", 10)
    monkeypatch.setattr(slices, "SLICE", 20)
    upload_id = uploads.applied(*(row(200 + number) for number in range(90)))
    assert len(uploads.fates(upload_id)) == 90
    with uploads.session() as session:
        turns = every(session, Debt, Debt.kind == service.KIND)
    assert len(turns) == 10  # five to look through, five to apply
    assert {debt.outcome for debt in turns} == {"delivered"}


def test_everything_has_words() -> None:
    assert set(wording.FAULTS) == set(get_args(Fault))
    assert set(wording.FILE_FAULTS) == {*get_args(TableFault), "no-rows", "too-many-rows"}
    assert set(wording.REASONS) == set(Reason)
    assert set(wording.STATES) == set(State)
    assert {*Outcome, *Undone} - {Outcome.BROUGHT} <= set(wording.FATES)
