"""检查: set up, exclude with a reason, draw once, record each result. 依据 A13, A15, C10, C12."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.supervision.models import Check, CheckGroup, CheckItem
from bihuan.domains.supervision.queries import checks as reads
from bihuan.domains.supervision.rules import drawing, requirements
from bihuan.domains.supervision.rules.drawing import Group
from bihuan.domains.supervision.terms import CHECK_KIND, MOST_ITEMS, CheckKind, Result, SupervisionGrants
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import moves
from bihuan.loop import rules as loop_rules
from bihuan.loop.actions.scopes import EvidenceList, handled_at, pieces
from bihuan.loop.models import Case, CaseObject
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.models import Organisation, Person, Region

TheCheck = Annotated[Ref[Check], Label("检查", "Check", widget="hidden")]
TheItem = Annotated[Ref[CheckItem], Label("检查对象", "Object", widget="hidden")]
TheRegion = Annotated[Ref[Region], Label("区域", "Region")]
Organiser = Annotated[Ref[Organisation], Label("组织单位", "Organised by")]
Verifier = Annotated[Ref[Organisation], Label("核验单位", "Verified by")]
Roster = Annotated[list[Ref[Person]], Label("检查人员名册", "Roster of inspectors")]
Listed = Annotated[list[Ref[Organisation]], Label("所列单位（选“所列单位”时填）", "The units listed")]


class AlreadyDrawn(Problem):
    code = "check_already_drawn"
    status = 409


class BadCheckPeriod(Problem):
    code = "bad_check_period"


class NotOnTheList(Problem):
    code = "not_on_the_list"


class TooManyItems(Problem):
    code = "too_many_items"


def conducted_at(*, ctx: Context, region: Region, organisation: Organisation, **_: Any) -> Place:
    """A unit conducts in its own name; a region's office anywhere in its region."""
    return Place(region.path, frozenset([organisation.code]))


@action(
    "supervision.open_check",
    label=Text("新建检查", "Set up a check"),
    needs=SupervisionGrants.CONDUCT,
    scope=conducted_at,
    icon="plus",
)
def open_check(
    *,
    ctx: Context,
    kind: Annotated[CheckKind, Label("形式", "Kind")],
    title: Annotated[str, Field(min_length=2, max_length=200), Label("名称", "Title")],
    region: TheRegion,
    organisation: Organiser,
    supervisor: Verifier,
    source: Annotated[str, Label("从何抽取", "Drawn from", widget="choice:supervision.sources")],
    from_on: Annotated[date, Label("开始日期", "From", widget="date")],
    until_on: Annotated[date, Label("结束日期", "Until", widget="date")],
    inspectors: Roster,
    number: Annotated[int, Field(ge=0, le=5000), Label("抽取数量（0 为全部）", "How many (0: all)")] = 0,
    group_size: Annotated[int, Field(ge=1, le=20), Label("每组人数", "Inspectors a group")] = 2,
    units: Listed | None = None,
    of_source: Annotated[
        str, Field(max_length=120), Label("只限来源（专项行动名称）", "Only of this source (name of a campaign)")
    ] = "",
    topic: Annotated[str, Label("检查内容", "What is checked", widget="textarea")] = "",
) -> Check:
    """新建检查: the list is frozen now, with its digest; the seed comes later, so neither can be fitted to the other."""
    if until_on < from_on:
        raise BadCheckPeriod(
            Text("结束日期不能早于开始日期。", "It can't end before it begins."),
            where={"until_on": Text("太早。", "Too early.")},
        )
    loop_rules.require_independent_supervisor(owner=organisation.code, supervisor=supervisor.code)
    found = reads.candidates(
        ctx=ctx, region=region, organiser=organisation, source=source, units=units or [], of_source=of_source
    )
    people = [reads.as_inspector(p) for p in inspectors]
    least = kind.least_inspectors
    # Both are looked at now, with a seed nobody keeps: a check that can't be drawn is not set up.
    drawing.draw(seed="", candidates=found, excluded={}, number=number)
    drawing.make_groups(seed="", inspectors=people, size=group_size, least=least)
    return ctx.create(
        Check(
            kind=kind.value,
            title=title,
            topic=topic,
            region=region,
            region_path=region.path,
            organisation=organisation,
            organisation_code=organisation.code,
            supervisor=supervisor,
            from_on=from_on,
            until_on=until_on,
            number=number,
            group_size=max(group_size, least),
            candidates=[asdict(c) for c in found],
            digest=drawing.digest_of(found),
            inspectors=[asdict(i) for i in people],
        )
    )


def _require_undrawn(check: Check) -> None:
    if check.drawn_at is not None:
        raise AlreadyDrawn(
            Text(
                "已经抽取，名单和结果不能再改。要另抽，请新建一次检查，两次都留在记录里。",
                "It is drawn; list and result stay. To draw anew set up another check; both stay on record.",
            )
        )


@action(
    "supervision.exclude", label=Text("排除", "Exclude"), needs=SupervisionGrants.CONDUCT, icon="x", tone="secondary"
)
def exclude(
    *,
    ctx: Context,
    check: TheCheck,
    key: Annotated[str, Label("编号", "Key")],
    because: Annotated[str, Field(min_length=4, max_length=300), Label("排除理由", "Why")],
) -> Check:
    """排除: before the draw, with the reason; it stays on the list and is shown."""
    _require_undrawn(check)
    if key not in {c["key"] for c in check.candidates}:
        raise NotOnTheList(
            Text("名单里没有“{k}”。", "“{k}” isn't on the list.").format(k=key[:80]),
            where={"key": Text("不在名单里。", "Not on the list.")},
        )
    return ctx.change(check, excluded={**check.excluded, key: because})


