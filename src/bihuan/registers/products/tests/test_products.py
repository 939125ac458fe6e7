"""Products: what is taken over, what is refused, what prints, and what a neighbour sees."""

from __future__ import annotations

import io

import pytest
from pdfminer.high_level import extract_text
from pdfminer.pdfpage import PDFPage

from bihuan.core.access.context import service_actor
from bihuan.core.actions.runner import perform
from bihuan.core.jobs.queue import drain
from bihuan.engines.safety_documents import printing
from bihuan.kernel.problem import Problem
from bihuan.registers.products import actions, jobs, queries
from bihuan.registers.products.models import DataSheet, PrintBatch, Product
from bihuan.registers.products.module import REGISTER
from bihuan.registers.products.terms import PrintState, ProductsGrants
from bihuan.registers.products.tests import plays
from cast import AT, TODAY, Cast, context

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return Cast.build()


def test_label_elements_follow_from_the_classes(cast):
    made = plays.product(cast, h_codes="", pictograms="", signal=None)
    done = perform(actions.take_elements, ctx=context(plays.keeper(cast)), product=made).value
    assert (done.h_codes, done.pictograms, done.signal) == ("H225；H301", "GHS02；GHS06", "danger")
    bare = plays.product(cast, code="P-102", classes="", h_codes="", national_address="", national_number="")
    with pytest.raises(actions.NothingFollows):
        perform(actions.take_elements, ctx=context(plays.keeper(cast)), product=bare)


def test_a_published_value_is_taken_over_with_its_source_and_once(cast):
    made = plays.composed(cast)
    assert {v.property.value for v in queries.suggestions(made)} >= {"flash_point", "boiling_point"}
    done = perform(actions.accept_property, ctx=context(plays.keeper(cast)), product=made, property="flash_point").value
    assert done.properties[0]["source"].startswith("IEC")
    with pytest.raises(actions.NoSuggestion):
        perform(actions.accept_property, ctx=context(plays.keeper(cast)), product=done, property="flash_point")
    assert "flash_point" not in [f.field for f in queries.findings_of(done, on=TODAY)]


def test_a_mixture_is_offered_no_published_values(cast):
    made = plays.composed(cast, is_mixture=True)
    assert queries.suggestions(made) == []


def test_a_revision_supersedes_and_the_earlier_one_stays(cast):
    first = plays.sheet(cast)
    second = plays.sheet(cast, first.product, revision="2.0")
    first.refresh_from_db()
    assert (first.is_current, second.is_current) == (False, True)
    with pytest.raises(actions.RevisionKnown):
        plays.sheet(cast, first.product, revision="2.0")
    assert DataSheet.objects.filter(product=first.product).count() == 2


def test_what_contradicts_itself_is_shown_and_never_printed(cast):
    made = plays.product(cast, signal="warning")
    assert any(f.field == "signal" for f in queries.findings_of(made, on=TODAY))
    with pytest.raises(queries.LabelNotReady):
        perform(actions.order_labels, ctx=context(plays.printer(cast)), product=made, volume="20", total=5)
    assert not PrintBatch.objects.exists()


def test_a_national_number_belongs_to_one_product(cast):
    plays.product(cast)
    with pytest.raises(Problem):
        plays.product(cast, code="P-102", name="乙醇")
    assert Product.objects.count() == 1


@pytest.mark.fonts
def test_a_batch_is_printed_in_volumes_and_goes_on_where_it_stopped(cast, settings, tmp_path, monkeypatch):
    settings.BIHUAN_HOME = tmp_path
    monkeypatch.setattr(jobs, "PAGES", 1)  # six labels a page: 13 are three volumes
    made = plays.batch(cast, total=13)
    ctx = context(service_actor("printer", ProductsGrants.REPORT.value, ProductsGrants.READ.value))
    told = [{"number": 1, "first": 1, "last": 6, "size": 1}]
    perform(actions.report_print, ctx=ctx, batch=made, state="running", done=6, files=told)
    drain(at=AT)
    made.refresh_from_db()
    assert (made.state, made.done) == (PrintState.DONE, 13)
    assert [(f["first"], f["last"]) for f in made.files] == [(1, 6), (7, 12), (13, 13)]
    assert not (queries.folder_of(made) / "0001.pdf").exists()  # told of before: not made again
    last = (queries.folder_of(made) / "0003.pdf").read_bytes()
    assert len(list(PDFPage.get_pages(io.BytesIO(last)))) == 1
    assert "13 / 13" in extract_text(io.BytesIO(last))


@pytest.mark.fonts
def test_a_label_that_is_too_full_ends_the_batch_with_its_reason(cast, settings, tmp_path, monkeypatch):
    settings.BIHUAN_HOME = tmp_path
    monkeypatch.setitem(printing.LEAST_TYPE, False, 12.0)  # a size at which these words don't fit
    made = perform(
        actions.order_labels, ctx=context(plays.printer(cast)), product=plays.product(cast), volume="1", total=5,
    ).value  # fmt: skip
    drain(at=AT)
    made.refresh_from_db()
    assert made.state == PrintState.REFUSED
    assert "放不下" in made.said_zh


@pytest.mark.fonts
def test_papers_and_batches_are_the_owners_alone(cast, log_in, make_user, settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path
    sheet = plays.sheet(cast)
    ordered = {"product": sheet.product, "volume": "20", "total": 3}
    batch = perform(actions.order_labels, ctx=context(plays.printer(cast)), **ordered).value
    drain(at=AT)
    ours = log_in(make_user("ours", *ProductsGrants, organisation=cast.works.code))
    theirs = log_in(make_user("theirs", *ProductsGrants, organisation=cast.neighbour.code))
    addresses = [
        f"/products/{sheet.product_id}/label.pdf?volume=0.05",
        f"/products/{sheet.product_id}/data-sheet.pdf",
        f"/prints/{batch.pk}/1.pdf",
        f"/registers/products/{sheet.product_id}/",
    ]
    for address in addresses:
        assert ours.get(address).status_code == 200, address
        assert theirs.get(address).status_code == 404, address
    assert "甲醇" in ours.get("/prints/").content.decode()
    assert "甲醇" not in theirs.get("/prints/").content.decode()
    for odd in ("nan", "-1", "x", "99999999999"):
        assert ours.get(f"/products/{sheet.product_id}/label.pdf?volume={odd}").status_code == 404
    page = ours.get(f"/registers/{REGISTER.code}/{sheet.product_id}/").content.decode()
    assert "登记系统发放" in page
    assert "data:image/svg+xml" in page
