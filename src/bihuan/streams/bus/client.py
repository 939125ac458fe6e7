"""总线连接: how our own processes reach the bus, the supervised child or a cluster by its URL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from bihuan.streams.bus.users import User


async def _quiet(_: Exception) -> None:
    """nats-py prints every reconnect to stderr by default; our callers see failures where they await."""


@asynccontextmanager
async def connect(*, url: str, user: User | None, name: str, patient: bool = True) -> AsyncIterator[Client]:
    """`patient`: keeps trying while the bus is away, as workers should; a command gives up at once."""
    client = await nats.connect(
        servers=url.split(","),
        name=name,
        user=user.name if user else None,
        password=user.password if user else None,
        inbox_prefix=user.inbox if user else "_INBOX",
        max_reconnect_attempts=-1 if patient else 2,
        reconnect_time_wait=0.25,
        connect_timeout=3,
        error_cb=_quiet,
        pending_size=64 << 20,
    )
    try:
        yield client
    finally:
        with suppress(NatsError, OSError):  # a bus that died first has nothing left to be told
            await client.close()


def jetstream(client: Client, *, timeout: float = 10.0) -> JetStreamContext:
    return client.jetstream(timeout=timeout, publish_async_max_pending=256)
