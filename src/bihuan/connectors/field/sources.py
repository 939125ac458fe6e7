"""数据源: what a gateway's configuration names, made ready."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bihuan.connectors.field.gateway import BadGatewayConfig
from bihuan.connectors.field.modbus import ModbusSource, Register
from bihuan.connectors.field.mqtt import MqttSource, Topic
from bihuan.connectors.field.opcua import OpcUaSource
from bihuan.connectors.field.readings import Source
from bihuan.kernel.text import Text


def make_sources(configured: Sequence[dict[str, Any]]) -> list[Source]:
    out: list[Source] = []
    for n, c in enumerate(configured, 1):
        options = {k: v for k, v in c.items() if k != "kind"}
        try:
            out.append(_make(str(c.get("kind")), options))
        except (KeyError, TypeError, ValueError) as why:
            raise BadGatewayConfig(
                Text("第 {n} 个数据源配置有误：{why}", "Source {n} is configured wrongly: {why}").format(n=n, why=why)
            ) from why
    return out


def _make(kind: str, options: dict[str, Any]) -> Source:
    if kind == "opcua":
        return OpcUaSource(**options)
    if kind == "modbus":
        return ModbusSource(**{**options, "registers": [Register(**x) for x in options["registers"]]})
    if kind == "mqtt":
        return MqttSource(**{**options, "topics": [Topic(**x) for x in options["topics"]]})
    raise ValueError(f"kind {kind!r}: opcua, modbus or mqtt")
