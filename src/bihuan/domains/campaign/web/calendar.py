"""日历: a month, a list on a phone; and the feed a person's own calendar program reads (RFC 5545)."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from urllib.parse import urljoin

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from icalendar import Calendar, Event

from bihuan.core.access.identification import digest
from bihuan.core.actions.runner import run
from bihuan.core.pages.components import Crumb
from bihuan.core.pages.doors import public
from bihuan.domains.campaign.actions import calendar as actions
from bihuan.domains.campaign.queries import calendar
from bihuan.domains.campaign.web.edge import context_of
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text

CALENDAR = Text("日历", "Calendar")
FEED = Text("日历订阅", "Calendar feed")


@require_GET
def month(request: HttpRequest) -> HttpResponse:
    ctx = context_of(request)
    today = day_of(ctx.at)
    on = _month(request.GET.get("month", ""), today)
    mine = request.GET.get("who") == "mine"
    context = {
        "weeks": calendar.month(ctx=ctx, on=on, mine=mine),
        "on": on,
        "today": today,
        "mine": mine,
        "before": on - timedelta(days=1),
        "after": (on + timedelta(days=32)).replace(day=1),
        "feed": calendar.own_feed(ctx=ctx),
        "crumbs": [Crumb(CALENDAR)],
    }
    return render(request, "campaign/calendar.html", context)


def _month(said: str, today: date) -> date:
    try:
        found = date.fromisoformat(f"{said}-01")
    except ValueError:
        return today.replace(day=1)
    return found if 2000 <= found.year <= 2199 else today.replace(day=1)


@never_cache
@require_POST
def issue_feed(request: HttpRequest) -> HttpResponse:
    """Shown once, here; only its digest passes the door."""
    secret = secrets.token_urlsafe(32)
    run(actions.issue_calendar_feed, ctx=context_of(request), inputs={"digest": digest(secret)})
    address = request.build_absolute_uri(reverse("calendar-feed", kwargs={"secret": secret}))
    context = {"address": address, "crumbs": [Crumb(CALENDAR, reverse("calendar")), Crumb(FEED)]}
    return render(request, "campaign/feed.html", context)


@public
@never_cache
@require_GET
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Titles and days only. What the person may see is asked anew at every reading."""
    _, ctx = calendar.feed_of(secret=secret, ctx=context_of(request))
    base = request.build_absolute_uri("/")
    made = Calendar()
    made.add("prodid", "-//Bihuan//Calendar//ZH")
    made.add("version", "2.0")
    made.add("x-wr-calname", "闭环")
    made.add("refresh-interval;value=duration", "PT6H")
    for case in calendar.feed_cases(ctx=ctx):
        assert case.due_on is not None  # they are chosen by it
        made.add_component(
            _event(
                f"case-{case.number}", case.due_on, f"{case.title}（{case.number}）",
                at=case.updated_at, url=urljoin(base, case.get_absolute_url()),
            )
        )  # fmt: skip
    for found in calendar.feed_dates(ctx=ctx):
        key = f"plan-{found.campaign.pk}-{found.on}-{digest(found.said)[:12]}"
        title = f"{found.said[:80]}（{found.campaign.name}）"
        url = urljoin(base, found.campaign.get_absolute_url())
        made.add_component(_event(key, found.on, title, at=found.campaign.updated_at, url=url))
    return HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")


def _event(key: str, on: date, title: str, *, at: object, url: str) -> Event:
    """A whole day: DTEND is the first day after it."""
    event = Event()
    event.add("uid", f"{key}@bihuan")
    event.add("dtstamp", at)
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("summary", title)
    event.add("transp", "TRANSPARENT")
    event.add("url", url)
    return event
