"""How much a credential may do, over all processes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event

from lrs_bridge.errors import TooLarge, TooManyRequests
from lrs_bridge.lrs.access.credentials import add_credential
from lrs_bridge.lrs.access.limits import COLUMNS, Allowances, Limits, limits_of

HOUR = timedelta(hours=1)


@pytest.fixture
def id(database, organisation_id, clock):
    with database.transaction() as session:
        return add_credential(
            session, organisation_id, f"key-{uuid4().hex}", "secret", ["all"], clock()
        )


@pytest.fixture
def processes(database):
    """Return so many processes that serve one database."""
    return lambda many: [Allowances(database.transaction) for _ in range(many)]


def let_through(process, id, limits, now, *, times, many=None):
    """Return how many of `times` requests, or of as many batches of statements, are let through."""
    through = 0
    for _ in range(times):
        try:
            if many is None:
                process.take_request(id, limits, now)
            else:
                process.take_statements(id, limits, many, now)
        except TooManyRequests:
            continue
        through += 1
    return through


def test_one_process_lets_the_whole_limit_through(processes, id, clock):
    (process,) = processes(1)
    for limit in (1, 7, 60):
        limits = Limits(requests_per_minute=limit)
        clock.forward(minutes=1)
        assert let_through(process, id, limits, clock(), times=limit + 5) == limit


def test_several_processes_never_let_more_through_than_the_limit(processes, id, clock):
    limits, through = Limits(requests_per_minute=40), 0
    several = processes(4)
    for _ in range(30):
        through += sum(let_through(one, id, limits, clock(), times=1) for one in several)
    assert through == 40  # as they serve alike, nothing is left over


def test_what_the_others_hold_is_a_small_part(processes, id, clock):
    limits = Limits(requests_per_minute=200)
    busy, *others = processes(4)
    assert sum(let_through(one, id, limits, clock(), times=1) for one in others) == 3
    through = let_through(busy, id, limits, clock(), times=200)
    assert 0.82 * 200 <= through + 3 <= 200


def test_threads_of_several_processes_at_once_never_exceed_it(processes, id, clock):
    limits = Limits(requests_per_minute=50)
    several = processes(3)
    with ThreadPoolExecutor(9) as threads:
        through = threads.map(
            lambda at: let_through(several[at % 3], id, limits, clock(), times=10), range(9)
        )
        assert 40 <= sum(through) <= 50


def test_a_new_minute_is_a_new_allowance(processes, id, clock):
    (process,) = processes(1)
    limits = Limits(requests_per_minute=3)
    clock.forward(seconds=50)
    assert let_through(process, id, limits, clock(), times=5) == 3
    with pytest.raises(TooManyRequests, match="3 requests a minute") as refusal:
        process.take_request(id, limits, clock())
    assert refusal.value.seconds == 10
    clock.forward(seconds=10)
    assert let_through(process, id, limits, clock(), times=5) == 3


def test_a_process_whose_clock_is_behind_counts_with_the_others(processes, id, clock):
    ahead, behind = processes(2)
    limits = Limits(requests_per_minute=4)
    soon = clock() + timedelta(minutes=1)
    assert let_through(ahead, id, limits, soon, times=3) == 3
    assert let_through(behind, id, limits, clock(), times=3) == 1


def test_statements_count_by_the_minute_and_by_the_day(processes, id, clock):
    (process,) = processes(1)
    limits = Limits(statements_per_minute=100, statements_per_day=150)
    assert let_through(process, id, limits, clock(), times=3, many=30) == 3
    assert let_through(process, id, limits, clock(), times=3, many=10) == 1
    clock.forward(minutes=1)
    assert let_through(process, id, limits, clock(), times=9, many=10) == 5
    with pytest.raises(TooManyRequests, match="150 statements a day") as refusal:
        process.take_statements(id, limits, 1, clock())
    assert timedelta(seconds=refusal.value.seconds) == 14 * HOUR - timedelta(minutes=1)


def test_what_can_never_be_sent_is_not_to_be_sent_again(processes, id, clock):
    (process,) = processes(1)
    with pytest.raises(TooLarge, match="100 statements a minute: send fewer"):
        process.take_statements(id, Limits(statements_per_minute=100), 101, clock())
    with pytest.raises(TooLarge, match="50 statements at once"):
        process.take_statements(id, Limits(largest_batch=50), 51, clock())


def test_a_limit_that_is_changed_counts_at_once(processes, id, clock):
    (process,) = processes(1)
    assert let_through(process, id, Limits(requests_per_minute=1000), clock(), times=100) == 100
    assert let_through(process, id, Limits(requests_per_minute=50), clock(), times=100) == 0


def test_credentials_do_not_share_an_allowance(processes, id, clock):
    (process,) = processes(1)
    limits = Limits(requests_per_minute=2)
    assert let_through(process, id, limits, clock(), times=3) == 2
    assert let_through(process, uuid4(), limits, clock(), times=3) == 2


def test_few_writes_are_needed(processes, id, clock, engine):
    writes = []
    event.listen(engine, "commit", writes.append)
    (process,) = processes(1)
    assert let_through(process, id, Limits(requests_per_minute=1000), clock(), times=1000) == 1000
    assert len(writes) < 100
    writes.clear()
    assert let_through(process, id, Limits(largest_batch=9), clock(), times=1000, many=5) == 1000
    assert not writes


def test_no_limit_is_none():
    assert limits_of(*[None] * len(COLUMNS)) is None
    assert limits_of(None, 5, None, None, 7) == Limits(statements_per_minute=5, largest_body=7)


@pytest.mark.parametrize("value", [0, -1, 2**31])
def test_a_limit_is_a_number_that_can_be_kept(value):
    with pytest.raises(ValueError, match="largest_batch"):
        Limits(largest_batch=value)
