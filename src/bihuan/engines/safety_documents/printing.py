"""排版: content becomes PDF. Texts go in as data beside the layout, so that nothing in them is read as markup."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst

from bihuan.engines.ghs.pictograms import CODES, pictogram_svg
from bihuan.engines.safety_documents.content import CodeTag, DataSheet, Run, SafetyLabel, Signs
from bihuan.engines.safety_documents.sizes import LabelSize
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

LAYOUTS = Path(__file__).resolve().parent / "layouts"
#: In this order; `doctor` tells when none is there.
FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Source Han Sans CN", "Microsoft YaHei", "SimHei")
#: Below this nobody reads a label (pt), by whether it is the simplified one.
LEAST_TYPE = {False: 4.2, True: 4.2}
_A4 = (210, 297)
#: Characters that have no place in print: control characters, and those that turn the direction of writing.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class NoChineseFont(Problem):
    code = "no_chinese_font"
    status = 503


class LabelTooFull(Problem):
    code = "label_too_full"


@cache
def _fonts() -> tuple[typst.Fonts, str]:
    found = typst.Fonts(include_system_fonts=True)
    families = set(found.families())
    name = next((font for font in FONTS if font in families), None)
    if name is None:
        raise NoChineseFont(
            Text(
                "这台机器没有中文字体，无法生成 PDF。请安装 Noto Sans CJK SC（Debian：fonts-noto-cjk）。",
                "This machine has no Chinese font, so no PDF can be made. Install Noto Sans CJK SC (Debian: fonts-noto-cjk).",
            )
        )
    return found, name


def label_pdf(label: SafetyLabel, *, size: LabelSize) -> bytes:
    """One label, one page of its size. What doesn't fit in readable type is refused."""
    files = _pictures()
    if label.code:
        files["code.svg"] = code_svg(label.code).encode()
    said = asdict(label) | {
        "signal": label.signal.label.zh if label.signal else "",
        "precautions": [] if size.is_simplified else [[head, list(texts)] for head, texts in label.precautions],
        "components": [] if size.is_simplified else list(label.components),
        "width": size.width,
        "height": size.height,
        "simplified": size.is_simplified,
        "least": LEAST_TYPE[size.is_simplified],
        "has_code": bool(label.code),
    }
    try:
        return _set("label", said, files)
    except typst.TypstError as error:
        if "label-too-full" not in str(error):
            raise
    raise LabelTooFull(
        Text(
            "标签内容太多，{w} × {h} mm 放不下。请减少防范说明，或选用更大的标签。",
            "The label says more than {w} × {h} mm can hold. Choose fewer precautionary statements or a larger label.",
        ).format(w=size.width, h=size.height)
    )


def label_sheet_pdf(label: bytes, *, size: LabelSize, run: Run, name: str) -> bytes:
    """The same label many times on A4, each with its number. `label` is what `label_pdf` made."""
    flipped, columns, rows = grid_of(size)
    page_width, page_height = (_A4[1], _A4[0]) if flipped else _A4
    said = {
        "name": name,
        "width": size.width,
        "height": size.height,
        "flipped": flipped,
        "columns": columns,
        "rows": rows,
        "left": (page_width - columns * size.width) / 2,
        "top": (page_height - rows * size.height) / 2,
        "first": run.first,
        "last": run.last,
        "before": f"批号 {run.batch}　№ " if run.batch else "№ ",
        "after": f" / {run.total}{run.mark}",
        "note": 4.5 if size.height < 60 else 6,
    }
    return _set("label_sheet", said, {"label.pdf": label})


def grid_of(size: LabelSize) -> tuple[bool, int, int]:
    """Whether A4 lies on its side, columns, rows: as many as fit. One that is larger than A4 stands alone."""
    upright = (_A4[0] // size.width, _A4[1] // size.height)
    lying = (_A4[1] // size.width, _A4[0] // size.height)
    flipped = lying[0] * lying[1] > upright[0] * upright[1]
    columns, rows = lying if flipped else upright
    return flipped or size.width > _A4[0], max(1, columns), max(1, rows)


def code_sheet_pdf(tags: Sequence[CodeTag], *, title: str) -> bytes:
    """现场码 on A4, 21 a page."""
    return _set("code_sheet", {"title": title, "tags": [asdict(tag) | {"svg": code_svg(tag.address)} for tag in tags]})


def data_sheet_pdf(sheet: DataSheet) -> bytes:
    sections = [
        {"number": s.number, "title": s.title, "blocks": [_block(block) for block in s.blocks]} for s in sheet.sections
    ]
    return _set("data_sheet", {**asdict(sheet), "sections": sections}, _pictures())


def _block(block: Any) -> Mapping[str, Any]:
    if isinstance(block, Signs):
        return {"kind": "signs", "pictograms": list(block.pictograms), "signal": block.signal}
    said: Mapping[str, Any] = block.to_json()
    return said


def code_svg(said: str) -> str:
    """二维码 as a drawing; error correction M (15 %)."""
    out = io.BytesIO()
    segno.make(said, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, omitsize=True)
    return out.getvalue().decode()


def volumes(total: int, *, each: int) -> Iterator[tuple[int, int]]:
    """From–to of each volume of a batch, counted from 1."""
    for first in range(1, total + 1, each):
        yield first, min(first + each - 1, total)


@cache
def _pictogram_files() -> Mapping[str, bytes]:
    return {f"pictograms/{code}.svg": pictogram_svg(code).encode() for code in CODES}


def _pictures() -> dict[str, bytes]:
    return dict(_pictogram_files())


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value)
    if isinstance(value, Mapping):
        return {key: _printable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(inner) for inner in value]
    return value


def _set(layout: str, said: Mapping[str, Any], files: Mapping[str, bytes] | None = None) -> bytes:
    fonts, font = _fonts()
    with tempfile.TemporaryDirectory(prefix="bihuan-print-") as name:
        root = Path(name)
        for file in ("words.typ", f"{layout}.typ"):
            (root / file).write_bytes((LAYOUTS / file).read_bytes())
        for path, content in (files or {}).items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_bytes(content)
        (root / "data.json").write_text(json.dumps(_printable(said), ensure_ascii=False, default=str), encoding="utf-8")
        compiler = typst.Compiler(root / f"{layout}.typ", root=root, font_paths=fonts, sys_inputs={"font": font})
        made = compiler.compile(format="pdf")
    assert isinstance(made, bytes)
    return made
