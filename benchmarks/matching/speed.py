"""The rows of the table: sizes, peers, targets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.matching import targets
from benchmarks.matching.populations import Kind
from benchmarks.matching.rounds import People, Tool
from benchmarks.matching.targets import MB, Target

MENTES = Tool(name="mentes", module="mentes", warm_up=600)  # large enough for the large ones' way
WITH_FLOOR = replace(MENTES, name="mentes, with floor", options={"floor": True})
STABLE = replace(MENTES, name="mentes, stable", options={"objective": "stable"})
DENSE = Tool(name="scipy dense LSA", module="dense", warm_up=600)
MENTOR_MATCH = Tool(
    name="mentor-match 7.0.1",
    module="mentor_match",
    requirement="mentor-match==7.0.1",
    reads_rows=True,
)
RESIDENTS = Tool(name="matching 1.4.3", module="hospital_residents", requirement="matching==1.4.3")
KINDS = (Kind.SURPLUS, Kind.SCARCE, Kind.COARSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is compared, how often, and what is to be reached."""

    people: People
    targets: tuple[Target, ...]
    ours: Tool = MENTES
    peer: Tool | None = None
    rounds: int = 3
    also: str = ""
    """What the title says besides size and peer."""
    quick: bool = False
    """Whether `--quick` has it."""

    @property
    def title(self) -> str:
        """How the table heads it."""
        mentees, mentors = self.people.made().size
        against = f" · against {self.peer.name}" if self.peer else ""
        return f"{mentees:,} × {mentors:,} {self.people.kind}{self.also}{against}"


def rows() -> list[Row]:
    """Return every row, small ones first."""
    return [
        *(_against_mentor_match(300, kind) for kind in KINDS),
        _against_residents(),
        *(_against_mentor_match(1000, kind) for kind in KINDS),
        *(_against_dense(1000, kind) for kind in KINDS),
        *(_newcomers(kind) for kind in KINDS),
        _newcomers(Kind.SURPLUS, floor=True),
        *(_floor(1000, kind) for kind in (Kind.SURPLUS, Kind.SCARCE)),
        *(_against_dense(10_000, kind) for kind in KINDS),
        *(_floor(10_000, kind) for kind in (Kind.SURPLUS, Kind.SCARCE)),
        _alone(People(mentees=20_000), peak=400 * MB, gap=0),
        _alone(People(mentees=100_000, mentors=30_000, most_places=7), peak=1000 * MB, gap=0.003),
    ]


def _against_mentor_match(mentees: int, kind: Kind) -> Row:
    surplus, small = kind is Kind.SURPLUS, mentees == 300
    fast = (50 if small else 200) if surplus else None
    memory = (targets.share_of_memory(0.1),) if surplus and not small else ()
    return Row(
        people=People(mentees=mentees, kind=kind),
        peer=MENTOR_MATCH,
        rounds=3 if surplus else 1,
        quick=surplus,
        targets=(
            targets.keeps_the_rules(),
            targets.times_faster(fast),
            *memory,
            targets.no_lower_total(),
        ),
    )


def _against_residents() -> Row:
    return Row(
        people=People(mentees=300),
        ours=STABLE,
        peer=RESIDENTS,
        quick=True,
        also=" · stable",
        targets=(
            targets.keeps_the_rules(),
            targets.times_faster(),
            targets.share_of_total(),
        ),
    )


def _against_dense(mentees: int, kind: Kind) -> Row:
    small, surplus = mentees == 1000, kind is Kind.SURPLUS
    time = (1.5 if small else 0.4) if surplus else None
    memory = (targets.peak(350 * MB),) if surplus and not small else ()
    return Row(
        people=People(mentees=mentees, kind=kind),
        peer=DENSE,
        rounds=7 if small else 3 if surplus else 1,
        quick=small,
        targets=(
            targets.keeps_the_rules(),
            targets.share_of_time(time),
            *memory,
            targets.same_total(),
            targets.gap(0),
        ),
    )


def _newcomers(kind: Kind, *, floor: bool = False) -> Row:
    """A tenth more people on both sides of 1,000, against a run that starts from nothing."""
    settled = (1000, round(1000 * kind.mentors_to_a_mentee))
    options = {"floor": floor}
    promised = kind is Kind.SURPLUS and not floor
    return Row(
        people=People(mentees=1100, kind=kind),
        ours=replace(MENTES, name="mentes, accepted stay", options=options | {"settled": settled}),
        peer=replace(MENTES, name="mentes, from nothing", options=options),
        rounds=7,
        quick=True,
        also=f" · 1,000 and 10 % newcomers{', with floor' if floor else ''}",
        targets=(
            targets.keeps_the_rules(),
            targets.share_of_time(),
            targets.share_of_solving(0.1 if promised else None),
            targets.accepted_unchanged(),
            targets.share_of_total(0.97 if promised else None),
        ),
    )


def _floor(mentees: int, kind: Kind) -> Row:
    return Row(
        people=People(mentees=mentees, kind=kind),
        ours=WITH_FLOOR,
        peer=MENTES,
        rounds=5 if mentees == 1000 else 1,
        quick=mentees == 1000,
        also=" · what the floor costs",
        targets=(
            targets.keeps_the_rules(),
            targets.share_of_time(),
            targets.share_of_total(),
            targets.worst_pair(),
        ),
    )


def _alone(people: People, *, peak: int, gap: float) -> Row:
    return Row(
        people=people,
        rounds=1,
        targets=(
            targets.keeps_the_rules(),
            targets.everyone_matchable(),
            targets.gap(gap),
            targets.peak(peak),
        ),
    )
