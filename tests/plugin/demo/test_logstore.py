"""The campus's xAPI plugin posts as Moodle's does."""

import pytest

from lti.testing import serving
from plugin.demo.logstore import LARGEST_BATCH, LogStore


def numbered(count):
    return [{"number": number} for number in range(count)]


@pytest.fixture
def log_store(record_store, clock):
    store = LogStore(record_store, "campus", "s3cret", clock=clock, first_wait=0.01)
    yield store
    store.stop()


def test_statements_go_as_an_array_with_version_and_credentials(log_store, sink):
    log_store.send(numbered(2))
    assert log_store.settled(5)
    assert sink.posts == [
        {
            "method": "POST",
            "path": "/xapi/statements",
            "user": "campus:s3cret",
            "version": "1.0.3",
            "type": "application/json",
            "statements": numbered(2),
        }
    ]
    assert [sending.was_taken for sending in log_store.sendings] == [True]


def test_batches_are_never_larger_than_moodles_and_keep_their_order(log_store, sink):
    log_store.send(numbered(70))
    assert log_store.settled(5)
    assert sink.statements == numbered(70)
    assert max(len(post["statements"]) for post in sink.posts) == LARGEST_BATCH


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_store_that_cannot_now_is_asked_again_and_holds_up_the_rest(log_store, sink, status):
    sink.answers.extend([status, status])
    log_store.send([{"number": 0}])
    log_store.send([{"number": 1}])
    assert log_store.settled(5)
    taken = [
        statement
        for sending in log_store.sendings
        if sending.was_taken
        for statement in sending.statements
    ]
    assert taken == numbered(2)
    assert [sending.status for sending in log_store.sendings][:2] == [status, status]


@pytest.mark.parametrize("status", [204, 400, 409])
def test_anything_but_200_is_a_failure_that_can_be_sent_again_by_hand(log_store, sink, status):
    sink.answers.append(status)
    log_store.send(numbered(1))
    assert log_store.settled(5)
    assert log_store.refused == ({"number": 0},)
    assert log_store.send_refused_again() == 1
    assert log_store.settled(5)
    assert log_store.refused == ()
    assert sink.statements == numbered(1) * 2


def test_a_store_that_is_away_loses_nothing(clock):
    with serving() as away:
        pass
    store = LogStore(away.url, "campus", "s3cret", clock=clock, first_wait=0.01)
    store.send(numbered(1))
    assert not store.settled(0.2)
    assert store.waiting == 1
    assert store.sendings[0].status is None
    store.stop()
