"""The embedded learning record store.

A request goes `http` → `wire` (text to validated statements) → `store` (decide and write) or
`query` → `select` (read). Every function takes the `Session` that it is given and never commits.

A statement is kept as it was received, beside narrow index rows (`tables`). `seq`, a number that
counts up within an organisation, is the only order: `stored` never decreases along it, and the
`more` cursor is a place in it.
"""
