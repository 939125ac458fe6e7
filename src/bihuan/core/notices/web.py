"""The pages of one's own notices and their settings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.problems import NotFound
from bihuan.core.notices import actions, queries, timing
from bihuan.core.notices.models import Notice
from bihuan.core.notices.terms import Channel
from bihuan.core.notices.topics import all_topics
from bihuan.core.pages.components import Crumb
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

CHOSEN = (Channel.MAIL, Channel.WEBHOOK)
TITLE = Text("通知", "Notices")


def _ctx(request: HttpRequest) -> Context:
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """One's own, newest first; unread ones on top of their own tab."""
    ctx = _ctx(request)
    only_unread = request.GET.get("show") == "unread"
    page = Paginator(queries.notices_of(ctx=ctx, only_unread=only_unread), 50).get_page(request.GET.get("page"))
    return render(
        request,
        "notices/notices.html",
        {"page": page, "only_unread": only_unread, "unread": queries.unread_count(ctx=ctx)},
    )


@require_POST
def open_notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Read it and go where it leads; htmx gets the one line back, without the mark."""
    ctx = _ctx(request)
    notice = Notice.objects.visible_to(ctx.actor).filter(pk=notice_id).first()
    if notice is None:
        raise NotFound
    if notice.read_at is None:
        notice = runner.perform(actions.mark_read, ctx=ctx, notice=notice).value
    if request.headers.get("HX-Request") == "true":
        return render(request, "notices/parts/line.html", {"notice": notice})
    return HttpResponseRedirect(notice.link or reverse("notices"))


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    ctx = _ctx(request)
    preference = queries.preference_of(ctx=ctx)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            runner.run(actions.set_preferences, ctx=ctx, inputs=_said(request))
        except Problem as refused:
            problem = refused
        else:
            messages.success(request, str(Text("通知设置已保存。", "Notice settings saved.")))
            return HttpResponseRedirect(reverse("notice-settings"))
    topics = [(t, set(preference.channels_for(t))) for t in all_topics().values()]
    return render(
        request,
        "notices/settings.html",
        {
            "preference": preference,
            "topics": topics,
            "chosen": CHOSEN,
            "digest_at": timing.DIGEST_AT,
            "problem": problem,
            "crumbs": [Crumb(TITLE, reverse("notices")), Crumb(Text("通知设置", "Notice settings"))],
        },
        status=problem.status if problem else 200,
    )


def _said(request: HttpRequest) -> dict[str, Any]:
    form = request.POST
    return {
        "channels": {t: [c.value for c in CHOSEN if form.get(f"{t}:{c.value}")] for t in all_topics()},
        "quiet_from": form.get("quiet_from") or None,
        "quiet_until": form.get("quiet_until") or None,
        "has_digest": form.get("has_digest") == "1",
    }


@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """The secret is shown on the answering page and never again."""
    ctx = _ctx(request)
    done = runner.run(actions.set_webhook, ctx=ctx, inputs={"url": request.POST.get("url", "").strip()})
    return render(
        request,
        "notices/webhook.html",
        {
            "secret": done.value.secret,
            "crumbs": [
                Crumb(TITLE, reverse("notices")),
                Crumb(Text("通知设置", "Notice settings"), reverse("notice-settings")),
                Crumb(Text("Webhook 密钥", "Webhook secret")),
            ],
        },
    )
