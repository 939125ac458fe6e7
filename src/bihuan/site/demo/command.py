"""`bihuan demo`: build the city in a home of its own, run its year half-way, serve it, and say where to look."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.site.environment import override

DEFAULT_HOME = "var/demo"
#: Written last: a home without it was not built to the end.
MARK = "demo.json"
UNFINISHED = "demo.unfinished"


class HomeNotEmpty(Problem):
    code = "home_not_empty"

    def __init__(self, home: Path) -> None:
        super().__init__(
            Text(
                "状态目录 {home} 不是空的，也不是演示目录，演示不会动它。请用 --home 指定一个空目录。",
                "The folder {home} isn't empty and isn't a demo's, so the demo won't touch it. Name an empty one with --home.",
            ).format(home=home)
        )


def prepare_home(home: Path, *, fresh: bool) -> bool:
    """Whether the city still has to be built. A demo broken off half-way, or one to be made fresh, is cleared first."""
    ours = (home / MARK).exists() or (home / UNFINISHED).exists()
    if home.exists() and any(home.iterdir()):
        if not ours:
            raise HomeNotEmpty(home)
        if (home / MARK).exists() and not fresh:
            return False
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / UNFINISHED).touch()
    return True


def bus_of_its_own() -> dict[str, str]:
    """The demo's bus beside whatever runs here already: no MQTT, no outside cluster, a port nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    chosen = {"BIHUAN_BUS_PORT": str(free), "BIHUAN_BUS_MQTT_PORT": "0"}
    return {"BIHUAN_BUS_URL": ""} | {name: os.environ.get(name, port) for name, port in chosen.items()}


def demo_command(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bihuan demo", description=str(_DESCRIPTION))
    parser.add_argument(
        "--home", default=DEFAULT_HOME, help=str(Text("演示用的状态目录", "folder for the demo's state"))
    )
    parser.add_argument("--fresh", action="store_true", help=str(Text("重新建立", "build it anew")))
    parser.add_argument("--no-serve", action="store_true", help=str(Text("只建立，不启动", "build only, don't serve")))
    chosen = parser.parse_args(list(argv))
    home = Path(chosen.home).resolve()
    try:
        to_build = prepare_home(home, fresh=chosen.fresh)
    except HomeNotEmpty as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    # A process of its own from here on: the settings are read once, from this environment.
    # Its terminal is read by a person: a line for each of a thousand actions would drown the list of accounts.
    level = os.environ.get("BIHUAN_LOG_LEVEL", "warning")
    override(BIHUAN_HOME=str(home), BIHUAN_DEMO="1", BIHUAN_LOG_LEVEL=level, DATABASE_URL="", **bus_of_its_own())
    arguments = [sys.executable, "-m", "bihuan.site.demo.run", *(["--build"] if to_build else [])]
    if chosen.no_serve:
        arguments.append("--no-serve")
    sys.stdout.flush()
    os.execv(sys.executable, arguments)  # noqa: S606  # our own interpreter, our own module
    return None


_DESCRIPTION = Text(
    "在单独的目录里建立一座虚构城市，把专项行动推进到一半，然后启动。",
    "Builds a fictional city in a folder of its own, runs a campaign half-way, and serves it.",
)


def mark_built(home: Path) -> None:
    (home / MARK).write_text(json.dumps({"demo": "yunzhou"}) + "\n", encoding="utf-8")
    (home / UNFINISHED).unlink(missing_ok=True)
