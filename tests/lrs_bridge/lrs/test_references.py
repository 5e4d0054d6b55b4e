"""Statements that refer to statements, and voiding, in every order of arrival."""

import json
from itertools import pairwise, permutations
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lrs_bridge.identity import ifi
from lrs_bridge.lrs import select as reading
from lrs_bridge.lrs import store
from lrs_bridge.lrs.index import THROUGH
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.references import STEPS, WAITING
from lrs_bridge.lrs.tables import reach, reached_key
from lrs_bridge.lrs.upkeep.checking import faults
from lrs_bridge.lrs.wire import incoming
from lrs_bridge.testing import a_statement, an_agent
from lrs_bridge.vocabulary import Verb

ADA, BEN = an_agent("ada"), an_agent("ben")
DID, SAID, VOIDED = "https://v.example/did", "https://v.example/said", Verb.VOIDED.value


def new_id():
    return str(uuid4())


def did(id, actor=ADA, **overrides):
    return a_statement(id=id, actor=actor, verb={"id": DID}, **overrides)


def about(id, target, actor=BEN, verb=SAID):
    """Return a statement that refers to another."""
    reference = {"objectType": "StatementRef", "id": target}
    return a_statement(id=id, actor=actor, verb={"id": verb}, object=reference)


def voiding(id, target):
    return about(id, target, verb=VOIDED)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_chain_is_found_by_its_end_in_whatever_order_it_came(lrs, order, in_one_batch):
    first, second, third = new_id(), new_id(), new_id()
    course = {"id": "https://lms.example/c"}
    chain = [did(first, object=course), about(second, first), about(third, second)]
    arriving = [chain[place] for place in order]
    for batch in [arriving] if in_one_batch else [[one] for one in arriving]:
        assert lrs.post(batch).status_code == 200
    assert set(lrs.named(agent=ADA)) == {first, second, third}
    assert set(lrs.named(agent=ADA, verb=DID)) == {first, second, third}
    assert set(lrs.named(verb=DID)) == {first, second, third}
    assert set(lrs.named(activity="https://lms.example/c")) == {first, second, third}
    assert set(lrs.named(agent=BEN, verb=SAID)) == {second, third}


def test_all_conditions_must_be_met_by_one_and_the_same_statement(lrs):
    target, outer = new_id(), new_id()
    lrs.post([did(target), about(outer, target)])
    assert lrs.named(agent=ADA, verb=SAID) == []
    assert lrs.named(agent=BEN, verb=DID) == []
    course = a_statement()["object"]["id"]
    assert lrs.named(agent=ADA, activity=course) == [outer, target]
    assert lrs.named(agent=BEN, activity=course) == []


def test_a_statement_that_matches_in_two_ways_is_listed_once(lrs):
    target, outer = new_id(), new_id()
    lrs.post([did(target, actor=BEN), about(outer, target, verb=DID)])
    assert lrs.named(agent=BEN, verb=DID) == [outer, target]
    assert lrs.named(agent=BEN, limit=1) == [outer]


def test_a_branching_reference_reaches_all_that_refer_to_it(lrs):
    target, left, right, top = (new_id() for _ in range(4))
    lrs.post([about(top, left), about(left, target), about(right, target)])
    lrs.post(did(target))
    assert set(lrs.named(agent=ADA)) == {target, left, right, top}


def test_a_ring_of_references_is_followed_once_around(lrs):
    one, two = new_id(), new_id()
    assert lrs.post(about(one, two, actor=ADA)).status_code == 200
    assert lrs.post(about(two, one)).status_code == 200
    assert set(lrs.named(agent=ADA)) == {one, two}
    assert lrs.post(about(three := new_id(), three)).status_code == 200
    assert three in lrs.named(agent=BEN)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_ring_of_three_closes_in_any_order(lrs, order):
    one, two, three = ids = [new_id(), new_id(), new_id()]
    ring = [about(one, two, actor=ADA), about(two, three), about(three, one)]
    for place in order:
        assert lrs.post(ring[place]).status_code == 200
    assert set(lrs.named(agent=ADA)) == set(ids)


def test_time_bounds_are_about_the_statement_that_is_listed(lrs):
    target, outer = new_id(), new_id()
    lrs.post(did(target))
    stored = lrs.get(statementId=target).json["stored"]
    lrs.clock.forward(minutes=1)
    lrs.post(about(outer, target))
    assert lrs.named(agent=ADA, since=stored) == [outer]


