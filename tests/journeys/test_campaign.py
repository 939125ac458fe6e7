"""From a plan document to a task struck off, through HTTP alone: every form as a browser would send it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.core.clock import now
from bihuan.core.jobs import queue
from bihuan.core.modules import registry
from bihuan.domains.campaign.rules.units import is_collective
from bihuan.engines.plan_reader.documents.door import open_path
from bihuan.engines.plan_reader.reader import read
from bihuan.loop.models import Case
from bihuan.loop.terms import Stage
from bihuan.parties.models import Organisation, Region
from cast import saved

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "src/bihuan/engines/plan_reader/samples/yunzhou.txt"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f0005000"
    "1ffa55c7e840000000049454e44ae426082"
)


@pytest.fixture(
    params=[
        pytest.param("sample"),
        pytest.param("000.txt", marks=pytest.mark.shared),
        pytest.param("002.txt", marks=pytest.mark.shared),
        pytest.param("004.txt", marks=pytest.mark.shared),
    ]
)
def plan(request):
    if request.param == "sample":
        return SAMPLE
    return Path(request.getfixturevalue("shared_folder")) / "plans" / request.param


@pytest.fixture
def place(db, plan):
    """A place with a committee, its office, and a unit for every name of the plan that isn't collective."""
    at = now()
    ledger = read(open_path(plan))
    region = saved(Region(code="990100", name=ledger.issuer_region or "云州市", kind="city", path="990100/"), at)

    def unit(code, name, kind, *short, parent=None):
        return saved(
            Organisation(
                code=code,
                name=name,
                kind=kind,
                region=region,
                region_path=region.path,
                short_names=list(short),
                parent=parent,
            ),
            at,
        )

    committee = unit("AWH", "安全生产委员会", "committee")
    unit("AWB", "安全生产委员会办公室（核验）", "office", parent=committee)
    names = dict.fromkeys(r.unit for t in ledger.tasks for r in t.responsible if not is_collective(r.unit))
    for number, name in enumerate(names):
        unit(f"D{number}", name, "department")
    return region


def csrf_free(log_in, user):
    return log_in(user, second_factor=True)


def test_a_plan_goes_in_and_a_task_is_struck_off(plan, place, make_user, log_in):
    officer = make_user("officer", *registry().roles["campaign_office"].grants, region=place.path)
    office = csrf_free(log_in, officer)
    sent = office.post(
        "/campaigns/new/", {"issuer": "AWH", "document": SimpleUploadedFile(plan.name, plan.read_bytes())}
    )
    assert sent.status_code == 302
    queue.drain(at=now())
    review = sent["Location"]
    page = office.get(review)
    assert page.status_code == 200
    shown = page.context
    assert len(shown["cards"]) == len(read(open_path(plan)).tasks) > 5

    some_unit = Organisation.objects.get(code="D0")
    for line in shown["units"]:
        if line.decision.value == "undecided":
            answer = office.post(
                f"{review.removesuffix('review/')}names/{line.unit.pk}/",
                {"version": line.unit.version, "decision": "list", "organisations": [str(some_unit.pk)]},
            )
            assert answer.status_code == 302
    campaign = office.get(review).context["campaign"]
    frame = {
        "campaign": f"{campaign.pk}@{campaign.version}",
        "name": campaign.name,
        "supervisor": str(Organisation.objects.get(code="AWB").pk),
        "from_on": "2026-01-01",
        "until_on": "2035-12-31",
    }
    assert office.post("/do/campaign-set_frame/", frame).status_code == 302
    ready = office.get(review).context
    assert not ready["plan"].obstacles
    campaign = ready["campaign"]
    mark = f"{campaign.pk}@{campaign.version}"
    if ready["plan"].past:
        assert office.post("/do/campaign-publish/", {"campaign": mark}).status_code == 409
    assert office.post("/do/campaign-publish/", {"campaign": mark, "confirm_past": "on"}).status_code == 302
    queue.drain(at=now())
    board = office.get(f"/campaigns/{campaign.pk}/")
    assert board.context["tally"].total == ready["plan"].number_of_cases >= len(shown["cards"])

    case = Case.objects.filter(is_ongoing=False).order_by("number").first()
    handler = csrf_free(
        log_in, make_user("handler", *registry().roles["handler"].grants, organisation=case.organisation_code)
    )
    assert case.title in handler.get("/inbox/").content.decode()
    evidence = handler.post(
        "/api/evidence/files", {"file": SimpleUploadedFile("photo.png", PNG, "image/png"), "add": "1"}
    ).json()["evidence"]["id"]
    for action, said in (
        ("case-acknowledge", {}),
        ("case-report_progress", {"note": "正在办理"}),
        ("case-submit", {"note": "已完成", "evidence": [evidence]}),
    ):
        case.refresh_from_db()
        answer = handler.post(f"/do/{action}/", {"case": f"{case.pk}@{case.version}", **said})
        assert answer.status_code == 302, (action, answer.content.decode()[-800:])
    case.refresh_from_db()
    assert case.stage == Stage.SUBMITTED
    assert office.post("/do/case-close_out/", {"case": f"{case.pk}@{case.version}"}).status_code == 302
    case.refresh_from_db()
    assert case.stage == Stage.CLOSED_OUT
    assert office.get(f"/campaigns/{campaign.pk}/").context["tally"].closed == 1
