"""一书一签的核对: what in a data sheet and its label contradicts itself, and what is missing. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bihuan.engines.ghs.elements import elements_of
from bihuan.engines.ghs.tables import Goods, HazardCategory, Tables
from bihuan.engines.ghs.terms import Signal, Weight
from bihuan.kernel.text import Text

FLAMMABLE_LIQUID = "flammable_liquid"
#: GHS: no more than six precautionary statements, unless the hazards ask for more.
MANY_STATEMENTS = 6


@dataclass(frozen=True, slots=True)
class Component:
    """一个组分: its share by mass, from–to, in %."""

    name: str
    cas: str
    least: Decimal
    most: Decimal

    @property
    def share(self) -> str:
        low, high = f"{self.least.normalize():f}", f"{self.most.normalize():f}"
        return low if low == high else f"{low}–{high}"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a data sheet and label say. None and empty: they don't say it."""

    classes: Sequence[HazardCategory] = ()
    h_codes: Sequence[str] = ()
    p_codes: Sequence[str] = ()
    pictograms: Sequence[str] = ()
    signal: Signal | None = None
    flash_point: Decimal | None = None
    boiling_point: Decimal | None = None
    un_number: str = ""
    transport_class: str = ""
    packing_group: str = ""
    components: Sequence[Component] = ()
    is_dangerous_goods: bool | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """一条核对结果. `field` names what to look at."""

    weight: Weight
    field: str
    text: Text

    @property
    def stops(self) -> bool:
        return self.weight is Weight.WRONG


def check(said: Declared, *, tables: Tables) -> tuple[Finding, ...]:
    """Everything that can be said of it, gravest first."""
    found = [
        *_statements(said, tables),
        *_signs(said, tables),
        *_flammable(said, tables),
        *_transport(said, tables),
        *_components(said),
    ]
    order = list(Weight)
    return tuple(sorted(found, key=lambda finding: order.index(finding.weight)))


def _wrong(field: str, zh: str, en: str, **values: object) -> Finding:
    return Finding(Weight.WRONG, field, Text(zh, en).format(**values))


def _missing(field: str, zh: str, en: str, **values: object) -> Finding:
    return Finding(Weight.MISSING, field, Text(zh, en).format(**values))


def _statements(said: Declared, tables: Tables) -> Iterator[Finding]:
    """危险性说明与类别, 防范说明."""
    for code in said.h_codes:
        if code not in tables.h_statements:
            yield _wrong("h_codes", "没有危险性说明“{c}”。", "There is no hazard statement “{c}”.", c=code)
    if not said.classes:
        yield _missing("classes", "未填危险性类别。", "No hazard class is given.")
    else:
        every = {code for row in said.classes for code in row.h_codes}
        needed = elements_of(said.classes, tables=tables).h_codes
        for code in needed:
            if code not in said.h_codes:
                row = next(r for r in said.classes if code in r.h_codes)
                yield _wrong(
                    "h_codes",
                    "缺少危险性说明 {c}（{text}）：类别“{k}”要求。",
                    "Hazard statement {c} ({text}) is missing: “{k}” asks for it.",
                    c=code, text=tables.h_statements[code].text, k=row.label,
                )  # fmt: skip
        for code in said.h_codes:
            if code in tables.h_statements and code not in every:
                yield _wrong(
                    "h_codes",
                    "危险性说明 {c}（{text}）没有对应的危险性类别。",
                    "No hazard class stands behind statement {c} ({text}).",
                    c=code, text=tables.h_statements[code].text,
                )  # fmt: skip
    for code in said.p_codes:
        if code not in tables.p_statements:
            yield _wrong("p_codes", "没有防范说明“{c}”。", "There is no precautionary statement “{c}”.", c=code)
    if said.classes and not said.p_codes:
        yield _missing("p_codes", "未选防范说明。", "No precautionary statement is chosen.")


