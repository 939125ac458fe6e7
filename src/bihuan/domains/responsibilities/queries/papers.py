"""职责与制度文件: what is drafted and in force, what the duty paper opens with, and which departments have no guidance system."""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.access.rows import below
from bihuan.core.actions.problems import NotFound
from bihuan.domains.responsibilities.models import Clause, Division, Paper
from bihuan.domains.responsibilities.queries.division import require_any
from bihuan.domains.responsibilities.rules import holds_on
from bihuan.domains.responsibilities.terms import LINES, PaperKind, Sector
from bihuan.kernel.calendar import day_of
from bihuan.parties.models import Organisation, Region


def papers(*, ctx: Context) -> list[Paper]:
    require_any(ctx=ctx)
    rows = Paper.objects.visible_to(ctx.actor).defer("text").select_related("organisation")
    return list(rows.order_by("kind", "organisation_code", "title", "-version_no")[:500])


def get_paper(*, ctx: Context, paper_id: UUID) -> Paper:
    found: Paper | None = Paper.objects.visible_to(ctx.actor).select_related("organisation").filter(pk=paper_id).first()
    if found is None:
        raise NotFound
    return found


def versions_of(paper: Paper) -> list[Paper]:
    return list(Paper.objects.filter(series=paper.series).defer("text").order_by("-version_no"))


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def without_guidance(*, ctx: Context) -> list[Organisation]:
    """没有督查指导制度的行业主管部门: in charge of a sector, and without a system in force. 依据 C11."""
    today = day_of(ctx.at)
    sectors = {s.value for s in Sector}
    said = [d for d in Division.objects.visible_to(ctx.actor).select_related("organisation") if _holds(d, today)]
    have = {
        p.organisation_id
        for p in Paper.objects.filter(kind=PaperKind.GUIDANCE.value, published_at__isnull=False).defer("text")
        if _holds(p, today)
    }
    units = {d.organisation_id: d.organisation for d in said if sectors.intersection(d.in_charge)}
    return sorted((u for key, u in units.items() if key not in have), key=lambda u: (u.region_path, u.code))


def _holds(row: Division | Paper, on: date) -> bool:
    return row.from_on is not None and holds_on(from_on=row.from_on, until_on=row.until_on, on=on)


def composed(*, region: Region, on: date) -> str:
    """危险化学品安全监管工作职责: what the catalogue of the region says of each unit, clause by clause with its basis. 依据 B07."""
    clauses = [
        c
        for c in Clause.objects.filter(region_path=region.path)
        .select_related("organisation")
        .order_by("organisation_code", "number")
        if holds_on(from_on=c.from_on, until_on=c.until_on, on=on)
    ]
    in_charge = {
        d.organisation_id: [str(line.label.zh) for line in LINES if line.value in d.in_charge]
        for d in Division.objects.filter(below("region_path", region.path))
        if _holds(d, on)
    }
    lines: list[str] = []
    units = {c.organisation_id: c.organisation for c in clauses}
    for place, (key, unit) in enumerate(units.items(), 1):
        lines.append(f"{place}. {unit.name}")
        if in_charge.get(key):
            lines.append(f"主管环节和行业：{'、'.join(in_charge[key])}。")
        own = [c for c in clauses if c.organisation_id == key]
        lines += [f"（{n}）{c.text.rstrip('。')}。（依据：{c.basis}）" for n, c in enumerate(own, 1)]
    return "\n".join(lines)
