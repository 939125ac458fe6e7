"""限速: how often one address may open public pages. Counted in the memory of the process: a look at a page writes nothing.

Each process counts for itself, so an installation of several lets through as many times more. A code has 144 random bits: the limit
keeps a crawler from wearing the machine out, it isn't what keeps codes from being guessed.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

MOST_A_MINUTE = 60
#: Addresses remembered at one time; the one longest unseen is forgotten first.
MOST_ADDRESSES = 10_000
WINDOW = 60.0


class Pace:
    """Views of each address within the running minute."""

    def __init__(self, *, most: int = MOST_A_MINUTE, addresses: int = MOST_ADDRESSES) -> None:
        self.most = most
        self.addresses = addresses
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def admits(self, address: str, *, at: float) -> bool:
        with self._lock:
            since, views = self._seen.pop(address, (at, 0))
            if not 0 <= at - since < WINDOW:
                since, views = at, 0
            views += 1
            self._seen[address] = (since, views)
            while len(self._seen) > self.addresses:
                self._seen.popitem(last=False)
            return views <= self.most

    def forget(self) -> None:
        with self._lock:
            self._seen.clear()
