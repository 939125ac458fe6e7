"""What is done with products: components, label elements, properties, data sheets, printing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field as Limit

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.actions.problems import NotFound
from bihuan.core.evidence.models import Evidence
from bihuan.kernel.calendar import day_of
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.registers.chemicals.terms import Property
from bihuan.registers.products import queries
from bihuan.registers.products.models import DataSheet, PrintBatch, Product
from bihuan.registers.products.rules import parts, sections
from bihuan.registers.products.terms import MOST_LABELS, PRINT_JOB, PrintKind, PrintState, ProductsGrants

SectionNumber = Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"]
WholeText = Annotated[
    str,
    Label(
        "说明书全文", "Whole text", widget="textarea",
        hint=Text("可从 Word 粘贴，每个部分以“第N部分”起头。", "May be pasted from Word; each section headed 第N部分."),
    ),
    Limit(min_length=10, max_length=200_000),
]  # fmt: skip
Source = Annotated[str, Label("来源", "Source"), Limit(min_length=2, max_length=200)]


class NoSuggestion(Problem):
    code = "no_suggestion"


class NothingFollows(Problem):
    code = "nothing_follows"


class RevisionKnown(Problem):
    code = "revision_known"
    status = 409


@action("products.compose", label=Text("填写组分", "Enter components"), needs=ProductsGrants.EDIT, icon="flask")
def compose(
    *,
    ctx: Context,
    product: Ref[Product],
    components: Annotated[
        list[str],
        Label("组分", "Components", hint=Text("一行一个：名称；CAS号；含量%，如“甲醇；67-56-1；60–70”。", "One a line: name; CAS number; share in %.")),
    ],
) -> Product:  # fmt: skip
    """组分: all of them anew; together not above 100 %."""
    try:
        found = parts.components_of(components)
    except Problem as problem:
        raise type(problem)(problem.text, where={"components": problem.text}) from None
    return ctx.change(product, components=parts.stored(found))


@action(
    "products.take_elements",
    label=Text("按类别填入标签要素", "Fill in the label elements"),
    needs=ProductsGrants.EDIT,
    icon="check",
    confirm=Text(
        "将按所填类别改写象形图、信号词和危险性说明，请随后核对。",
        "Pictograms, signal word and statements are written as the classes ask. Check them afterwards.",
    ),
)
def take_elements(*, ctx: Context, product: Ref[Product]) -> Product:
    """标签要素 as the classes, which a person has confirmed, ask for them."""
    due = queries.due_elements(product, on=day_of(ctx.at))
    if not due.h_codes:
        raise NothingFollows(Text("没有危险性类别，推不出标签要素。", "Without a hazard class nothing follows."))
    return ctx.change(
        product,
        h_codes="；".join(due.h_codes),
        pictograms="；".join(due.pictograms),
        signal=due.signal.value if due.signal else "",
    )


@action(
    "products.accept_property",
    label=Text("采用公开值", "Take over a published value"),
    needs=ProductsGrants.EDIT,
    icon="check",
)
def accept_property(
    *, ctx: Context, product: Ref[Product], property: Annotated[Property, Label("性质", "Property")]
) -> Product:
    """采用: a published value becomes the product's own, with its source; who took it over stands in the history."""
    value = queries.suggested(product, property)
    if value is None:
        raise NoSuggestion(
            Text("没有可采用的“{p}”公开值。", "There is no published value of “{p}” to take over.").format(
                p=property.label
            )
        )
    return _keep_property(ctx, product, property, value.value, value.unit, value.source)


@action(
    "products.enter_property", label=Text("填写理化特性", "Enter a property"), needs=ProductsGrants.EDIT, icon="pencil"
)
def enter_property(
    *,
    ctx: Context,
    product: Ref[Product],
    property: Annotated[Property, Label("性质", "Property")],
    value: Annotated[Decimal, Label("数值", "Value")],
    unit: Annotated[Literal["°C", "% vol", "ppm", "mg/m³"], Label("单位", "Unit")],
    source: Source,
) -> Product:
    """A value of the product itself, such as a flash point that was measured: with where it is from."""
    return _keep_property(ctx, product, property, f"{value:f}", unit, source)


def _keep_property(ctx: Context, product: Product, name: Property, value: str, unit: str, source: str) -> Product:
    others = [row for row in product.properties if row["property"] != name.value]
    own = {"property": name.value, "value": value, "unit": unit, "source": source, "on": day_of(ctx.at).isoformat()}
    return ctx.change(product, properties=[*others, own])


