"""同类比较: W1–W8 put to Bihuan, Prometheus, VictoriaMetrics, Node-RED and Alerta on this machine. `./run bench peers W1`.

One workload after the other in one session; each peer on an empty folder, with its own configuration printed on --show.
Programs are looked for on the path and in BIHUAN_BENCH_PEERS (folders, separated by colons); what isn't there is said and
left out. `--together` runs the peers beside each other, for workloads that take long and cost little (W3, W4, W7).
"""

from __future__ import annotations

import argparse
import asyncio
import math
import statistics
import tempfile
from pathlib import Path

from bench.peer import life
from bench.peer.others import NodeRed, Prometheus, PrometheusKeeping, Victoria, VictoriaSmooth, find
from bench.peer.ours import Bihuan, BihuanArrow
from bench.peer.running import Outcome, Peer, run
from bihuan.streams.workloads import Workload, workload

PEERS: dict[str, tuple[type[Peer], tuple[str, ...]]] = {
    "bihuan": (Bihuan, ()),
    "bihuan-arrow": (BihuanArrow, ()),
    "prometheus": (Prometheus, ("prometheus",)),
    "prometheus-keeping": (PrometheusKeeping, ("prometheus",)),
    "victoria": (Victoria, ("victoria-metrics", "vmalert")),
    "victoria-smooth": (VictoriaSmooth, ("victoria-metrics", "vmalert")),
    "node-red": (NodeRed, ("node-red",)),
}
USUAL = "bihuan,prometheus,victoria,node-red"


def there(name: str) -> bool:
    missing = [x for x in PEERS[name][1] if not find(x)]
    if missing:
        print(f"{name}: left out, {', '.join(missing)} not found")
    return not missing


async def one(name: str, w: Workload, show: bool) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="bench-peer-") as folder:
        peer = PEERS[name][0](Path(folder), w)
        out = await run(peer)
        if peer.failed:
            out.notes.append(f"{peer.failed} batches not taken")
        if show:
            print(peer.configuration())
        return out


async def session(names: list[str], w: Workload, repeat: int, together: bool, show: bool) -> list[list[Outcome]]:
    found: list[list[Outcome]] = [[] for _ in names]
    for _ in range(repeat):
        if together:
            for n, out in enumerate(await asyncio.gather(*(one(x, w, show) for x in names))):
                found[n].append(out)
        else:
            for n, x in enumerate(names):
                found[n].append(await one(x, w, show))
                print(f"  … {x}: p95 {found[n][-1].quantile(0.95):.2f} s, {found[n][-1].cpu:.0%}", flush=True)
    return found


def line(outs: list[Outcome]) -> str:
    """Medians over the runs; what must never happen is the worst of them."""

    def median(of) -> float:
        return statistics.median(of(x) for x in outs)

    x = outs[0]
    stored = "-" if x.stored is None else f"{min(int(o.stored or 0) for o in outs)}"
    size = "-" if x.bytes_a_row is None else f"{median(lambda o: o.bytes_a_row):.1f}"
    cpu = median(lambda o: o.cpu)
    cells = [
        x.peer,
        f"{x.points}",
        *(f"{median(lambda o, q=q: o.quantile(q)):.2f}" for q in (0.5, 0.95, 1.0)),
        "-" if math.isnan(cpu) else f"{cpu:.0%}",
        f"{median(lambda o: o.generator):.0%}",
        f"{median(lambda o: o.peak):.0f}",
        stored,
        size,
        f"{min(o.raised for o in outs)}",
        f"{max(o.missed for o in outs)}",
        f"{max(o.extra for o in outs)}",
        f"{max(o.cleared for o in outs)}",
        f"{x.input_lost}",
        "-" if x.recovery is None else f"{median(lambda o: o.recovery or 0):.1f}",
        "-" if x.first_clear is None else f"{x.first_clear:.1f}",
    ]
    return "| " + " | ".join(cells) + " |" + ("  " + "; ".join(x.notes) if x.notes else "")


HEAD = "peer points p50_s p95_s max_s cpu generator peak_MB stored B_a_row raised missed extra cleared input_lost back_s clear_s"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", nargs="?", default="W1")
    parser.add_argument("--peers", default=USUAL, help=f"of {', '.join(PEERS)}")
    parser.add_argument("--points", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args(argv)
    if args.workload.upper() == "W8":
        asyncio.run(life.compare(seconds=args.seconds or 15, points=args.points or 400))
        return
    w = workload(args.workload, seed=args.seed, points=args.points, seconds=args.seconds)
    names = [x for x in args.peers.split(",") if there(x)]
    found = asyncio.run(session(names, w, args.repeat, args.together, args.show))
    e = w.expected
    print(f"{w.name} seed {w.seed}: {w.points} points, {w.seconds} s, {e.rows_sent} rows sent, {e.rows_kept} distinct,")
    print(f"  {len(e.crossings)} alarms, {e.clears} clears expected; {args.repeat} run(s)")
    print("| " + " | ".join(HEAD.split()) + " |")
    for outs in found:
        print(line(outs))


if __name__ == "__main__":
    main()
