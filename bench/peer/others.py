"""Prometheus, VictoriaMetrics with vmalert, Node-RED: started as their own documentation says, each with the remedy it documents."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from pathlib import Path

import aiohttp
import numpy as np

from bench.peer.running import Peer, Sink, now_ms
from bihuan.streams.bus.server import free_port
from bihuan.streams.generating import tag
from bihuan.streams.workloads import DELAYED_MS, Delivery

METRICS = (("bh_analogue", "H", ">=", 80), ("bh_analogue", "HH", ">=", 90), ("bh_analogue", "L", "<=", 20))
METRICS += (("bh_analogue", "LL", "<=", 10), ("bh_gas", "H", ">=", 25), ("bh_gas", "HH", ">=", 50))


def find(name: str) -> str:
    """Where the program is; BIHUAN_BENCH_PEERS may name folders beside the path, separated by colons."""
    path = os.pathsep.join([os.environ.get("BIHUAN_BENCH_PEERS", ""), os.environ["PATH"]])
    return shutil.which(name, path=path) or ""


class Scraped(Peer):
    """What both have in common: metric names, rules, the sink in the place of Alertmanager, the query for what was stored."""

    keep_firing = False
    smooth = False

    def __init__(self, folder: Path, workload) -> None:
        super().__init__(folder, workload)
        self.sink = Sink(self.told)
        gas = np.array([len(x.limits) == 2 for x in workload.settings])
        self.names = [f'{"bh_gas" if g else "bh_analogue"}{{p="{tag(n)}"}} ' for n, g in enumerate(gas.tolist())]
        self.slow = {x.point for x in workload.settings if x.limits and x.limits[0].on_delay_ms}
        self.port = free_port()

    def rules(self) -> str:
        lines = ["groups:", "- name: limits", "  interval: 1s", "  rules:"]
        slow = "|".join(tag(n) for n in sorted(self.slow))
        for metric, limit, sign, value in METRICS:
            for delayed in (False, True) if slow else (False,):
                picked = f'{metric}{{p{"=~" if delayed else "!~"}"{slow}"}}' if slow else metric
                if self.smooth:
                    picked = f"{'max' if sign == '>=' else 'min'}_over_time({picked}[60s])"
                lines += [f"  - alert: {limit}", f"    expr: {picked} {sign} {value}"]
                if delayed:
                    lines.append(f"    for: {DELAYED_MS // 1000}s")
                if self.keep_firing:
                    lines.append("    keep_firing_for: 60s")
        return "\n".join(lines) + "\n"

    async def ask(self, path: str) -> dict:
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{self.port}{path}") as answer:
            return await answer.json()

    async def stored(self) -> int:
        seconds = int((now_ms() - self.base) / 1000) + 2
        total = 0
        for metric in ("bh_analogue", "bh_gas"):
            found = await self.ask(f"/api/v1/query?query=sum(count_over_time({metric}[{seconds}s]))")
            total += sum(int(float(x["value"][1])) for x in found["data"]["result"])
        return total

    async def answers(self, path: str, port: int = 0, wait: float = 30.0) -> float:
        began = time.monotonic()
        async with aiohttp.ClientSession() as http:
            while time.monotonic() - began < wait:
                try:
                    async with http.get(f"http://127.0.0.1:{port or self.port}{path}") as answer:
                        if answer.status == 200:
                            return time.monotonic() - began
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.02)
        raise TimeoutError(path)

    async def stop(self) -> None:
        await super().stop()
        await self.sink.stop()

    def _kill_all(self) -> None:
        for child in self.children.values():
            child.kill()
            child.wait()


class Prometheus(Scraped):
    name = "Prometheus"
    stores = "every value, write-ahead log without fsync before answering"
    pulls = True
    takes_late = False

    async def start(self) -> None:
        await self.sink.start()
        self.sink.metrics = self._metrics
        (self.folder / "rules.yml").write_text(self.rules())
        (self.folder / "p.yml").write_text(self.configuration())
        self._spawn()
        await self.answers("/-/ready")

    def _spawn(self) -> None:
        self.spawn(
            "prometheus",
            find("prometheus"),
            f"--config.file={self.folder / 'p.yml'}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--query.max-samples=200000000",
        )

    def configuration(self) -> str:
        return (
            "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
            f"rule_files: [{self.folder / 'rules.yml'}]\n"
            "alerting: {alertmanagers: [{api_version: v2, static_configs: [{targets: ["
            f"'127.0.0.1:{self.sink.port}']}}]}}]}}\n"
            f"scrape_configs: [{{job_name: bh, static_configs: [{{targets: ['127.0.0.1:{self.sink.port}']}}]}}]\n"
        )

    def _metrics(self) -> str:
        """The process as it is at this instant; a gateway that is silent gives nothing."""
        at = now_ms() - self.base
        if not self.base or not 0 <= at < self.workload.seconds * 1000:
            return ""
        number, value = self.workload.at_this_moment(at)
        self.sent += len(number)
        names = self.names
        return "\n".join([names[n] + str(v) for n, v in zip(number.tolist(), value.tolist(), strict=True)]) + "\n"

    async def send(self, delivery: Delivery) -> None:
        raise NotImplementedError

    async def kill(self) -> float:
        self._kill_all()
        began = time.monotonic()
        self._spawn()
        await self.answers("/-/ready")
        return time.monotonic() - began

    def data(self) -> list[Path]:
        return [self.folder / "data"]


class PrometheusKeeping(Prometheus):
    name = "Prometheus, keep_firing_for 60 s"
    keep_firing = True


class Victoria(Scraped):
    name = "VictoriaMetrics + vmalert"
    stores = "every value, flushed about once a second without fsync before answering"

    async def start(self) -> None:
        await self.sink.start()
        self.alert_port = free_port()
        (self.folder / "rules.yml").write_text(self.rules())
        self.http = aiohttp.ClientSession()
        self._spawn_store()
        await self.answers("/health")
        self._spawn_alert()
        await self.answers("/health", self.alert_port)

    def _spawn_store(self) -> None:
        self.spawn(
            "victoria-metrics",
            find("victoria-metrics"),
            f"-storageDataPath={self.folder / 'data'}",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-search.latencyOffset=1ms",
            "-search.maxUniqueTimeseries=1000000",
        )

    def _spawn_alert(self) -> None:
        store = f"http://127.0.0.1:{self.port}"
        self.spawn(
            "vmalert",
            find("vmalert"),
            f"-rule={self.folder / 'rules.yml'}",
            f"-datasource.url={store}",
            f"-remoteWrite.url={store}",
            f"-remoteRead.url={store}",
            f"-notifier.url=http://127.0.0.1:{self.sink.port}",
            "-evaluationInterval=1s",
            f"-httpListenAddr=127.0.0.1:{self.alert_port}",
        )

    async def send(self, d: Delivery) -> None:
        x, names = d.samples, self.names
        columns = zip(x.point.tolist(), x.value.tolist(), (x.at + self.base).tolist(), strict=True)
        text = "\n".join([f"{names[n]}{v} {at}" for n, v, at in columns]) + "\n"
        await self._post(text)
        self.sent += len(x)

    async def _post(self, text: str) -> None:
        """A sender that keeps what was refused and sends it again."""
        until = time.monotonic() + 30
        while True:
            try:
                async with self.http.post(
                    f"http://127.0.0.1:{self.port}/api/v1/import/prometheus", data=text
                ) as answer:
                    if answer.status < 300:
                        return
            except aiohttp.ClientError:
                pass
            if time.monotonic() > until:
                self.failed += 1
                return
            await asyncio.sleep(0.1)

    async def finish(self) -> None:
        await self.ask_text("/internal/force_flush")

    async def ask_text(self, path: str) -> str:
        async with self.http.get(f"http://127.0.0.1:{self.port}{path}") as answer:
            return await answer.text()

    async def kill(self) -> float:
        self._kill_all()
        began = time.monotonic()
        self._spawn_store()
        await self.answers("/health")
        self._spawn_alert()
        await self.answers("/health", self.alert_port)
        return time.monotonic() - began

    async def stop(self) -> None:
        await self.http.close()
        await super().stop()

    def data(self) -> list[Path]:
        return [self.folder / "data"]


class VictoriaSmooth(Victoria):
    name = "VictoriaMetrics, max_over_time 60 s"
    smooth = True


_FUNCTION = """
const state = context.get('state') || {}, out = [];
for (const [p, at, v] of msg.payload.values) {
  const gas = GAS.has(p);
  const limits = gas ? [['H', 25, 1], ['HH', 50, 1]] : [['H', 80, 1], ['HH', 90, 1], ['L', 20, -1], ['LL', 10, -1]];
  for (const [limit, value, sign] of limits) {
    const key = p + limit, over = sign * (v - value) >= 0, back = sign * (v - value) < -DEADBAND;
    if (over && !state[key]) { state[key] = true; out.push({kind: 'raised', p, limit}); }
    else if (back && state[key]) { delete state[key]; out.push({kind: 'cleared', p, limit}); }
  }
}
context.set('state', state);
const answer = {res: msg.res, payload: {}};
return [out.length ? {payload: out, headers: {'content-type': 'application/json'}} : null, answer];
"""


class NodeRed(Peer):
    """A function node written for this run: limits and a deadband; no delays, no acknowledgement, nothing kept."""

    name = "Node-RED"
    stores = "nothing"

    async def start(self) -> None:
        self.sink = Sink(self.told)
        await self.sink.start()
        self.port = free_port()
        self.http = aiohttp.ClientSession()
        deadband = self.workload.settings[0].limits[0].deadband
        gas = json.dumps([tag(x.point) for x in self.workload.settings if len(x.limits) == 2])
        function = f"const GAS = context.get('gas') || new Set({gas}); context.set('gas', GAS);" + _FUNCTION.replace(
            "DEADBAND", str(deadband)
        )
        flow = [
            {"id": "t", "type": "tab", "label": "limits"},
            {"id": "in", "z": "t", "type": "http in", "url": "/batch", "method": "post", "wires": [["f"]]},
            {
                "id": "f",
                "z": "t",
                "type": "function",
                "func": function,
                "outputs": 2,
                "wires": [["out"], ["answer"]],
            },
            {
                "id": "out",
                "z": "t",
                "type": "http request",
                "method": "POST",
                "ret": "txt",
                "url": f"http://127.0.0.1:{self.sink.port}/plain",
                "wires": [[]],
            },
            {"id": "answer", "z": "t", "type": "http response", "wires": []},
        ]
        (self.folder / "flows.json").write_text(json.dumps(flow))
        settings = f'module.exports = {{uiHost: "127.0.0.1", uiPort: {self.port}, flowFile: "flows.json", '
        settings += f'userDir: "{self.folder}", apiMaxLength: "64mb", logging: {{console: {{level: "warn"}}}}}};\n'
        (self.folder / "settings.js").write_text(settings)
        self._spawn()
        await self._ready()

    def _spawn(self) -> None:
        self.spawn("node-red", find("node-red"), "-s", str(self.folder / "settings.js"))

    async def _ready(self) -> None:
        for _ in range(600):
            try:
                async with self.http.post(f"http://127.0.0.1:{self.port}/batch", json={"values": []}) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
        raise TimeoutError

    async def send(self, d: Delivery) -> None:
        x = d.samples
        rows = [(tag(p), at, v) for p, at, v in zip(x.point.tolist(), x.at.tolist(), x.value.tolist(), strict=True)]
        until = time.monotonic() + 30
        while True:
            try:
                async with self.http.post(f"http://127.0.0.1:{self.port}/batch", json={"values": rows}):
                    break
            except aiohttp.ClientError:
                if time.monotonic() > until:
                    self.failed += 1
                    break
                await asyncio.sleep(0.1)
        self.sent += len(rows)

    async def kill(self) -> float:
        self.children["node-red"].kill()
        self.children["node-red"].wait()
        began = time.monotonic()
        self._spawn()
        await self._ready()
        return time.monotonic() - began

    async def stop(self) -> None:
        await self.http.close()
        await super().stop()
        await self.sink.stop()
