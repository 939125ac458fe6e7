"""快照存放: pieces on the bus, named by sequence; a pointer moved forward only, by compare-and-set.

Plain messages read back one by one by subject, so that every wait has a limit; an object store's `get` has none.
"""

from __future__ import annotations

import json
from contextlib import suppress

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, KeyWrongLastSequenceError, NotFoundError

from bihuan.engines.alarms.snapshot import UnreadableSnapshot
from bihuan.streams.bus import layout
from bihuan.streams.folds.fold import Fold
from bihuan.streams.folds.pointers import pointer

PIECE = 1 << 20


async def save(js: JetStreamContext, partition: int, fold: Fold) -> bool:
    """False: somebody has saved a later one. The log may be trimmed up to the pointer, so it never moves back."""
    known = await pointer(js, partition)
    if known and known.epoch == fold.epoch and known.seq >= fold.seq:
        return False
    name = f"{partition}.{fold.epoch}.{fold.seq}"
    data = fold.save()
    pieces = max(1, -(-len(data) // PIECE))
    for n in range(pieces):
        await js.publish(f"SNAPSHOTS.{name}.{n}", data[n * PIECE : (n + 1) * PIECE], stream="SNAPSHOTS")
    bucket = await js.key_value(layout.POINTERS)
    content = json.dumps({"epoch": fold.epoch, "seq": fold.seq, "name": name, "pieces": pieces}).encode()
    try:
        await bucket.update(f"fold.{partition}", content, last=known.revision if known else 0)
    except KeyWrongLastSequenceError:
        return False
    if known:
        with suppress(NatsError, APIError):  # garbage only: nothing points at it any more
            await js.purge_stream("SNAPSHOTS", subject=f"SNAPSHOTS.{known.name}.*")
    return True


async def load(js: JetStreamContext, partition: int) -> Fold | None:
    known = await pointer(js, partition)
    if known is None:
        return None
    try:
        pieces = [
            (await js.get_last_msg("SNAPSHOTS", f"SNAPSHOTS.{known.name}.{n}")).data or b"" for n in range(known.pieces)
        ]
        return Fold.load(b"".join(pieces))
    except (NotFoundError, UnreadableSnapshot):
        return None  # the log is folded from its beginning
