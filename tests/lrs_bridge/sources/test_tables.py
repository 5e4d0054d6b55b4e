"""Files: ours and OneRoster's, as people and systems really make them."""

import gc
import io
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.identity import PersonKey, named_place
from lrs_bridge.sources.errors import TableInvalid
from lrs_bridge.sources.tables import one_roster, ours
from tests.lrs_bridge.sources.golden import ORGANISATION

NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
HOME = "https://lms.example"


def rows(text, encoding="utf-8", **options):
    file = io.BytesIO(text.encode(encoding) if isinstance(text, str) else text)
    options = {"zone": BERLIN, "now": NOW, "home": HOME, **options}
    found = list(ours.read(file, ORGANISATION, **options))
    assert not file.closed
    return found


def only(text, **options):
    (row,) = rows(text, **options)
    assert row.problem is None
    return row.completion


def problem(text):
    (row,) = rows(text)
    assert row.completion is None
    return row.line, row.problem.column, row.problem.fault


def results(text, **options):
    file = io.BytesIO(text.encode())
    return list(one_roster.read(file, ORGANISATION, zone=BERLIN, now=NOW, **options))


def test_a_row_says_who_what_and_when():
    it = only(
        "person,course,module,completed_at\nada@X.example,MENT101,,2026-11-20T10:15:00+01:00\n"
    )
    assert it.person_keys == (PersonKey.mbox("ada@x.example"),)
    assert (it.course_key, it.module_key, it.kind) == (named_place("ment101"), None, "course")
    assert (it.state, it.at) == ("completed", datetime(2026, 11, 20, 9, 15, tzinfo=UTC))
    assert (it.source, it.source_reference, it.course_names) == (
        "csv",
        "line 2",
        {"und": "MENT101"},
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffperson,course,completed_at\r\nada,C1,2026-11-20\r\n",
        "Person;Course;Completed At\nada;C1;20.11.2026\n",
        "PERSON\tCOURSE\tCompletion-Date\nada\tC1\t2026-11-20",
        "sep=;\nperson;course;completed_at\nada;C1;2026-11-20\n",
        "\n\nwhatever,completed on,learner,course id\n,2026-11-20,ada,c1\n",
        '"person","course","completed_at","note"\n"ada","C1 ","2026-11-20","a, b\nc"\n',
        "person,course,completed_at,state\n ada ,C1, 2026-11-20 ,Completed\n,,,\n",
    ],
)
def test_files_of_every_habit_say_the_same(text):
    wanted = only("person,course,completed_at\nada,C1,2026-11-20\n")
    it = only(text)
    assert it.source_event_id == wanted.source_event_id
    assert (it.person_keys, it.course_key, it.at) == (
        wanted.person_keys,
        wanted.course_key,
        wanted.at,
    )


def test_a_file_of_a_spreadsheet_may_be_utf_16():
    assert only("person\tcourse\tcompleted_at\nada\tÜ1\t2026-11-20\n", encoding="utf-16")


def test_a_person_may_be_a_number_or_a_username():
    keys = only("person,course,completed_at\nAda1,C,2026-11-20").person_keys
    assert keys == (PersonKey.sourced_id("Ada1"), PersonKey.username("ada1", home=HOME))


def test_a_person_may_have_columns_of_their_own_the_surest_first():
    head = "email,username,sourced_id,account,course,completed_at"
    keys = only(f"{head}\nada@x.example,ada,S-1,42,C,2026-11-20").person_keys
    assert keys == (
        PersonKey.account(HOME, "42"),
        PersonKey.sourced_id("S-1"),
        PersonKey.username("ada", home=HOME),
        PersonKey.mbox("ada@x.example"),
    )


def test_a_module_is_one_of_its_course():
    head = "person,course,module,completed_at,state"
    one = only(f"{head}\nada,C1,Part 1,2026-11-20,passed")
    other = only(f"{head}\nada,C2,Part 1,2026-11-20,passed")
    by_address = only(f"{head}\nada,C1,{HOME}/mod/page/view.php?id=2,2026-11-20,passed")
    assert (one.kind, one.state, one.module_names) == ("module", "passed", {"und": "Part 1"})
    assert one.module_key != other.module_key
    assert by_address.module_key == f"{HOME}/mod/page/view.php?id=2"


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-20T10:15:00+01:00", datetime(2026, 11, 20, 9, 15, tzinfo=UTC)),
        ("2026-11-20T10:15:00Z", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
        ("2026-11-20 10:15", datetime(2026, 11, 20, 9, 15, tzinfo=UTC)),
        ("20.11.2026 10:15", datetime(2026, 11, 20, 9, 15, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, 22, 59, 59, 999999, tzinfo=UTC)),
        ("2026-11-30", NOW),
    ],
)
def test_a_time_without_a_zone_is_of_the_zone_that_was_given(written, at):
    assert only(f"person,course,completed_at\nada,C,{written}").at == at


def test_the_day_of_today_is_one_completion_whenever_it_is_read():
    text = "person,course,completed_at\nada,C,2026-11-30"
    later = datetime(2026, 11, 30, 20, tzinfo=UTC)
    assert only(text).source_event_id == only(text, now=later).source_event_id


