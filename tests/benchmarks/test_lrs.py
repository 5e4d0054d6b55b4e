"""The benchmark of the record store: who measures must be right first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from benchmarks.lrs import broken, filling, importing, load, population, table, targets
from benchmarks.lrs.load import Answer, Measured
from benchmarks.lrs.questions import Question, Questions
from benchmarks.lrs.rounds import Contender, Pace, Rounds, Running, in_turn, started
from benchmarks.lrs.rows import WRITERS, Row, questions, storing
from benchmarks.lrs.servers.mentes import MENTES
from benchmarks.lrs.targets import Target
from lrs_bridge.errors import StatementInvalid
from lrs_bridge.lrs.tables import statement
from lrs_bridge.lrs.upkeep.checking import faults
from lrs_bridge.validation import check_statement
from plugin.foundation.clock import utc_now
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation

TOTAL = 600
QUICK = Pace(rounds=2, warm_up=0.05, lasts=0.2)
KINDS = (
    Questions.by_id,
    Questions.hot_agent,
    Questions.cold_agent,
    Questions.cold_agent_briefly,
    Questions.activity,
    Questions.related_activities,
    Questions.registration,
    Questions.related_agents,
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Running]]:
    """Two servers of ours, each with a small store."""
    folder = tmp_path_factory.mktemp("stores")
    with started([(MENTES, TOTAL), (MENTES, TOTAL)], folder) as running:
        yield running


@pytest.fixture
def ours(both: list[Running]) -> Running:
    """The one that is only asked."""
    return both[0]


@pytest.fixture
def written(both: list[Running]) -> Running:
    """The one that more is stored in."""
    return both[1]


def test_what_is_poured_is_what_requests_would_have_stored(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("STORED", 1000), ("POURED", 250)):
        monkeypatch.setattr(filling, name, value)
    database = Database(database_url)
    with database.transaction(EVERYWHERE) as session:
        owner = organisation(session, "Acme", now=utc_now()).id
    filling.fill(database, owner, TOTAL + 1000)
    with database.reading(EVERYWHERE) as session:
        assert list(faults(session)) == []
        rows = session.execute(select(statement.c.id, statement.c.payload).order_by("seq")).all()
    database.dispose()
    numbers = range(TOTAL + 1000)
    assert [str(row.id) for row in rows] == population.ids(numbers)
    assert [row.payload for row in rows] == list(population.texts(numbers))


def an_answer(question: Question) -> dict[str, list[dict[str, object]]]:
    return {"statements": list(map(json.loads, population.texts(question.numbers)))}


def is_right(question: Question, found: object, status: int = 200) -> bool:
    return question.is_answered_by(Answer(status=status, body=json.dumps(found).encode()))


# statements


def test_a_statement_is_the_same_whatever_stands_around_it() -> None:
    assert list(population.texts([7])) == list(islice(population.texts(range(7, 2000)), 1))


def test_statements_are_valid_and_as_long_as_was_said() -> None:
    for text in population.texts(range(100)):
        check_statement(json.loads(text))
        assert 1_150 < len(text) < 1_300


def test_no_two_statements_have_one_id() -> None:
    ids = population.ids(range(20_000))
    assert len({UUID(id) for id in ids}) == 20_000


def test_half_of_everything_is_done_by_few() -> None:
    agents = population.facts(range(10_000)).agent
    assert 0.45 < (agents < population.HOT).mean() < 0.55


def test_each_fault_is_one_that_an_lrs_must_refuse() -> None:
    texts = list(broken.texts())
    assert len(set(texts)) == len(broken.FAULTS)
    for text in texts:
        with pytest.raises(StatementInvalid):
            check_statement(json.loads(text))


# who judges


def test_an_answer_is_right_only_with_these_statements_in_this_order() -> None:
    question = Questions(total=2000, first=0, since="").related_agents()[0]
    right = an_answer(question)
    assert len(question.numbers) > 2
    assert is_right(question, right)
    assert not is_right(question, right, status=404)
    assert not is_right(question, {"statements": right["statements"][1:]})
    assert not is_right(question, {"statements": right["statements"][::-1]})


def test_a_statement_that_lost_something_is_not_right() -> None:
    question = Questions(total=200, first=0, since="").by_id()[3]
    (whole,) = an_answer(question)["statements"]
    assert is_right(question, {**whole, "stored": "2026-11-22T10:00:00Z"})
    assert not is_right(question, {name: whole[name] for name in whole if name != "result"})


# a server of ours


def test_every_question_is_answered_rightly(ours: Running) -> None:
    about = questions(ours, TOTAL)
    connection = load.Connection(ours.way.port)
    with ours.going(), closing(connection):
        for kind in KINDS:
            for question in kind(about):
                assert question.is_answered_by(connection.ask(question.request(ours.way)))


def test_a_row_is_measured_and_printed(written: Running) -> None:
    row = Row(
        title="POST 5 statements",
        contenders=[storing(written, 5, first=many * TOTAL) for many in (10, 1000)],
        connections=WRITERS,
        targets=(targets.all_stored(), targets.times_rate(1, 1000)),
        statements=5,
    )
    rounds = in_turn(row.contenders, QUICK, connections=row.connections)
    assert all(each.rate > 0 and each.cpu_ms > 0 for it in rounds for each in it.measured)
    text = table.block(row, rounds, targets.checked(rounds, row.targets))
    assert "0 refused" in text
    assert "MISSED" in text


def test_what_is_refused_is_counted(ours: Running) -> None:
    nobody = replace(ours, way=replace(ours.way, authorization="Basic bm9ib2R5Om5vdGhpbmc="))
    contender = Contender(name="nobody", running=nobody, questions=questions(ours, TOTAL).by_id())
    (rounds,) = in_turn([contender], replace(QUICK, rounds=1), connections=1)
    assert rounds.right == 0
    assert rounds.measured[0].refused == len(rounds.measured[0].seconds)
    assert not targets.all_right().find([rounds]).reached


def test_room_and_memory_are_measured(written: Running) -> None:
    assert 500 < MENTES.sizes(written.folder).beyond < 5_000
    assert "MB" in importing.memory(written, 10_000 * TOTAL, 5_000).finding.words


def test_an_import_is_watched_to_its_end(tmp_path: Path) -> None:
    imported = importing.from_file(tmp_path, 2_000)
    assert imported.said == "Stored 2000, known already 0, refused 0."
    assert 2_000_000 < imported.size < 3_000_000
    assert imported.peaks == sorted(imported.peaks)
    assert imported.peaks[-1] > 50 * targets.MB
    assert "MB" in imported.checked().finding.words
    assert not replace(imported, peaks=[100, 100]).checked().missed
    assert replace(imported, peaks=[100, 120]).checked().missed
    assert replace(imported, said="", peaks=[100, 100]).checked().missed


# targets


def measured(seconds: float = 0.01, cpu: float = 0.005) -> Measured:
    return Measured(seconds=[seconds] * 20, lasted=20 * seconds, cpu=20 * cpu, refused=0)


def rounds_of(*several: Measured) -> Rounds:
    running = Running(server=MENTES, process=None, way=None, folder=Path())  # type: ignore[arg-type]
    questions = Questions(total=1, first=0, since="").by_id()[:1]
    contender = Contender(name="somebody", running=running, questions=questions)
    return Rounds(contender=contender, measured=several, right=1)


@pytest.mark.parametrize(
    ("target", "twice_as_good"),
    [
        (targets.times_rate(1, 1.5), True),
        (targets.times_quicker(1, 1.5), True),
        (targets.times_as_long(1, 1.5), True),
        (targets.times_slower(1, 1.5), True),
        (targets.times_the_work(1, 1.5), True),
        (targets.p50(8), True),
        (targets.times_rate(1, 3), False),
        (targets.times_quicker(1, 3), False),
        (targets.times_as_long(1, 0.4), False),
        (targets.times_slower(1, 0.4), False),
        (targets.times_the_work(1, 0.4), False),
        (targets.p50(2), False),
    ],
)
def test_each_target_can_be_reached_and_missed(target: Target, twice_as_good: bool) -> None:
    ours, other = rounds_of(measured(0.005, 0.0025)), rounds_of(measured())
    assert target.find([ours, other]).reached == twice_as_good


def test_a_ratio_is_the_one_of_the_round_in_the_middle() -> None:
    ours = rounds_of(measured(0.01), measured(0.01), measured(0.01))
    other = rounds_of(measured(0.02), measured(0.9), measured(0.03))
    assert "3.00×" in targets.times_quicker(1, 2).find([ours, other]).words


def test_who_is_never_right_is_no_measure() -> None:
    other = replace(rounds_of(measured(0.001)), right=0)
    assert targets.times_quicker(1, 50).find([rounds_of(measured()), other]).reached


def test_what_was_not_promised_cannot_be_missed() -> None:
    rounds = [rounds_of(measured(0.02)), rounds_of(measured())]
    (found,) = targets.checked(rounds, [targets.times_the_work(1)])
    assert not found.missed
    assert table.summary([found], ["growth: no PostgreSQL"]).endswith("growth: no PostgreSQL")
