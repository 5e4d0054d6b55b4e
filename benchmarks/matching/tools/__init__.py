"""Tools, each run as `python -m benchmarks.matching.tools.<name> <job>` in its own process.

They run in environments with different packages: nothing is imported here.
"""
