"""进程: each part of the plane as something that runs until it is asked to stop, and starts again when it was
fenced. Each imports its own worker only: four interpreters that carried everything took twice the memory.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, BucketNotFoundError, KeyNotFoundError
from nats.js.errors import NotFoundError as StreamNotFound

from bihuan.kernel.formats import NewerFormat
from bihuan.kernel.text import Text
from bihuan.streams.bus import client, layout, space
from bihuan.streams.bus.reader import StreamBeganAnew
from bihuan.streams.folds.fencing import Fenced
from bihuan.streams.folds.pointers import pointer
from bihuan.streams.history.manifest import Manifest, SomebodyElseCommitted
from bihuan.streams.presence import Presence
from bihuan.streams.settings import PlaneSettings
from bihuan.streams.tasks import end, stopped

Said = Callable[[Text], None]
AGAIN_SECONDS = 1.0
#: What a newer release wrote doesn't change by itself: asked again so often, in case that release takes over.
NEWER_SECONDS = 60.0
TRIM_SECONDS = 600.0


@contextmanager
def present(settings: PlaneSettings) -> Iterator[Presence]:
    here = Presence(settings.home)
    try:
        yield here
    finally:
        here.end()


def stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    return stop


async def keep_going(work: Callable[[], Awaitable[None]], stop: asyncio.Event, said: Said) -> None:
    """Fenced, or a bus that went away: says so and begins again from what is durable."""
    while not stop.is_set():
        try:
            await work()
        except (Fenced, SomebodyElseCommitted, StreamBeganAnew) as why:
            said(why.text)
        except NewerFormat as why:
            said(why.text)
            await stopped(stop, seconds=NEWER_SECONDS)
        except (BucketNotFoundError, StreamNotFound):
            said(Text("等待总线建好各流", "Waiting for the bus to make its streams"))
        except (NatsError, APIError, TimeoutError, OSError) as why:
            said(Text(f"暂时中断，稍后重试：{why}", f"Interrupted, trying again: {why}"))
        else:
            return
        await stopped(stop, seconds=AGAIN_SECONDS)


async def run_intake(settings: PlaneSettings, stop: asyncio.Event, said: Said) -> None:
    from bihuan.streams.intake.worker import IntakeWorker  # late: each process carries its own worker only

    with present(settings) as here:
        async with client.connect(url=settings.url(), user=settings.user(), name="intake") as nc:
            js = client.jetstream(nc)

            async def work() -> None:
                await IntakeWorker(client=nc, js=js, owner=here.name(), has_ended=here.has_ended).run(stop)

            await keep_going(work, stop, said)


async def run_folds(settings: PlaneSettings, stop: asyncio.Event, said: Said, *, only: set[int] | None = None) -> None:
    """A worker for every partition in use; several processes share them by their leases."""
    from bihuan.streams.folds.worker import Worker  # late: each process carries its own worker only

    with present(settings) as here:
        async with client.connect(url=settings.url(), user=settings.user(), name="folds") as nc:
            js = client.jetstream(nc)

            async def fold(partition: int) -> None:
                worker = Worker(client=nc, js=js, partition=partition, owner=here.name(), has_ended=here.has_ended)
                await worker.run(stop)

            tasks: dict[int, asyncio.Task[None]] = {}
            try:
                while not stop.is_set():
                    for partition in await _in_use(js):
                        wanted = only is None or partition in only
                        if wanted and (partition not in tasks or tasks[partition].done()):
                            tasks[partition] = asyncio.create_task(keep_going(partial(fold, partition), stop, said))
                    await stopped(stop, seconds=1.0)
                await asyncio.wait(tasks.values(), timeout=20) if tasks else None
            finally:
                await end(*tasks.values())


async def _in_use(js: JetStreamContext) -> list[int]:
    try:
        return await space.partitions_in_use(js)
    except (NatsError, APIError):
        return []


async def run_history(settings: PlaneSettings, stop: asyncio.Event, said: Said) -> None:
    # late: each process carries its own worker only
    from bihuan.streams.history.worker import Historian, HistorianSettings

    async with client.connect(url=settings.url(), user=settings.user(), name="historian") as nc:
        js = client.jetstream(nc)
        trimming = asyncio.create_task(_trim(settings, js, stop))
        its = HistorianSettings(seconds_a_segment=settings.segment_seconds)
        try:
            await keep_going(
                lambda: Historian(client=nc, js=js, folder=settings.history, settings=its).run(stop), stop, said
            )
        finally:
            await end(trimming)


async def raw_taken(js: JetStreamContext) -> int:
    """The raw sequence up to which everything was taken in, of the raw log there is now."""
    try:
        known = json.loads((await (await js.key_value(layout.POINTERS)).get("intake")).value or b"{}")
    except KeyNotFoundError:
        return 0
    return int(known["seq"]) if known.get("epoch") == await layout.epoch_of(js, "RAW") else 0


async def _trim(settings: PlaneSettings, js: JetStreamContext, stop: asyncio.Event) -> None:
    """What was committed one round ago is trimmed now: whoever reads a little behind is not cut off."""
    from_before: tuple[str, int] = ("", 0)
    while not await stopped(stop, seconds=TRIM_SECONDS):
        try:
            manifest = Manifest(settings.history).newest()
            epoch = await layout.epoch_of(js, "TELEMETRY")
            if from_before[0] == epoch:
                found = {p: await pointer(js, p) for p in await space.partitions_in_use(js)}
                folded = {p: x.seq for p, x in found.items() if x and x.epoch == epoch}
                await space.trim(js, folded=folded, stored=from_before[1])
            await space.trim_raw(js, taken=await raw_taken(js))
            from_before = (manifest.epoch, manifest.last_seq)
        except (NatsError, APIError):
            continue
