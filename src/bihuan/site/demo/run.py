"""The demo's own process: settings are those of its home."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import timedelta

import django
from django.conf import settings
from django.core.management import call_command
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bihuan.kernel.text import Text

#: What is told while it is built, in this order.
STEPS = {
    "regions": Text("区域", "Regions"),
    "organisations": Text("单位", "Organisations"),
    "people": Text("人员与账号", "People and accounts"),
    "things": Text("企业与储罐台账", "Registers of enterprises and tanks"),
    "tasks": Text("派发方案任务", "Dispatching the plan's tasks"),
    "steps": Text("推进方案任务", "Working on the plan's tasks"),
    "duties": Text("监管机构、保障与职责文件", "Bodies, their means and the papers on duties"),
    "findings": Text("检查发现的问题", "Findings of inspections"),
    "clock": Text("补走时间：提醒、催办、督办", "The days in between: reminders and escalation"),
    "hazards": Text("重大危险源、包保与备案", "Major hazards, who leads them, what is on file"),
    "products": Text("产品、说明书与标签", "Products, data sheets and labels"),
    "places": Text("园区、装置、使用单位与风险", "Parks, installations, places of use and risk"),
    "duplicates": Text("疑似重复的企业", "Enterprises that may be the same"),
    "seal": Text("封存审计记录", "Sealing the audit trail"),
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", action="store_true")
    parser.add_argument("--no-serve", action="store_true")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.site.settings")
    django.setup()
    # late: both need the settings of this very home, so they can't be imported before Django is set up.
    from bihuan.site.demo import making
    from bihuan.site.running import up

    if chosen.build:
        call_command("migrate", interactive=False, verbosity=0)
        _build(making)
    console = Console()
    for line in making.guide(address=making.address()):
        console.print(line, soft_wrap=True, highlight=False)
    return 0 if chosen.no_serve else up(["--migrate"])


def _build(making: object) -> None:
    order = list(STEPS)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeElapsedColumn())
    with Progress(*columns) as bars:
        bar = bars.add_task(str(Text("建立云州市", "Building Yunzhou")), total=len(order), said="")

        def say(what: str, count: int) -> None:
            bars.update(bar, completed=order.index(what) + 1, said=f"{STEPS[what]} {count}")

        making.make(at_most_ago=timedelta(days=420), home=settings.BIHUAN_HOME, say=say)  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
