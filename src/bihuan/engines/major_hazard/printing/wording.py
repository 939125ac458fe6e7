"""计算书文字: the words both printed forms share, so that they can't differ."""

from __future__ import annotations

from collections.abc import Iterator

from bihuan.engines.major_hazard.sheet import STANDARD, CalculationSheet, Line, shown
from bihuan.engines.major_hazard.terms import BOUND_OF
from bihuan.kernel.text import Text
from bihuan.law.state import LawState

TITLE = Text("重大危险源辨识与分级计算书", "Identification and grading of a major hazard")

HEADINGS = (
    Text("序号", "No."),
    Text("危险化学品", "Chemical"),
    Text("CAS号", "CAS number"),
    Text("设备（设计最大量，t）", "Vessels (design maximum, t)"),
    Text("q (t)", "q (t)"),
    Text("Q (t)", "Q (t)"),
    Text("Q 的依据", "Q from"),
    Text("q/Q", "q/Q"),
    Text("β", "β"),
    Text("β 的依据", "β from"),
    Text("β·q/Q", "β·q/Q"),
)


def facts(sheet: CalculationSheet) -> Iterator[tuple[Text, str]]:
    yield Text("企业", "Enterprise"), sheet.enterprise
    yield Text("单元", "Unit"), f"{sheet.code} {sheet.name}"
    yield Text("单元类型", "Kind of unit"), f"{sheet.kind.label}（{BOUND_OF[sheet.kind].label}）"
    yield Text("依据", "Standard"), f"{STANDARD}；{Text('适用日期', 'as of')} {sheet.on.isoformat()}"
    yield Text("厂区边界外500 m内常住人口", "Residents within 500 m"), f"{sheet.residents}，α = {shown(sheet.factor)}"


def cells(number: int, line: Line) -> tuple[str, ...]:
    vessels = "\n".join(f"{h.holder or '—'}：{h.design_maximum:f}" for h in line.holdings)
    return (
        str(number),
        line.name,
        line.cas or "—",
        vessels,
        shown(line.quantity),
        shown(line.threshold.value),
        f"{line.threshold.basis.label} {line.threshold.row}",
        shown(line.ratio),
        shown(line.correction.value),
        f"{line.correction.basis.label} {line.correction.row}",
        shown(line.weighted),
    )


def results(sheet: CalculationSheet) -> Iterator[str]:
    ratios = " + ".join(shown(line.ratio) for line in sheet.lines) or "0"
    yield f"S = Σ q/Q = {ratios} = {shown(sheet.s)}"
    yield f"R = α·Σ β·q/Q = {shown(sheet.factor)} × {shown(sheet.weighted)} = {shown(sheet.r)}"
    yield str(sheet.verdict)
    floors = "；".join(f"R≥{shown(floor)} {grade.label}" for grade, floor in sheet.floors.items())
    yield str(Text("分级界限（表6）：", "Floors (Table 6): ")) + floors


def remarks(sheet: CalculationSheet) -> Iterator[str]:
    for line in sheet.lines:
        basis = "；".join(dict.fromkeys(h.basis for h in line.holdings if h.basis))
        notes = [str(n) for n in line.notes]
        if line.symbols:
            notes.insert(0, str(Text("类别 {s}", "category {s}").format(s="、".join(line.symbols))))
        if basis:
            notes.append(str(Text("依据：{b}", "basis: {b}").format(b=basis)))
        if notes:
            yield f"{line.name}：" + " ".join(notes)
    for left in sheet.not_counted:
        yield f"{left.name}（{shown(left.quantity)} t）：" + " ".join(str(n) for n in left.notes)
    for name, holding in sheet.over_stored:
        yield str(
            Text(
                "超储：{h} 的{n}现存 {live} t，超过设计最大量 {q} t；不影响级别，另行处置。",
                "Over-stored: {h} holds {live} t of {n}, above its design maximum of {q} t; the grade stays, a matter of its own.",
            ).format(h=holding.holder or "—", n=name, live=f"{holding.live:f}", q=f"{holding.design_maximum:f}")
        )
    yield str(
        Text(
            "辨识只按设计最大量；现存量仅作趋势。S、R 显示四位小数（≈ 为近似），判级用未舍入的准确值。",
            "Only the design maximum counts; present stock is a trend. S and R show four decimals (≈ where rounded); the exact values decide.",
        )
    )


def citations(sheet: CalculationSheet) -> Iterator[str]:
    for reference in sheet.references:
        state = LawState.of(reference["state"]).label
        yield f"{reference['citation']}（{Text('自', 'from')} {reference['from']}，{state}）"
