"""检查: what can be drawn from, one check with its groups and items, and whether its draw can be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.access.rows import below
from bihuan.core.actions.problems import NotFound
from bihuan.core.modules import registry
from bihuan.domains.supervision.models import Check, CheckGroup, CheckItem, ProblemEntry
from bihuan.domains.supervision.rules import drawing
from bihuan.domains.supervision.rules.drawing import Candidate, Group, Inspector
from bihuan.domains.supervision.terms import (
    CHECK_KIND,
    CLOSED_CASES,
    MOST_CANDIDATES,
    OPEN_CASES,
    POPULATION,
    UNITS,
    Result,
)
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.kinds import Population, population_of
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from bihuan.parties.models import Organisation, Person, Region


class TooManyCandidates(Problem):
    code = "too_many_candidates"


def source_choices(*, ctx: Context) -> list[tuple[str, Text]]:
    """What a check may be drawn from."""
    return [
        (OPEN_CASES, Text("办理中的事项", "Open cases")),
        (CLOSED_CASES, Text("已销号的事项（“回头看”）", "Closed cases (look-back)")),
        (UNITS, Text("所列单位", "The units listed")),
        *((f"{POPULATION}{p.code}", p.label) for p in registry().declared(Population)),
    ]


def candidates(
    *, ctx: Context, region: Region, organiser: Organisation, source: str, units: Sequence[Organisation], of_source: str
) -> list[Candidate]:
    """名单: what the actor can see in the region, in the order of the keys."""
    if source == UNITS:
        found = [Candidate(u.code, u.name, u.code) for u in units]
    elif source in (OPEN_CASES, CLOSED_CASES):
        found = [
            Candidate(c.number, c.title, c.organisation_code) for c in _cases(ctx, region, organiser, source, of_source)
        ]
    else:
        members = population_of(source.removeprefix(POPULATION)).members(region_path=region.path)
        seen = set(
            Organisation.objects.visible_to(ctx.actor)
            .filter(below("region_path", region.path))
            .values_list("code", flat=True)
        )
        found = [Candidate(m.key, m.name, m.organisation_code) for m in members if m.organisation_code in seen]
    if len(found) > MOST_CANDIDATES:
        raise TooManyCandidates(
            Text(
                "名单有 {n} 个，超过 {most} 个。请缩小区域或范围。", "The list holds {n}, more than {most}. Narrow it."
            ).format(n=len(found), most=MOST_CANDIDATES)
        )
    return sorted({c.key: c for c in found}.values(), key=lambda c: c.key)


def _cases(ctx: Context, region: Region, organiser: Organisation, source: str, of_source: str) -> QuerySet[Case]:
    rows: QuerySet[Case] = Case.objects.visible_to(ctx.actor).filter(below("region_path", region.path)).order_by()
    # Neither checks themselves, nor what the organiser would check of its own.
    rows = rows.exclude(kind=CHECK_KIND).exclude(organisation_code=organiser.code)
    if of_source:
        rows = rows.filter(source=of_source)
    if source == CLOSED_CASES:
        return rows.filter(stage=Stage.CLOSED_OUT.value).only("number", "title", "organisation_code")
    return rows.filter(is_open=True).only("number", "title", "organisation_code")


def get_check(*, ctx: Context, check_id: UUID) -> Check:
    rows = Check.objects.visible_to(ctx.actor).select_related("organisation", "supervisor", "region")
    found: Check | None = rows.filter(pk=check_id).first()
    if found is None:
        raise NotFound
    return found


def checks(*, ctx: Context) -> QuerySet[Check]:
    """检查一览, the newest first, each with how far it is."""
    require_any(ctx)
    rows: QuerySet[Check] = Check.objects.visible_to(ctx.actor).select_related("organisation").defer("candidates")
    return rows.annotate(
        items_made=Count("groups__items", distinct=True),
        items_done=Count("groups__items", filter=~Q(groups__items__result=""), distinct=True),
        found=Count("groups__items__problems", distinct=True),
    ).order_by("-from_on", "-id")


def require_any(ctx: Context) -> None:
    if not any(ctx.actor.has(g) for g in Check.view_grants()):
        raise NotFound


def candidates_of(check: Check) -> list[Candidate]:
    return [Candidate(**c) for c in check.candidates]


def inspectors_of(said: Sequence[dict[str, str]]) -> list[Inspector]:
    return [Inspector(**i) for i in said]


def as_inspector(person: Person) -> Inspector:
    return Inspector(str(person.pk), person.name, person.organisation_code)


def drawn_again(check: Check) -> list[Group]:
    """重算: the same draw from what is recorded."""
    return drawing.run(
        seed=check.seed,
        candidates=candidates_of(check),
        excluded=check.excluded,
        number=check.number,
        inspectors=inspectors_of(check.inspectors),
        size=check.group_size,
        least=check.kind_term.least_inspectors,
    )


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check as its page shows it."""

    groups: list[tuple[CheckGroup, list[CheckItem]]]
    problems: list[ProblemEntry]
    done: int
    total: int
    relapsed: int
    #: Whether list, seed and groups still agree with each other; None before the draw.
    repeats: bool | None

    @property
    def relapse_rate(self) -> str:
        """反弹率, of those looked at, rounded up: one relapse never shows as none."""
        return f"{-(-1000 * self.relapsed // self.done) / 10:.1f}%" if self.done else "—"


def view_of(*, ctx: Context, check: Check) -> CheckView:
    groups = list(CheckGroup.objects.filter(check_made=check).select_related("case").order_by("position"))
    items: dict[object, list[CheckItem]] = {g.pk: [] for g in groups}
    rows = CheckItem.objects.filter(group__check_made=check).select_related("organisation", "target")
    for item in rows.order_by("group__position", "position"):
        items[item.group_id].append(item)
    every = [i for listed in items.values() for i in listed]
    problems = ProblemEntry.objects.visible_to(ctx.actor).filter(item__group__check_made=check)
    return CheckView(
        groups=[(g, items[g.pk]) for g in groups],
        problems=list(problems.select_related("case", "case__owner").order_by("case__number")),
        done=sum(bool(i.result) for i in every),
        total=len(every),
        relapsed=sum(i.result == Result.RELAPSED for i in every),
        repeats=_repeats(check, [(g, items[g.pk]) for g in groups]) if check.drawn_at else None,
    )


def _repeats(check: Check, groups: Sequence[tuple[CheckGroup, Sequence[CheckItem]]]) -> bool:
    if drawing.digest_of(candidates_of(check)) != check.digest:
        return False
    try:
        again = drawn_again(check)
    except Problem:
        return False
    said = [([i["key"] for i in g.inspectors], [item.key for item in items]) for g, items in groups]
    return said == [([i.key for i in g.inspectors], [c.key for c in g.objects]) for g in again]
