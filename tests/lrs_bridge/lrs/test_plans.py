"""How the databases look for a page: in the index of what is asked for, no further than it needs.

The plans are those of the very statements that pages send. What PostgreSQL would do on a small
store besides, because sorting or reading all of so little is quicker, is switched off: the plan
then shows what the indexes can give.
"""

import json
import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from lrs_bridge.identity import ifi
from lrs_bridge.lrs import select, store
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.wire import incoming
from lrs_bridge.testing import a_statement, an_agent

MANY = 600
OWN, REACHED, STATEMENTS = "xapi_statement_key", "xapi_reached_key", "xapi_statement"
REGISTRATION = UUID("5f0e1c52-6d0b-4a2e-9a53-7c2f0f000001")


def verb(number):
    return f"https://v.example/{number % 5}"


def activity(number):
    return f"https://a.example/{number % 20}"


def one(number, id, target):
    """Every third statement refers to one before it."""
    refers = {"objectType": "StatementRef", "id": target}
    return a_statement(
        id=id,
        actor=an_agent(str(number % 40)),
        verb={"id": verb(number)},
        object=refers if number % 3 == 2 else {"id": activity(number)},
        context={"registration": str(REGISTRATION if number % 40 else uuid4())},
    )


@pytest.fixture
def filled(database, organisation_id, clock):
    """A store in which everything is found by many, and much through references."""
    ids = [str(uuid4()) for _ in range(MANY)]
    several = [one(number, id, ids[number - number % 3]) for number, id in enumerate(ids)]
    with database.transaction() as session:
        store.insert(
            session,
            organisation_id,
            [incoming(statement) for statement in several],
            authority=an_agent("authority"),
            clock=clock,
        )
    if database.engine.dialect.name == "postgresql":
        alone = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with alone.connect() as connection:
            connection.exec_driver_sql(f"VACUUM ANALYZE {OWN}, {REACHED}, {STATEMENTS}")
    return database


AGENT = ifi(an_agent("1"))
ASKED = {
    "agent, verb and since": ({"agent": AGENT, "verb": verb(1)}, True, 1),
    "agent": ({"agent": AGENT}, False, 1),
    "related agents and since": ({"agent": AGENT, "related_agents": True}, True, 2),
    "activity and since": ({"activity": activity(1)}, True, 1),
    "related activities": ({"activity": activity(1), "related_activities": True}, False, 2),
    "registration": ({"registration": REGISTRATION}, False, 1),
    "registration and since": ({"registration": REGISTRATION}, True, 1),
    "registration and agent": ({"registration": REGISTRATION, "agent": AGENT}, False, 1),
    "verb and since": ({"verb": verb(1)}, True, 1),
}
"""Conditions, whether `since` is one, and how many keys are followed."""


@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("name", ASKED)
def test_a_page_is_looked_for_in_the_index_of_what_is_asked_for(
    filled, organisation_id, clock, name, ascending
):
    conditions, is_since, followed = ASKED[name]
    since = clock() if is_since else None
    query = StatementQuery(**conditions, since=since, limit=10, ascending=ascending)
    with filled.reading() as session:
        text, values = sent(session, filled.engine, organisation_id, query)
        driver = session.connection().exec_driver_sql
        if filled.engine.dialect.name == "sqlite":
            rows = driver(f"EXPLAIN QUERY PLAN {text}", values).all()
            assert text.count("LIMIT") == 2 * followed + 1  # each branch's, and the page's
            branches = branches_of_sqlite(rows, is_since)
        else:
            for costly in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"):
                driver(f"SET LOCAL enable_{costly} = off")
            ((told,),) = driver(f"EXPLAIN (FORMAT JSON) {text}", values).all()
            plan = told if isinstance(told, list) else json.loads(told)
            branches = branches_of_postgresql(plan[0]["Plan"], is_since)
    assert branches == [OWN] * followed + [REACHED] * followed


def sent(session, engine, organisation_id, query):
    """Ask for a page, and return the last statement that this sent, with its values."""
    seen = []

    def note(_connection, _cursor, text, values, *_):
        seen.append((text, values))

    event.listen(engine, "before_cursor_execute", note)
    select.page(session, organisation_id, query)
    event.remove(engine, "before_cursor_execute", note)
    return seen[-1]


def branches_of_sqlite(rows, is_since):
    """Check a plan of SQLite, and return the tables that its branches follow.

    A row is: its number, the number of what it is part of, a number without meaning, words.
    """
    branches = []
    sorted_in = {parent for _, parent, _, words in rows if "TEMP B-TREE" in words}
    whole = [words for *_, words in rows if words.startswith("SCAN")]
    assert [words for words in whole if not re.fullmatch(r"SCAN anon_\d+", words)] == []
    for _, parent, _, words in rows:
        if not (search := re.match(rf"SEARCH ({OWN}|{REACHED})_\d+ USING (.*)", words)):
            continue
        table, index = search.groups()
        assert index.startswith("PRIMARY KEY (key=?"), words  # which is the table: it covers
        if "AND seq=?" in index:  # looked up for another condition, one by one
            continue
        assert parent not in sorted_in, words
        assert ("seq>?" in index) is is_since, words
        branches.append(table)
    assert any(words.startswith(f"SEARCH {STATEMENTS} USING INDEX") for *_, words in rows)
    return branches


def branches_of_postgresql(plan, is_since):
    """Check a plan of PostgreSQL, and return the tables that its branches follow."""
    branches = []
    for node, above in nodes(plan, ()):
        kind, table = node["Node Type"], node.get("Relation Name")
        assert kind not in ("Seq Scan", "Bitmap Heap Scan"), node
        if table not in (OWN, REACHED):
            continue
        assert (kind, node["Index Name"]) == ("Index Only Scan", f"pk_{table}")
        condition = node["Index Cond"]
        assert "(key = " in condition
        if "seq = " in condition:  # looked up for another condition, one by one
            continue
        limits = [number for number, kind in enumerate(above) if kind == "Limit"]
        sorts = [number for number, kind in enumerate(above) if "Sort" in kind]
        assert len(limits) == 2, above  # the branch's, within the page's
        assert all(number < limits[-1] for number in sorts), above  # only what is limited already
        assert ("seq > " in condition) is is_since
        branches.append(table)
    return branches


def nodes(plan, above):
    """Give each node of a plan, with the kinds of those that it is part of, outermost first."""
    yield plan, above
    for part in plan.get("Plans", ()):
        yield from nodes(part, (*above, plan["Node Type"]))
