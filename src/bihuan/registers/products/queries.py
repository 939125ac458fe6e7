"""Reads of products, each within what the actor may see: the facts of a product, what contradicts itself, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.engines.ghs.checks import Finding, check
from bihuan.engines.ghs.elements import elements_of
from bihuan.engines.ghs.pictograms import pictogram_address
from bihuan.engines.ghs.tables import HazardCategory, Tables, tables_at
from bihuan.engines.safety_documents.printing import data_sheet_pdf, label_pdf
from bihuan.engines.safety_documents.sizes import LabelSize, read_volumes, size_for, sizes_at
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.registers.chemicals.rules.properties import Value, properties_of
from bihuan.registers.chemicals.terms import Property
from bihuan.registers.products.models import DataSheet, PrintBatch, Product
from bihuan.registers.products.rules import documents, national_code, parts, sections
from bihuan.registers.products.rules.documents import ProductFacts, TakenValue
from bihuan.registers.products.rules.particulars import signal_of

REVISIONS_SHOWN = 20


class LabelNotReady(Problem):
    """A label that contradicts itself, or that lacks what every label must have, isn't printed."""

    code = "label_not_ready"


class NoDataSheet(Problem):
    code = "no_data_sheet"


def get_product(*, ctx: Context, product_id: UUID) -> Product:
    found: Product | None = (
        Product.objects.visible_to(ctx.actor)
        .select_related("thing", "thing__organisation")
        .filter(pk=product_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def find_products(*, ctx: Context, text: str) -> Iterable[Product]:
    rows = Product.objects.visible_to(ctx.actor).select_related("thing")
    return rows.filter(Q(thing__name__contains=text) | Q(thing__code__startswith=text)) if text else rows


def current_sheet(product: Product) -> DataSheet | None:
    found: DataSheet | None = DataSheet._base_manager.filter(product=product, is_current=True).first()
    return found


def classes_of(product: Product, tables: Tables) -> tuple[HazardCategory, ...]:
    return tables.read(product.classes) if product.classes else ()


def taken(product: Product) -> tuple[TakenValue, ...]:
    known = {p.value for p in Property}
    return tuple(
        TakenValue(Property.of(r["property"]), r["value"], r["unit"], r["source"])
        for r in product.properties
        if r["property"] in known
    )


def facts_of(product: Product, *, tables: Tables) -> ProductFacts:
    return ProductFacts(
        name=product.thing.name,
        name_en=product.name_en,
        supplier=product.thing.organisation.name,
        is_mixture=product.is_mixture,
        classes=classes_of(product, tables),
        h_codes=parts.codes_of(product.h_codes),
        p_codes=parts.codes_of(product.p_codes),
        pictograms=tuple(c for c in parts.codes_of(product.pictograms) if c in tables.pictograms),
        signal=signal_of(product.signal),
        un_number=product.un_number.upper().removeprefix("UN").strip(),
        transport_class=product.transport_class,
        packing_group=product.packing_group,
        components=parts.from_store(product.components),
        properties=taken(product),
        address=product.address,
        telephone=product.telephone,
        emergency_telephone=product.emergency_telephone,
        code=national_code.said_by(address=product.national_address, number=product.national_number),
        national_number=product.national_number,
    )


def findings_of(product: Product, *, on: date) -> tuple[Finding, ...]:
    tables = tables_at(on)
    return check(facts_of(product, tables=tables).declared, tables=tables)


def section_states(product: Product, *, sheet: DataSheet | None, on: date) -> list[sections.SectionState]:
    tables = tables_at(on)
    said = documents.said_by_fields(facts_of(product, tables=tables), tables=tables)
    return sections.states_of(sections=sheet.sections if sheet else {}, said_elsewhere=said, on=on)


def due_elements(product: Product, *, on: date) -> Any:
    """标签要素 that follow from the classes."""
    tables = tables_at(on)
    return elements_of(classes_of(product, tables), tables=tables)


def suggestions(product: Product) -> list[Value]:
    """Published values of a pure substance that nobody has taken over yet. A mixture has none: its values are its own."""
    rows = [row for row in product.components if row["cas"]]
    if product.is_mixture or len(rows) != 1:
        return []
    known = {row["property"] for row in product.properties}
    return [v for v in properties_of(rows[0]["cas"]).values() if v is not None and v.property.value not in known]


def suggested(product: Product, name: Property) -> Value | None:
    return next((value for value in suggestions(product) if value.property is name), None)


# — papers —


def require_printable(product: Product, *, on: date) -> ProductFacts:
    """A label is printed when nothing in it contradicts itself and it says who made it and whom to call."""
    facts = facts_of(product, tables=tables_at(on))
    wrong = [finding.text for finding in findings_of(product, on=on) if finding.stops]
    if not facts.emergency_telephone:
        wrong.append(Text("未填应急咨询电话。", "No emergency telephone is given."))
    if facts.classes and not facts.h_codes:
        wrong.append(Text("未填危险性说明。", "No hazard statement is given."))
    if wrong:
        raise LabelNotReady(
            Text("标签不能排印：{why}", "The label can't be printed: {why}").format(
                why=Text(" ".join(w.zh for w in wrong[:8]), " ".join(w.en for w in wrong[:8]))
            )
        )
    return facts


def label_for(product: Product, *, volume: Decimal, on: date) -> tuple[bytes, LabelSize]:
    facts = require_printable(product, on=on)
    size = size_for(volume=volume, on=on)
    return label_pdf(documents.label_of(facts, tables=tables_at(on)), size=size), size


def sheet_for(product: Product, *, on: date) -> bytes:
    sheet = current_sheet(product)
    if sheet is None:
        raise NoDataSheet(
            Text(
                "还没有录入安全技术说明书。请在产品页录入后再打印。",
                "There is no data sheet yet. Enter one on the page of the product.",
            )
        )
    tables = tables_at(on)
    states = section_states(product, sheet=sheet, on=on)
    return data_sheet_pdf(
        documents.data_sheet_of(
            facts_of(product, tables=tables),
            tables=tables,
            sections=sheet.sections,
            number=sheet.number,
            revision=sheet.revision,
            dated_on=sheet.dated_on,
            missing=[state.rule.number for state in states if state.is_empty],
            on=on,
        )
    )


def volumes_of(product: Product, *, on: date) -> list[tuple[Decimal, LabelSize]]:
    return (
        [(volume, size_for(volume=volume, on=on)) for volume in read_volumes(product.volumes)]
        if product.volumes
        else []
    )


def panel_of_product(*, ctx: Context, row: Product) -> Mapping[str, Any]:
    """一书一签 on the page of a product."""
    today = day_of(ctx.at)
    tables = tables_at(today)
    facts, sheet = facts_of(row, tables=tables), current_sheet(row)
    revisions = DataSheet.objects.visible_to(ctx.actor).filter(product=row).select_related("evidence")
    states = section_states(row, sheet=sheet, on=today)
    code = law.at(today).value("ghs/labels", "product_code")
    return {
        "product": row,
        "facts": facts,
        "lines": [parts.written(component) for component in facts.components],
        "findings": findings_of(row, on=today),
        "pictograms": [(pictogram_address(c), tables.pictograms[c]) for c in facts.pictograms],
        "hazards": [(c, tables.h_statements[c].text) for c in facts.h_codes if c in tables.h_statements],
        "precautions": documents.precautions_of(facts, tables),
        "elements": due_elements(row, on=today) if facts.classes and not facts.h_codes else None,
        "sheet": sheet,
        "revisions": list(revisions[:REVISIONS_SHOWN]),
        "states": states,
        "complete": sum(1 for state in states if state.is_complete),
        "suggestions": suggestions(row),
        "volumes": volumes_of(row, on=today),
        "tables": tables,
        "size_table": sizes_at(today)[1],
        "code": code,
    }


# — batches —


def batches(*, ctx: Context) -> QuerySet[PrintBatch]:
    rows: QuerySet[PrintBatch] = PrintBatch.objects.visible_to(ctx.actor)
    return rows.order_by("-created_at", "-id")


def folder_of(batch: PrintBatch) -> Path:
    return Path(settings.BIHUAN_HOME) / "prints" / str(batch.pk)


def file_of(*, ctx: Context, batch_id: UUID, number: int) -> tuple[PrintBatch, Path]:
    """A finished volume of a batch of one's own scope."""
    batch = batches(ctx=ctx).filter(pk=batch_id).first()
    if batch is None or number not in {f["number"] for f in batch.files}:
        raise NotFound
    path = folder_of(batch) / f"{number:04d}.pdf"
    if not path.is_file():
        raise NotFound(
            Text("这一册已过保存期限，请重新排印。", "This volume is no longer kept: print the batch again.")
        )
    return batch, path