def test_a_statement_in_the_context_is_not_followed(lrs):
    target = new_id()
    lrs.post(did(target))
    reference = {"objectType": "StatementRef", "id": target}
    lrs.post(a_statement(actor=BEN, context={"statement": reference}))
    assert lrs.named(agent=ADA) == [target]


# Limits


class Filling:
    """A store that is filled without HTTP, and asked who is found."""

    def __init__(self, database, clock):
        self.database, self.clock, self.organisation_id = database, clock, uuid4()

    def put(self, statements):
        with self.database.transaction() as session:
            store.insert(
                session,
                self.organisation_id,
                [incoming(one) for one in statements],
                authority=an_agent("authority"),
                clock=self.clock,
            )

    def found_by(self, **conditions):
        """Return the ids of all that is found."""
        ids, after = set(), None
        with self.database.reading() as session:
            while True:
                query = StatementQuery(**conditions, limit=500, after=after)
                page = reading.page(session, self.organisation_id, query)
                ids.update(json.loads(one.text)["id"] for one in page.found)
                after = page.after
                if after is None:
                    return ids

    def rows(self, table):
        with self.database.reading() as session:
            mine = select(reach.c.seq).where(reach.c.organisation_id == self.organisation_id)
            query = select(func.count()).select_from(table).where(table.c.seq.in_(mine))
            return session.scalar(query)

    def faults(self):
        with self.database.reading() as session:
            return list(faults(session))


@pytest.fixture
def filling(database, clock):
    return Filling(database, clock)


def chained(length):
    """Return a statement of ADA's and those that lead to it, one to the other."""
    ids = [new_id() for _ in range(length)]
    return ids, [did(ids[0]), *(about(id, before) for before, id in pairwise(ids))]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("together", [1, 7, 100])
def test_a_long_chain_is_followed_for_some_steps_however_it_came(filling, turned, together):
    ids, chain = chained(100)
    arriving = chain[::-1] if turned else chain
    for first in range(0, len(arriving), together):
        filling.put(arriving[first : first + together])
    assert filling.found_by(agent=ifi(ADA)) == set(ids[: STEPS + 1])
    assert filling.rows(reach) == sum(min(place, STEPS) for place in range(100))
    assert filling.faults() == []


refers = st.lists(st.none() | st.integers(0, 39), min_size=1, max_size=40)
"""By place whom each of some statements refers to."""


def reaches(references, place):
    """Return what a statement must reach, by the rule that the documents give."""
    seen, at = [place], place
    while len(seen) <= STEPS:
        at = references[at]
        if at is None or at >= len(references) or at in seen:
            break
        seen.append(at)
    return set(seen)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), refers | st.integers(2, 40).map(lambda n: [None, *range(n - 1)]))
def test_whatever_refers_to_whatever_it_is_found_alike_in_every_order(
    database, clock, data, references
):
    filling = Filling(database, clock)
    ids = [str(uuid4()) for _ in range(40)]
    agents = [an_agent(str(place)) for place in range(40)]
    statements = [
        did(ids[place], agents[place])
        if target is None
        else about(ids[place], ids[target], agents[place])
        for place, target in enumerate(references)
    ]
    arriving = data.draw(st.permutations(statements))
    while arriving:
        together = data.draw(st.integers(1, 12))
        filling.put(arriving[:together])
        arriving = arriving[together:]
    found = {place: filling.found_by(agent=ifi(agents[place])) for place in range(len(references))}
    assert found == {
        via: {ids[it] for it in range(len(references)) if via in reaches(references, it)}
        for via in range(len(references))
    }
    assert filling.faults() == []


def many_about(target, several):
    return [about(new_id(), target) for _ in range(several)]


def test_thousands_may_refer_to_one_that_is_there(filling):
    target = new_id()
    filling.put([did(target)])
    for _ in range(3):
        filling.put(many_about(target, WAITING))
    filling.put([last := about(new_id(), target)])
    found = filling.found_by(agent=ifi(ADA))
    assert len(found) == 3 * WAITING + 2
    assert last["id"] in found
    assert filling.faults() == []