def _signs(said: Declared, tables: Tables) -> Iterator[Finding]:
    """象形图与信号词, held against the classes or, without classes, against the statements."""
    if said.classes:
        due = elements_of(said.classes, tables=tables)
        yield from _pictograms(said, due.pictograms, tables)
        if said.signal is not due.signal:
            nothing = Text("无", "none")
            yield _wrong(
                "signal",
                "信号词应为“{due}”，所填为“{said}”。",
                "The signal word should be “{due}”, not “{said}”.",
                due=due.signal.label if due.signal else nothing,
                said=said.signal.label if said.signal else nothing,
            )
        return
    # Several categories share a statement (H242, H261): only what none of them allows is a contradiction.
    rows = [row for row in tables.categories if set(row.h_codes) & set(said.h_codes)]
    for code in said.h_codes:
        behind = [row for row in rows if code in row.h_codes]
        if behind and all(row.signal is Signal.DANGER for row in behind) and said.signal is not Signal.DANGER:
            yield _wrong("signal", "危险性说明 {c} 要求信号词“危险”。", "Statement {c} asks for the signal word “Danger”.", c=code)  # fmt: skip
    allowed = {pictogram for row in rows for pictogram in row.pictograms}
    for pictogram in said.pictograms:
        if pictogram in tables.pictograms and pictogram not in allowed:
            yield _wrong("pictograms", "象形图 {p} 没有对应的危险性说明。", "No hazard statement stands behind pictogram {p}.", p=pictogram)  # fmt: skip


def _pictograms(said: Declared, due: Sequence[str], tables: Tables) -> Iterator[Finding]:
    for code in said.pictograms:
        if code not in tables.pictograms:
            yield _wrong("pictograms", "没有象形图“{c}”。", "There is no pictogram “{c}”.", c=code)
        elif code not in due:
            yield _wrong(
                "pictograms",
                "不应有象形图 {c}（{name}）：所填类别不要求，或按先后顺序应省略。",
                "Pictogram {c} ({name}) should not be there: no class asks for it, or another takes precedence.",
                c=code, name=tables.pictograms[code],
            )  # fmt: skip
    for code in due:
        if code not in said.pictograms:
            yield _wrong("pictograms", "缺少象形图 {c}（{name}）。", "Pictogram {c} ({name}) is missing.", c=code, name=tables.pictograms[code])  # fmt: skip


def _flammable(said: Declared, tables: Tables) -> Iterator[Finding]:
    """闪点、沸点与易燃液体类别. 依据 GB 30000.7（待核）."""
    stated = next((row for row in said.classes if row.key == FLAMMABLE_LIQUID), None)
    if said.flash_point is None:
        if stated is not None:
            yield _missing("flash_point", "未填闪点，无法核对“{k}”。", "No flash point is given: “{k}” cannot be checked.", k=stated.label)  # fmt: skip
        return
    fitting = [row for row in tables.liquids if row.takes_flash(said.flash_point)]
    # The widest bound (up to 93 °C) takes everything below it too: the first that fits is the gravest.
    narrow = [row for row in fitting if row.asks_boiling] or fitting[:1]
    if any(row.asks_boiling for row in narrow) and said.boiling_point is None:
        if stated is None or stated.category not in {row.category for row in narrow}:
            yield _against(said, stated, narrow)
        else:
            yield _missing("boiling_point", "未填初沸点，闪点低于 23 ℃ 时无法区分类别1与类别2。", "No boiling point is given: categories 1 and 2 cannot be told apart below a flash point of 23 °C.")  # fmt: skip
        return
    due = [row for row in narrow if said.boiling_point is None or not row.asks_boiling or row.takes_boiling(said.boiling_point)]  # fmt: skip
    if not due:
        if stated is not None:
            yield _wrong("flash_point", "闪点 {f} ℃ 不属于易燃液体，所填为“{k}”。", "A flash point of {f} °C is no flammable liquid, yet “{k}” is given.", f=said.flash_point, k=stated.label)  # fmt: skip
        return
    if stated is None or stated.category not in {row.category for row in due}:
        # Category 4 is of the GHS, not of every national list: its absence is only noted.
        if stated is None and due[0].category == "4":
            yield Finding(Weight.NOTE, "classes", Text("闪点 {f} ℃ 在 60–93 ℃ 之间，可能属于易燃液体类别4。", "A flash point of {f} °C lies between 60 and 93 °C: flammable liquid, category 4, perhaps.").format(f=said.flash_point))  # fmt: skip
        else:
            yield _against(said, stated, due)


