"""Pages over many cases: how many SQL statements each costs, at any size; and that every page shows the right rows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bihuan.core import clock
from bihuan.core.access.models import Assignment
from bihuan.core.records import search
from bihuan.loop import figures, listing, queries
from bihuan.loop.models import Case, CaseParty, CaseStep
from bihuan.loop.queries import CaseFilter
from bihuan.loop.terms import DeadlineColour, LoopGrants, Stage
from cast import AT, TODAY, context

STAGES = ("submitted", "issued", "in_hand", "closed_out", "acknowledged", "submitted", "withdrawn")
SEES = tuple(map(str, LoopGrants))


@pytest.fixture(autouse=True)
def nothing_held():
    figures.forget()
    yield
    figures.forget()


@pytest.fixture
def many(cast):
    """`many(60)`: so many cases more, in every stage, some without a time limit, half of them of each works."""

    def make(number: int) -> list[Case]:
        before = Case.objects.count()
        cases, parties, steps = [], [], []
        for n in range(before, before + number):
            owner = cast.neighbour if n % 2 else cast.works
            stage = STAGES[n % 7]
            is_open = stage not in ("closed_out", "withdrawn")
            due = None if n % 5 == 4 else TODAY + timedelta(days=n * 37 % 90 - 30)
            case = Case(
                number=f"2026-9{n:05}", kind="general", title=f"更换甲醇储罐呼吸阀 {n}", owner=owner,
                organisation_code=owner.code, supervisor=cast.emergency, supervisor_code=cast.emergency.code,
                region=cast.park, region_path=cast.park.path if n % 3 else cast.district.path, stage=stage,
                stage_since=AT, is_open=is_open, due_on=due, first_due_on=due, is_supervised=n % 4 == 0,
                wanted_due_on=TODAY if n % 11 == 0 and is_open else None, created_at=AT, updated_at=AT,
            )  # fmt: skip
            cases.append(case)
            for unit, role in ((owner, "owner"), (cast.emergency, "supervisor")):
                parties.append(CaseParty(case=case, organisation=unit, organisation_code=unit.code, role=role))
        # The first of all has a long way behind it, and all the others for children.
        first = Case.objects.order_by("number").first() or cases[0]
        for case in cases:
            if case is not first:
                case.parent = first
            move = {"move": "progress", "from_stage": "in_hand", "to_stage": "in_hand", "actor": "service:trial"}
            steps.append(CaseStep(case=first, at=AT, note="进展", created_at=AT, updated_at=AT, **move))
        Case.objects.bulk_create(cases)
        CaseParty.objects.bulk_create(parties)
        CaseStep.objects.bulk_create(steps)
        search.rebuild(at=clock.now())
        return cases

    return make


@pytest.fixture
def county(cast, make_user, log_in):
    """Sees the whole city, and verifies for the emergency bureau."""
    user = make_user("county", *SEES, "campaign.read", region=cast.city.path)
    type(user).objects.filter(pk=user.pk).update(organisation_code=cast.emergency.code)
    return log_in(user)


@pytest.fixture
def works(cast, make_user, log_in):
    return log_in(make_user("worker", str(LoopGrants.HANDLE), organisation=cast.works.code))


ADDRESSES = {
    "inbox": "/inbox/",
    "overview": "/overview/",
    "list": "/cases/",
    "last page": "/cases/?page=9999",
    "narrowed list": "/cases/?stage=submitted&colour=red&supervised=1",
    "case page": "/cases/2026-900000/",
    "search": "/search/?q=甲醇",
    "counts of the top bar": "/topbar/",
}


def test_ten_times_the_cases_cost_not_one_statement_more(many, county, works, monkeypatch):
    # A part of the inbox that is cut costs one count: small pages, so that it is cut at both sizes.
    monkeypatch.setattr(queries, "PAGE", 5)
    visits = [(who, name) for who in ("county", "works") for name in ADDRESSES]
    clients = {"county": county, "works": works}
    many(130)
    few = {visit: statements(clients[visit[0]], ADDRESSES[visit[1]]) for visit in visits}
    many(1170)
    many_of_them = {visit: statements(clients[visit[0]], ADDRESSES[visit[1]]) for visit in visits}
    # Fewer is possible: at the small size a page lies across the end of the open cases, which are read apart.
    assert not {visit: (few[visit], n) for visit, n in many_of_them.items() if n > few[visit]}
    assert max(few.values()) <= 20, few


def statements(client, address: str) -> int:
    assert client.get(address).status_code in (200, 404)  # whatever is looked up once in a process
    figures.forget()
    with CaptureQueriesContext(connection) as said:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(said)


def read_through(ctx, narrowed) -> list[str]:
    pages = listing.CasePages(ctx=ctx, narrowed=narrowed)
    shown = [case.number for n in pages.page_range for case in pages.page(n).object_list]
    assert len(shown) == pages.count
    return shown


@pytest.mark.parametrize("narrowed", [CaseFilter(), CaseFilter(stage="submitted"), CaseFilter(colour="grey"), CaseFilter(open_only=True), CaseFilter(colour="red", supervised=True), CaseFilter(stage="closed_out")])  # fmt: skip
@pytest.mark.parametrize("who", ["officer", "safety_manager", "regulator_next_door"])
def test_all_pages_together_are_the_whole_list_in_its_order(who, narrowed, many, cast):
    many(330)
    ctx = context(getattr(cast, who))
    rows = queries.cases(ctx=ctx, narrowed=narrowed)
    wanted = rows.order_by(F("is_open").desc(), F("due_on").asc(nulls_last=True), "id").values_list("number", flat=True)
    assert read_through(ctx, narrowed) == list(wanted)


def test_a_path_looked_at_row_by_row_says_what_the_range_says(many, cast):
    many(30)
    for path in (
        cast.park.path,
        cast.district.path,
        cast.city.path,
        cast.next_city.path,
        "99010",
        "990100",
        "9901001/",
    ):
        ranged = Case.objects.filter(region_path__gte=path, region_path__lt=path[:-1] + chr(ord(path[-1]) + 1))
        by_row = Case.objects.filter(region_path__lies_below=path)
        assert set(by_row.values_list("pk")) == set(ranged.values_list("pk")), path


def test_the_situation_adds_up(many, cast):
    cases = many(120)
    found = figures.situation(ctx=context(cast.officer)).value
    assert found.total == len(cases)
    assert found.by_stage == {s: sum(c.stage == s for c in cases) for s in Stage}
    still = [c for c in cases if c.is_open]
    assert found.supervised == sum(c.is_supervised for c in still)
    assert found.by_colour[DeadlineColour.RED] == sum(c.due_on is not None and c.due_on < TODAY for c in still)
    assert found.by_colour[DeadlineColour.GREY] == sum(c.due_on is None for c in still)
    assert sum(found.by_colour.values()) == len(still)


def test_large_figures_are_held_for_some_seconds_and_say_of_when(many, cast, monkeypatch):
    monkeypatch.setattr(figures, "HELD_FROM", 20)
    many(30)
    at = AT + timedelta(hours=1)
    first = figures.situation(ctx=context(cast.officer, at=at))
    many(7)
    soon = figures.situation(ctx=context(cast.officer, at=at + timedelta(seconds=figures.HELD_SECONDS - 1)))
    later = figures.situation(ctx=context(cast.officer, at=at + timedelta(seconds=figures.HELD_SECONDS)))
    assert (soon.value.total, soon.at) == (30, first.at)
    assert (later.value.total, later.at) == (37, at + timedelta(seconds=figures.HELD_SECONDS))


def test_small_figures_are_of_this_instant(many, cast):
    many(30)
    assert figures.situation(ctx=context(cast.officer)).value.total == 30
    many(7)
    assert figures.situation(ctx=context(cast.officer)).value.total == 37


def test_a_held_figure_is_shown_to_nobody_whose_grant_has_gone(many, county, works, cast, monkeypatch):
    monkeypatch.setattr(figures, "HELD_FROM", 20)
    many(60)
    assert "/ 60</span>" in county.get("/inbox/").content.decode()
    assert "/ 30</span>" in works.get("/inbox/").content.decode()
    Assignment.objects.filter(user__username="county").update(scope_region=cast.next_city.path)
    assert "/ 0</span>" in county.get("/inbox/").content.decode()
    Assignment.objects.all().update(until_at=clock.now())
    assert county.get("/cases/2026-900000/").status_code == 404
    assert "2026-900000" not in county.get("/cases/").content.decode()


def test_what_waits_for_somebody_is_never_held(many, county, monkeypatch):
    monkeypatch.setattr(figures, "HELD_FROM", 2)
    many(60)
    before = county.get("/topbar/").json()["inbox"]
    assert f"<span>{before}</span>" in county.get("/inbox/").content.decode()
    Case.objects.filter(number="2026-900000").update(stage="closed_out", is_open=False)
    assert county.get("/topbar/").json()["inbox"] == before - 1
    page = county.get("/inbox/").content.decode()
    assert f"<span>{before - 1}</span>" in page
    assert "2026-900000" not in page


def test_counts_stop_where_nobody_reads_on(many, county, monkeypatch):
    monkeypatch.setattr(queries, "COUNT_UP_TO", 60)
    many(420)
    page = county.get("/inbox/").content.decode()
    assert "<span>60+</span>" in page
    assert page.count('class="lp-words"') <= 4 * queries.PAGE
    assert "data-count>99+</span>" in page
    assert county.get("/topbar/").json()["inbox"] == queries.WAITING_UP_TO


def test_titles_are_data_and_never_markup(many, county):
    many(7)
    Case.objects.all().update(
        title='<script>alert("甲醇")</script>', is_open=True, stage="submitted", due_on=date(2020, 1, 1)
    )
    for address in ("/inbox/", "/cases/", "/overview/"):
        page = county.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page, address


def test_a_long_title_is_cut_to_what_a_line_holds(many, county):
    many(7)
    Case.objects.all().update(title="长" * 200)
    page = county.get("/cases/").content.decode()
    assert "长" * 79 + "…" in page
    assert "长" * 80 not in page


def test_the_address_of_a_case_is_what_django_would_say(many):
    for number in ("2026-000001", "甲 1", "a%2Fb", "x?y#z"):
        assert Case(number=number).get_absolute_url() == reverse("case", kwargs={"number": number})
