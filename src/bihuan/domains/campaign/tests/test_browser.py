"""The whole way in a real browser: a plan document goes in, is reviewed, published, and one of its tasks is struck off."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bihuan.core.clock import now
from bihuan.core.jobs import queue
from bihuan.core.modules import registry
from bihuan.domains.campaign.models import Campaign, CampaignTask, PlanItem, PlanUnit
from bihuan.domains.campaign.rules.units import is_collective
from bihuan.engines.plan_reader.documents.door import open_path
from bihuan.engines.plan_reader.reader import read
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from bihuan.parties.models import Organisation, Region
from browser_checks import arrive, assert_sound
from cast import saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
#: The packaged plan where the reference folder is absent.
SAMPLE = Path(__file__).resolve().parents[3] / "engines" / "plan_reader" / "samples" / "yunzhou.txt"


@pytest.fixture(scope="session")
def plan_document(request: pytest.FixtureRequest) -> Path:
    """A published plan of the reference folder; without it the sample the product brings."""
    from conftest import find_shared

    shared = find_shared()
    real = Path(shared) / "plans" / "002.txt" if shared else SAMPLE
    return real if real.is_file() else SAMPLE


class Place:
    """A place whose units bear the names the plan uses, as their own full names."""

    def __init__(self, plan: Path) -> None:
        ledger = read(open_path(plan))
        at = now()
        self.region = saved(
            Region(code="990103", name=ledger.issuer_region or "云州市", kind="district", path="990103/"), at
        )
        self.committee = self.unit("AWH", "区安全生产委员会", "committee")
        self.office = self.unit("AWB", "区安全生产委员会办公室", "office", "区安委会办公室", "市安委办")
        self.office.parent = self.committee
        self.office.save()
        self.street = self.unit("STREET-1", "第一街道办事处", "town")
        names = dict.fromkeys(r.unit for t in ledger.tasks for r in t.responsible if not is_collective(r.unit))
        known = {"区安委会办公室", "市安委办"}
        for number, name in enumerate(n for n in names if n not in known):
            self.unit(f"D{number}", f"{self.region.name}{name.lstrip('区市')}", "department", name)

    def unit(self, code: str, name: str, kind: str, *short: str) -> Organisation:
        return saved(
            Organisation(
                code=code,
                name=name,
                kind=kind,
                region=self.region,
                region_path=self.region.path,
                short_names=list(short),
            ),
            now(),
        )


@pytest.fixture
def stage(db: None, plan_document: Path) -> Place:
    return Place(plan_document)


def work() -> None:
    """What the worker process does, in this one."""
    queue.drain(at=now())


def shot(page: Any, name: str) -> None:
    """A picture of the stop, where BIHUAN_PICTURES says so."""
    if folder := os.environ.get("BIHUAN_PICTURES"):
        page.screenshot(path=f"{folder}/campaign-{name}.png", caret="initial")


@pytest.mark.long
@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 360)])
def test_a_plan_document_becomes_a_running_campaign_and_a_task_is_struck_off(
    stage: Place,
    plan_document: Path,
    make_user: Callable[..., Any],
    open_page: Callable[..., Any],
    tmp_path: Path,
    language: str,
    width: int,
) -> None:
    grants = {role: registry().roles[role].grants for role in ("campaign_office", "handler")}
    officer = make_user("officer", *grants["campaign_office"], region=stage.region.path)
    officer.organisation_code, officer.region_path = stage.committee.code, stage.region.path
    officer.save()
    page = open_page(officer, language=language, width=width)

    def stop(name: str) -> None:
        shot(page, f"{language}-{width}-{name}")
        assert_sound(page)

    page.goto("/campaigns/")
    stop("list-empty")
    page.locator("a[href='/campaigns/new/']").first.click()
    page.set_input_files("input[name=document]", str(plan_document))
    stop("new")
    page.locator("main form button[type=submit]").click()
    arrive(page, "#cp-progress")
    stop("waiting")
    work()
    arrive(page, "[data-review]")
    stop("review")
    campaign = Campaign.objects.get()
    tasks_read = PlanItem.objects.filter(campaign=campaign).count()
    assert page.locator("[data-item]").count() == tasks_read > 5

    look_from_both_sides(page, campaign, narrow=width < 900)
    stop("lit")
    change_split_drop(page, campaign, stop)
    decide_every_name(page, campaign, stage, stop)
    publish(page, campaign, stop)
    for view in ("", "?view=unit", "?view=section", "?view=calendar"):
        page.goto(f"/campaigns/{campaign.pk}/{view}")
        if view in ("?view=unit", "?view=section"):
            page.locator("[data-chart] canvas").first.wait_for()
        stop(f"board{view.replace('?view=', '-')}")
    page.goto("/campaigns/")
    stop("list")

    task = CampaignTask.objects.filter(case__is_ongoing=False).select_related("case").first() or one_that_can_close()
    case = task.case
    handler = make_user("handler", *grants["handler"], organisation=case.organisation_code)
    handling = open_page(handler, language=language, width=width)
    handle(handling, case, tmp_path, f"{language}-{width}")
    page.goto(case.get_absolute_url())
    stop("case-to-verify")
    page.locator("[data-action='case.close_out']").first.click()
    page.locator("#bh-dialog[open] [data-action='case.close_out']").click()
    with page.expect_navigation():
        page.locator("[data-confirm-yes]").click()
    assert Case.objects.get(pk=case.pk).stage == Stage.CLOSED_OUT
    page.goto(f"/campaigns/{campaign.pk}/")
    assert re.search(r"\b1\s*/\s*\d+", page.locator(".bh-numbers").inner_text())
    stop("board-one-closed")


def look_from_both_sides(page: Any, campaign: Campaign, *, narrow: bool) -> None:
    """A task lights its sentence; a sentence its task."""
    first, second = PlanItem.objects.filter(campaign=campaign)[:2]
    page.locator(f"#item-{first.pk} .cp-text").click()
    lit = page.locator("[data-paper] .cp-lit")
    lit.first.wait_for()
    assert first.text[:20].replace("\n", "") in "".join(lit.all_inner_texts())
    if narrow:
        page.locator("#cp-document").wait_for()
        page.locator("#cp-tasks").wait_for(state="hidden")
    mark = page.locator(f"[data-paper] .cp-task[data-items*='{second.pk}']").first
    mark.click()
    page.locator(f"#item-{second.pk}.cp-lit").wait_for()
    if not narrow:
        page.keyboard.press("k")
        page.locator(f"#item-{first.pk}:focus").wait_for()
        page.keyboard.press("e")
        page.locator("#bh-dialog[open]").wait_for()
        page.keyboard.press("Escape")


def dialog_saved(page: Any) -> None:
    with page.expect_navigation():
        page.locator("#bh-dialog form button[type=submit]").click()
    arrive(page, "[data-review]")


def change_split_drop(page: Any, campaign: Campaign, stop: Callable[[str], None]) -> None:
    first = PlanItem.objects.filter(campaign=campaign).first()
    page.locator(f"#item-{first.pk} [data-key=e]").click()
    page.locator("#bh-dialog[open] [name=due_on]").fill("2035-06-30")
    if page.locator("#bh-dialog [name=is_ongoing]").is_checked():
        page.locator("#bh-dialog [name=is_ongoing]").uncheck()
    stop("edit")
    dialog_saved(page)
    assert str(PlanItem.objects.get(pk=first.pk).due_on) == "2035-06-30"
    page.locator(f"#item-{first.pk} [data-key=s]").click()
    page.locator("#bh-dialog[open] [name=at]").first.check()
    stop("split")
    dialog_saved(page)
    halves = PlanItem.objects.filter(campaign=campaign)[:2]
    assert halves[0].text + halves[1].text == first.text
    with page.expect_navigation():
        page.locator(f"#item-{halves[1].pk} [data-key=d] button").click()
    assert PlanItem.objects.get(pk=halves[1].pk).is_dropped


def decide_every_name(page: Any, campaign: Campaign, stage: Place, stop: Callable[[str], None]) -> None:
    """The street offices become a list, the rest is not ours or goes to the office's bureau."""
    bureau = Organisation.objects.filter(kind="department").first()
    first = True
    while (line := page.locator("#cp-names .cp-open")).count():
        line.first.locator("[data-decide]").click()
        dialog = page.locator("#bh-dialog[open]")
        dialog.locator("[name=decision][value=list]").check()
        offers = dialog.locator("[name=organisations]")
        if offers.count():
            offers.first.check()
        else:
            dialog.locator("[role=combobox]").fill(bureau.name)
            option = dialog.locator("[role=option]").first
            option.wait_for()
            page.wait_for_function(
                "n => document.querySelector('#bh-dialog [role=option]')?.textContent.includes(n)", arg=bureau.name
            )
            option.dispatch_event("mousedown")
        if first:
            stop("decide")
            first = False
        dialog_saved(page)
    assert not PlanUnit.objects.filter(campaign=campaign, decision="undecided").exists()


