"""Sparkplug B: births, deaths, aliases and sequence gaps. It listens; a rebirth request would be a command
and isn't sent.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from bihuan.connectors.field.readings import Reading, as_reading, not_connected
from bihuan.engines.alarms import terms as t

_FIELD = descriptor_pb2.FieldDescriptorProto


def _payload_class() -> Any:
    """The fields of Sparkplug B's payload that carry scalar values; others are skipped by protobuf itself."""
    file = descriptor_pb2.FileDescriptorProto(
        name="bihuan_sparkplug.proto", package="bihuan.sparkplug", syntax="proto2"
    )
    metric = file.message_type.add(name="Metric")
    scalars = {
        "name": (1, _FIELD.TYPE_STRING),
        "alias": (2, _FIELD.TYPE_UINT64),
        "timestamp": (3, _FIELD.TYPE_UINT64),
        "datatype": (4, _FIELD.TYPE_UINT32),
        "is_historical": (5, _FIELD.TYPE_BOOL),
        "is_null": (7, _FIELD.TYPE_BOOL),
        "int_value": (10, _FIELD.TYPE_UINT32),
        "long_value": (11, _FIELD.TYPE_UINT64),
        "float_value": (12, _FIELD.TYPE_FLOAT),
        "double_value": (13, _FIELD.TYPE_DOUBLE),
        "boolean_value": (14, _FIELD.TYPE_BOOL),
        "string_value": (15, _FIELD.TYPE_STRING),
    }
    for name, (number, kind) in scalars.items():
        metric.field.add(name=name, number=number, type=kind, label=_FIELD.LABEL_OPTIONAL)
    payload = file.message_type.add(name="Payload")
    payload.field.add(name="timestamp", number=1, type=_FIELD.TYPE_UINT64, label=_FIELD.LABEL_OPTIONAL)
    payload.field.add(
        name="metrics",
        number=2,
        type=_FIELD.TYPE_MESSAGE,
        label=_FIELD.LABEL_REPEATED,
        type_name=".bihuan.sparkplug.Metric",
    )
    payload.field.add(name="seq", number=3, type=_FIELD.TYPE_UINT64, label=_FIELD.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("bihuan.sparkplug.Payload"))


Payload = _payload_class()
_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}  # Int8 … Int64 travel as unsigned


@dataclass(slots=True)
class Device:
    aliases: dict[int, tuple[str, int]] = field(default_factory=dict)  # alias → name, datatype
    types: dict[str, int] = field(default_factory=dict)
    alive: bool = False


@dataclass(slots=True)
class Node:
    devices: dict[str, Device] = field(default_factory=dict)  # "" is the node itself
    seq: int | None = None
    birth: int | None = None  # bdSeq: a death of an older session means nothing
    doubtful: bool = False


class Sparkplug:
    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.counts: Counter[str] = Counter()

    def take(self, topic: str, data: bytes, *, now: int) -> list[Reading]:
        """Topic: spBv1.0/group/TYPE/node[/device]. Tags are group/node[/device]/metric."""
        parts = topic.split("/")
        if len(parts) not in (4, 5) or parts[0] != "spBv1.0":
            return []
        _, group, kind, name, *rest = parts
        key, device = f"{group}/{name}", rest[0] if rest else ""
        try:
            payload = Payload.FromString(data)
        except DecodeError:
            self.counts["unreadable"] += 1
            return []
        node = self.nodes.setdefault(key, Node())
        if kind in ("NDEATH", "DDEATH"):
            return self._death(node, key, device, kind, payload, now)
        if kind not in ("NBIRTH", "DBIRTH", "NDATA", "DDATA"):
            return []
        self._sequence(node, kind, payload)
        one = node.devices.setdefault(device, Device())
        if kind in ("NBIRTH", "DBIRTH"):
            if kind == "NBIRTH":
                node.devices = {"": one}  # a new session: every device is born again
                node.birth = next((m.long_value for m in payload.metrics if m.name == "bdSeq"), None)
            one.aliases, one.types, one.alive = {}, {}, True
        elif not one.alive:
            self.counts["data_before_birth"] += 1  # without the birth an alias has no name
            return []
        prefix = f"{key}/{device}/" if device else f"{key}/"
        found = (self._reading(one, m, prefix, payload, node, now) for m in payload.metrics)
        return [x for x in found if x is not None]

    def _sequence(self, node: Node, kind: str, payload: Any) -> None:
        if kind == "NBIRTH":
            node.seq, node.doubtful = int(payload.seq), False
            return
        expected = None if node.seq is None else (node.seq + 1) % 256
        if expected is not None and payload.seq != expected:
            # Something was missed: values are taken but called uncertain until the node is born again.
            self.counts["gaps"] += 1
            node.doubtful = True
        node.seq = int(payload.seq)

    def _death(self, node: Node, key: str, device: str, kind: str, payload: Any, now: int) -> list[Reading]:
        said = next((m.long_value for m in payload.metrics if m.name == "bdSeq"), None)
        # Counted in a byte. Some clients number the death of an orderly end one higher than its birth: that one is meant.
        if kind == "NDEATH" and said is not None and node.birth is not None and 0 < (node.birth - said) % 256 < 128:
            self.counts["old_deaths"] += 1
            return []
        dying = node.devices if kind == "NDEATH" else {device: node.devices.get(device, Device())}
        return [r for name, one in dying.items() for r in self._lost(key, name, one, now)]

    def everybody_lost(self, *, at: int) -> list[Reading]:
        """The broker is gone: nobody is connected any more, whatever they last said."""
        return [
            r
            for key, node in self.nodes.items()
            for name, one in node.devices.items()
            for r in self._lost(key, name, one, at)
        ]

    def _lost(self, key: str, device: str, one: Device, now: int) -> list[Reading]:
        was, one.alive = one.alive, False
        prefix = f"{key}/{device}/" if device else f"{key}/"
        return not_connected([prefix + name for name in one.types], now) if was else []

    def _reading(self, one: Device, m: Any, prefix: str, payload: Any, node: Node, now: int) -> Reading | None:
        if m.HasField("name"):
            name, datatype = m.name, int(m.datatype)
            if m.HasField("alias"):
                one.aliases[int(m.alias)] = (name, datatype)
            datatype = datatype or one.types.get(name, 0)
        else:
            name, datatype = one.aliases.get(int(m.alias), ("", 0))
        if not name:
            self.counts["unknown_aliases"] += 1
            return None
        if name == "bdSeq" or name.startswith("Node Control/"):
            return None
        value = _value(m, datatype)
        if value is None and not m.is_null and m.HasField("string_value"):
            return None  # words are no readings
        one.types[name] = datatype
        at = int(m.timestamp or payload.timestamp or now)
        made = as_reading(prefix + name, at, value)
        return made._replace(quality=t.UNCERTAIN) if node.doubtful and made.quality == t.GOOD else made


def _value(m: Any, datatype: int) -> float | bool | None:
    if m.is_null:
        return None
    for name in ("double_value", "float_value", "boolean_value"):
        if m.HasField(name):
            return getattr(m, name)  # type: ignore[no-any-return]
    for name in ("int_value", "long_value"):
        if m.HasField(name):
            raw, bits = int(getattr(m, name)), _SIGNED.get(datatype)
            if bits:
                raw &= (1 << bits) - 1
                raw -= (raw >> (bits - 1)) << bits
            return raw
    return None
