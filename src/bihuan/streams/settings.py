"""平面设置: what the telemetry plane reads from the environment; one table, documented in docs/streams.md."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bihuan.streams.bus.server import Server, ServerSettings
from bihuan.streams.bus.users import Register, User


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneSettings:
    home: Path
    bus_url: str  # empty: our own child
    host: str
    port: int
    mqtt_port: int
    monitor_port: int
    max_store: str
    replicas: int
    bus_user: str
    bus_password: str
    segment_seconds: float = 30.0

    @property
    def register(self) -> Register:
        return Register(self.home / "bus" / "users.json")

    @property
    def history(self) -> Path:
        return self.home / "history"

    def url(self) -> str:
        return self.bus_url or f"nats://{self.host}:{self.port}"

    def user(self) -> User:
        """Our own credential: of the child's register, or what the cluster's owner gave us."""
        if self.bus_url:
            return User(name=self.bus_user, password=self.bus_password)
        return self.register.ours()

    def server(self) -> Server:
        self.register.ours()
        return Server(
            ServerSettings(
                home=self.home / "bus",
                users=self.register.users(),
                host=self.host,
                port=self.port,
                mqtt_port=self.mqtt_port,
                monitor_port=self.monitor_port,
                max_store=self.max_store,
            )
        )


def from_environment(env: Mapping[str, str] | None = None) -> PlaneSettings:
    e = os.environ if env is None else env
    return PlaneSettings(
        home=Path(e.get("BIHUAN_HOME", "var")),
        bus_url=e.get("BIHUAN_BUS_URL", ""),
        host=e.get("BIHUAN_BUS_HOST", "127.0.0.1"),
        port=int(e.get("BIHUAN_BUS_PORT", "4222")),
        mqtt_port=int(e.get("BIHUAN_BUS_MQTT_PORT", "1883")),
        monitor_port=int(e.get("BIHUAN_BUS_MONITOR_PORT", "0")),
        max_store=e.get("BIHUAN_BUS_MAX_STORE", "64GB"),
        replicas=int(e.get("BIHUAN_BUS_REPLICAS", "1")),
        bus_user=e.get("BIHUAN_BUS_USER", "bihuan"),
        bus_password=e.get("BIHUAN_BUS_PASSWORD", ""),
        segment_seconds=float(e.get("BIHUAN_HISTORY_SEGMENT_SECONDS", "30")),
    )