def publish(page: Any, campaign: Campaign, stop: Callable[[str], None]) -> None:
    """Tasks of the office itself get another verifier first."""
    other = Organisation.objects.filter(kind="department").last()
    while (wrong := page.locator(".cp-card-open")).count():
        wrong.first.locator("[data-key=e]").click()
        dialog = page.locator("#bh-dialog[open]")
        dialog.locator("#cp-supervisor").fill(other.name)
        page.wait_for_function(
            "n => document.querySelector('#bh-dialog [role=option]')?.textContent.includes(n)", arg=other.name
        )
        dialog.locator("[role=option]").first.dispatch_event("mousedown")
        dialog_saved(page)
    stop("ready")
    page.locator("[data-action='campaign.publish']").first.click()
    page.locator("#bh-dialog[open] [name=confirm_past]").check()
    stop("publish")
    page.locator("#bh-dialog [data-action='campaign.publish']").click()
    page.locator("[data-confirm-yes]").click()
    arrive(page, "#cp-progress")
    work()
    arrive(page, ".bh-numbers")
    assert Campaign.objects.get(pk=campaign.pk).state == "published"


def one_that_can_close() -> CampaignTask:
    raise AssertionError("every task of the plan is ongoing; none can be struck off")


def handle(page: Any, case: Case, folder: Path, name: str) -> None:
    """The unit acknowledges, reports and submits with a picture, all on its own page."""
    picture = folder / "valve.png"
    page.goto("/inbox/")
    page.screenshot(path=str(picture), caret="initial")
    shot(page, f"{name}-inbox")
    assert_sound(page)
    page.goto(case.get_absolute_url())
    shot(page, f"{name}-case")
    assert_sound(page)

    def act(action: str) -> None:
        page.locator(f"[data-action='{action}']").first.click()
        dialog = page.locator("#bh-dialog[open]")
        dialog.wait_for()
        note = dialog.locator("[name=note]")
        if note.count():
            note.fill("已按方案要求完成")
        if action == "case.submit":
            dialog.locator("[data-evidence] input[type=file]").set_input_files(str(picture))
            dialog.locator(".bh-chip").wait_for()
        with page.expect_navigation():
            dialog.locator(f"[data-action='{action}']").click()

    act("case.acknowledge")
    act("case.report_progress")
    act("case.submit")
    assert Case.objects.get(pk=case.pk).stage == Stage.SUBMITTED
    shot(page, f"{name}-case-submitted")
    assert_sound(page)
