"""Taking statements in: what is kept, what is refused, and that nothing is stored twice."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from functools import partial
from hashlib import sha256
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lrs_bridge.lrs import store, tables
from lrs_bridge.lrs.attachments import received as attachments
from lrs_bridge.lrs.attachments.contents import Folder
from lrs_bridge.lrs.attachments.files import found_in, kept_with, write_into
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.upkeep import checking, exporting
from lrs_bridge.lrs.upkeep.importing import TOGETHER, Import, Terms
from lrs_bridge.lrs.upkeep.pieces import pieces
from lrs_bridge.lrs.wire import read_statement
from lrs_bridge.statement import written_timestamp
from lrs_bridge.testing import a_statement, an_agent
from lrs_bridge.version import Version
from lrs_bridge.vocabulary import Verb

IMPORTER, THEIRS = an_agent("importer"), an_agent("their authority")
BACKUP = Terms(authority=IMPORTER, keeps_authority=True, keeps_stored=True)


class Store:
    """One organisation's store, filled from files and emptied into lines."""

    def __init__(self, database, clock, organisation_id=None, contents=None):
        self.database = database
        self.clock = clock
        self.organisation_id = organisation_id or uuid4()
        self.contents = contents
        self.refused = []
        self.told = []

    def taken(self, content, terms=None, way=Import.each):
        """Take in a file; a list is one of JSON Lines."""
        if isinstance(content, list):
            content = "\n".join(it if isinstance(it, str) else json.dumps(it) for it in content)
        self.refused, self.told = [], []
        work = Import(
            organisation_id=self.organisation_id,
            transaction=self.database.transaction,
            reading=self.database.reading,
            clock=self.clock,
            terms=terms or Terms(authority=IMPORTER),
            refuse=self.refused.append,
            on_stored=lambda _session, _organisation, new: self.told.extend(new),
            contents=self.contents,
        )
        for _ in way(work, pieces(io.BytesIO(content.encode()))):
            pass
        tally = work.tally
        return tally.stored, tally.known, tally.refused

    def put(self, *texts, version=Version.V1_0, **options):
        with self.database.transaction() as session:
            store.insert(
                session,
                self.organisation_id,
                [read_statement(text.encode(), version) for text in texts],
                authority=THEIRS,
                clock=self.clock,
                version=version,
                **options,
            )

    def lines(self):
        with self.database.reading() as session:
            query = StatementQuery()
            return list(exporting.lines(session, self.organisation_id, query, voided=True))

    def statements(self):
        return [json.loads(line) for line in self.lines()]

    def count(self, table):
        with self.database.reading() as session:
            ours = table.c.organisation_id == self.organisation_id
            return session.scalar(select(func.count()).select_from(table).where(ours))

    def faults(self):
        with self.database.reading() as session:
            return list(checking.faults(session, self.contents))


@pytest.fixture
def open_store(database, clock):
    return partial(Store, database, clock)


@pytest.fixture
def lrs_store(open_store):
    return open_store()


# What is kept


def test_ids_stay_and_the_rest_is_the_importers(lrs_store, clock):
    id = str(uuid4())
    line = a_statement(id=id, stored="2020-01-01T00:00:00.000Z", authority=THEIRS)
    assert lrs_store.taken([line]) == (1, 0, 0)
    (found,) = lrs_store.statements()
    assert (found["id"], found["authority"]) == (id, IMPORTER)
    assert found["stored"] == written_timestamp(clock())
    assert [str(one.id) for one in lrs_store.told] == [id]


def test_an_authority_that_is_trusted_stays_and_finds_the_statement(lrs_store):
    terms = Terms(authority=IMPORTER, keeps_authority=True)
    lines = [a_statement(authority=THEIRS), a_statement(result={})]
    assert lrs_store.taken(lines, terms) == (2, 0, 0)
    assert [it["authority"] for it in lrs_store.statements()] == [THEIRS, IMPORTER]
    assert lrs_store.faults() == []