@action(
    "supervision.draw",
    label=Text("抽取并派出", "Draw and send out"),
    needs=SupervisionGrants.CONDUCT,
    confirm=Text(
        "只能抽取一次，种子和结果永久留存。现在抽取吗？", "It is drawn once; seed and result are kept. Draw now?"
    ),
    icon="arrows-join",
)
def draw(*, ctx: Context, check: TheCheck) -> Check:
    """抽取: the seed is made here, by nobody's choice. One case a group, one object of it for each thing drawn."""
    _require_undrawn(check)
    drawn = ctx.change(check, seed=secrets.token_hex(16), drawn_at=ctx.at)
    groups = reads.drawn_again(drawn)
    if max(len(g.objects) for g in groups) > MOST_ITEMS:
        raise TooManyItems(
            Text("每组最多 {n} 个对象，请增加检查人员或减少抽取数量。", "At most {n} objects a group.").format(
                n=MOST_ITEMS
            )
        )
    keys = {c.key for g in groups for c in g.objects}
    units = {
        o.code: o for o in Organisation.objects.filter(code__in={c.organisation for g in groups for c in g.objects})
    }
    targets = {c.number: c for c in Case.objects.filter(number__in=keys)}
    people = {str(p.pk): p for p in Person.objects.filter(pk__in=[g.inspectors[0].key for g in groups])}
    for position, group in enumerate(groups, 1):
        _send_out(ctx, drawn, position, group, units=units, targets=targets, people=people)
    return drawn


def _send_out(
    ctx: Context,
    check: Check,
    position: int,
    group: Group,
    *,
    units: dict[str, Organisation],
    targets: dict[str, Case],
    people: dict[str, Person],
) -> None:
    names = _told_apart([f"{c.key} {c.name}"[:110] for c in group.objects])
    head = people.get(group.inspectors[0].key)
    case = moves.issue(
        ctx=ctx,
        new=moves.NewCase(
            kind=CHECK_KIND,
            title=f"{check.title}（第{position}组）",
            text=check.topic,
            source=check.title[:120],
            owner=check.organisation,
            supervisor=check.supervisor,
            issuer=check.organisation,
            region=check.region,
            owner_person=head if head and head.organisation_code == check.organisation_code else None,
            due_on=check.until_on,
            objects=names,
        ),
    )
    made = ctx.create(
        CheckGroup(case=case, check_made=check, position=position, inspectors=[asdict(i) for i in group.inspectors])
    )
    objects = {o.name: o for o in CaseObject.objects.filter(case=case)}
    for number, (candidate, name) in enumerate(zip(group.objects, names, strict=True), 1):
        ctx.create(
            CheckItem(
                group=made,
                position=number,
                key=candidate.key,
                name=candidate.name[:300],
                organisation=units.get(candidate.organisation),
                target=targets.get(candidate.key),
                object=objects[name],
            )
        )


def _told_apart(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name}（{seen[name]}）")
    return told


@action(
    "supervision.record_result",
    label=Text("记录结果", "Record the result"),
    needs=LoopGrants.HANDLE,
    scope=lambda *, ctx, item, **_: handled_at(ctx=ctx, case=item.group.case),
    icon="check",
)
def record_result(
    *,
    ctx: Context,
    item: TheItem,
    result: Annotated[Result, Label("结果", "Result")],
    note: Annotated[str, Field(min_length=2), Label("检查情况", "What was seen", widget="textarea")],
    evidence: EvidenceList | None = None,
    new_due_on: Annotated[date | None, Label("反弹事项的新期限", "New limit, where it relapsed", widget="date")] = None,
) -> CheckItem:
    """记录结果: settles the object of the group's case. A relapse found by a look-back reopens the case looked at."""
    check, case = item.group.check_made, item.group.case
    requirements.require_fitting(kind=check.kind_term, result=result)
    loop_rules.stage_after(move=Move.PROGRESS, stage=case.stage_term)
    given = pieces(ctx=ctx, ids=evidence or [])
    said = f"{item.name}：{result.label.zh}。{note}"
    moves.advance(ctx=ctx, case=case, move=Move.PROGRESS, note=said, evidence=given)
    ctx.change(item.object, done_at=ctx.at)
    changed = ctx.change(item, result=result.value, note=note, recorded_at=ctx.at)
    if result is Result.RELAPSED and item.target is not None:
        _reopen(ctx, item.target, note=f"“回头看”（{check.title}）发现反弹：{note}", due_on=new_due_on)
    return changed


def require_results(*, ctx: Context, case: Case, facts: dict[str, Any]) -> None:
    """提交前: the kind's own rule."""
    without = CheckItem.objects.filter(group__case=case, result="", object__not_applicable_because="")
    requirements.require_results([name[:30] for name in without.values_list("name", flat=True)])


def _reopen(ctx: Context, target: Case, *, note: str, due_on: date | None) -> None:
    """The check's own mandate: its organiser conducts where the case lies."""
    if target.is_open:
        return
    loop_rules.require_coming(due_on=due_on, today=day_of(ctx.at))
    changes = moves.reset_deadline(case=target, due_on=due_on or target.due_on)
    moves.advance(ctx=ctx, case=target, move=Move.REOPEN, note=note, closed_at=None, submitted_by="", **changes)
