"""Statements that refer to statements, and voiding, in every order of arrival."""

from itertools import permutations
from uuid import uuid4

import pytest

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
