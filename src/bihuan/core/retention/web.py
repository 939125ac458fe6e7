"""保存期限页 and the dry run of one kind."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bihuan.core.access.context import Context
from bihuan.core.pages.components import Crumb
from bihuan.core.retention import queries
from bihuan.core.retention.declared import PROVISIONS, rules
from bihuan.core.retention.models import LegalHold
from bihuan.kernel.text import Text
from bihuan.law import law

TITLE = Text("保存期限", "How long records are kept")
SHOWN = 100


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    standing = queries.all_standing(ctx=ctx)
    named, labels = {k.provision for k in rules()}, {k.code: k.label for k in rules()}
    asked = [p.key for p in law.shipped().provisions.values() if p.path == PROVISIONS and p.key not in named]
    today = law.shipped().at(ctx.at.date())
    content = {
        "standing": standing,
        "elsewhere": [today.value(PROVISIONS, key) for key in sorted(asked)],
        "holds": [(h, labels.get(h.code)) for h in LegalHold.objects.visible_to(ctx.actor)[:50]],
        "most": queries.COUNTED,
        "crumbs": [Crumb(TITLE)],
    }
    return render(request, "retention/overview.html", content)


@require_GET
def dry_run(request: HttpRequest, code: str) -> HttpResponse:
    """试运行: what the next run would remove, row by row, and what a hold keeps back."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    kept = queries.get_rule(ctx=ctx, code=code)
    found = queries.standing(kept, at=ctx.at, confirmed=queries.confirmed_rules().get(code))
    goes, held = queries.split(kept, at=ctx.at, days=found.days)
    content = {
        "one": found,
        "goes": [(r.pk, getattr(r, kept.since)) for r in goes[:SHOWN]],
        "held": [(r.pk, getattr(r, kept.since)) for r in held[:SHOWN]],
        "shown": SHOWN,
        "crumbs": [Crumb(TITLE, reverse("retention")), Crumb(kept.label)],
    }
    return render(request, "retention/dry_run.html", content)
