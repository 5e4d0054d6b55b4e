"""Erasing: what is erased is found by nobody and nothing, and does not come back."""

from __future__ import annotations

import json
from hashlib import sha1, sha256
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from lrs_bridge.errors import StatementNotFound
from lrs_bridge.identity import ifi
from lrs_bridge.lrs import documents, store, tables
from lrs_bridge.lrs import select as reading
from lrs_bridge.lrs.attachments import received as attachments
from lrs_bridge.lrs.attachments.contents import Folder
from lrs_bridge.lrs.consistency import newest
from lrs_bridge.lrs.documents import Context, Document, Kind
from lrs_bridge.lrs.index import Place
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.upkeep import checking, exporting
from lrs_bridge.lrs.upkeep.erasure import Erasure
from lrs_bridge.lrs.upkeep.space import give_back
from lrs_bridge.lrs.upkeep.wanted import Wanted, count
from lrs_bridge.lrs.wire import incoming
from lrs_bridge.testing import a_statement, an_agent
from lrs_bridge.vocabulary import Verb

AUTHORITY = an_agent("authority")
MAILBOX = "unforgettable.ada@lms.example"
ADA, BOB = {"mbox": f"mailto:{MAILBOX}", "name": "Unforgettable Ada"}, an_agent("bob")
OF_ADA = Wanted(agents=(ifi(ADA),))
TABLES = tables.metadata.sorted_tables


class Store:
    """One organisation's store."""

    def __init__(self, database, clock, organisation_id, contents=None):
        self.database, self.clock, self.contents = database, clock, contents
        self.organisation_id = organisation_id

    def put(self, *statements, authority=AUTHORITY, **options):
        with self.database.transaction() as session:
            return store.insert(
                session,
                self.organisation_id,
                [incoming(one) for one in statements],
                authority=authority,
                clock=self.clock,
                **options,
            )

    def erase(self, wanted, **options):
        erasure = Erasure(
            organisation_id=self.organisation_id,
            transaction=self.database.transaction,
            clock=self.clock,
            contents=self.contents,
            **{"by": "the operator", "reason": "asked to", "secret": b"key", **options},
        )
        for _ in erasure.erase(wanted):
            pass
        return erasure.statements, erasure.documents

    def counted(self, wanted):
        with self.database.reading() as session:
            return count(session, self.organisation_id, wanted)

    def found(self, **conditions):
        with self.database.reading() as session:
            query = StatementQuery(**conditions)
            lines = exporting.lines(session, self.organisation_id, query, voided=True)
            return [json.loads(line) for line in lines]

    def ids(self, **conditions):
        return [it["id"] for it in self.found(**conditions)]

    def rows(self, table):
        with self.database.reading() as session:
            return session.execute(select(table)).all()

    def faults(self):
        with self.database.reading() as session:
            return list(checking.faults(session, self.contents))

    def dump(self):
        """Return everything in every table; the organisation's own where tables say whose it is."""
        own = self.organisation_id
        return repr(
            [
                tuple(row)
                for table in TABLES
                for row in self.rows(table)
                if row._mapping.get("organisation_id", own) == own
            ]
        )


@pytest.fixture
def lrs_store(database, clock, organisation_id, tmp_path):
    return Store(database, clock, organisation_id, Folder(tmp_path / "contents"))


def ref(id):
    return {"objectType": "StatementRef", "id": str(id)}


def voids(target, **more):
    return a_statement(verb={"id": Verb.VOIDED.value}, object=ref(target), **more)


def group(*members):
    return {"objectType": "Group", "member": list(members)}


def inner(**members):
    return {"objectType": "SubStatement", **a_statement(actor=BOB), **members}


EVERYWHERE = {
    "actor": {"actor": ADA},
    "member of the actor": {"actor": group(BOB, ADA)},
    "object": {"object": {"objectType": "Agent", **ADA}},
    "instructor": {"context": {"instructor": ADA}},
    "team": {"context": {"team": group(ADA)}},
    "actor inside": {"object": inner(actor=ADA)},
    "object inside": {"object": inner(object=group(ADA))},
    "instructor inside": {"object": inner(context={"instructor": ADA})},
}


# Who is found


@pytest.mark.parametrize("where", EVERYWHERE.values(), ids=EVERYWHERE)
def test_a_person_is_erased_wherever_a_statement_names_them(lrs_store, where):
    others = a_statement(actor=BOB)
    (_, kept) = lrs_store.put(a_statement(**{"actor": BOB, **where}), others)
    assert lrs_store.counted(OF_ADA).statements == 1
    assert lrs_store.erase(OF_ADA) == (1, 0)
    assert lrs_store.ids() == [str(kept)]
    assert MAILBOX not in lrs_store.dump()
    assert lrs_store.faults() == []


