"""Statements that refer to statements: who is reached through whom, and who is voided.

A statement whose object is a StatementRef is found by everything that finds its target, and so on
along the chain (part 3, section 2.1.3, "Filter Conditions for StatementRefs"). Either end may
arrive first. Each new edge outer → target therefore joins everything that reaches `outer` with
everything that `target` reaches.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lrs_bridge.lrs.bulk import WithIds, with_ids
from lrs_bridge.lrs.direct import Inside
from lrs_bridge.lrs.index import Entry, entry
from lrs_bridge.lrs.tables import reach, statement


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
    """Return what follows from `arrivals`, which are not written yet."""
    graph = _Graph(inside, organisation_id, arrivals)
    edges = graph.new_edges()
    if not edges:
        return Consequences(reached=[], voided=set())
    pairs = graph.pairs(edges)
    entries = graph.entries({via for _, via in pairs})
    return Consequences(
        reached=[(seq, via, entries[via]) for seq, via in pairs],
        voided={
            target for outer, target in edges if graph.voids(outer) and not graph.voids(target)
        },
    )


class _Graph:
    """The part of the graph of references that a batch touches."""

    def __init__(self, inside: Inside, organisation_id: UUID, arrivals: Sequence[Arrival]) -> None:
        self._inside = inside
        self._organisation_id = organisation_id
        self._arrivals = {arrival.seq: arrival for arrival in arrivals}
        self._seqs = {arrival.id: arrival.seq for arrival in arrivals}
        self._voiding = {arrival.seq for arrival in arrivals if arrival.voiding}

    def voids(self, seq: int) -> bool:
        """Return whether a statement among the edges is a voiding one."""
        return seq in self._voiding

    def new_edges(self) -> list[tuple[int, int]]:
        """Return (outer, target) for every reference that the arrivals complete."""
        wanted = {arrival.target for arrival in self._arrivals.values() if arrival.target}
        for row in self._stored(_called, wanted - self._seqs.keys()):
            self._seqs[row.id] = row.seq
        edges = [
            (arrival.seq, self._seqs[arrival.target])
            for arrival in self._arrivals.values()
            if arrival.target in self._seqs
        ]
        new = {arrival.id for arrival in self._arrivals.values() if arrival.named}
        for row in self._stored(_referring, new):
            self._seqs[row.id] = row.seq
            edges.append((row.seq, self._seqs[row.target]))
        return edges

    def pairs(self, edges: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """Return every new (seq, via) that `edges` make."""
        edges = list(edges)
        below = self._reached_from([target for _, target in edges])
        above = self._reaching([outer for outer, _ in edges])
        found: set[tuple[int, int]] = set()
        for outer, target in edges:
            for seq in {outer, *above[outer]}:
                for via in {target, *below[target]}:
                    below[seq].add(via)
                    above[via].add(seq)
                    if seq != via:
                        found.add((seq, via))
        return found - self._known(found)

    def entries(self, seqs: set[int]) -> dict[int, Entry]:
        """Return what the statements at `seqs` are found by."""
        found = {seq: self._arrivals[seq].entry for seq in seqs & self._arrivals.keys()}
        rows = self._inside.session.connection().execute(
            select(statement.c.seq, statement.c.payload, statement.c.assigned).where(
                statement.c.organisation_id == self._organisation_id,
                statement.c.seq.in_(seqs - found.keys()),
            )
        )
        for row in rows:
            authority = json.loads(row.assigned)["authority"]
            payload = json.loads(row.payload)
            found[row.seq] = entry(self._organisation_id, payload, authority)
        return found

    def _known(self, pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
        """Return those of `pairs` that are stored already (two ways can lead to one target)."""
        rows = self._inside.session.connection().execute(
            select(reach.c.seq, reach.c.via).where(
                reach.c.organisation_id == self._organisation_id,
                reach.c.seq.in_({seq for seq, _ in pairs} - self._arrivals.keys()),
            )
        )
        return {(row.seq, row.via) for row in rows}

    def _reached_from(self, seqs: Sequence[int]) -> defaultdict[int, set[int]]:
        below: defaultdict[int, set[int]] = defaultdict(set)
        rows = self._inside.session.connection().execute(
            select(reach.c.seq, reach.c.via).where(
                reach.c.organisation_id == self._organisation_id, reach.c.seq.in_(seqs)
            )
        )
        for row in rows:
            below[row.seq].add(row.via)
        return below

    def _reaching(self, seqs: Sequence[int]) -> defaultdict[int, set[int]]:
        """Return who reaches each of `seqs`, walking the references backwards, a step a query."""
        above: defaultdict[int, set[int]] = defaultdict(set)
        ids = {seq: id for id, seq in self._seqs.items()}
        frontier = {ids[seq]: {seq} for seq in seqs if seq not in self._arrivals}
        while frontier:
            ahead: defaultdict[UUID, set[int]] = defaultdict(set)
            for row in self._stored(_referring, set(frontier)):
                fresh = {seq for seq in frontier[row.target] if row.seq not in above[seq]}
                for seq in fresh:
                    above[seq].add(row.seq)
                if fresh:
                    ahead[row.id] |= fresh
            frontier = ahead
        return above

    def _stored(self, read: WithIds, ids: set[UUID]) -> Sequence[Any]:
        rows = read(self._inside, self._organisation_id, ids)
        self._voiding.update(row.seq for row in rows if row.voiding)
        return rows


_EDGE = (statement.c.seq, statement.c.id, statement.c.target, statement.c.voiding)
_called = with_ids(_EDGE, statement.c.id)
_referring = with_ids(_EDGE, statement.c.target)
