"""The matching engine beside its peers: `python -m benchmarks.matching`, or `make bench-matching`.

populations.py    seeded people, the same for every tool
scores.py         what their pairs are worth, in arrays: independent of the engine
judge.py          what an assignment is worth, and whether it keeps the rules
tools/            each tool, run in a process of its own
rounds.py         runs tools in turn, and judges what they answer
targets.py        what is to be reached
speed.py          the rows of the table
instances.py      300 small instances against the dense optimum
"""
