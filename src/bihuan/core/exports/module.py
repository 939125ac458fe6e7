"""Declaration of exports with personal data."""

from __future__ import annotations

from datetime import timedelta

from bihuan.core.access.context import Context
from bihuan.core.access.terms import AccessGrants
from bihuan.core.exports import actions, jobs
from bihuan.core.exports.terms import ExportsGrants, ExportState
from bihuan.core.modules import Job, MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import ChoiceSource, Look
from bihuan.core.records.register import all_registers
from bihuan.kernel.text import Text


def registers(*, ctx: Context) -> list[tuple[str, Text]]:
    """Those with personal fields this person may see."""
    return [(r.code, r.label) for r in all_registers() if r.personal and any(ctx.actor.has(g) for g in r.personal)]


MODULE = Module(
    name="exports",
    label=Text("个人信息导出", "Exports of personal data"),
    grants=ExportsGrants,
    actions=(actions.ask, actions.approve, actions.refuse, actions.note_made, actions.note_download, actions.expire),
    jobs=(
        Job(
            actions.MAKE_JOB,
            Text("生成带水印的导出文件", "Make a watermarked export"),
            jobs.make,
            grants=(ExportsGrants.MAKE,),
            max_attempts=3,
        ),
        Job(
            "exports.expire",
            Text("清理过期的导出文件", "Clear exports whose time is over"),
            jobs.expire,
            grants=(ExportsGrants.MAKE,),
            every=timedelta(hours=1),
        ),
    ),
    roles=(
        RoleSpec(
            "export_approver",
            Text("个人信息导出审批人", "Approves exports of personal data"),
            (ExportsGrants.APPROVE,),
            needs_second_factor=True,
        ),
    ),
    urls="bihuan.core.exports.urls",
    menu=(
        MenuItem(
            Text("导出登记", "Exports"),
            "exports",
            "download",
            (ExportsGrants.APPROVE, AccessGrants.READ_AUDIT),
            "system",
            46,
        ),
    ),
    declares=(
        ChoiceSource("exports.registers", registers),
        Look(ExportState.ASKED, "yellow", "clock"),
        Look(ExportState.APPROVED, "blue", "refresh"),
        Look(ExportState.REFUSED, "red", "circle-x"),
        Look(ExportState.READY, "green", "circle-check"),
        Look(ExportState.FAILED, "red", "alert-circle"),
        Look(ExportState.EXPIRED, "neutral", "clock"),
    ),
)
