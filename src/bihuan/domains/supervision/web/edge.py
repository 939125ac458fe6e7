"""What the pages of supervision share: the context, and the tabs across."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Crumb
from bihuan.domains.supervision.terms import SupervisionGrants
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation

SUPERVISION = Text("督导检查", "Supervision")

#: Code, label, address, icon, and whether it is for who conducts only.
TABS = (
    ("problems", Text("问题清单", "Problems"), "problems", "flag", False),
    ("checks", Text("检查", "Checks"), "supervision", "search", True),
    ("circulars", Text("通报与警示", "Circulars and warnings"), "supervision-circulars", "speakerphone", False),
    ("rulings", Text("书面请示", "Rulings"), "supervision-rulings", "gavel", False),
    ("examinations", Text("对照自查", "Self-examination"), "supervision-examinations", "list", False),
    ("plans", Text("年度检查计划", "Yearly plans"), "supervision-plans", "calendar-event", False),
    ("practices", Text("典型经验", "Good practice"), "supervision-practices", "star", False),
)


def context_of(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


def own_unit(ctx: Context) -> Organisation | None:
    """The unit this person acts for, to fill into forms beforehand."""
    if not ctx.actor.organisation:
        return None
    return Organisation.objects.visible_to(ctx.actor).filter(code=ctx.actor.organisation).first()


def tabs(*, ctx: Context, now: str) -> list[tuple[Text, str, str, bool]]:
    conducts = any(ctx.actor.has(g) for g in SupervisionGrants)
    return [(label, reverse(name), icon, code == now) for code, label, name, icon, own in TABS if conducts or not own]


def crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(SUPERVISION, reverse("problems")), *more]
