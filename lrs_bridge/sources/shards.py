"""Ids of Canvas, which are local to a shard ("123") or global ("21070000000000123").

Launches give the local ones of the own shard ($Canvas.user.id, $Canvas.course.id), and global ones
of others; so completions are to name people and courses in the same way.
"""

_SHARD = 10_000_000_000_000  # a global id is the shard's number times this, and the local id


def local_id(id: str, of: str | None) -> str:
    """Return a global id as the local one, if it is of the shard that the global id `of` is of."""
    if id.isdecimal() and of is not None and of.isdecimal() and len(id) < 20:
        shard, local = divmod(int(id), _SHARD)
        if shard and shard == int(of) // _SHARD:
            return str(local)
    return id
