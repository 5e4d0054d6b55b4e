"""What the tables say of references, before a statement arrives."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, select, true

from lrs_bridge.lrs.bulk import some_with_ids, with_ids
from lrs_bridge.lrs.direct import Inside
from lrs_bridge.lrs.index import Entry, entry
from lrs_bridge.lrs.tables import reach, statement

_AT_ONCE = 500  # values of one query
_TEXTS_AT_ONCE = 50  # statements, each of which may be megabytes


@dataclass(slots=True)
class Chain:
    """What a statement reaches.

    Attributes:
        vias: places of what it reaches, the nearest first.
        waits_for: the id that the last of them refers to (or the statement itself, if there is
            none) and that leads on once it comes; None if nothing does.
    """

    vias: list[int] = field(default_factory=list)
    waits_for: UUID | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Those that a statement does not reach yet and which lead to it once it comes.

    Attributes:
        seqs: of them; one more than were asked for if there are too many.
        voiding: whether one of them voids it.
    """

    seqs: list[int]
    voiding: bool


class Known:
    """What is stored of an organisation's references."""

    def __init__(self, inside: Inside, organisation_id: UUID) -> None:
        self._inside = inside
        self._organisation_id = organisation_id

    def called(self, ids: Collection[UUID]) -> Sequence[Any]:
        """Return seq, id, target and voiding of those of the statements `ids` that there are."""
        return _called(self._inside, self._organisation_id, ids)

    def waiting(self, ids: Sequence[UUID], *, most: int) -> dict[UUID, Waiting]:
        """Return who leads to each of `ids`, none of which is stored, where anybody does."""
        rows = _referring(self._inside, self._organisation_id, ids, most + 1)
        if len(rows) > most and len(ids) > 1:  # where they all are, is to be looked for one by one
            each = (self.waiting([id], most=most) for id in ids)
            return {id: them for one in each for id, them in one.items()}
        direct: defaultdict[UUID, list[Any]] = defaultdict(list)
        for row in rows:
            direct[row.target].append(row)
        return {id: self._waiting_for(id, them, most) for id, them in direct.items()}

    def chains(self, seqs: Collection[int]) -> dict[int, Chain]:
        """Return what each of the statements at `seqs` reaches; each refers to another."""
        chains: dict[int, Chain] = {}
        for some in _parts(seqs, _AT_ONCE):
            chains |= self._some_chains(some)
        return chains

    def entries(self, seqs: Collection[int]) -> dict[int, Entry]:
        """Return what the statements at `seqs` are found by."""
        found = {}
        for some in _parts(seqs, _TEXTS_AT_ONCE):
            columns = statement.c.seq, statement.c.payload, statement.c.assigned
            for row in self._rows(select(*columns).where(statement.c.seq.in_(some))):
                authority = json.loads(row.assigned)["authority"]
                found[row.seq] = entry(self._organisation_id, json.loads(row.payload), authority)
        return found

    def _waiting_for(self, id: UUID, direct: Sequence[Any], most: int) -> Waiting:
        seqs = [row.seq for row in direct]
        voiding = any(row.voiding for row in direct)
        if len(seqs) > most:
            voids = statement.c.target == id, statement.c.voiding == true()
            one = select(statement.c.seq).where(*voids).limit(1)
            return Waiting(seqs, voiding or bool(self._rows(one)))
        for some in _parts(list(seqs), _AT_ONCE):
            through = select(reach.c.seq).where(reach.c.via.in_(some)).limit(most + 1 - len(seqs))
            seqs += [row.seq for row in self._rows(through, reach)]
        return Waiting(seqs, voiding)

    def _some_chains(self, seqs: Sequence[int]) -> dict[int, Chain]:
        targets = select(statement.c.seq, statement.c.target).where(statement.c.seq.in_(seqs))
        first = {row.seq: row.target for row in self._rows(targets)}
        via = and_(
            statement.c.organisation_id == reach.c.organisation_id, statement.c.seq == reach.c.via
        )
        query = select(reach.c.seq, reach.c.via, statement.c.id, statement.c.target)
        beyond: defaultdict[int, dict[UUID, Row[Any]]] = defaultdict(dict)
        for row in self._rows(query.join(statement, via).where(reach.c.seq.in_(seqs)), reach):
            beyond[row.seq][row.id] = row
        return {seq: _in_order(target, beyond[seq]) for seq, target in first.items()}

    def _rows(self, query: Select[Any], table: Any = statement) -> Sequence[Row[Any]]:
        mine = table.c.organisation_id == self._organisation_id
        return self._inside.session.connection().execute(query.where(mine)).all()


def _in_order(target: UUID | None, beyond: dict[UUID, Row[Any]]) -> Chain:
    """Return the chain that begins with `target` and holds all of `beyond`."""
    chain = Chain(waits_for=target)
    while chain.waits_for is not None and chain.waits_for in beyond:
        row = beyond.pop(chain.waits_for)
        chain.vias.append(row.via)
        chain.waits_for = row.target
    return chain


def _parts(values: Collection[int], size: int) -> Iterator[list[int]]:
    rest = iter(sorted(values))
    while some := list(islice(rest, size)):
        yield some


_EDGE = (statement.c.seq, statement.c.id, statement.c.target, statement.c.voiding)
_called = with_ids(_EDGE, statement.c.id)
_referring = some_with_ids(_EDGE, statement.c.target)
