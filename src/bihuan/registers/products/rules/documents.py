"""一书一签的内容: from what is registered of a product to what its label and data sheet say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from bihuan.engines.ghs.checks import Component, Declared
from bihuan.engines.ghs.tables import HazardCategory, Tables
from bihuan.engines.ghs.terms import Group, Signal
from bihuan.engines.safety_documents.content import (
    DataSheet,
    Pairs,
    Paragraph,
    SafetyLabel,
    Section,
    Signs,
    Table,
)
from bihuan.kernel.text import Text
from bihuan.registers.chemicals.terms import Property
from bihuan.registers.products.rules.sections import rules_at

_BASIS = "按照 GB/T 16483、GB/T 17519 编制"


@dataclass(frozen=True, slots=True)
class TakenValue:
    """A property as a person took it over."""

    name: Property
    value: str
    unit: str
    source: str

    @property
    def number(self) -> Decimal | None:
        try:
            return Decimal(self.value)
        except InvalidOperation:
            return None


@dataclass(frozen=True)
class ProductFacts:
    """A product as its papers need it."""

    name: str
    name_en: str
    supplier: str
    is_mixture: bool
    classes: tuple[HazardCategory, ...]
    h_codes: tuple[str, ...]
    p_codes: tuple[str, ...]
    pictograms: tuple[str, ...]
    signal: Signal | None
    un_number: str
    transport_class: str
    packing_group: str
    components: tuple[Component, ...]
    properties: tuple[TakenValue, ...]
    address: str = ""
    telephone: str = ""
    emergency_telephone: str = ""
    code: str = ""
    national_number: str = ""

    def value(self, name: Property) -> Decimal | None:
        taken = next((v for v in self.properties if v.name is name), None)
        return taken.number if taken is not None and taken.unit == "°C" else None

    @property
    def declared(self) -> Declared:
        return Declared(
            classes=self.classes,
            h_codes=self.h_codes,
            p_codes=self.p_codes,
            pictograms=self.pictograms,
            signal=self.signal,
            flash_point=self.value(Property.FLASH_POINT),
            boiling_point=self.value(Property.BOILING_POINT),
            un_number=self.un_number,
            transport_class=self.transport_class,
            packing_group=self.packing_group,
            components=self.components,
        )


def hazards_of(facts: ProductFacts, tables: Tables) -> list[Text]:
    return [tables.h_statements[c].text for c in facts.h_codes if c in tables.h_statements]


def precautions_of(facts: ProductFacts, tables: Tables) -> list[tuple[Group, list[Text]]]:
    """防范说明 in the order of their groups."""
    said = [tables.p_statements[c] for c in facts.p_codes if c in tables.p_statements]
    grouped = [(group, [s.text for s in said if s.group is group]) for group in Group]
    return [(group, texts) for group, texts in grouped if texts]


def label_of(facts: ProductFacts, *, tables: Tables) -> SafetyLabel:
    return SafetyLabel(
        name=facts.name,
        name_en=facts.name_en,
        components=[f"{c.name} {c.cas} {c.share}%".replace("  ", " ") for c in facts.components],
        pictograms=facts.pictograms,
        signal=facts.signal,
        hazards=[text.zh for text in hazards_of(facts, tables)],
        precautions=[(g.label.zh, [t.zh for t in texts]) for g, texts in precautions_of(facts, tables)],
        supplier=facts.supplier,
        address=facts.address,
        telephone=facts.telephone,
        emergency_telephone=facts.emergency_telephone,
        un_number=facts.un_number,
        code=facts.code,
        code_words=f"登记号 {facts.national_number}" if facts.code else "",
    )


def said_by_fields(facts: ProductFacts, *, tables: Tables) -> dict[int, str]:
    """What the registered fields say in the sections they belong to, as words: for the check of completeness."""
    blocks = field_blocks(facts, tables=tables)
    return {number: "\n".join(_words(block) for block in said) for number, said in blocks.items()}


def _words(block: Paragraph | Pairs | Table | Signs) -> str:
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Pairs):
        return "\n".join(f"{k} {v}" for k, v in block.rows)
    if isinstance(block, Table):
        return "\n".join(" ".join(row) for row in (block.head, *block.rows))
    return f"象形图 信号词 {block.signal}"


def field_blocks(facts: ProductFacts, *, tables: Tables) -> dict[int, list[Paragraph | Pairs | Table | Signs]]:
    """Sections 1, 2, 3, 9 and 14 begin with what is registered."""
    found: dict[int, list[Paragraph | Pairs | Table | Signs]] = {
        1: [
            Pairs(
                _filled(
                    ("产品名称", facts.name),
                    ("英文名称", facts.name_en),
                    ("企业名称", facts.supplier),
                    ("企业地址", facts.address),
                    ("联系电话", facts.telephone),
                    ("应急咨询电话", f"{facts.emergency_telephone}（24 h）" if facts.emergency_telephone else ""),
                    ("登记号", facts.national_number),
                )
            )
        ]
    }
    if facts.classes:
        found[2] = [
            Pairs(
                _filled(
                    ("危险性类别", "；".join(row.written for row in facts.classes)),
                    ("危险性说明", "；".join(f"{c} {tables.h_statements[c].text.zh}" for c in facts.h_codes if c in tables.h_statements)),
                    *((f"防范说明（{g.label.zh}）", "；".join(t.zh for t in texts)) for g, texts in precautions_of(facts, tables)),
                )
            ),
            Signs(facts.pictograms, facts.signal.label.zh if facts.signal else ""),
        ]  # fmt: skip
    if facts.components:
        found[3] = [
            Paragraph("混合物" if facts.is_mixture else "纯物质"),
            Table(
                ("组分", "CAS号", "含量（质量分数，%）"), [(c.name, c.cas or "—", c.share) for c in facts.components]
            ),
        ]
    if facts.properties:
        rows = [(v.name.label.zh, f"{v.value} {v.unit}".replace("°C", "℃"), v.source) for v in facts.properties]
        found[9] = [Table(("性质", "数值", "来源"), rows)]
    transport = _filled(
        ("联合国编号（UN）", facts.un_number),
        ("运输危险性类别", facts.transport_class),
        ("包装类别", facts.packing_group),
    )
    if transport:
        found[14] = [Pairs(transport)]
    return found


def _filled(*rows: tuple[str, str]) -> list[tuple[str, str]]:
    return [row for row in rows if row[1]]


def data_sheet_of(
    facts: ProductFacts,
    *,
    tables: Tables,
    sections: Mapping[str, str],
    number: str,
    revision: str,
    dated_on: date,
    missing: Sequence[int],
    on: date,
) -> DataSheet:
    """安全技术说明书 of sixteen sections; a section nobody wrote says so."""
    from_fields = field_blocks(facts, tables=tables)
    made = []
    for rule in rules_at(on)[0]:
        own = sections.get(str(rule.number), "").strip()
        blocks: list[Paragraph | Pairs | Table | Signs] = [*from_fields.get(rule.number, [])]
        if own:
            blocks.append(Paragraph(own))
        made.append(Section(rule.number, rule.title.zh, blocks or [Paragraph("（未填写）")]))
    warning = f"尚缺第 {'、'.join(map(str, missing))} 部分，不得作为正式说明书提供" if missing else ""
    return DataSheet(
        product=facts.name,
        product_en=facts.name_en,
        supplier=facts.supplier,
        number=number,
        revision=revision,
        dated=dated_on.isoformat(),
        basis=_BASIS,
        sections=made,
        warning=warning,
    )