def test_stored_stays_in_a_backup(lrs_store):
    times = ["2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000500Z", "2020-06-01T02:00:00+02:00"]
    lines = [a_statement(id=str(uuid4()), stored=at) for at in times]
    assert lrs_store.taken(lines, BACKUP) == (3, 0, 0)
    assert [it["stored"] for it in lrs_store.statements()] == [
        "2020-01-01T00:00:00.000000Z",
        "2020-01-01T00:00:00.000500Z",
        "2020-06-01T00:00:00.000000Z",
    ]
    assert lrs_store.faults() == []


def test_of_one_time_each_comes_a_microsecond_after_the_other_also_the_second_time(lrs_store):
    lines = [a_statement(id=str(uuid4()), stored="2020-01-01T00:00:00Z") for _ in range(600)]
    assert lrs_store.taken(lines[:300], BACKUP) == (300, 0, 0)
    assert lrs_store.taken(lines, BACKUP) == (300, 300, 0)
    times = [it["stored"] for it in lrs_store.statements()]
    assert times[-1] == "2020-01-01T00:00:00.000599Z"
    assert [it["id"] for it in lrs_store.statements()] == [it["id"] for it in lines]


def test_nothing_gets_between_what_readers_have_seen(lrs_store, clock):
    lrs_store.put(json.dumps(a_statement()))
    before = written_timestamp(clock() - timedelta(hours=1))
    after = written_timestamp(clock() + timedelta(seconds=1))
    assert lrs_store.taken([a_statement(stored=before)], BACKUP) == (0, 0, 1)
    assert "before that of statements" in lrs_store.refused[0].reason
    assert lrs_store.taken([a_statement(stored=after)], BACKUP) == (0, 0, 1)
    assert "in the future" in lrs_store.refused[0].reason
    assert lrs_store.taken([a_statement(stored=before)]) == (1, 0, 0)


def test_a_line_without_id_is_known_by_what_it_says(lrs_store, open_store):
    dated, undated = a_statement(), a_statement(timestamp=None)
    lines = [dated, undated, dated, undated]
    assert lrs_store.taken(lines) == (3, 1, 0), "of two undated ones, each may be an event"
    assert lrs_store.taken(lines) == (0, 4, 0)
    other = open_store()
    other.taken(lines)
    assert {it["id"] for it in lrs_store.statements()}.isdisjoint(
        it["id"] for it in other.statements()
    )


def test_a_line_is_held_to_the_version_that_it_names(lrs_store):
    agents = {"contextAgents": [{"objectType": "contextAgent", "agent": an_agent()}]}
    lines = [
        a_statement(version="2.0.0", context=agents),
        a_statement(context=agents),  # was let in by a request that said 2.0
        a_statement(timestamp="2026-11-22T10:00"),  # 2.0 does not know it
        a_statement(version="2.0.0", timestamp="2026-11-22T10:00"),
        a_statement(version="1.0.3", context={"language": "no language"}),
    ]
    assert lrs_store.taken(lines) == (3, 0, 2)
    assert [it.number for it in lrs_store.refused] == [4, 5]
    assert "/context/language" in lrs_store.refused[1].reason


# What is refused


def test_bad_lines_are_told_of_and_the_others_stored(lrs_store):
    id = str(uuid4())
    lrs_store.put(json.dumps(a_statement(id=id)))
    lines = [
        a_statement(),
        "{",
        a_statement(actor={"mbox": "nobody"}),
        a_statement(id=id, result={"success": True}),
        "[]",
        '{"id": 1, "id": 2}',
        a_statement(actor=an_agent("another")),
    ]
    assert lrs_store.taken(lines) == (2, 0, 5)
    assert sorted(it.number for it in lrs_store.refused) == [2, 3, 4, 5, 6]
    reasons = {it.number: it.reason for it in lrs_store.refused}
    assert "/actor/mbox" in reasons[3]
    assert "taken by another" in reasons[4]
    assert all("nobody" not in reason for reason in reasons.values())
    assert lrs_store.refused[0].text == b"{"


