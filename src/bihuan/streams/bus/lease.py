"""租约: who works on a partition now. Liveness only: what keeps a late owner from writing is the expected sequence.

The bucket forgets a key after LEASE_SECONDS without renewal, so a dead owner's partition is free by itself. A paused
owner (stopped process, long swap) may still believe: its next publication is refused, see `folds/worker.py`.
"""

from __future__ import annotations

import asyncio
import time

from nats.errors import Error as NatsError
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue


class Lease:
    def __init__(self, bucket: KeyValue, key: str, owner: str) -> None:
        self.bucket, self.key, self.owner = bucket, key, owner
        self.revision: int | None = None
        self.renewed_at = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def try_take(self) -> bool:
        """Takes the lease if nobody has it. One that runs out at this very moment is taken at the next try."""
        try:
            asked = time.monotonic()
            self.revision = await self.bucket.create(self.key, self.owner.encode())
            self.renewed_at = asked
        except (KeyWrongLastSequenceError, KeyNotFoundError):
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
