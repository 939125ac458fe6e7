"""Declaration of the layouts of other systems."""

from __future__ import annotations

from bihuan.connectors.exchange.layouts import layouts_on
from bihuan.core.modules import Module
from bihuan.core.records.layouts import LayoutSource
from bihuan.kernel.text import Text

MODULE = Module(
    name="exchange",
    label=Text("数据交换", "Exchange"),
    serves={
        "J01": Text(
            "部分：企业、储罐、重大危险源单元、化学品台账按“五位一体”和 AQ 3064.1 样式导出、导入；代码表转载待核",
            "Partly: enterprises, tanks, units of major hazards and chemicals in the layouts of five-in-one and AQ 3064.1, out and in; dictionaries to be checked",
        ),
    },
    declares=(LayoutSource(layouts_on),),
)
