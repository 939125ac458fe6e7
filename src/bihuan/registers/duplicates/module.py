"""Declaration of the search for duplicates and of merges."""

from __future__ import annotations

from datetime import time

from bihuan.core.access.models import Assignment
from bihuan.core.modules import Job, MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import Look, RowSource
from bihuan.core.records.models import Sheet
from bihuan.core.records.register import DetailPanel
from bihuan.kernel.text import Text
from bihuan.loop.models import Case, CaseStep
from bihuan.parties.models import Thing
from bihuan.parties.references import CarriesCode, StaysBehind
from bihuan.parties.terms import PartiesGrants
from bihuan.registers.duplicates import events, jobs
from bihuan.registers.duplicates.actions import deciding, undoing
from bihuan.registers.duplicates.models import Pair
from bihuan.registers.duplicates.queries import merging
from bihuan.registers.duplicates.terms import DuplicatesGrants, Fate, Verdict
from bihuan.registers.duplicates.web import LABEL
from bihuan.registers.enterprises.terms import EnterprisesGrants

_SEES = (DuplicatesGrants.READ, PartiesGrants.READ, EnterprisesGrants.READ)

MODULE = Module(
    name="duplicates",
    label=LABEL,
    grants=DuplicatesGrants,
    actions=(deciding.look, deciding.note_pairs, deciding.keep_apart, deciding.propose_merge, deciding.merge, undoing.propose_undo, undoing.keep_merged, undoing.undo_merge),
    events=(events.OrganisationsMerged, events.MergeTakenBack),
    jobs=(
        Job(merging.FIND_JOB, Text("查找疑似重复单位", "Look for duplicates"), jobs.find, grants=(DuplicatesGrants.NOTE,), daily_at=time(2, 40)),
    ),
    roles=(
        RoleSpec("duplicates_clerk", Text("查重经办", "Looks for duplicates"), (*_SEES, DuplicatesGrants.PROPOSE)),
        RoleSpec("duplicates_chief", Text("确认合并", "Confirms merges"), (*_SEES, DuplicatesGrants.MERGE)),
    ),
    menu=(MenuItem(LABEL, "duplicates", "columns", (DuplicatesGrants.PROPOSE, DuplicatesGrants.MERGE), section="registers", order=890),),
    urls="bihuan.registers.duplicates.urls",
    url_prefix="",
    declares=(
        RowSource(Pair, merging.find_pairs),
        DetailPanel("merged", Text("合并", "Merge"), Thing, "duplicates/panel.html", merging.panel_of_thing, order=5),
        Look(Verdict.FOUND, "yellow", "clock"),
        Look(Verdict.PROPOSED, "blue", "clock"),
        Look(Verdict.MERGED, "green", "circle-check"),
        Look(Verdict.APART, "neutral", "x"),
        Look(Verdict.UNDOING, "orange", "clock"),
        Look(Verdict.UNDONE, "neutral", "arrow-back-up"),
        Look(Fate.BACK, "green", "arrow-back-up"),
        Look(Fate.CHANGED, "yellow", "alert-circle"),
        Look(Fate.REPEATS, "yellow", "alert-circle"),
        Look(Fate.GONE, "neutral", "x"),
        Look(Fate.MOVED, "blue", "arrow-right"),
        # Core lies below organisations and holds their codes only.
        CarriesCode(Assignment, "scope_organisation"),
        CarriesCode(Case, "supervisor_code"),
        StaysBehind(CaseStep, Text("当时由谁办理，是历史。", "Who acted at the time is history.")),
        StaysBehind(Sheet, Text("导入批次只属于上传人。", "An uploaded sheet is its uploader's alone.")),
    ),
)  # fmt: skip