def test_a_person_who_vouches_is_found_and_may_be_left(lrs_store):
    lrs_store.put(a_statement(actor=BOB), authority=ADA)
    lrs_store.put(a_statement(actor=ADA))
    counted = lrs_store.counted(OF_ADA)
    assert (counted.statements, counted.only_authority) == (2, 1)
    assert counted.places == {Place.AUTHORITY: 1, Place.ACTOR: 1}
    but_authority = frozenset(Place) - {Place.AUTHORITY}
    assert lrs_store.erase(Wanted(agents=OF_ADA.agents, places=but_authority)) == (1, 0)
    assert lrs_store.erase(OF_ADA) == (1, 0)


def test_several_identifiers_are_one_person(lrs_store):
    digest = {"mbox_sha1sum": sha1(ADA["mbox"].encode(), usedforsecurity=False).hexdigest()}
    lrs_store.put(a_statement(actor=ADA), a_statement(actor=digest), a_statement(actor=BOB))
    assert lrs_store.erase(Wanted(agents=(ifi(ADA), ifi(digest)))) == (2, 0)


def test_every_condition_counts(lrs_store, clock):
    course = "https://lms.example/course/1"
    parent = {"contextActivities": {"parent": [{"id": course}]}}
    registration = str(uuid4())
    (old, _) = lrs_store.put(
        a_statement(actor=ADA, context={**parent, "registration": registration.upper()}),
        a_statement(actor=BOB, context=parent),
    )
    clock.forward(days=2)
    lrs_store.put(a_statement(actor=ADA, context=parent), a_statement(actor=ADA))
    conditions = {"agents": OF_ADA.agents, "activity": course, "before": clock()}
    assert lrs_store.counted(Wanted(**conditions)).statements == 1
    for more in (
        {"registration": UUID(registration)},
        {"verb": Verb.COMPLETED.value},
        {"ids": frozenset({old})},
    ):
        assert lrs_store.counted(Wanted(**conditions, **more)).statements == 1
    for more in (
        {"registration": uuid4()},
        {"verb": Verb.VOIDED.value},
        {"ids": frozenset({uuid4()})},
    ):
        assert lrs_store.counted(Wanted(**conditions, **more)).statements == 0
    assert lrs_store.erase(Wanted(**conditions)) == (1, 0)
    assert str(old) not in lrs_store.ids()


def test_nobody_erases_everything_by_saying_nothing():
    with pytest.raises(ValueError, match="Say what is to be erased"):
        Wanted()


def test_another_organisation_keeps_what_it_has(lrs_store, database, clock):
    other = Store(database, clock, uuid4())
    id = str(uuid4())
    for each in (lrs_store, other):
        each.put(a_statement(actor=ADA, id=id))
    assert lrs_store.erase(OF_ADA) == (1, 0)
    assert (lrs_store.ids(), other.ids()) == ([], [id])
    assert lrs_store.faults() == []


def test_more_than_one_transaction_is_erased(lrs_store):
    lrs_store.put(*(a_statement(actor=ADA if n % 3 else BOB) for n in range(700)))
    assert lrs_store.erase(OF_ADA) == (466, 0)
    assert len(lrs_store.ids()) == 234
    assert lrs_store.faults() == []


# What comes after


def test_what_is_sent_again_is_answered_and_not_stored(lrs_store):
    id = uuid4()
    sent = a_statement(actor=ADA, id=str(id))
    lrs_store.put(sent)
    lrs_store.erase(OF_ADA)
    other = a_statement(actor=BOB, id=str(uuid4()))
    told = []
    answered = lrs_store.put(sent, other, on_stored=lambda _s, _o, new: told.extend(new))
    assert answered == [id, UUID(other["id"])]
    assert [str(it.id) for it in told] == [other["id"]] == lrs_store.ids()
    with lrs_store.database.reading() as session:
        for voided in (True, False):
            with pytest.raises(StatementNotFound):
                reading.one(session, lrs_store.organisation_id, id, voided=voided)


def test_the_front_door_says_that_it_is_there_no_longer_and_takes_it_no_more(lrs_store, open_lrs):
    id = str(uuid4())
    lrs, sent = open_lrs(), a_statement(actor=ADA, id=id)
    before = lrs.post(sent).headers["X-Experience-API-Consistent-Through"]
    lrs_store.erase(OF_ADA)
    assert lrs.post([sent, a_statement(actor=BOB)]).json[0] == id
    assert lrs.put(id, a_statement(actor=BOB)).status_code == 204
    assert lrs.get(statementId=id).status_code == 404
    assert lrs.get(voidedStatementId=id).status_code == 404
    assert lrs.found(agent=ADA, related_agents=True) == []
    assert lrs.get().headers["X-Experience-API-Consistent-Through"] >= before


