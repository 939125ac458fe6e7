"""运行状况: what each part of the plane is doing right now, asked of the bus itself rather than of a process list."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, KeyNotFoundError, NotFoundError

from bihuan.kernel.text import Text
from bihuan.streams import wire
from bihuan.streams.bus import client, layout, space
from bihuan.streams.settings import PlaneSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneStatus:
    """`owners`: who holds the lease of `intake` and of `fold.<partition>`; a part that is dead holds none."""

    streams: list[space.Fullness]
    partitions: list[int]
    owners: dict[str, str] = field(default_factory=dict)
    untaken: int = 0  # raw messages the intake has not noted as taken in
    historian: bool = False  # answers for last values
    dead_letters: int = 0

    @property
    def unfolded(self) -> list[int]:
        return [p for p in self.partitions if f"fold.{p}" not in self.owners]

    def problems(self) -> list[Text]:
        """Each says what stands still and what to do."""
        found = [
            Text("{s} 流已用 {p}，接近上限。", "Stream {s} is {p} full.").format(s=x.name, p=f"{x.share:.0%}")
            for x in self.streams
            if x.needs_attention
        ]
        if "intake" not in self.owners:
            found.append(Text("没有接收进程：bihuan stream intake", "Nobody takes data in: bihuan stream intake"))
        if self.unfolded:
            found.append(
                Text(
                    "分区 {p} 无人判定报警：bihuan stream folds", "Nobody judges partitions {p}: bihuan stream folds"
                ).format(p=self.unfolded)
            )
        if not self.historian:
            found.append(
                Text("历史库进程没有应答：bihuan stream history", "No historian answers: bihuan stream history")
            )
        return found

    def lines(self) -> list[Text]:
        return [
            Text("接收：{o}，未处理 {n} 条", "intake: {o}, {n} messages waiting").format(
                o=self.owners.get("intake", "—"), n=self.untaken
            ),
            *(
                Text("分区 {p}：{o}", "partition {p}: {o}").format(p=p, o=self.owners.get(f"fold.{p}", "—"))
                for p in self.partitions
            ),
            Text("历史库：{x}", "historian: {x}").format(
                x=Text("应答", "answers") if self.historian else Text("没有应答", "does not answer")
            ),
            Text("未能接收（DEAD）：{n} 条", "not taken in (DEAD): {n}").format(n=self.dead_letters),
        ]


async def look(settings: PlaneSettings) -> PlaneStatus:
    """Raises what the connection raises when there is no bus."""
    async with client.connect(url=settings.url(), user=settings.user(), name="status", patient=False) as nc:
        js = client.jetstream(nc, timeout=3)
        streams = await space.fullness(js)
        by_name = {x.name: x for x in streams}
        try:
            answer = await nc.request(layout.LAST_VALUES, wire.pack_json({"points": []}), timeout=3)
            historian = bool(answer.data)
        except (NatsError, TimeoutError):
            historian = False
        return PlaneStatus(
            streams=streams,
            partitions=await space.partitions_in_use(js),
            owners=await _owners(js),
            untaken=by_name["RAW"].last_seq - await _taken(js),
            historian=historian,
            dead_letters=by_name["DEAD"].messages,
        )


async def _owners(js: JetStreamContext) -> dict[str, str]:
    prefix = f"$KV.{layout.LEASES}."
    info = await js.stream_info(f"KV_{layout.LEASES}", subjects_filter=f"{prefix}>")
    bucket = await js.key_value(layout.LEASES)
    found = {}
    for subject in sorted(info.state.subjects or {}):
        key = subject.removeprefix(prefix)
        try:
            found[key] = (await bucket.get(key)).value or b""
        except (KeyNotFoundError, NotFoundError):
            continue  # given back or run out since
    return {key: owner.decode() for key, owner in found.items()}


async def _taken(js: JetStreamContext) -> int:
    """Of the raw stream there is now; what an older one had is no measure."""
    try:
        known = json.loads((await (await js.key_value(layout.POINTERS)).get("intake")).value or b"{}")
    except (KeyNotFoundError, APIError):
        return 0
    return int(known["seq"]) if known.get("epoch") == await layout.epoch_of(js, "RAW") else 0
