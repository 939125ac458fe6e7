"""租约: who works on a partition now. Liveness only: what keeps a late owner from writing is the expected sequence.

The bucket forgets a key after LEASE_SECONDS without renewal, so a dead owner's partition is free by itself; sooner where
the next owner knows for certain that the last one has ended (`presence.py`). A paused owner (stopped process, long swap)
may still believe: its next publication is refused, see `folds/worker.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from nats.errors import Error as NatsError
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue


class Lease:
    def __init__(
        self, bucket: KeyValue, key: str, owner: str, *, has_ended: Callable[[str], bool] = lambda _: False
    ) -> None:
        self.bucket, self.key, self.owner, self.has_ended = bucket, key, owner, has_ended
        self.revision: int | None = None
        self.renewed_at = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def try_take(self) -> bool:
        """Takes the lease if nobody has it. One that runs out at this very moment is taken at the next try."""
        try:
            asked = time.monotonic()
            self.revision = await self.bucket.create(self.key, self.owner.encode())
            self.renewed_at = asked
        except KeyWrongLastSequenceError:
            return await self._inherit()
        except KeyNotFoundError:
            return False
        return True

    async def _inherit(self) -> bool:
        """接替: from an owner that has ended, under the revision it left; one that renewed after all keeps it."""
        try:
            held = await self.bucket.get(self.key)
            if not self.has_ended((held.value or b"").decode()):
                return False
            asked = time.monotonic()
            self.revision = await self.bucket.update(self.key, self.owner.encode(), last=held.revision)
            self.renewed_at = asked
        except (KeyNotFoundError, KeyWrongLastSequenceError):
            return False
        return True

    async def take(self, *, every: float = 0.5) -> None:
        while not await self.try_take():
            await asyncio.sleep(every)

    async def renew(self) -> bool:
        """False: somebody else has it, or it ran out. The caller stops working at once."""
        async with self._one_at_a_time:
            if self.revision is None:
                return False
            asked = time.monotonic()
            try:
                self.revision = await self.bucket.update(self.key, self.owner.encode(), last=self.revision)
                self.renewed_at = asked
            except KeyWrongLastSequenceError:
                self.revision = None
            return self.revision is not None

    def may_have_run_out(self, *, seconds: float) -> bool:
        """A process that slept knows by its own clock that it may have lost the lease, before it asks."""
        return self.revision is None or time.monotonic() - self.renewed_at > seconds

    async def release(self) -> None:
        if self.revision is not None:
            revision, self.revision = self.revision, None
            try:
                await self.bucket.delete(self.key, last=revision)
            except (KeyWrongLastSequenceError, NatsError):
                return  # it had run out already: nothing to give back
