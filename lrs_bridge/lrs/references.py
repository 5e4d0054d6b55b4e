"""Statements that refer to statements: who is reached through whom, and who is voided.

A statement whose object is a StatementRef is found by everything that finds its target, and so on
along the chain (part 3, section 2.1.3, "Filter Conditions for StatementRefs"). Either end may
arrive first. A statement refers to one other at most, so what it reaches is a chain: whoever
arrives stands before the chain of its target, and behind all chains that waited for it.

The standard knows no end of a chain, and every step of one is rows of the index for each statement
before it. So there are limits, docs/adr/0030: a chain is followed for `STEPS`, and what arrives
where more than `WAITING` lead is not reached from them, nor is anything beyond it. Neither depends
on which statements came together; the first does not depend on their order either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lrs_bridge.lrs.direct import Inside
from lrs_bridge.lrs.index import Entry
from lrs_bridge.lrs.referred import Chain, Known

STEPS = 16
"""How many statements one reaches at most, the nearest."""
WAITING = 1000
"""How many may lead to a statement before it comes, if they are to be found by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A new statement, as far as references are concerned.

    Attributes:
        named: whether the sender chose the id; nobody can have referred to one that we chose.
    """

    seq: int
    id: UUID
    named: bool
    entry: Entry
    target: UUID | None
    voiding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What arrivals mean for each other and for what is stored.

    Attributes:
        reached: (seq, via, entry of via) for every pair that is new.
        voided: the seqs of statements, new or stored, that are now voided.
    """

    reached: list[tuple[int, int, Entry]]
    voided: set[int]


def consequences(
    inside: Inside, organisation_id: UUID, arrivals: Sequence[Arrival]
) -> Consequences:
    """Return what follows from `arrivals`, which are in their order and not written yet."""
    known = Known(inside, organisation_id)
    chains = _Chains(known, arrivals)
    for arrival in arrivals:
        chains.add(arrival)
    entries = {arrival.seq: arrival.entry for arrival in arrivals}
    entries |= known.entries({via for _, via in chains.pairs} - entries.keys())
    return Consequences(
        reached=[(seq, via, entries[via]) for seq, via in chains.pairs], voided=chains.voided
    )


class _Chains:
    """The chains that arrivals begin, or go on with.

    Attributes:
        pairs: (seq, via) for every step that was added to one.
        voided: the seqs of what is voided, and was not before its arrival or its voiding one's.
    """

    def __init__(self, known: Known, arrivals: Sequence[Arrival]) -> None:
        self.pairs: list[tuple[int, int]] = []
        self.voided: set[int] = set()
        ids = {arrival.id for arrival in arrivals}
        stored = known.called({one.target for one in arrivals if one.target} - ids)
        waiting = known.waiting([one.id for one in arrivals if one.named], most=WAITING)
        self._there = {row.id: row.seq for row in stored}
        self._cannot_be_voided = {row.id for row in stored if row.voiding}
        self._to_be_voided = {id for id, them in waiting.items() if them.voiding}
        self._leading = defaultdict(list, {id: them.seqs for id, them in waiting.items()})
        referring = {row.seq for row in stored if row.target is not None}
        for them in waiting.values():
            if len(them.seqs) <= WAITING:
                referring.update(them.seqs)
        self._chains = known.chains(referring)

    def add(self, arrival: Arrival) -> None:
        """Let a statement arrive."""
        seq = arrival.seq
        leading = self._leading.pop(arrival.id, [])
        chain = self._chains[seq] = self._begun(arrival)
        self.pairs += [(seq, via) for via in chain.vias]
        if chain.waits_for is not None:
            self._leading[chain.waits_for].append(seq)
        if len(leading) <= WAITING:
            for other in leading:
                self._go_on(other, seq, chain)
        self._there[arrival.id] = seq
        self._void(arrival)

    def _begun(self, arrival: Arrival) -> Chain:
        """Return the chain of a statement as it arrives."""
        if arrival.target is None or arrival.target == arrival.id:
            return Chain()
        target = self._there.get(arrival.target)
        if target is None:
            return Chain(waits_for=arrival.target)
        chain = Chain()
        self._append(chain, arrival.seq, target)
        if chain.waits_for == arrival.id:  # a ring
            chain.waits_for = None
        return chain

    def _go_on(self, other: int, seq: int, chain: Chain) -> None:
        """Append what arrived, and its chain, to another that waited for it."""
        longer = self._chains[other]
        before = len(longer.vias)
        self._append(longer, other, seq)
        self.pairs += [(other, via) for via in longer.vias[before:]]
        if longer.waits_for is not None:
            self._leading[longer.waits_for].append(other)

    def _append(self, chain: Chain, its: int, seq: int) -> None:
        """Append a statement and what it reaches to the chain of `its`, once around a ring."""
        beyond = self._chains.get(seq, Chain())
        chain.waits_for = None
        for via in (seq, *beyond.vias):
            if len(chain.vias) >= STEPS or via == its or via in chain.vias:
                return
            chain.vias.append(via)
        chain.waits_for = beyond.waits_for

    def _void(self, arrival: Arrival) -> None:
        """Note what an arrival voids, and whether it is voided itself."""
        if not arrival.voiding:
            if arrival.id in self._to_be_voided:
                self.voided.add(arrival.seq)
            return
        self._cannot_be_voided.add(arrival.id)
        target = arrival.target
        if target is None or target in self._cannot_be_voided:
            return
        if target in self._there:
            self.voided.add(self._there[target])
        else:
            self._to_be_voided.add(target)
