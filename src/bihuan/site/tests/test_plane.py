"""The telemetry plane as part of `bihuan up`: when, with which ports, and in which order it stops."""

from __future__ import annotations

import pytest

from bihuan.site import plane
from bihuan.site.demo.command import bus_of_its_own


@pytest.mark.parametrize(
    ("said", "installed", "wanted"),
    [("auto", True, True), ("auto", False, False), ("1", True, True), ("0", True, False), ("off", False, False)],
)
def test_the_plane_starts_where_it_is_installed_unless_told_otherwise(monkeypatch, said, installed, wanted):
    monkeypatch.setenv("BIHUAN_STREAMS", said)
    monkeypatch.setattr(plane, "find_spec", lambda name: object() if installed else None)
    assert plane.is_wanted() is wanted


def test_a_plane_that_must_run_and_cannot_stops_the_start(monkeypatch):
    monkeypatch.setenv("BIHUAN_STREAMS", "1")
    monkeypatch.setattr(plane, "find_spec", lambda name: None)
    with pytest.raises(plane.StreamExtraMissing, match="stream"):
        plane.is_wanted()


def test_only_a_bus_of_our_own_needs_ports_here(monkeypatch):
    for name, port in (("PORT", "14222"), ("MQTT_PORT", "0"), ("MONITOR_PORT", "18222")):
        monkeypatch.setenv(f"BIHUAN_BUS_{name}", port)
    assert plane.ports() == [("127.0.0.1", 14222), ("127.0.0.1", 18222)]
    monkeypatch.setenv("BIHUAN_BUS_URL", "nats://elsewhere:4222")
    assert plane.ports() == []


def test_only_the_bus_stops_last():
    assert [p.name for p in plane.parts() if p.stops_last] == ["bus"]


def test_a_demo_disturbs_no_bus_that_runs_here(monkeypatch):
    monkeypatch.delenv("BIHUAN_BUS_PORT", raising=False)
    monkeypatch.setenv("BIHUAN_BUS_URL", "nats://production:4222")
    chosen = bus_of_its_own()
    assert (chosen["BIHUAN_BUS_URL"], chosen["BIHUAN_BUS_MQTT_PORT"]) == ("", "0")
    assert chosen["BIHUAN_BUS_PORT"] != "4222"
    monkeypatch.setenv("BIHUAN_BUS_PORT", "14222")
    assert bus_of_its_own()["BIHUAN_BUS_PORT"] == "14222"