@pytest.mark.parametrize("further", [0, 1])
@pytest.mark.parametrize("in_two", [False, True])
def test_what_too_many_wait_for_is_not_reached_from_them(filling, further, in_two):
    target = new_id()
    waiting = many_about(target, WAITING + further - 1)
    waiting.append(about(new_id(), waiting[0]["id"]))  # it waits for what that waits for
    filling.put(waiting[: WAITING // 2])
    filling.put(waiting[WAITING // 2 :] + ([] if in_two else [did(target)]))
    if in_two:
        filling.put([did(target)])
    filling.put([late := about(new_id(), target), later := about(new_id(), waiting[0]["id"])])
    found = filling.found_by(agent=ifi(ADA))
    if further:
        assert found == {target, late["id"]}
    else:
        assert found == {target, late["id"], later["id"], *(one["id"] for one in waiting)}
    assert filling.faults() == []


def test_others_that_arrive_with_what_too_many_wait_for_are_reached(filling):
    target, other, of_other = new_id(), new_id(), new_id()
    filling.put([*many_about(target, WAITING), about(of_other, other)])
    filling.put(many_about(target, 1))
    filling.put([did(target), did(other)])
    assert filling.found_by(agent=ifi(ADA)) == {target, other, of_other}
    assert filling.faults() == []


@pytest.mark.parametrize("place", [0, WAITING])
def test_what_too_many_wait_for_is_voided_all_the_same(filling, place):
    target = new_id()
    waiting = many_about(target, WAITING + 1)
    waiting[place] = void = voiding(new_id(), target)
    filling.put(waiting)
    filling.put([did(target), did(new_id())])
    assert target not in filling.found_by(agent=ifi(ADA))
    assert void["id"] in filling.found_by()
    assert filling.faults() == []


def test_a_reference_that_is_not_followed_and_should_be_is_a_fault(filling):
    target = new_id()
    filling.put(many_about(target, 3))
    filling.put([did(target)])
    with filling.database.transaction() as session:
        session.execute(reach.delete())
        session.execute(reached_key.delete())
    (fault,) = filling.faults()
    assert fault.startswith("3 statements are not found by")


def test_under_how_much_a_statement_leads_to_others_has_an_end(filling):
    target, outer = new_id(), new_id()
    members = [an_agent(str(number)) for number in range(200)]
    group = {**an_agent("group"), "objectType": "Group", "member": members}
    course = {"id": "https://lms.example/c"}
    filling.put([did(target, actor=group, object=course), about(outer, target)])
    assert filling.rows(reached_key) == THROUGH
    assert filling.found_by(activity=course["id"]) == {target, outer}
    assert filling.found_by(verb=DID) == {target, outer}
    by_members = [filling.found_by(agent=ifi(member)) for member in members]
    assert all(target in found for found in by_members)
    assert sum(outer in found for found in by_members) in (THROUGH - 2, THROUGH - 3)
    assert filling.faults() == []


# Voiding


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_voided_statement_is_gone_from_lists_and_kept_for_who_asks(lrs, order, in_one_batch):
    """XAPI-00018, XAPI-00155, XAPI-00157, XAPI-00163."""
    target, void = new_id(), new_id()
    both = [did(target), voiding(void, target)]
    arriving = [both[place] for place in order]
    for batch in [arriving] if in_one_batch else [[one] for one in arriving]:
        assert lrs.post(batch).status_code == 200
    assert lrs.named() == [void]
    assert lrs.get(statementId=target).status_code == 404
    assert lrs.get(voidedStatementId=target).json["id"] == target
    assert lrs.get(voidedStatementId=void).status_code == 404
    assert lrs.get(statementId=void).status_code == 200


def test_who_refers_to_a_voided_statement_is_still_found_by_it(lrs):
    """XAPI-00162."""
    target, outer, void = new_id(), new_id(), new_id()
    lrs.post([did(target), about(outer, target), voiding(void, target)])
    assert set(lrs.named(agent=ADA)) == {outer, void}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_voiding_statement_cannot_be_voided(lrs, order):
    """XAPI-00016."""
    target, void, second = new_id(), new_id(), new_id()
    three = [did(target), voiding(void, target), voiding(second, void)]
    for place in order:
        assert lrs.post(three[place]).status_code == 200
    assert set(lrs.named()) == {void, second}
    assert lrs.get(voidedStatementId=target).status_code == 200


def test_voiding_twice_is_voiding(lrs):
    target = new_id()
    lrs.post(did(target))
    lrs.post([voiding(new_id(), target), voiding(new_id(), target)])
    assert len(lrs.named()) == 2


def test_a_voided_statement_keeps_its_id(lrs):
    target = new_id()
    lrs.post([did(target), voiding(new_id(), target)])
    assert lrs.post(did(target)).status_code == 200
    assert lrs.post(did(target, actor=BEN)).status_code == 409
    assert lrs.get(statementId=target).status_code == 404


def test_voiding_needs_a_reference(lrs):
    """XAPI-00017."""
    answer = lrs.post(a_statement(verb={"id": VOIDED}))
    assert answer.json["errors"][0]["pointer"] == "/object"
