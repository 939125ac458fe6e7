"""All of the demo in order, and what is said at the end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bihuan.core import clock
from bihuan.core.audit.sealing import seal_pending
from bihuan.core.events import outbox
from bihuan.core.jobs import queue
from bihuan.kernel.text import Text
from bihuan.site.demo import (
    bodies_story,
    building,
    campaign_story,
    command,
    duplicates_story,
    duties_story,
    hazards_story,
    places_story,
    products_story,
    story,
    things_story,
    trust_story,
    usage_story,
)
from bihuan.site.demo.building import Say
from bihuan.site.demo.city import PEOPLE
from bihuan.site.environment import setting


def make(*, at_most_ago: timedelta, home: Path, say: Say) -> None:
    now = clock.now()
    city = building.build(at=now - at_most_ago, say=say)
    things_story.run(city, at=now - at_most_ago, say=say)
    teller = story.Teller(city, now)
    campaign_story.run(teller, say=say)
    bodies_story.run(teller)
    duties_story.run(teller)
    say("duties", 5)
    story.inspections(teller, say=say)
    story.clock(teller)
    say("clock", 40)
    hazards_story.run(city, now=now, say=say)
    products_story.run(city, at=now - timedelta(days=2), say=say)
    places_story.run(city, now=now, say=say)
    duplicates_story.run(city, at=now - timedelta(days=1), say=say)
    trust_story.run(teller)
    usage_story.run(teller)
    queue.drain(at=now)
    while outbox.place_pending():
        pass
    seals = 0
    while seal_pending(at=clock.now()):
        seals += 1
    say("seal", seals)
    command.mark_built(home)


def address() -> str:
    return f"http://{setting('BIHUAN_BIND')}:{setting('BIHUAN_PORT')}/"


def guide(*, address: str) -> list[str]:
    """Where to look and what to try."""
    width = max(len(p.username) for p in PEOPLE)
    return [
        "",
        str(
            Text(
                "演示城市“云州市”已就绪，人物、单位、事项均为虚构。",
                "The demo city Yunzhou is ready; everything in it is fictional.",
            )
        ),
        str(Text("打开 {a} ，口令都是 {p}", "Open {a} ; every password is {p}").format(a=address, p=building.PASSWORD)),
        "",
        *(f"  {p.username:<{width}}  {Text(p.what, p.what_en)}" for p in PEOPLE),
        "",
        str(Text("可以试试：", "Things to try:")),
        *(f"  {n}. {text}" for n, text in enumerate(TRIES, 1)),
        "",
    ]


TRIES = (
    Text(
        "用 anwei 登录：收件箱里有待核验的事项；打开“专项行动”看板，按单位、章节、期限颜色查看",
        "Log in as anwei: the inbox holds cases to verify; open Campaigns and look at the board by unit, section and limit",
    ),
    Text(
        "导入一份真实的方案文件（Word、PDF、网页、Excel），核对任务后发布",
        "Import a real plan document (Word, PDF, web page, Excel), review its tasks, publish it",
    ),
    Text(
        "用 gongxin 签收并提交一项任务，附照片；再用 anwei 核验销号",
        "As gongxin acknowledge a task and submit it with a photo; then verify it as anwei",
    ),
    Text(
        "用 qiye 和 linqi 各看一遍：隔壁企业什么也看不到",
        "Look as qiye and as linqi: the enterprise next door sees nothing",
    ),
    Text(
        "用 yingji 打开“重大危险源”：计算书逐行可查；再用 qiye 提高一个储罐的设计最大量，看级别与事项如何变化",
        "As yingji open Major hazards and follow a calculation line by line; as qiye raise the design maximum of a tank and see what follows",
    ),
    Text(
        "用 yingji 打开“地图”“底数核查”“静态风险分级”“项目准入”：每个颜色都写明属于哪套分级，每个扣分都说明怎样拿回",
        "As yingji open Map, Register checks, Static risk and Admission of projects: each colour names its scheme, each lost point what wins it back",
    ),
    Text(
        "用 anwei 打开“督导检查 → 对照自查”：方案所列突出问题逐条发给各单位，谁还没有对照一目了然；再用 gongxin 或 qiye 逐条对照",
        "As anwei open Checks → Self-examination: the problems the plan lists, put to each unit, and who has not answered; answer them as gongxin or qiye",
    ),
    Text(
        "改动数据库里的任意一行审计记录，再运行 bihuan audit verify",
        "Alter any audit row in the database, then run bihuan audit verify",
    ),
)