@action(
    "products.write_sheet",
    label=Text("录入安全技术说明书", "Enter a data sheet"),
    needs=ProductsGrants.EDIT,
    icon="file-text",
)
def write_sheet(
    *,
    ctx: Context,
    product: Ref[Product],
    number: Annotated[str, Label("编号", "Number"), Limit(min_length=1, max_length=60)],
    revision: Annotated[str, Label("版本", "Revision"), Limit(min_length=1, max_length=20)],
    dated_on: Annotated[date, Label("编制或修订日期", "Dated")],
    text: WholeText,
    evidence: Annotated[list[UUID], Label("原件", "Original", widget="evidence")] | None = None,
) -> DataSheet:
    """一书: a new revision becomes current, those before stay as they were."""
    if DataSheet._base_manager.filter(product=product, revision=revision).exists():
        raise RevisionKnown(
            Text("已有版本 {r}。修订请用新的版本号。", "Revision {r} exists. A change is a new revision.").format(
                r=revision
            ),
            where={"revision": Text("版本号重复。", "This revision exists.")},
        )
    said = sections.read(text, on=day_of(ctx.at))
    original = _original(ctx, evidence or [])
    last = queries.current_sheet(product)
    if last is not None:
        ctx.change(last, is_current=False)
    return ctx.create(
        DataSheet(
            product=product,
            number=number,
            revision=revision,
            dated_on=dated_on,
            sections=said,
            evidence=original,
            region_path=product.thing.region_path,
            organisation_code=product.thing.organisation_code,
        )
    )


def _original(ctx: Context, ids: list[UUID]) -> Evidence | None:
    if not ids:
        return None
    found: Evidence | None = Evidence.objects.visible_to(ctx.actor).filter(pk=ids[0]).first()
    if found is None:
        raise NotFound
    return found


@action(
    "products.write_section", label=Text("补写一个部分", "Write a section"), needs=ProductsGrants.EDIT, icon="pencil"
)
def write_section(
    *,
    ctx: Context,
    sheet: Ref[DataSheet],
    section: Annotated[SectionNumber, Label("部分", "Section")],
    text: Annotated[
        str, Label("内容", "Text", widget="textarea"), Limit(min_length=1, max_length=sections.MOST_CHARACTERS)
    ],
) -> DataSheet:
    """补写: one section of the current revision. What was there before stands in the history."""
    if not sheet.is_current:
        raise NotFound
    return ctx.change(sheet, sections={**sheet.sections, section: text.strip()})


@action(
    "products.order_labels",
    label=Text("批量排印标签", "Print labels in a batch"),
    needs=ProductsGrants.PRINT,
    icon="printer",
)
def order_labels(
    *,
    ctx: Context,
    product: Ref[Product],
    volume: Annotated[Decimal, Label("包装容积（L）", "Volume of the container (L)"), Limit(gt=0, le=1_000_000)],
    total: Annotated[int, Label("张数", "How many"), Limit(ge=1, le=MOST_LABELS)],
    batch: Annotated[str, Label("批号", "Batch"), Limit(max_length=30)] = "",
) -> PrintBatch:
    """排印: the job makes them in volumes. What contradicts itself is refused here already."""
    queries.require_printable(product, on=day_of(ctx.at))
    made = ctx.create(
        PrintBatch(
            kind=PrintKind.LABELS.value,
            title=product.thing.name,
            product=product,
            volume=volume,
            batch=batch,
            total=total,
            requested_by=ctx.actor.user_id,
            region_path=product.thing.region_path,
            organisation_code=product.thing.organisation_code,
        )
    )
    ctx.enqueue(job=PRINT_JOB, batch=str(made.pk), key=f"{PRINT_JOB}:{made.pk}")
    return made


@action(
    "products.report_print", label=Text("回报排印进度", "Report the printing"), needs=ProductsGrants.REPORT, faces=()
)
def report_print(
    *,
    ctx: Context,
    batch: Ref[PrintBatch],
    state: PrintState,
    done: int,
    files: list[dict[str, Any]],
    said_zh: str = "",
    said_en: str = "",
) -> PrintBatch:
    """The job's word after each volume."""
    return ctx.change(batch, state=state.value, done=done, files=files, said_zh=said_zh[:300], said_en=said_en[:300])