def test_time_goes_on_from_where_it_was(lrs_store, clock):
    lrs_store.put(a_statement(actor=BOB))
    clock.forward(seconds=10)
    lrs_store.put(a_statement(actor=ADA))
    with lrs_store.database.reading() as session:
        before = newest(session, lrs_store.organisation_id)
    lrs_store.erase(OF_ADA)
    clock.forward(seconds=-5)
    lrs_store.put(a_statement(actor=BOB))
    with lrs_store.database.reading() as session:
        assert newest(session, lrs_store.organisation_id) == before + 1


def test_who_refers_to_what_is_erased_stays_and_is_found_by_itself_alone(lrs_store):
    target = a_statement(actor=BOB, id=str(uuid4()))
    of_ada = a_statement(actor=ADA, id=str(uuid4()), object=ref(target["id"]))
    third = an_agent("third")
    outer = a_statement(actor=third, id=str(uuid4()), object=ref(of_ada["id"]))
    lrs_store.put(target, of_ada, outer)
    assert outer["id"] in lrs_store.ids(agent=ifi(BOB))
    lrs_store.erase(OF_ADA)
    assert lrs_store.ids(agent=ifi(BOB)) == [target["id"]]
    assert lrs_store.ids(agent=ifi(third)) == [outer["id"]]
    assert lrs_store.faults() == []


def test_what_was_voided_stays_voided_without_the_statement_that_did_it(lrs_store):
    (id,) = lrs_store.put(a_statement(actor=BOB))
    lrs_store.put(voids(id, actor=ADA))
    lrs_store.erase(OF_ADA)
    with lrs_store.database.reading() as session:
        assert reading.one(session, lrs_store.organisation_id, id, voided=True)
    assert lrs_store.faults() == []


def test_what_was_voided_is_erased_as_well(lrs_store):
    (id,) = lrs_store.put(a_statement(actor=ADA))
    lrs_store.put(voids(id, actor=BOB))
    assert lrs_store.erase(OF_ADA) == (1, 0)
    assert MAILBOX not in lrs_store.dump()
    assert lrs_store.faults() == []


# Beside statements


def test_a_persons_documents_go_and_others_stay(lrs_store, clock):
    here, there = "https://a.example/1", "https://a.example/2"
    contexts = [
        Context(kind=Kind.STATE, activity=here, agent=ADA),
        Context(kind=Kind.STATE, activity=there, agent=ADA, registration=uuid4()),
        Context(kind=Kind.AGENT_PROFILE, agent=ADA),
        Context(kind=Kind.STATE, activity=here, agent=BOB),
        Context(kind=Kind.ACTIVITY_PROFILE, activity=here),
    ]
    with lrs_store.database.transaction() as session:
        for context in contexts:
            new = Document(content=b"{}", content_type="application/json", updated=clock())
            documents.write(
                session, lrs_store.organisation_id, context, "id", lambda _kept, new=new: new
            )
    assert lrs_store.erase(Wanted(agents=OF_ADA.agents, activity=there)) == (0, 1)
    assert lrs_store.erase(Wanted(agents=OF_ADA.agents, before=clock())) == (0, 0)
    assert lrs_store.counted(OF_ADA).documents == 2
    assert lrs_store.erase(OF_ADA) == (0, 2)
    assert len(lrs_store.rows(tables.document)) == 2
    assert MAILBOX not in lrs_store.dump()


def test_content_goes_with_the_last_statement_that_came_with_it(lrs_store, tmp_path):
    shared, own = b"s" * 100_000, b"o" * 100_000

    def attached(*contents):
        return [
            {
                "usageType": "https://u.example/x",
                "display": {},
                "contentType": "text/plain",
                "length": len(it),
                "sha2": sha256(it).hexdigest(),
            }
            for it in contents
        ]

    received = {sha256(it).hexdigest(): memoryview(it) for it in (shared, own)}
    kept = attachments.keep(lrs_store.contents, lrs_store.organisation_id, received, set())
    lrs_store.put(a_statement(actor=ADA, attachments=attached(shared, own)), attached=kept)
    lrs_store.put(a_statement(actor=BOB, attachments=attached(shared)), attached=kept[:1])
    lrs_store.erase(OF_ADA)
    files = [it.read_bytes() for it in (tmp_path / "contents").rglob("*") if it.is_file()]
    assert files == [shared]
    assert lrs_store.faults() == []


def test_it_is_written_down_who_erased_why_and_how_much_but_not_whose(lrs_store, clock):
    id = uuid4()
    lrs_store.put(a_statement(actor=ADA, id=str(id)))
    lrs_store.erase(OF_ADA)
    (log,) = lrs_store.rows(tables.erasure)
    assert (log.by, log.reason, log.statements) == ("the operator", "asked to", 1)
    assert log.at == log.finished_at == clock()
    assert log.asked == OF_ADA.digest(b"key") != OF_ADA.digest(b"another key")
    (stone,) = lrs_store.rows(tables.tombstone)
    assert (stone.id, stone.erasure_id) == (id, log.id)
    assert "unforgettable" not in lrs_store.dump().lower()


