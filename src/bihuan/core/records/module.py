"""Declaration of the register machinery."""

from __future__ import annotations

from django.db.models import Q

from bihuan.core.access.context import Context
from bihuan.core.modules import Job, MenuItem, Module
from bihuan.core.pages.declared import ApiPart, Hit, Look, SearchSource
from bihuan.core.records import api, jobs, search
from bihuan.core.records.models import Sheet
from bihuan.core.records.sheets.applying import APPLY_JOB, CHECK_JOB, TAKE_BACK_JOB
from bihuan.core.records.terms import SheetState
from bihuan.core.retention.declared import Kept
from bihuan.kernel.text import Text


def hits(*, ctx: Context, text: str, limit: int) -> list[Hit]:
    """The lines of the search page and of the box above every page."""
    found = search.find(actor=ctx.actor, text=text, limit=limit, count_all=False)
    return [Hit(h.title, h.url, h.label, text=f"{h.label} {h.code}".strip(), icon=h.icon) for h in found.hits]


MODULE = Module(
    name="records",
    label=Text("台账", "Registers"),
    urls="bihuan.core.records.urls",
    url_prefix="",
    menu=(
        MenuItem(Text("地图", "Map"), "records:layers", "map", (), section="insight", order=60),
        MenuItem(Text("全部台账", "All registers"), "records:index", "stack-2", (), section="registers", order=900),
    ),
    jobs=(
        Job(CHECK_JOB, Text("检查导入表", "Check an uploaded sheet"), jobs.check_sheet, max_attempts=3),
        Job(APPLY_JOB, Text("写入导入表", "Write an accepted sheet"), jobs.apply_sheet),
        Job(TAKE_BACK_JOB, Text("撤回已放弃的导入", "Take a given-up sheet back"), jobs.take_back_sheet),
        Job("records.rebuild_search", Text("重建检索", "Rebuild the search"), jobs.rebuild_search),
    ),
    declares=(
        ApiPart(api.openapi_paths),
        Kept(
            code="records.sheets",
            label=Text("导入批次与其中的数据", "Uploaded sheets and what they held"),
            model=Sheet,
            since="updated_at",
            days=184,
            source=Text(
                "产品默认半年：写入的数据已在台账与审计中",
                "The product's choice of half a year: what was written lies in registers and audit",
            ),
            only=lambda at: Q(state__in=(SheetState.APPLIED, SheetState.REFUSED, SheetState.WITHDRAWN)),
        ),
        SearchSource(Text("台账", "Registers"), hits),
        *(
            Look(state, tone, icon)
            for state, tone, icon in (
                (SheetState.CHECKING, "blue", "refresh"),
                (SheetState.REFUSED, "red", "alert-circle"),
                (SheetState.CHECKED, "yellow", "clock"),
                (SheetState.APPLYING, "blue", "refresh"),
                (SheetState.APPLIED, "green", "circle-check"),
                (SheetState.GIVING_UP, "yellow", "refresh"),
                (SheetState.WITHDRAWN, "neutral", "x"),
            )
        ),
    ),
)
