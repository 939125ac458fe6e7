"""The same real id answers its owner with 200 and a neighbour with 404, at every address the resolver knows.

An address with a parameter must stand in `OWNED` with a real id, or in `NO_ROW` with the reason why no row hides
behind it. What a neighbour gets for a real id is, to the letter, what he gets for one that doesn't exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bihuan.core.access.models import Assignment, Role, User
from bihuan.core.access.roles import sync_declared_roles
from bihuan.core.actions.runner import perform
from bihuan.core.audit.models import AuditRow
from bihuan.core.clock import now
from bihuan.core.evidence import receiving
from bihuan.core.modules import registry
from bihuan.core.records.models import Sheet
from bihuan.core.sync.models import SyncConflict
from bihuan.domains.assessment.tests import plays as assessment_plays
from bihuan.domains.bodies.tests import plays as body_plays
from bihuan.domains.campaign.tests import plays as campaign_plays
from bihuan.domains.office_documents.tests import plays as document_plays
from bihuan.domains.project_screening.tests import plays as screening_plays
from bihuan.domains.responsibilities.tests import plays as responsibility_plays
from bihuan.domains.risk_grading.tests import plays as risk_plays
from bihuan.domains.supervision.models import Check, Circular
from bihuan.domains.supervision.tests import plays as supervision_plays
from bihuan.loop.actions import directing
from bihuan.parties.models import Organisation, Region, Thing
from bihuan.registers.duplicates.tests import plays as duplicate_plays
from bihuan.registers.enterprises.tests import plays as enterprise_plays
from bihuan.registers.major_hazards.tests import plays as hazard_plays
from bihuan.registers.parks.tests import plays as park_plays
from bihuan.registers.products.tests import plays as product_plays
from cast import Cast, context, saved
from plays import Play

pytestmark = pytest.mark.django_db

EVERYWHERE = Region(code="", path="")

#: Stands in the title of everything the owner has; a neighbour must not see it anywhere.
MARK = "隐秘甲醇装置"

#: Addresses with a parameter behind which no row of somebody lies.
NO_ROW = {
    "do": "the form of an action: its rows are checked by the door, see test_actions",
    "api_action": "the door itself, see test_actions",
    "find_rows": "searches within the actor's own scope, see the lists below",
    "lawbook_entry": "the law is everybody's to read",
    "calendar-feed": "answers to whoever holds the secret, see domains/campaign/tests/test_calendar",
    "oidc_invitation": "answers to whoever holds the secret",
    "list": "a list: see the lists below",
    "count": "a list: see the lists below",
    "map": "a list: see the lists below",
    "geojson": "a list: see the lists below",
    "export": "a list: see the lists below",
    "template": "an empty sheet",
    "upload": "a form for one's own sheet",
    "api_rows": "a list: see the lists below",
    "evidence-upload": "answers PATCH and HEAD of its own user, see core/evidence/tests",
    "sync-conflict-apply": "POST only: the door, see test_actions",
    "account_reset_password": "POST only: the door, see test_actions",
    "export-request": "see core/exports/tests: only whoever asked, and who may approve it there",
    "export-file": "POST only: the door, see test_actions and core/exports/tests",
    "retention-dry-run": "one page for the installation, open only to who keeps records everywhere",
    "reveal": "POST only: the door, see test_actions",
    "account_invite": "POST only: the door, see test_actions",
    "catalogue-entry": "public law; who handles the chemical is tested in registers/chemicals/tests",
    "layer": "a list, see registers/parks/tests/test_bounds.py",
    "scanned": "public by its purpose: unknown and revoked answer alike, see registers/scan_codes/tests",
    "notice-open": "one's own notice only, see core/notices/tests",
}


@dataclass(frozen=True)
class Owned:
    """A real id and who has it. `neighbour`: who holds the same role next door."""

    kwargs: dict[str, Any]
    owner: str
    neighbour: str


def addresses() -> dict[str, str]:
    """Every address with a parameter: its name with namespaces, and its pattern."""

    def walk(resolver: URLResolver, prefix: str, space: str) -> dict[str, str]:
        found = {}
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                inner = f"{space}{entry.namespace}:" if entry.namespace else space
                found |= walk(entry, prefix + str(entry.pattern), inner)
            elif isinstance(entry, URLPattern) and "<" in prefix + str(entry.pattern):
                found[f"{space}{entry.name}"] = prefix + str(entry.pattern)
        return found

    return walk(get_resolver(), "", "")


@pytest.fixture
def cast(db) -> Cast:
    sync_declared_roles(at=now())
    return Cast.build()


@pytest.fixture
def people(cast, log_in) -> Callable[[str], Any]:
    """`people("works")`: a logged-in client. Their grants stand in the database, as in service."""
    next_office = saved(
        Organisation(
            code="NEXT-AWB", name="邻州市安委办", kind="office", region=cast.next_city, region_path=cast.next_city.path
        )
    )
    # The audit trail is one for the installation: only a grant everywhere opens it.
    said: dict[str, tuple[tuple[str, ...], Organisation, Region | None]] = {
        "works": (("handler",), cast.works, None),
        "stranger": (("handler",), cast.neighbour, None),
        "office": (
            (
                "committee_office",
                "campaign_office",
                "enterprises_keeper",
                "hazard_units_keeper",
                "hazard_appointer",
                "boundary_drawer",
                "risk_assessor",
                "project_registrar",
                "products_keeper",
                "label_printer",
                "supervision_office",
                "responsibilities_office",
                "bodies_office",
                "assessment_office",
                "documents_office",
            ),
            cast.office,
            cast.city,
        ),
        "office_next": (
            (
                "committee_office",
                "campaign_office",
                "enterprises_keeper",
                "hazard_units_keeper",
                "hazard_appointer",
                "boundary_drawer",
                "risk_assessor",
                "project_registrar",
                "products_keeper",
                "label_printer",
                "supervision_office",
                "responsibilities_office",
                "bodies_office",
                "assessment_office",
                "documents_office",
            ),
            next_office,
            cast.next_city,
        ),
        "duplicates": (("duplicates_clerk",), cast.office, cast.city),
        "duplicates_next": (("duplicates_clerk",), next_office, cast.next_city),
        "administrator": (("system_administrator",), cast.office, cast.city),
        "administrator_next": (("system_administrator",), next_office, cast.next_city),
        "auditor": (("audit_administrator",), cast.office, EVERYWHERE),
    }
    clients: dict[str, Any] = {}

    def client(name: str) -> Any:
        if name not in clients:
            roles, unit, region = said[name]
            user = cast.user(name, unit)
            User.objects.filter(pk=user.pk).update(password_changed_at=now(), second_factor_since=now())
            for role in roles:
                saved(
                    Assignment(
                        user=user,
                        role=Role.objects.get(code=role),
                        scope_region=region.path if region is not None else None,
                        scope_organisation=None if region is not None else unit.code,
                        from_at=user.created_at,
                    )
                )
            clients[name] = log_in(user)
        return clients[name]

    return client


def a_case(cast: Cast) -> Any:
    return perform(
        directing.issue,
        ctx=context(cast.officer),
        title=f"{MARK}整改",
        region=cast.park,
        owner=cast.works,
        supervisor=cast.emergency,
    ).value


def evidence(cast: Cast) -> Owned:
    actor = cast.safety_manager
    ctx = context(actor)
    from bihuan.core.evidence import actions

    picture = campaign_plays.PLAN.read_bytes()
    upload = receiving.receive_bytes(ctx=ctx, name="台账.txt", content=picture)
    row = perform(actions.add, ctx=ctx, upload=upload, title=MARK).value
    return Owned({"evidence_id": row.pk}, "works", "stranger")


def campaign(cast: Cast) -> Any:
    made = campaign_plays.read_plan(cast)
    type(made).objects.filter(pk=made.pk).update(name=MARK)
    return made


def report(cast: Cast, people: Any) -> Owned:
    """A report of the works itself: who else has no part in it learns nothing."""
    made = campaign_plays.report_of(cast)
    case = made.case
    case.parties.filter(role="owner").update(organisation=cast.works, organisation_code=cast.works.code)
    type(case).objects.filter(pk=case.pk).update(owner=cast.works, organisation_code=cast.works.code)
    type(made).objects.filter(pk=made.pk).update(title=MARK, organisation=cast.works, organisation_code=cast.works.code)
    return Owned({"report_id": made.pk}, "works", "stranger")


def figure(cast: Cast, people: Any) -> Owned:
    return Owned({"code": "total", **report(cast, people).kwargs}, "works", "stranger")


def marked(cast: Cast) -> Organisation:
    Organisation.objects.filter(pk=cast.works.pk).update(name=MARK)
    return Organisation.objects.get(pk=cast.works.pk)


def enterprise(cast: Cast) -> Any:
    play: Play = enterprise_plays.PLAYS["enterprises.add"](cast)
    return perform(registry().actions["enterprises.add"], ctx=play.ctx, **play.inputs).value


def product(cast: Cast) -> Any:
    return product_plays.sheet(cast, product_plays.composed(cast, name=MARK)).product


def printed(cast: Cast, people: Any) -> Owned:
    """One finished volume of a batch."""
    from bihuan.registers.products import queries

    batch = product_plays.batch(cast)
    type(batch).objects.filter(pk=batch.pk).update(
        title=MARK, files=[{"number": 1, "first": 1, "last": 7, "size": 4}], state="done"
    )
    folder = queries.folder_of(batch)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "0001.pdf").write_bytes(b"%PDF")
    return Owned({"number": 1, "batch_id": batch.pk}, "office", "office_next")


def sheet(cast: Cast, people: Any) -> Owned:
    people("office")
    row = saved(
        Sheet(
            register="enterprises",
            uploaded_by=cast.users["office"].pk,
            file_name=f"{MARK}.xlsx",
            spool="0" * 32,
            state="checked",
            counts={},
            region_path=cast.city.path,
        )
    )
    return Owned({"code": "enterprises", "sheet_id": row.pk}, "office", "office_next")


def conflict(cast: Cast, people: Any) -> Owned:
    people("works")
    from bihuan.core.sync.tests import plays as sync_plays

    play = sync_plays.PLAYS["sync.discard"](cast)
    row = play.inputs["conflict"]
    SyncConflict.objects.filter(pk=row.pk).update(owner_id=cast.users["works"].pk)
    return Owned({"conflict_id": row.pk}, "works", "stranger")


def audit_row(cast: Cast, people: Any) -> Owned:
    a_case(cast)
    return Owned({"row_id": AuditRow.objects.latest("id").pk}, "auditor", "office")


def account(cast: Cast, people: Any) -> Owned:
    people("office")
    return Owned({"user_id": cast.users["office"].pk}, "administrator", "administrator_next")


def assessment(c: Cast, p: Any) -> Owned:
    return Owned({"enterprise_id": risk_plays.assessed(c).enterprise_id}, "office", "office_next")


def check(cast: Cast, people: Any) -> Owned:
    made = supervision_plays.drawn(cast)
    Check.objects.filter(pk=made.pk).update(title=MARK)
    return Owned({"check_id": made.pk}, "office", "office_next")


def circular(cast: Cast, people: Any) -> Owned:
    play: Play = supervision_plays.PLAYS["supervision.publish_circular"](cast)
    made = perform(registry().actions["supervision.publish_circular"], ctx=play.ctx, **play.inputs).value
    Circular.objects.filter(pk=made.pk).update(title=MARK)
    return Owned({"circular_id": made.pk}, "office", "office_next")


def scheme(cast: Cast, people: Any) -> Owned:
    return Owned({"scheme_id": assessment_plays.scheme_of(cast, title=MARK).pk}, "office", "office_next")


def score_sheet(cast: Cast, people: Any) -> Owned:
    made = assessment_plays.published(cast, assessment_plays.scheme_of(cast, title=MARK))
    return Owned({"sheet_id": made.pk}, "office", "office_next")


def body(cast: Cast, people: Any) -> Owned:
    return Owned({"body_id": body_plays.body_of(cast, name=MARK).pk}, "office", "office_next")


def unit_with_a_list(cast: Cast, people: Any) -> Owned:
    # A code as long as the one made up, so that an answer naming the address differs in nothing else.
    Organisation.objects.filter(pk=cast.industry.pk).update(code="GX-DEPARTMENT")
    cast.industry.refresh_from_db()
    responsibility_plays.clause_of(cast, text=MARK)
    return Owned({"code": cast.industry.code}, "office", "office_next")


def paper(cast: Cast, people: Any) -> Owned:
    made = responsibility_plays.paper_of(cast, title=MARK, text="一、市工信局负责。")
    return Owned({"paper_id": made.pk}, "office", "office_next")


OWNED: dict[str, Callable[[Cast, Any], Owned]] = {
    "case": lambda c, p: Owned({"number": a_case(c).number}, "works", "stranger"),
    "campaign-report": report,
    "campaign-report-edit": report,
    "campaign-report-word": report,
    "campaign-report-excel": report,
    "campaign-report-figure": figure,
    "evidence-about": lambda c, p: evidence(c),
    "evidence-file": lambda c, p: evidence(c),
    "evidence-thumbnail": lambda c, p: evidence(c),
    "detail": lambda c, p: Owned({"code": "enterprises", "row_id": enterprise(c).pk}, "office", "office_next"),
    "api_row": lambda c, p: Owned({"code": "enterprises", "row_id": enterprise(c).pk}, "office", "office_next"),
    "sheet": sheet,
    "errors": sheet,
    "duplicate": lambda c, p: Owned(
        {"pair_id": duplicate_plays.noted(c, marked(c)).pk}, "duplicates", "duplicates_next"
    ),
    "assessment": scheme,
    "assessment-sheet": score_sheet,
    "assessment-sheet-word": score_sheet,
    "body": body,
    "office-document": lambda c, p: Owned(
        {"document_id": document_plays.document_of(c, title=MARK).pk}, "office", "office_next"
    ),
    "responsibility-unit": unit_with_a_list,
    "responsibility-list-word": unit_with_a_list,
    "responsibility-list-excel": unit_with_a_list,
    "responsibility-basis": unit_with_a_list,
    "responsibility-paper": paper,
    "responsibility-paper-word": paper,
    "responsibility-hand-over": lambda c, p: Owned({"person_id": c.person(c.industry).pk}, "office", "office_next"),
    "supervision-check": check,
    "supervision-circular": circular,
    "supervision-circular-word": circular,
    "sync-conflict": conflict,
    "audit_row": audit_row,
    "account_page": account,
    "hazard-board": lambda c, p: Owned({"unit_id": hazard_plays.a_unit(c).pk}, "office", "office_next"),
    "boundary": lambda c, p: Owned(
        {"what": "bounds", "thing_id": park_plays.a_park(c).thing_id}, "office", "office_next"
    ),
    "project": lambda c, p: Owned({"project_id": screening_plays.a_project(c).pk}, "office", "office_next"),
    "project-site": lambda c, p: Owned({"project_id": screening_plays.a_project(c).pk}, "office", "office_next"),
    "risk-assessment": assessment,
    "risk-assessment-sheet": assessment,
    "product-label": lambda c, p: Owned({"product_id": product(c).pk}, "office", "office_next"),
    "product-data-sheet": lambda c, p: Owned({"product_id": product(c).pk}, "office", "office_next"),
    "print-file": printed,
    "major-hazard-sheet": lambda c, p: Owned(
        {"form": "json", "unit_id": hazard_plays.a_unit(c).pk}, "office", "office_next"
    ),
}


def bare(name: str) -> str:
    return name.rpartition(":")[2]


def makers(name: str) -> Callable[[Cast, Any], Owned] | None:
    if name in OWNED or bare(name) in OWNED:
        return OWNED.get(name) or OWNED[bare(name)]
    pattern = addresses()[name]
    if "<uuid:campaign_id>" in pattern and pattern.count("<") == 1:
        return lambda c, p: Owned({"campaign_id": campaign(c).pk}, "office", "office_next")
    return None


@pytest.mark.parametrize("name", sorted(addresses()))
def test_every_address_with_a_parameter_is_accounted_for(name):
    pattern = addresses()[name]
    inner_of_campaign = "<uuid:campaign_id>" in pattern
    assert makers(name) or bare(name) in NO_ROW or inner_of_campaign, (
        f"{name} ({pattern}): name a real id in OWNED, or the reason in NO_ROW"
    )


@pytest.mark.parametrize("name", sorted(n for n in addresses() if makers(n)))
def test_the_owner_sees_it_and_a_neighbour_learns_nothing(name, cast, people):
    owned = makers(name)(cast, people)  # type: ignore[misc]
    real = reverse(name, kwargs=owned.kwargs)
    last = list(owned.kwargs)[-1]
    other = uuid4() if re.fullmatch(r"[0-9a-f-]{36}", str(owned.kwargs[last])) else "2026-999999"
    made_up = reverse(name, kwargs={**owned.kwargs, last: other})
    own = people(owned.owner).get(real)
    if own.status_code == 405:
        return  # POST only: the door
    # A thumbnail of a text file doesn't exist for its owner either.
    # A page of progress has nothing to say (204) once the reading is done.
    assert own.status_code in (200, 204, 302) or bare(name) == "evidence-thumbnail", own.content[:300]
    seen, unseen = people(owned.neighbour).get(real), people(owned.neighbour).get(made_up)
    assert seen.status_code == unseen.status_code
    assert seen.status_code in (403, 404)
    assert _levelled(seen, real) == _levelled(unseen, made_up)
    assert MARK not in seen.content.decode("utf-8", "replace")


def _levelled(answer: Any, address: str) -> str:
    """The answer without what differs from one request to the next."""
    text = answer.content.decode("utf-8", "replace")
    for part in address.strip("/").split("/"):
        if len(part) > 8:
            text = text.replace(part, "·")
    return re.sub(r"[0-9a-f]{32}|[0-9a-f-]{36}|[A-Za-z0-9]{64}", "·", text)


#: Lists, exports, searches and counts: (address, who sees the mark, who must not).
LISTS = (
    ("/cases/", "works", "stranger"),
    ("/cases/", "office", "office_next"),
    ("/inbox/", "works", "stranger"),
    ("/overview/", "works", "stranger"),
    (f"/search/?q={MARK[2:4]}", "works", "stranger"),
    (f"/api/search?q={MARK[2:4]}", "works", "stranger"),
    (f"/cases/?q={MARK[2:4]}", "works", "stranger"),
)


@pytest.mark.parametrize(("address", "owner", "neighbour"), LISTS)
def test_no_list_shows_a_neighbours_row(address, owner, neighbour, cast, people):
    a_case(cast)
    mine, theirs = people(owner).get(address), people(neighbour).get(address)
    if mine.status_code == 404 == theirs.status_code:
        return
    assert theirs.status_code == 200
    if address not in ("/overview/",):
        assert MARK in mine.content.decode() or "\\u9690" in mine.content.decode()
    assert MARK not in theirs.content.decode()
    assert "\\u9690" not in theirs.content.decode()


@pytest.mark.parametrize("way", ["list", "geojson", "export", "api_rows"])
def test_no_face_of_a_register_shows_a_neighbours_row(way, cast, people):
    row = enterprise(cast)
    Thing.objects.update(longitude=Decimal("120.25"), latitude=Decimal("30.2"))
    kwargs = {"code": "enterprises"} | ({"form": "json"} if way == "export" else {})
    name = next(n for n in addresses() if bare(n) == way)
    mine = people("office").get(reverse(name, kwargs=kwargs))
    theirs = people("office_next").get(reverse(name, kwargs=kwargs))

    def body(answer: Any) -> str:
        return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()

    assert (mine.status_code, theirs.status_code) == (200, 200)
    mark = str(row.pk)
    shown, hidden = body(mine), body(theirs)
    assert len(shown) > len(hidden)
    assert mark not in hidden