def test_all_or_nothing_is_nothing_when_one_is_refused(lrs_store):
    good = [a_statement(id=str(uuid4())) for _ in range(700)]
    assert lrs_store.taken([*good, "{", *good, "}"], way=Import.all_or_nothing) == (0, 0, 2)
    assert lrs_store.count(tables.statement) == 0
    assert lrs_store.taken(good, way=Import.all_or_nothing) == (700, 0, 0)


def test_while_a_long_file_is_taken_in_at_once_nothing_of_it_is_promised_to_be_there(lrs, clock):
    work = Import(
        organisation_id=lrs.organisation_id,
        transaction=lrs.database.transaction,
        reading=lrs.database.reading,
        clock=clock,
        terms=Terms(authority=IMPORTER),
        refuse=pytest.fail,
    )
    lines = "\n".join(json.dumps(a_statement(id=str(uuid4()))) for _ in range(2 * TOGETHER))
    meanwhile = []
    for _ in work.all_or_nothing(pieces(io.BytesIO(lines.encode()))):
        clock.forward(minutes=1)
        meanwhile += [lrs.get(), lrs.get(unknown="x")]
    promised = {answer.headers["X-Experience-API-Consistent-Through"] for answer in meanwhile}
    (first,) = lrs.found(ascending=True, limit=1)
    assert [answer.status_code for answer in meanwhile[:4]] == [200, 400, 200, 400]
    assert max(promised) < first["stored"]


@pytest.mark.parametrize("shape", ["[{}]", '{{"statements": [{}], "more": ""}}'])
def test_what_a_store_answered_is_taken_as_well(lrs_store, shape):
    content = shape.format(",\n".join(json.dumps(a_statement(id=str(uuid4()))) for _ in range(3)))
    assert lrs_store.taken(content) == (3, 0, 0)
    assert lrs_store.taken(content) == (0, 3, 0)


def test_voiding_works_in_a_file_as_it_does_at_the_front_door(lrs_store):
    id = str(uuid4())
    void = a_statement(
        verb={"id": Verb.VOIDED.value}, object={"objectType": "StatementRef", "id": id}
    )
    lrs_store.taken([void, a_statement(id=id)])
    with lrs_store.database.reading() as session:
        lines = exporting.lines(session, lrs_store.organisation_id, StatementQuery())
        assert [json.loads(line)["verb"]["id"] for line in lines] == [Verb.VOIDED.value]


# Attachments

SMALL, LARGE = b"small", b"large" * attachments.LARGEST_IN_DATABASE


def described(content, **more):
    return {
        "usageType": "https://u.example/x",
        "display": {},
        "contentType": "text/plain",
        "length": len(content),
        "sha2": sha256(content).hexdigest().upper(),
        **more,
    }


def test_content_goes_from_store_to_folder_to_store(open_store, tmp_path):
    folder, kept_in = tmp_path / "beside", Folder(tmp_path / "kept")
    folder.mkdir()
    first = open_store(contents=kept_in)
    content = {sha256(it).hexdigest(): memoryview(it) for it in (SMALL, LARGE)}
    kept = attachments.keep(first.contents, first.organisation_id, content, set())
    statement = a_statement(id=str(uuid4()), attachments=[described(SMALL), described(LARGE)])
    first.put(json.dumps(statement), attached=kept)
    with first.database.reading() as session:
        seqs = session.scalars(select(tables.statement.c.seq)).all()
        for digest, found in kept_with(session, first.organisation_id, seqs, first.contents):
            write_into(folder, digest, found)
    assert {it.read_bytes() for it in folder.iterdir()} == {SMALL, LARGE}

    second = open_store(contents=kept_in)
    terms = Terms(authority=IMPORTER, find=found_in(folder))
    for outcome in ((1, 0, 0), (0, 1, 0)):
        assert second.taken(first.lines(), terms) == outcome
    files = (tmp_path / "kept" / str(second.organisation_id)).rglob("*")
    assert len([it for it in files if it.is_file()]) == 1
    assert second.count(tables.statement_attachment) == 2
    assert second.faults() == []