def _against(said: Declared, stated: HazardCategory | None, due: Sequence[object]) -> Finding:
    categories = "、".join(getattr(row, "category", "") for row in due)
    return _wrong(
        "flash_point",
        "闪点 {f} ℃、初沸点 {b} ℃ 对应易燃液体类别{due}，所填为“{k}”。",
        "Flash point {f} °C and boiling point {b} °C mean flammable liquid, category {due}, not “{k}”.",
        f=said.flash_point,
        b="—" if said.boiling_point is None else said.boiling_point,
        due=categories,
        k=stated.label if stated else Text("无易燃液体类别", "no flammable liquid"),
    )


def _transport(said: Declared, tables: Tables) -> Iterator[Finding]:
    """运输类别与联合国编号: only where our table has the number."""
    if not said.un_number:
        if said.transport_class:
            yield _missing(
                "un_number", "填了运输类别，未填联合国编号。", "A transport class is given without a UN number."
            )
        return
    goods = tables.goods.get(said.un_number)
    if goods is None:
        yield Finding(Weight.NOTE, "un_number", Text("现有对照表没有 UN {n}，运输类别未核对。", "Our table has no UN {n}: the transport class is not checked.").format(n=said.un_number))  # fmt: skip
        return
    yield from _against_goods(said, goods, tables)


def _against_goods(said: Declared, goods: Goods, tables: Tables) -> Iterator[Finding]:
    if not said.transport_class:
        yield _missing("transport_class", "未填运输类别（UN {n} 为 {c}）。", "No transport class is given (UN {n} is {c}).", n=goods.un, c="、".join(goods.classes))  # fmt: skip
    elif said.transport_class not in tables.goods_classes and not said.transport_class.startswith("1."):
        yield _wrong(
            "transport_class", "没有运输类别“{c}”。", "There is no transport class “{c}”.", c=said.transport_class
        )
    elif not _is_one_of(said.transport_class, goods.classes):
        yield _wrong(
            "transport_class",
            "UN {n}（{name}）的运输类别是 {due}，所填为 {c}。",
            "UN {n} ({name}) is of class {due}, not {c}.",
            n=goods.un, name=goods.name, due="、".join(goods.classes), c=said.transport_class,
        )  # fmt: skip
    if said.packing_group and goods.packing_groups and said.packing_group not in goods.packing_groups:
        yield _wrong(
            "packing_group",
            "UN {n} 的包装类别是 {due}，所填为 {c}。",
            "UN {n} is of packing group {due}, not {c}.",
            n=goods.un, due="、".join(goods.packing_groups), c=said.packing_group,
        )  # fmt: skip


def _is_one_of(stated: str, classes: Sequence[str]) -> bool:
    """1.1D is written with its group of compatibility or without."""
    return stated in classes or any(known.rstrip("ABCDEFGHJKLNS") == stated for known in classes if known[0] == "1")


def _components(said: Declared) -> Iterator[Finding]:
    """组分含量: together not above 100 %."""
    for part in said.components:
        if part.least < 0 or part.most > 100 or part.least > part.most or part.most == 0:
            yield _wrong("components", "“{n}”的含量“{s}%”不成立：应在 0 与 100 之间，下限不大于上限。", "The share of “{n}”, {s}%, can't be: between 0 and 100, from the lower to the higher.", n=part.name, s=part.share)  # fmt: skip
    least = sum((part.least for part in said.components), Decimal(0))
    if least > 100:
        yield _wrong("components", "各组分含量下限合计 {s}%，超过 100%。", "The components are at least {s}% together, above 100%.", s=f"{least.normalize():f}")  # fmt: skip
    most = sum((part.most for part in said.components), Decimal(0))
    if said.components and most < 100:
        yield Finding(Weight.NOTE, "components", Text("各组分含量上限合计 {s}%，其余组分未列出。", "The components are at most {s}% together: others are not listed.").format(s=f"{most.normalize():f}"))  # fmt: skip
    seen: set[str] = set()
    for part in said.components:
        if part.cas and part.cas in seen:
            yield _wrong("components", "CAS 号 {c} 列了两次。", "CAS number {c} is listed twice.", c=part.cas)
        seen.add(part.cas)
