"""Keeping what comes in portions while the next is awaited: bounded, and each told of in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Portion = TypeVar("Portion")
Kept = TypeVar("Kept")
_Doing = deque[tuple[set[Hashable], "Future[Kept]"]]


def kept_ahead(
    portions: Iterator[Portion],
    keep: Callable[[Portion], Kept],
    *,
    hands: int,
    about: Callable[[Portion], Collection[Hashable]],
) -> Iterator[Kept]:
    """Yield what `keep` makes of each portion, in their order.

    While as many as there are `hands` are being kept, one more waits for the first of them, and one
    is asked for; no more than that are ever held. Two that are `about` the same are kept one after
    the other, as they came.

    Raises:
        Exception: whatever `portions` or `keep` raise, of several what is of the earlier portion.
            All that came before what `portions` raise is kept by then; after what `keep` raises,
            nothing is begun any more.
    """
    doing: _Doing[Kept] = deque()
    with ThreadPoolExecutor(hands, "ahead") as pool:
        try:
            while True:
                try:
                    portion = next(portions)
                except StopIteration:
                    break
                except Exception:
                    yield from _settled(doing)
                    raise
                names = set(about(portion))
                while len(doing) > hands or any(not names.isdisjoint(it) for it, _ in doing):
                    yield doing.popleft()[1].result()
                doing.append((names, pool.submit(keep, portion)))
            yield from _settled(doing)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _settled(doing: _Doing[Kept]) -> Iterator[Kept]:
    while doing:
        yield doing.popleft()[1].result()
