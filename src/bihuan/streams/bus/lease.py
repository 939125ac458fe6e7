"""租约: who works on a partition now. Liveness only: what keeps a late owner from writing is the expected sequence.

The bucket forgets a key after LEASE_SECONDS without renewal, so a dead owner's partition is free by itself. A paused
owner (stopped process, long swap) may still believe: its next publication is refused, see `folds/worker.py`.
"""

from __future__ import annotations

import asyncio

from nats.errors import Error as NatsError
from nats.js.errors import KeyWrongLastSequenceError
from nats.js.kv import KeyValue


class Lease:
    def __init__(self, bucket: KeyValue, key: str, owner: str) -> None:
        self.bucket, self.key, self.owner = bucket, key, owner
        self.revision: int | None = None

    async def try_take(self) -> bool:
        """Takes the lease if nobody has it."""
        try:
            self.revision = await self.bucket.create(self.key, self.owner.encode())
        except KeyWrongLastSequenceError:
            return False
        return True

    async def take(self, *, every: float = 0.5) -> None:
        while not await self.try_take():
            await asyncio.sleep(every)

    async def renew(self) -> bool:
        """False: somebody else has it, or it ran out. The caller stops working at once."""
        if self.revision is None:
            return False
        try:
            self.revision = await self.bucket.update(self.key, self.owner.encode(), last=self.revision)
        except KeyWrongLastSequenceError:
            self.revision = None
        return self.revision is not None

    async def release(self) -> None:
        if self.revision is not None:
            revision, self.revision = self.revision, None
            try:
                await self.bucket.delete(self.key, last=revision)
            except (KeyWrongLastSequenceError, NatsError):
                return  # it had run out already: nothing to give back
