"""The rows of the table: what is asked of whom, and what is to be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.lrs import targets
from benchmarks.lrs.population import batches
from benchmarks.lrs.questions import Question, Questions
from benchmarks.lrs.rounds import Contender, Running
from benchmarks.lrs.targets import Target

Kind = Callable[[Questions], list[Question]]

READERS, WRITERS = 1, 8
"""Connections: what a reader sees is latency, what writers together see is throughput."""
APART = 10_000_000
"""Numbers of statements between the rows, so that none is sent twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: who is measured, ours first, and what is to be reached."""

    title: str
    contenders: Sequence[Contender]
    connections: int
    targets: Sequence[Target]
    statements: int = 1
    """In a request."""


def rows(ours: Running, clickhouse: Running, ceiling: Running, total: int) -> Iterator[Row]:
    """Return every row about stores of `total` statements."""
    yield from _reading(ours, clickhouse, total)
    yield from _writing(ours, clickhouse, ceiling, total)


def questions(running: Running, total: int) -> Questions:
    """Return what can be asked of a store of `total` statements; `since` leaves out a quarter."""
    first = total // 4
    since = running.server.since(running.folder, first - 1)
    return Questions(total=total, first=first, since=since)


def _reading(ours: Running, peer: Running, total: int) -> Iterator[Row]:
    about = {id(each): questions(each, total) for each in (ours, peer)}

    def asked(running: Running, kind: Kind, name: str = "") -> Contender:
        return Contender(
            name=name or running.server.name,
            running=running,
            questions=kind(about[id(running)]),
        )

    def against_peer(title: str, kind: Kind, times: float, within: float) -> Row:
        return Row(
            title=title,
            contenders=[asked(ours, kind), asked(peer, kind)],
            connections=READERS,
            targets=(
                targets.all_right(),
                targets.times_quicker(1, times),
                targets.p50(within),
                targets.times_the_work(1),
            ),
        )

    def against_agent(title: str, kind: Kind) -> Row:
        agent = asked(ours, Questions.hot_agent, "Mentes, by hot agent")
        return Row(
            title=title,
            contenders=[asked(ours, kind), agent, asked(peer, kind)],
            connections=READERS,
            targets=(
                targets.all_right(),
                targets.times_as_long(1, 2),
                targets.times_quicker(2),
            ),
        )

    yield against_peer("GET by id", Questions.by_id, 6, 4)
    yield against_peer("GET by hot agent, verb, since", Questions.hot_agent, 50, 10)
    yield against_peer("GET by cold agent, verb, since", Questions.cold_agent, 50, 10)
    yield against_agent("GET by activity, since", Questions.activity)
    yield against_agent("GET by related activity", Questions.related_activities)
    yield against_agent("GET by registration", Questions.registration)
    yield against_agent("GET by related agent", Questions.related_agents)


def _writing(ours: Running, clickhouse: Running, ceiling: Running, total: int) -> Iterator[Row]:
    for number, (size, times) in enumerate(((1, 10), (50, 3), (100, 3))):
        yield Row(
            title=f"POST {size} statement{'s' if size > 1 else ''}",
            contenders=[
                storing(each, size, first=total + number * APART)
                for each in (ours, clickhouse, ceiling)
            ],
            connections=WRITERS,
            targets=(
                targets.all_stored(),
                targets.times_rate(1, times),
                targets.times_rate(2, 1),
                targets.times_the_work(1),
                targets.times_the_work(2),
            ),
            statements=size,
        )


def storing(running: Running, size: int, *, first: int) -> Contender:
    """Return who stores batches of `size` from statement `first` on."""
    return Contender(name=running.server.name, running=running, batches=batches(first, size))
