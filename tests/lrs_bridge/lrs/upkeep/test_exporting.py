"""Taking statements out: in order, one a line, one moment of the store."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from lrs_bridge.lrs import store
from lrs_bridge.lrs.query import StatementQuery, parse
from lrs_bridge.lrs.upkeep import exporting
from lrs_bridge.lrs.wire import incoming, read_statement
from lrs_bridge.statement import parsed_timestamp
from lrs_bridge.testing import a_statement, an_agent
from lrs_bridge.vocabulary import Verb

AUTHORITY = an_agent("authority")
ADA, BOB = an_agent("ada"), an_agent("bob")


@pytest.fixture
def put(database, organisation_id, clock):
    """Store statements, each a dictionary or the text of one, in one batch."""

    def put(*statements):
        read = [
            read_statement(it.encode()) if isinstance(it, str) else incoming(it)
            for it in statements
        ]
        with database.transaction() as session:
            return store.insert(session, organisation_id, read, authority=AUTHORITY, clock=clock)

    return put


@pytest.fixture
def exported(database, organisation_id):
    """Return the lines that a query gives; its arguments are the standard's parameters."""

    def exported(voided=False, **parameters):
        query = parse(parameters.items())
        with database.reading() as session:
            return list(exporting.lines(session, organisation_id, query, voided=voided))

    return exported


def ids(lines):
    return [json.loads(line)["id"] for line in lines]


def test_nothing_gives_no_line(exported):
    assert exported() == []


def test_more_than_one_page_comes_in_the_order_of_storing(put, exported):
    stored = [str(id) for id in put(*(a_statement() for _ in range(1203)))]
    lines = exported()
    assert ids(lines) == stored
    times = [json.loads(line)["stored"] for line in lines]
    assert times == sorted(set(times))


def test_a_statement_on_several_lines_comes_on_one(put, exported):
    text = json.dumps(a_statement(result={"response": "a\nb\rc\u2028d"}), indent=2)
    put(text.replace("\n", "\r\n"))
    (line,) = exported()
    assert "\n" not in line
    assert "\r" not in line
    assert json.loads(line)["result"]["response"] == "a\nb\rc\u2028d"


def test_a_filter_narrows_what_comes(put, exported):
    (of_ada, _) = put(a_statement(actor=ADA), a_statement(actor=BOB))
    assert ids(exported(agent=json.dumps(ADA))) == [str(of_ada)]


def test_voided_ones_come_only_when_wanted(put, exported):
    (id,) = put(a_statement())
    void = a_statement(
        verb={"id": Verb.VOIDED.value}, object={"objectType": "StatementRef", "id": str(id)}
    )
    (by,) = put(void)
    assert ids(exported()) == [str(by)]
    assert ids(exported(voided=True)) == [str(id), str(by)]


def test_what_is_stored_meanwhile_is_left_for_the_next_time(
    database, organisation_id, clock, put, exported
):
    put(*(a_statement() for _ in range(600)))
    with database.reading() as session:
        lines = exporting.lines(session, organisation_id, StatementQuery())
        first = next(lines)
        (late,) = put(a_statement())
        rest = list(lines)
    assert len([first, *rest]) == 600
    assert ids(exported(since=json.loads(rest[-1])["stored"])) == [str(late)]


def test_another_organisations_statements_never_come(database, put):
    put(a_statement())
    with database.reading() as session:
        assert list(exporting.lines(session, uuid4(), StatementQuery())) == []


def test_until_counts_when_it_is_earlier(put, exported, clock):
    (early,) = put(a_statement())
    clock.forward(seconds=1)
    put(a_statement())
    at = json.loads(exported()[0])["stored"]
    assert ids(exported(until=at)) == [str(early)]
    assert parsed_timestamp(at) < clock()
