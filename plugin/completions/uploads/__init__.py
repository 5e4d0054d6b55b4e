"""Tables of completions that somebody uploads: looked through, brought, taken back.

    checking ──► checked ──► applying ──► applied ──► undoing ──► undone
        │           │
        ▼           ▼
     refused    (cancelled: nothing is left)

A file is looked through before anything of it counts; somebody reads what it would do, and says so.
Every step is owed and done by the worker, a slice at a time; what came of a slice and where it
ended are one transaction, so a worker that is killed has done its slice or has not.
"""