def test_content_that_is_not_there_or_another_one_is_refused(lrs_store, tmp_path):
    lines = [
        a_statement(attachments=[described(SMALL)]),
        a_statement(attachments=[described(SMALL, fileUrl="https://files.example/1")]),
    ]
    assert lrs_store.taken(lines) == (1, 0, 1)
    assert "/attachments/0 needs its content" in lrs_store.refused[0].reason
    (tmp_path / sha256(SMALL).hexdigest()).write_bytes(b"another")
    terms = Terms(authority=IMPORTER, find=found_in(tmp_path))
    assert lrs_store.taken(lines, terms) == (0, 0, 2)
    lenient = Terms(authority=IMPORTER, needs_content=False)
    assert lrs_store.taken(lines, lenient) == (1, 1, 0)


# Laws

ids = st.sampled_from([str(uuid4()) for _ in range(6)])
moments = st.sampled_from(
    ["2026-11-22T10:00:00Z", "2026-11-22T12:00:00.5+02:00", "2026-11-22T10:00"]
)
verbs = st.sampled_from([{"id": Verb.COMPLETED.value, "display": {"de": "schloß ab"}}])
refs = st.builds(lambda id: {"objectType": "StatementRef", "id": id}, ids)
things = st.sampled_from(
    [{"id": "https://a.example/1"}, {"id": "https://a.example/2", "definition": {"name": {}}}]
)
agents = st.sampled_from([an_agent("ada"), {"mbox": "mailto:Ada@Lms.EXAMPLE", "name": "Ada ☂"}])
results = st.builds(lambda it: {"response": it}, st.text(max_size=8).filter(str.isprintable))
contexts = st.sampled_from(
    [{"contextActivities": {"parent": {"id": "https://a.example/3"}}}, {"instructor": an_agent()}]
)
statements = st.fixed_dictionaries(
    {"actor": agents, "verb": verbs, "object": things | refs},
    optional={
        "id": ids,
        "timestamp": moments,
        "result": results,
        "context": contexts,
        "version": st.just("1.0.1"),
        "stored": moments,
        "authority": agents,
    },
) | st.builds(
    lambda actor, ref: {"actor": actor, "verb": {"id": Verb.VOIDED.value}, "object": ref},
    agents,
    refs,
)


def spelt(statement, how, seed):
    members = list(statement.items())
    seed.shuffle(members)
    text = json.dumps(dict(members), **how)
    return text.replace('"1.0.1"', '"1.0.1" ').replace('"result"', '"result"\t')


spellings = st.sampled_from(
    [{}, {"indent": 1}, {"ensure_ascii": False}, {"separators": (",", ":")}]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(statements, spellings), max_size=8), st.randoms(use_true_random=False))
def test_out_and_in_again_is_the_same_to_the_byte(open_store, clock, sent, seed):
    first, second = open_store(), open_store()
    for statement, how in sent:
        try:
            first.put(spelt(statement, how, seed))
        except store.StatementConflict:
            continue
        clock.forward(microseconds=3)
    lines = first.lines()
    assert second.taken(lines, BACKUP) == (len(lines), 0, 0), second.refused
    assert second.lines() == lines
    assert second.taken(lines, BACKUP) == (0, len(lines), 0)
    for table in (tables.reach, tables.activity):
        assert second.count(table) == first.count(table)
    assert second.faults() == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(statements, max_size=8), st.integers(0, 8), st.integers(0, 8))
def test_however_often_it_was_broken_off_the_whole_file_is_stored_once(
    open_store, sent, first, second
):
    whole, broken = open_store(), open_store()
    whole.taken(sent)
    for end in (first, second, len(sent)):
        broken.taken(sent[:end])

    def without_stored(store):
        return sorted(
            json.dumps({k: v for k, v in it.items() if k not in ("id", "stored", "timestamp")})
            for it in store.statements()
        )

    assert without_stored(broken) == without_stored(whole)
