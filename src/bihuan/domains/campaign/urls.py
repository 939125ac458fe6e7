"""Addresses of campaigns."""

from __future__ import annotations

from django.urls import path

from bihuan.domains.campaign.web import (
    boards,
    calendar,
    editing,
    family,
    indicators,
    listing,
    office,
    phases,
    problem_points,
    reports,
    reviewing,
)

urlpatterns = [
    path("campaigns/", listing.campaigns, name="campaigns"),
    path("campaigns/new/", listing.new, name="campaign-new"),
    path("campaigns/<uuid:campaign_id>/", boards.board, name="campaign"),
    path("campaigns/<uuid:campaign_id>/ledger.xlsx", boards.ledger, name="campaign-ledger"),
    path("campaigns/<uuid:campaign_id>/units/<str:code>/", boards.unit, name="campaign-unit"),
    path("campaigns/<uuid:campaign_id>/review/", reviewing.review, name="campaign-review"),
    path("campaigns/<uuid:campaign_id>/progress/", reviewing.waiting, name="campaign-progress"),
    path("campaigns/<uuid:campaign_id>/items/add/", editing.add_item, name="campaign-add-item"),
    path("campaigns/<uuid:campaign_id>/items/<uuid:item_id>/", editing.edit_item, name="campaign-edit-item"),
    path("campaigns/<uuid:campaign_id>/items/<uuid:item_id>/split/", editing.split_item, name="campaign-split-item"),
    path("campaigns/<uuid:campaign_id>/names/<uuid:unit_id>/", editing.decide_unit, name="campaign-decide-unit"),
    path("campaigns/<uuid:campaign_id>/family/", family.family_page, name="campaign-family"),
    path("campaigns/<uuid:campaign_id>/coverage/", family.coverage, name="campaign-coverage"),
    path("campaigns/<uuid:campaign_id>/carry/", family.carry_over, name="campaign-carry"),
    path("campaigns/<uuid:campaign_id>/answers/<uuid:superior_id>/", family.answers, name="campaign-answers"),
    path(
        "campaigns/<uuid:campaign_id>/answers/<uuid:superior_id>/<uuid:item_id>/",
        family.answer,
        name="campaign-answer",
    ),
    path("campaigns/<uuid:campaign_id>/reports/", reports.received, name="campaign-reports"),
    path("reports/<uuid:report_id>/", reports.report_page, name="campaign-report"),
    path("reports/<uuid:report_id>/edit/", reports.edit, name="campaign-report-edit"),
    path("reports/<uuid:report_id>/report.docx", reports.word, name="campaign-report-word"),
    path("reports/<uuid:report_id>/rows.xlsx", reports.excel, name="campaign-report-excel"),
    path("reports/<uuid:report_id>/figures/<str:code>/", reports.figure, name="campaign-report-figure"),
    path("office/", office.morning, name="office"),
    path("my-unit/", office.my_unit, name="my-unit"),
    path("screen/", office.screen, name="big-screen"),
    path("campaigns/<uuid:campaign_id>/places/", office.places, name="campaign-places"),
    path("calendar/", calendar.month, name="calendar"),
    path("calendar/feed/", calendar.issue_feed, name="calendar-feed-issue"),
    path("calendar/feed/<str:secret>.ics", calendar.feed, name="calendar-feed"),
    path("indicators/", indicators.gaps_page, name="indicators"),
    path("campaigns/<uuid:campaign_id>/phases/", phases.phases, name="campaign-phases"),
    path(
        "campaigns/<uuid:campaign_id>/problem-points/",
        problem_points.problem_points,
        name="campaign-problem-points",
    ),
]