@pytest.mark.parametrize(
    ("row", "column", "fault"),
    [
        (",C,,2026-11-20,", "Person", "person-missing"),
        ("a@b,C,,2026-11-20,", "Person", "address-unreadable"),
        ("a@b.c d@e.f,C,,2026-11-20,", "Person", "address-unreadable"),
        ("ada,,,2026-11-20,", "Course", "place-missing"),
        ("ada,C,,,", "Completed_At", "time-missing"),
        ("ada,C,,11/20/2026,", "Completed_At", "time-unreadable"),
        ("ada,C,,2026-02-30,", "Completed_At", "time-unreadable"),
        ("ada,C,,2026-12-01,", "Completed_At", "time-to-come"),
        ("ada,C,,2026-11-20,done", "State", "state-unknown"),
        ("ada,C\0,,2026-11-20,", "Course", "cell-unusable"),
        (f"ada,{'x' * 1001},,2026-11-20,", "Course", "cell-unusable"),
        ("ada,C,,2026-11-20,,a comma", "", "too-many-cells"),
    ],
)
def test_what_is_wrong_is_said_by_line_and_column(row, column, fault):
    assert problem(f"Person,Course,Module,Completed_At,State\n{row}\n") == (2, column, fault)


def test_rows_after_a_bad_one_are_read_and_lines_are_those_of_the_file():
    text = 'person,course,completed_at\n"a\nb",C,2026-11-20\n\nada,C,\nben,C,2026-11-20\n'
    assert [(row.line, row.problem is None) for row in rows(text)] == [
        (2, True),
        (5, False),
        (6, True),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("name,grade\nada,1", "must name the columns. Known are: person, email"),
        ("person,course,completed_at\nMüller,C,2026-11-20".encode("latin-1"), "CSV UTF-8"),
        (b"PK\x03\x04\xff\xfe\x00\x01", "CSV UTF-8"),
        ('person,course,completed_at\n"' + "x" * 200_000, "quotation mark"),
    ],
)
def test_a_file_that_is_no_table_says_what_to_do(text, said):
    with pytest.raises(TableInvalid, match=said):
        rows(text)


@given(st.binary() | st.text().map(lambda it: f"person,course,completed_at\n{it}".encode()))
def test_any_file_is_read_or_refused(content):
    with suppress(TableInvalid):
        for row in rows(content):
            assert (row.completion is None) is not (row.problem is None)


class Endless(io.RawIOBase):
    """A file of many rows that is nowhere: neither on a disk nor in memory."""

    def __init__(self, count):
        self.count = count
        self.seek(0)

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        assert (offset, whence) == (0, 0)
        self.sent, self.rest = 0, b"person,course,completed_at\n"
        return 0

    def readinto(self, buffer):
        while len(self.rest) < len(buffer) and self.sent < self.count:
            self.sent += 1
            self.rest += b"person-%07d,Course %d,2026-11-20\n" % (self.sent, self.sent % 50)
        part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def test_a_hundred_thousand_rows_take_no_more_memory_than_a_few():
    endless = Endless(100_000)
    found = ours.read(io.BufferedReader(endless), ORGANISATION, zone=UTC, now=NOW)
    first = sum(1 for row in islice(found, 1000) if row.completion)
    assert endless.sent < 5000  # the file is read as its rows are asked for
    gc.collect()
    before = len(gc.get_objects())
    rest = sum(1 for row in found if row.completion)
    gc.collect()
    assert (first, rest) == (1000, 99_000)
    assert len(gc.get_objects()) - before < 1000  # no row is kept


HEAD = (
    "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,"
    "scoreStatus,score,scoreDate,comment"
)
GRADED = "r-1,active,2026-11-21T00:00:00Z,li-1,S-1,fully graded,8,2026-11-20,"


def test_a_result_of_one_roster_is_a_completion_of_a_module():
    (row,) = results(f"{HEAD}\n{GRADED}\n")
    it = row.completion
    assert it.person_keys == (PersonKey.sourced_id("S-1"),)
    assert (it.source, it.source_reference, it.state) == ("one-roster", "r-1", "completed")
    assert (it.course_key, it.kind, it.module_key) == (
        None,
        "module",
        named_place("line item li-1"),
    )


def test_line_items_say_the_class_and_the_name():
    file = io.BytesIO(
        b"sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId\n"
        b"li-1,active,,Final exam,,,,CS101\n,active,,,,,,\n"
    )
    items = one_roster.line_items(file)
    (row,) = results(f"{HEAD}\n{GRADED}\n", items=items)
    assert row.completion.course_key == named_place("CS101")
    assert row.completion.module_names == {"und": "Final exam"}


@pytest.mark.parametrize(("threshold", "state"), [(8, "passed"), (8.5, "failed")])
def test_a_threshold_tells_passed_from_failed(threshold, state):
    (row,) = results(f"{HEAD}\n{GRADED}\n", threshold=threshold)
    assert row.completion.state == state


@pytest.mark.parametrize("status", ["submitted", "not submitted", "partially graded", "exempt", ""])
def test_what_is_not_fully_graded_does_not_count_yet(status):
    (row,) = results(f"{HEAD}\n{GRADED.replace('fully graded', status)}\n")
    assert (row.completion, row.problem) == (None, None)


def test_a_result_that_is_deleted_takes_it_back_and_is_another_event():
    (done,) = results(f"{HEAD}\n{GRADED}\n")
    (undone,) = results(f"{HEAD}\n{GRADED.replace('active', 'tobedeleted')}\n")
    assert undone.completion.state == "uncompleted"
    assert undone.completion.source_event_id != done.completion.source_event_id


@pytest.mark.parametrize(
    ("was", "by", "column", "fault"),
    [
        ("S-1", "", "studentSourcedId", "person-missing"),
        ("li-1", "", "lineItemSourcedId", "place-missing"),
        ("2026-11-20", "", "scoreDate", "time-missing"),
        (",8,", ",A+,", "score", "score-unreadable"),
        (",8,", ",nan,", "score", "score-unreadable"),
    ],
)
def test_what_is_wrong_with_a_result_is_said(was, by, column, fault):
    (row,) = results(f"{HEAD}\n{GRADED.replace(was, by)}\n", threshold=5)
    assert (row.line, row.problem.column, row.problem.fault) == (2, column, fault)
