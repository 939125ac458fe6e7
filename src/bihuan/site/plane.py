"""监测数据平面随系统运行: the plane's processes as parts of `bihuan up`, when the stream extra is installed."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.site.environment import setting
from bihuan.site.supervising import Part

#: What the extra brings and the plane can't do without.
NEEDED = ("nats", "numba", "pyarrow")
READERS = ("intake", "folds", "history")


class StreamExtraMissing(Problem):
    code = "stream_extra_missing"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "BIHUAN_STREAMS=1，但没有安装 stream 附加包。请安装 bihuan[stream]，或设 BIHUAN_STREAMS=0。",
                "BIHUAN_STREAMS=1, but the stream extra isn't installed. Install bihuan[stream] or set BIHUAN_STREAMS=0.",
            )
        )


def is_wanted() -> bool:
    """Whether this installation runs the plane: as the setting says, by default when it can."""
    said = setting("BIHUAN_STREAMS").lower()
    if said in ("0", "false", "no", "off"):
        return False
    installed = all(find_spec(name) is not None for name in NEEDED)
    if said == "auto" or installed:
        return installed
    raise StreamExtraMissing


def parts() -> list[Part]:
    """The bus outlives its readers when everything stops: they give their leases back to it."""
    own = [sys.executable, "-m", "bihuan.site.main"]
    return [
        Part("bus", [*own, "bus", "up", "--stay"], stops_last=True),
        *(Part(name, [*own, "stream", name]) for name in READERS),
    ]


def ports() -> list[tuple[str, int]]:
    """The listeners that the plane opens on this machine, where it runs a bus of its own."""
    if setting("BIHUAN_BUS_URL"):
        return []
    numbers = (int(setting(f"BIHUAN_BUS_{name}")) for name in ("PORT", "MQTT_PORT", "MONITOR_PORT"))
    return [(setting("BIHUAN_BUS_HOST"), number) for number in numbers if number]
