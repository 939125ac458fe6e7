"""有序读取: messages of a stream in order, from a sequence on, without gaps, across restarts of reader and server.

Consumer acknowledgements never carry state here: the caller knows the sequence it stands at. A gap in the consumer's
own count (a lost message, a server that came back) makes a new consumer behind the last message handed out.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

PULL = 512
EXPIRES = 5.0


@dataclass(frozen=True, slots=True)
class Entry:
    """日志条目: one message of the log."""

    seq: int
    subject: str
    data: bytes
    stored_at_ns: int
    headers: dict[str, str] | None


class StreamBeganAnew(Problem):
    """Raised where the reader stands, so that its owner begins again from what is durable and looks at the epoch."""

    code = "bus.stream_began_anew"


class OrderedReader:
    def __init__(
        self,
        client: Client,
        js: JetStreamContext,
        *,
        stream: str,
        subjects: tuple[str, ...],
        after: int,
        epoch: str = "",
    ) -> None:
        """`epoch`: of the stream this place is in; in another one the same number means another message."""
        self.client, self.js, self.stream, self.subjects, self.last = client, js, stream, subjects, after
        self.epoch = epoch
        self._sub: Subscription | None = None
        self._consumer = ""
        self._count = 0  # consumer sequence of the message taken from the consumer last
        self._wanted = 0  # messages asked for and not yet received
        self._broken = False

    async def some(self, *, most: int, wait: float) -> list[Entry]:
        """At least one entry, or none after `wait` seconds; whatever else has already arrived comes along.

        The place moves only here, with what is handed out: whatever goes wrong before, the same entries are read again.
        """
        try:
            entries = await self._some(most, wait)
        except (NatsError, APIError, TimeoutError):
            await self.close()
            await asyncio.sleep(min(wait, 0.2))
            return []
        if entries:
            self.last = entries[-1].seq
        return entries

    async def _some(self, most: int, wait: float) -> list[Entry]:
        if self._broken:
            await self.close()
        if self._sub is None:
            await self._open()
        sub = self._sub
        assert sub is not None
        await self._ask()
        out: list[Entry] = []
        try:
            msg: Msg | None = await sub.next_msg(timeout=wait)
        except TimeoutError:
            self._wanted = 0  # an old request may have died with a server; asking twice costs nothing
            if not await self._consumer_lives():
                await self.close()
            return out
        while msg is not None:
            entry = self._entry(msg)
            if entry is not None:
                out.append(entry)
            if self._broken or len(out) >= most or sub.pending_msgs == 0:
                break
            try:
                msg = await sub.next_msg(timeout=0.001)
            except TimeoutError:
                break  # a busy machine: what has been taken so far is a batch too
        return out

    def _entry(self, msg: Msg) -> Entry | None:
        if not msg.reply.startswith("$JS.ACK."):
            self._wanted = 0  # 404, 408, 409: the request is over
            if (msg.headers or {}).get("Status") == "409":
                self._broken = True
            return None
        meta = msg.metadata
        self._wanted -= 1
        if meta.sequence.consumer != self._count + 1:
            self._broken = True  # a gap: begin again behind what was handed out
            return None
        self._count += 1
        stored = int(msg.reply.split(".")[-2])
        return Entry(meta.sequence.stream, msg.subject, msg.data, stored, msg.headers)

    async def _require_the_same(self) -> None:
        """Deleted and made again, or restored from an older copy: reading on would skip what it holds now, unseen."""
        info = await self.js.stream_info(self.stream)
        epoch = str((info.config.metadata or {}).get("epoch", ""))
        if (self.epoch and epoch != self.epoch) or info.state.last_seq < self.last:
            raise StreamBeganAnew(
                Text("{s} 流已重建，从头接续。", "Stream {s} has begun anew; starting over with it.").format(
                    s=self.stream
                )
            )

    async def _open(self) -> None:
        await self._require_the_same()
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self.last + 1,
            filter_subjects=list(self.subjects),
            inactive_threshold=60.0,
            mem_storage=True,
            num_replicas=1,
            max_waiting=8,
        )
        info = await self.js.add_consumer(self.stream, config)
        self._consumer, self._count, self._wanted = info.name, 0, 0
        self._sub = await self.client.subscribe(
            self.client.new_inbox(), pending_msgs_limit=1 << 20, pending_bytes_limit=1 << 30
        )

    async def _ask(self) -> None:
        if self._sub is None or self._wanted > PULL // 2:
            return
        request = {"batch": PULL, "expires": int(EXPIRES * 1e9)}
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{self._consumer}"
        await self.client.publish(subject, json.dumps(request).encode(), reply=self._sub.subject)
        self._wanted += PULL

    async def _consumer_lives(self) -> bool:
        try:
            await self.js.consumer_info(self.stream, self._consumer, timeout=2)
        except (APIError, NatsError):
            return False
        return True

    async def close(self) -> None:
        sub, self._sub, self._broken = self._sub, None, False
        if sub is not None:
            with suppress(NatsError):
                await sub.unsubscribe()
