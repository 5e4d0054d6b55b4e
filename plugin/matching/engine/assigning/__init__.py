"""Who of those without a mentor gets which free place: exact, with a proof, at any size.

    assignment.py   the question and the answer; valued.py: what pairs are worth to the objective
    dense.py        small: all pairs at once, a column to every place
    stable.py       best pair first

    sparse.py       large: the best answer among a few pairs for everybody, and pairs that join
    candidates.py   … the few (chance.py breaks ties, the same way everywhere); edges.py holds them
    coverage.py     … as many as can be, and in which parts that leaves the rest to be decided
    parts.py        … parts; optimum.py: the best answer in one; places.py: as the solver reads it
    prices.py       … what a place must be worth for that answer to be everybody's choice
    pricing.py      … all pairs judged by these prices: the proof, or the pairs that join
    floor.py        before: the worst pair as good as it can be
    evening.py      after: an even load among answers that are worth the same

Scores are whole points, so "better" is at least one point better, and a bound that meets the total
is a proof.
"""
