"""规则页: duties and escalation plans, listed and set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.core.access.context import Context
from bihuan.core.actions.runner import run
from bihuan.core.modules import registry
from bihuan.core.pages.components import Crumb
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.loop import queries
from bihuan.loop.actions import clock
from bihuan.loop.kinds import CaseKind, Population
from bihuan.loop.models import EscalationPlan
from bihuan.loop.rules import DEFAULT_ESCALATION, EscalationStep
from bihuan.loop.terms import EscalationDeed, LoopGrants, PartyRole, ProofRhythm

PAGE = 50
#: Steps a plan has room for on its form.
STEPS = 8
PLANS = Text("催办规则", "Escalation plans")
ALL_KINDS = Text("全部类别", "All kinds")


def _ctx(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


@require_GET
def duties(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.duties(ctx=_ctx(request)), PAGE).get_page(request.GET.get("page"))
    names = {p.code: p.label for p in registry().declared(Population)}
    rows = [(duty, names.get(duty.population, duty.population), ProofRhythm(duty.rhythm)) for duty in page.object_list]
    context = {"page": page, "rows": rows, "crumbs": [Crumb(Text("周期职责", "Duties"))]}
    return render(request, "loop/duties.html", context)


@dataclass(frozen=True, slots=True)
class PlanView:
    row: EscalationPlan | None
    kind: Text
    steps: list[Text]


def in_words(step: EscalationStep) -> Text:
    """T-7：提醒 责任单位."""
    days = Text("到期前 {n} 天", "{n} days before") if step.days < 0 else Text("逾期 {n} 天", "{n} days overdue")
    if step.days == 0:
        days = Text("到期当天", "On the due day")
    roles = [role.label for role in PartyRole if role.value in step.whom]
    whom = Text("、".join(r.zh for r in roles), ", ".join(r.en for r in roles))
    return Text("{days}：{deed} {whom}", "{days}: {deed} {whom}").format(
        days=days.format(n=abs(step.days)), deed=step.deed.label, whom=whom
    )


def _steps(row: EscalationPlan) -> list[EscalationStep]:
    return [EscalationStep(s["days"], EscalationDeed(s["deed"]), tuple(s["whom"])) for s in row.steps]


@require_GET
def escalation(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    kinds = {k.code: k.label for k in registry().declared(CaseKind)}
    plans = [
        PlanView(row, kinds.get(row.kind, ALL_KINDS), [in_words(s) for s in _steps(row)])
        for row in queries.escalation_plans(ctx=ctx)
    ]
    plans.append(PlanView(None, ALL_KINDS, [in_words(s) for s in DEFAULT_ESCALATION]))
    may_set = ctx.actor.has(LoopGrants.CONFIGURE)
    return render(request, "loop/escalation.html", {"plans": plans, "may_set": may_set, "crumbs": [Crumb(PLANS)]})


@require_http_methods(["GET", "POST"])
def new_escalation(request: HttpRequest) -> HttpResponse:
    """Begins with the default plan; what is sent walks through the door as any other plan."""
    ctx = _ctx(request)
    queries.require_directing(ctx=ctx)
    problem = None
    if request.method == "POST":
        inputs = {
            "region": {"id": request.POST.get("region", "")},
            "kind": request.POST.get("kind", ""),
            "from_on": request.POST.get("from_on", ""),
            "basis": request.POST.get("basis", ""),
            "steps": list(_sent(request)),
        }
        try:
            run(clock.set_escalation_plan, ctx=ctx, inputs=inputs)
        except Problem as refused:
            problem = refused
        else:
            return HttpResponseRedirect(reverse("escalation"))
    said = request.POST if problem else {"from_on": day_of(ctx.at).isoformat()}
    steps: Iterable[Any] = (
        list(_sent(request))
        if problem
        else [{"days": s.days, "deed": s.deed, "whom": s.whom} for s in DEFAULT_ESCALATION]
    )
    rows = [{"number": n, "days": "", "deed": "", "whom": (), **given} for n, given in enumerate(_padded(steps), 1)]
    context = {
        "problem": None if problem is None else problem.text,
        "said": said,
        "rows": rows,
        "regions": queries.regions_of(ctx=ctx),
        "kinds": registry().declared(CaseKind),
        "deeds": list(EscalationDeed),
        "roles": list(PartyRole),
        "crumbs": [Crumb(PLANS, reverse("escalation")), Crumb(Text("设置", "Set"))],
    }
    return render(request, "loop/escalation_new.html", context, status=200 if problem is None else problem.status)


def _sent(request: HttpRequest) -> Iterable[dict[str, Any]]:
    for n in range(1, STEPS + 1):
        if days := request.POST.get(f"days-{n}", "").strip():
            yield {"days": days, "deed": request.POST.get(f"deed-{n}", ""), "whom": request.POST.getlist(f"whom-{n}")}


def _padded(steps: Iterable[Any]) -> list[Any]:
    known = list(steps)[:STEPS]
    return [*known, *({} for _ in range(STEPS - len(known)))]
