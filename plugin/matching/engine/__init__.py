"""Who should talk with whom: a pure engine on numpy and scipy. No web, no tables, no clock.

    people.py     mentees and mentors as the engine sees them: ids and closed answers
    rules.py      what makes a good pair, as data; reading.py takes it from and to JSON
    scoring.py    what one pair is worth and why, in plain Python: the definition of a score
    match.py      `match(...)`: the best pairs for everybody at once, with a proof of how good
    results.py    what comes back

Everything counts in whole points (`rules.POINTS` to a weight of one), so that sums are exact, a
proof of the optimum is a proof, and the same input gives the same pairs on every machine.

Only `match.py` and what it builds upon load numpy and scipy: a web process that explains one pair
needs neither.
"""