def test_nothing_erased_is_nothing_written_down(lrs_store):
    assert lrs_store.erase(OF_ADA) == (0, 0)
    assert lrs_store.rows(tables.erasure) == []


def test_others_are_told_in_the_same_transaction(lrs_store):
    id = uuid4()
    lrs_store.put(a_statement(actor=ADA, id=str(id)))

    def fail(_session, _organisation, ids):
        assert ids == [id]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        lrs_store.erase(OF_ADA, on_erased=fail)
    assert lrs_store.ids() == [str(id)]


@pytest.mark.parametrize("place", [0, 3, 20, 39])
def test_a_long_chain_ends_before_what_is_erased_of_it(lrs_store, place):
    several = [uuid4() for _ in range(40)]
    for number, id in enumerate(several):
        what = {"object": ref(several[number - 1])} if number else {}
        lrs_store.put(a_statement(id=str(id), actor=ADA if number == place else BOB, **what))
    assert lrs_store.erase(OF_ADA) == (1, 0)
    assert lrs_store.faults() == []


def test_a_store_from_which_some_of_very_many_are_erased_is_sound(lrs_store):
    target = uuid4()
    for actor in (ADA, BOB):
        waiting = [a_statement(actor=actor, object=ref(target)) for _ in range(600)]
        lrs_store.put(*waiting)
    lrs_store.put(a_statement(id=str(target), actor=BOB), a_statement(object=ref(target)))
    assert lrs_store.faults() == []
    lrs_store.erase(OF_ADA)
    assert lrs_store.faults() == []


# Laws

ids = st.sampled_from([str(uuid4()) for _ in range(5)])
agents = st.sampled_from([ADA, BOB, an_agent("third")])
made = st.fixed_dictionaries(
    {"actor": agents, "object": ids.map(ref) | st.just({"id": "https://a.example/1"})},
    optional={"id": ids, "context": agents.map(lambda it: {"instructor": it})},
).map(lambda it: a_statement(**it)) | st.builds(voids, ids, actor=agents, id=ids)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(made, max_size=10), st.lists(made, max_size=3))
def test_whatever_refers_to_whatever_what_is_erased_is_found_by_nothing(
    database, clock, before, after
):
    lrs_store = Store(database, clock, uuid4())

    def put(statements):
        for one in statements:
            try:
                lrs_store.put(one)
            except store.StatementConflict:
                continue

    put(before)
    sent = lrs_store.found()
    kept = [it["id"] for it in sent if MAILBOX not in json.dumps(it)]
    assert lrs_store.erase(OF_ADA) == (len(sent) - len(kept), 0)
    assert lrs_store.ids() == kept
    assert MAILBOX not in lrs_store.dump()
    assert lrs_store.faults() == []
    put(before + [it for it in after if it["actor"] != ADA])
    assert not {it["id"] for it in sent if it["id"] not in kept} & set(lrs_store.ids())
    assert lrs_store.faults() == []


def test_after_giving_space_back_no_byte_is_left(lrs_store, engine, tmp_path):
    long = {"response": MAILBOX * 400}  # more than a page holds
    lrs_store.put(*(a_statement(actor=ADA, result=long if n % 5 else {}) for n in range(300)))
    lrs_store.put(*(a_statement(actor=BOB) for _ in range(300)))
    lrs_store.erase(OF_ADA)
    assert give_back(engine)
    if engine.dialect.name == "sqlite":
        files = [it for it in tmp_path.iterdir() if it.is_file()]
        assert any(it.name == "lrs.db" for it in files)
        for file in files:
            assert MAILBOX.encode() not in file.read_bytes(), file.name
    else:
        assert MAILBOX not in lrs_store.dump()
        with engine.connect() as connection:
            query = "SELECT sum(n_dead_tup) FROM pg_stat_user_tables WHERE relname LIKE 'xapi%'"
            assert connection.scalar(text(query)) is not None
    assert len(lrs_store.ids()) == 300


def test_giving_space_back_makes_room(lrs_store, engine, tmp_path):
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps the room for what comes")
    lrs_store.put(*(a_statement(actor=ADA) for _ in range(2000)))
    give_back(engine)
    before = (tmp_path / "lrs.db").stat().st_size
    lrs_store.erase(OF_ADA)
    assert give_back(engine)
    assert (tmp_path / "lrs.db").stat().st_size < before / 2
    with lrs_store.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(tables.tombstone)) == 2000
