"""A page made of every component, at an address of its own: what the browser tests look at."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from bihuan.core.pages.components import Chart, MapShape, MapView, Series, TimelineEntry
from bihuan.kernel.text import Text
from bihuan.site import urls

TEMPLATE = Path(__file__).with_name("gallery.html")
STAGES = [
    (Text("已下发", "Issued"), "blue", "send"),
    (Text("已签收", "Acknowledged"), "teal", "check"),
    (Text("办理中", "In hand"), "yellow", "player-play"),
    (Text("待核验", "To be verified"), "purple", "eye"),
    (Text("已销号", "Closed out"), "green", "circle-check"),
]
TITLES = [
    "开展老旧装置安全风险深度评估并完成“一装置一策”整治提升",
    "推动化工园区完成安全风险智能化管控平台建设",
    "组织危险化学品重大危险源企业包保责任人履职抽查",
    "开展特殊作业专项执法检查",
    "完善极端天气停运停产应急联动机制",
]


def gallery(request: HttpRequest) -> HttpResponse:
    at = request.ctx.at  # type: ignore[attr-defined]
    today = at.date()
    rows = [
        {
            "title": TITLES[i % 5], "words": STAGES[i % 5][0], "tone": STAGES[i % 5][1], "icon": STAGES[i % 5][2],
            "unit": "市应急管理局" if i % 2 else "滨海化工园区管委会", "due": today + timedelta(days=i * 2 - 3), "done": i % 11,
        }
        for i in range(24)
    ]  # fmt: skip
    months = [f"2026-{m:02}" for m in range(5, 11)]
    context: dict[str, Any] = {
        "page": Paginator(rows, 8).get_page(request.GET.get("page")),
        "soon": today + timedelta(days=2),
        "now": at,
        "say": {"settings": Text("语言与外观", "Language and theme")},
        "bars": Chart(
            Text("每月新增与销号", "Opened and closed out"),
            months,
            [
                Series(Text("新增", "Opened"), [12, 30, 21, 44, 17, 25]),
                Series(Text("销号", "Closed out"), [8, 22, 25, 30, 28, 20]),
            ],
        ),
        "pie": Chart(
            Text("按来源", "By source"),
            [Text("方案", "Plan"), Text("检查", "Inspection"), Text("报警", "Alarm")],
            [Series(Text("事项", "Cases"), [40, 25, 12])],
            kind="pie",
        ),
        "shapes": MapView(
            Text("园区", "Parks"),
            [
                MapShape({"type": "Point", "coordinates": [121.6, 29.9]}, "A-01", "R 120", "red"),
                MapShape({"type": "Point", "coordinates": [121.7, 29.95]}, "A-02", "R 60", "orange"),
                MapShape(
                    {
                        "type": "Polygon",
                        "coordinates": [[[121.5, 29.8], [121.8, 29.8], [121.8, 30.0], [121.5, 30.0], [121.5, 29.8]]],
                    },
                    "P-1",
                ),
            ],
        ),
        "entries": [
            TimelineEntry(
                at, Text("提交核验", "Submitted"), Text("附照片 3 张", "3 photos"), "zhang", "send", "purple"
            ),
            TimelineEntry(at - timedelta(hours=5), Text("催办", "Chased"), "", "wang", "bell", "orange"),
            TimelineEntry(at - timedelta(days=3), Text("下发", "Issued"), "", "li", "flag", "blue"),
        ],
        "crumbs": [{"label": Text("首页", "First page"), "url": "/"}, {"label": Text("组件", "Components"), "url": ""}],
    }
    template = engines["django"].from_string(TEMPLATE.read_text(encoding="utf-8"))
    return HttpResponse(template.render(context, request))


urlpatterns = [path("gallery/", gallery, name="gallery"), *urls.urlpatterns]
handler404, handler500 = urls.handler404, urls.handler500
