"""Who should talk with whom: a pure engine on numpy and scipy. No web, no tables, no clock.

    people.py      mentees and mentors as the engine sees them: ids and closed answers
    rules.py       what makes a good pair, as data; reading.py takes it from and to JSON
    presets.py     rules to begin with; doubts.py: rules that hardly anybody can have meant
    scoring.py     what one pair is worth and why, in plain Python: the definition of a score
    suggesting.py  the best mentors for one mentee
    match.py       `match(...)`: the best pairs for everybody at once, with a proof of how good
      gathering.py   … everybody read once, kept small in roster.py
      columns.py     … rules compiled (terms.py, kernels.py): all scores of a block are one product
      finding.py     … what is open beside the pairs that stand (standing.py), and who decides it
      assigning/     … the solvers
      matching.py    … what came of it; measuring.py, unmatched.py when somebody asks
    results.py     what comes back
    explaining.py  why this mentor, not another, or none; weighing.py: what if it counted otherwise
    laws.py        what must be true of any pairs that were made

Beyond one mentor for each mentee:

    several.py       several mentors to a mentee who wants them
    circles.py       circles that a mentor leads
    peers.py         pairs of peers; peer_circles.py: circles without a mentor
    reverse.py       rules and people with the sides exchanged

Everything counts in whole points (`rules.POINTS` to a weight of one), so that sums are exact, a
proof of the optimum is a proof, and the same input gives the same pairs on every machine.

Only `match.py` and what it builds upon load numpy and scipy: a web process that explains one pair
needs neither.
"""
