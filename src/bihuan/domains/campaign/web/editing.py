"""The forms of the review: a task, its split, an addition, who is meant by a name."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from bihuan.core.actions import runner
from bihuan.core.actions.problems import InvalidInput, StaleVersion
from bihuan.core.pages.components import Crumb
from bihuan.domains.campaign.actions import reviewing
from bihuan.domains.campaign.models import Campaign, PlanItem, PlanUnit
from bihuan.domains.campaign.queries import plans
from bihuan.domains.campaign.terms import Decision, Dispatch
from bihuan.domains.campaign.web.edge import campaign_of, context_of, go, review_address, show_form
from bihuan.engines.plan_reader.terms import Role
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop.terms import ProofRhythm

REVIEW = Text("校核", "Review")
#: Empty lines for more units and measures than the reader found.
SPARE = 2


@require_http_methods(["GET", "POST"])
def edit_item(request: HttpRequest, campaign_id: UUID, item_id: UUID) -> HttpResponse:
    campaign = campaign_of(request, campaign_id)
    item = plans.get_item(ctx=context_of(request), campaign=campaign, item_id=item_id)
    if request.method == "GET":
        return _item_form(request, campaign, item, _said_by(item))
    try:
        said = _read_item(request.POST)
        reference = {"id": str(item.pk), "expected_version": int(request.POST.get("version", "0") or 0)}
        runner.run(reviewing.change_item, ctx=context_of(request), inputs={"item": reference, **said})
    except StaleVersion as problem:
        now = plans.get_item(ctx=context_of(request), campaign=campaign, item_id=item_id)
        typed = _typed(request.POST)
        return _item_form(request, campaign, now, typed, problem=problem, changed=_differences(_said_by(now), typed))
    except Problem as problem:
        return _item_form(request, campaign, item, _typed(request.POST), problem=problem)
    return go(request, review_address(campaign, at=item.pk))


def _item_form(
    request: HttpRequest,
    campaign: Campaign,
    item: PlanItem,
    said: dict[str, Any],
    *,
    problem: Problem | None = None,
    changed: list[tuple[Text, str]] | None = None,
) -> HttpResponse:
    title = Text("修改任务", "Change the task")
    context = {
        "campaign": campaign,
        "item": item,
        "said": said,
        "changed": changed or [],
        "roles": list(Role),
        "rhythms": list(ProofRhythm),
        "dispatches": list(Dispatch),
        "form_title": title,
        "form_action": request.path,
        "crumbs": [Crumb(REVIEW, review_address(campaign, at=item.pk)), Crumb(title)],
    }
    return show_form(request, "item_form", context, problem=problem)


def _said_by(item: PlanItem) -> dict[str, Any]:
    """The task as the form shows it; strings, so that what was typed can be laid beside it."""
    return {
        "no": item.no,
        "section": item.section,
        "text": item.text,
        "units": [(u["name"], u["role"]) for u in item.units] + [("", Role.OWNER.value)] * SPARE,
        "due_on": item.due_on.isoformat() if item.due_on else "",
        "is_ongoing": item.is_ongoing,
        "proof_rhythm": item.proof_rhythm or ProofRhythm.QUARTERLY.value,
        "indicators": [(i["raw"], i["op"], str(i["value"]), i["unit"]) for i in item.indicators] + [("", "==", "", "")],
        "dispatch": item.dispatch,
        "supervisor": item.supervisor,
        "is_supporting": item.is_supporting,
        "named_objects": "\n".join(item.named_objects),
    }


def _typed(post: QueryDict) -> dict[str, Any]:
    return {
        "no": post.get("no", ""),
        "section": post.get("section", ""),
        "text": post.get("text", ""),
        "units": list(zip(post.getlist("unit"), post.getlist("role"), strict=False)),
        "due_on": post.get("due_on", ""),
        "is_ongoing": "is_ongoing" in post,
        "proof_rhythm": post.get("proof_rhythm", ""),
        "indicators": list(
            zip(post.getlist("raw"), post.getlist("op"), post.getlist("value"), post.getlist("measure"), strict=False)
        ),
        "dispatch": post.get("dispatch", ""),
        "supervisor": None,
        "is_supporting": "is_supporting" in post,
        "named_objects": post.get("named_objects", "").replace("\r\n", "\n"),
    }


_NAMES = {
    "no": Text("编号", "Number"),
    "section": Text("章节", "Section"),
    "text": Text("任务", "Task"),
    "units": Text("责任单位", "Units"),
    "due_on": Text("期限", "Limit"),
    "is_ongoing": Text("持续推进", "Ongoing"),
    "dispatch": Text("派发方式", "How it is dispatched"),
    "is_supporting": Text("配合上级", "Helping a higher level"),
    "named_objects": Text("对象", "Objects"),
}


def _differences(now: dict[str, Any], typed: dict[str, Any]) -> list[tuple[Text, str]]:
    """What stands in the record now, where it differs from what was typed."""
    found = []
    for name, label in _NAMES.items():
        ours, theirs = typed[name], now[name]
        if name == "units":
            ours = "、".join(f"{n}（{Role(r).label}）" for n, r in ours if n.strip())
            theirs = "、".join(f"{n}（{Role(r).label}）" for n, r in theirs if n.strip())
        if ours != theirs:
            shown = {True: Text("是", "yes"), False: Text("否", "no")}[theirs] if isinstance(theirs, bool) else theirs
            if name == "dispatch":
                shown = Dispatch(theirs).label
            found.append((label, str(shown or "—")))
    return found


def _read_item(post: QueryDict) -> dict[str, Any]:
    typed = _typed(post)
    said: dict[str, Any] = {
        "no": typed["no"],
        "section": typed["section"],
        "text": " ".join(typed["text"].split("\r\n")).strip(),
        "units": [{"name": n.strip(), "role": r} for n, r in typed["units"] if n.strip()],
        "is_ongoing": typed["is_ongoing"],
        "indicators": [
            {"raw": raw.strip(), "op": op, "value": value.strip(), "unit": unit.strip()}
            for raw, op, value, unit in typed["indicators"]
            if raw.strip()
        ],
        "dispatch": typed["dispatch"],
        "is_supporting": typed["is_supporting"],
        "named_objects": typed["named_objects"].split("\n"),
    }
    if typed["due_on"]:
        said["due_on"] = typed["due_on"]
    if typed["is_ongoing"] and typed["proof_rhythm"]:
        said["proof_rhythm"] = typed["proof_rhythm"]
    if mark := post.get("supervisor", ""):
        said["supervisor"] = {"id": mark.partition("@")[0]}
    return said


@require_http_methods(["GET", "POST"])
def split_item(request: HttpRequest, campaign_id: UUID, item_id: UUID) -> HttpResponse:
    """拆分: after which sentence the second task begins."""
    campaign = campaign_of(request, campaign_id)
    item = plans.get_item(ctx=context_of(request), campaign=campaign, item_id=item_id)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            at = request.POST.get("at", "")
            reference = {"id": str(item.pk), "expected_version": int(request.POST.get("version", "0") or 0)}
            done = runner.run(
                reviewing.split_item, ctx=context_of(request), inputs={"item": reference, "at": int(at) if at else 0}
            )
            return go(request, review_address(campaign, at=done.result["id"]))
        except Problem as refused:
            problem = refused
    title = Text("拆分任务", "Split the task")
    context = {
        "campaign": campaign,
        "item": item,
        "places": split_places(item.text),
        "form_title": title,
        "form_action": request.path,
        "crumbs": [Crumb(REVIEW, review_address(campaign, at=item.pk)), Crumb(title)],
    }
    return show_form(request, "split_form", context, problem=problem)


def split_places(text: str) -> list[tuple[int, str, str]]:
    """Where a task may be cut: after each sentence; where there is only one, after each comma. Position, before, after."""
    for stops in ("[。；;！？]", "[，、,]"):
        found = [m.end() for m in re.finditer(stops, text) if text[m.end() :].strip()]
        if found:
            return [(at, text[max(0, at - 24) : at], text[at : at + 24]) for at in found]
    return []


@require_http_methods(["GET", "POST"])
def add_item(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """增加: from words selected in the document, or by hand."""
    campaign = campaign_of(request, campaign_id)
    said = request.POST if request.method == "POST" else request.GET
    start, end = (int(v) if (v := said.get(n, "")).isdigit() and len(v) < 9 else None for n in ("start", "end"))
    text = said.get("text", "")
    if request.method == "GET" and start is not None and end is not None:
        source = plans.plan_text(campaign=campaign)
        text = " ".join(source.text[start:end].split()) if source else ""
    problem: Problem | None = None
    if request.method == "POST":
        inputs: dict[str, Any] = {
            "campaign": {"id": str(campaign.pk)},
            "text": text.strip(),
            "no": said.get("no", ""),
            "section": said.get("section", ""),
        }
        if start is not None and end is not None:
            inputs |= {"start": start, "end": end}
        try:
            done = runner.run(reviewing.add_item, ctx=context_of(request), inputs=inputs)
            return go(request, review_address(campaign, at=done.result["id"]))
        except Problem as refused:
            problem = refused
    title = Text("增加任务", "Add a task")
    context = {
        "campaign": campaign,
        "text": text,
        "no": said.get("no", ""),
        "section": said.get("section", ""),
        "start": start,
        "end": end,
        "form_title": title,
        "form_action": request.path,
        "crumbs": [Crumb(REVIEW, review_address(campaign)), Crumb(title)],
    }
    return show_form(request, "add_form", context, problem=problem)


@require_http_methods(["GET", "POST"])
def decide_unit(request: HttpRequest, campaign_id: UUID, unit_id: UUID) -> HttpResponse:
    campaign = campaign_of(request, campaign_id)
    unit = plans.get_unit(ctx=context_of(request), campaign=campaign, unit_id=unit_id)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            runner.run(reviewing.decide_unit, ctx=context_of(request), inputs=_read_decision(request.POST, unit))
            return go(request, review_address(campaign, at=f"unit-{unit.pk}"))
        except StaleVersion as refused:
            unit = plans.get_unit(ctx=context_of(request), campaign=campaign, unit_id=unit_id)
            problem = refused
        except Problem as refused:
            problem = refused
    chosen = plans.organisations_by_code([*unit.codes, *unit.suggested])
    title = Text("这个称谓指哪家单位", "Who is meant by this name")
    ticked = set(unit.codes)
    context = {
        "campaign": campaign,
        "unit": unit,
        "decision": _proposed(unit),
        "offered": [(o, o.code in ticked) for o in chosen],
        "decisions": [d for d in Decision if d is not Decision.UNDECIDED],
        "because": request.POST.get("because", unit.because),
        "form_title": title,
        "form_action": request.path,
        "crumbs": [Crumb(REVIEW, review_address(campaign, at=f"unit-{unit.pk}")), Crumb(title)],
    }
    return show_form(request, "unit_form", context, problem=problem)


def _proposed(unit: PlanUnit) -> Decision:
    """What stands ticked when the form opens."""
    if unit.decision != Decision.UNDECIDED:
        return Decision(unit.decision)
    return Decision.LIST if unit.is_collective else Decision.ORGANISATION


def _read_decision(post: QueryDict, unit: PlanUnit) -> dict[str, Any]:
    decision = post.get("decision", "")
    marks = [] if decision == Decision.NOT_OURS else post.getlist("organisations")
    keys = dict.fromkeys(mark.partition("@")[0] for mark in marks if mark)
    version = post.get("version", "")
    if not version.isdigit():
        raise InvalidInput(Text("请刷新后再试。", "Reload and try again."))
    return {
        "unit": {"id": str(unit.pk), "expected_version": int(version)},
        "decision": decision,
        "organisations": [{"id": key} for key in keys],
        "because": post.get("because", ""),
    }
