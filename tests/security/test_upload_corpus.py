"""Hostile and broken files at every door that reads one: each is taken or refused by a named problem, never anything else.

A fixed corpus (bombs, traversal, polyglots, macros, entities) and seeded mutations of sound files. What reads pictures,
office files and plans must not fall over, wherever the damage lies.
"""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook as NewWorkbook
from PIL import Image
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from bihuan.core.evidence import formats, pictures
from bihuan.core.records.sheets.reading import Workbook
from bihuan.engines.plan_reader.documents.door import open_document
from bihuan.kernel.problem import Problem

SEED = 20261122
MUTATIONS = 60
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "'
    + b"ha" * 50
    + b'">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8))
    + b"]><l>&i;</l>"
)


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((48, 48)).convert("RGB").save(out, kind)
    return out.getvalue()


def workbook() -> bytes:
    book, out = NewWorkbook(), io.BytesIO()
    for row in (["编码", "名称"], ["A-1", "甲"], ["A-2", "乙"]):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def word() -> bytes:
    document, out = Document(), io.BytesIO()
    document.add_paragraph("一、工作目标。各单位于2026年12月底前完成整改。")
    document.add_table(rows=2, cols=2).cell(0, 0).text = "任务"
    document.save(out)
    return out.getvalue()


def pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A5)
    canvas.drawString(20, 100, "Plan of work: finish by 2026-12-31")
    canvas.save()
    return out.getvalue()


SOUND: dict[str, Callable[[], bytes]] = {
    "a.png": lambda: picture("PNG"),
    "a.jpg": lambda: picture("JPEG"),
    "a.webp": lambda: picture("WEBP"),
    "a.xlsx": workbook,
    "a.docx": word,
    "a.pdf": pdf,
}


def repacked(content: bytes, **members: bytes) -> bytes:
    """An office file with members put in or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            if item.filename not in members:
                target.writestr(item.filename, source.read(item))
        for name, body in members.items():
            target.writestr(name, body)
    return out.getvalue()


def encrypted_flag(content: bytes) -> bytes:
    """Every member says that it is encrypted."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(signature, at + 4)
    return bytes(changed)


def big_picture() -> bytes:
    """A PNG of a gigapixel in a few hundred bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = (40_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


#: name → (file name, content); each must be refused by whatever door it is brought to that knows the kind.
HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a program by the name of a picture": ("a.png", lambda: b"MZ" + b"\0" * 200),
    "an ELF by the name of a document": ("a.pdf", lambda: b"\x7fELF" + b"\0" * 200),
    "a page by the name of a picture": ("a.jpg", lambda: b"<html><script>alert(1)</script>"),
    "an SVG": ("a.svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "a picture of a gigapixel": ("a.png", big_picture),
    "a truncated picture": ("a.jpg", lambda: picture("JPEG")[:200]),
    "a zip by the name of a workbook": ("a.xlsx", lambda: repacked(workbook())[:40]),
    "a macro in a document": ("a.docx", lambda: repacked(word(), **{"word/vbaProject.bin": b"x"})),
    "a macro in a workbook": ("a.xlsx", lambda: repacked(workbook(), **{"xl/vbaProject.bin": b"x"})),
    "a macro in capital letters": ("a.xlsx", lambda: repacked(workbook(), **{"xl/VBAPROJECT.BIN": b"x"})),
    "a bomb in a document": ("a.docx", lambda: repacked(word(), **{"word/media/z": b"\0" * (64 << 20)})),
    "a bomb in a workbook": ("a.xlsx", lambda: repacked(workbook(), **{"xl/media/z": b"\0" * (64 << 20)})),
    "a document of ten thousand members": (
        "a.docx",
        lambda: repacked(word(), **{f"word/{n}.xml": b"" for n in range(12_000)}),
    ),
}

#: Taken or refused, as the door sees fit; what counts is that nothing is followed, unfolded or run.
ODD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "entities in a workbook": ("a.xlsx", lambda: repacked(workbook(), **{"xl/workbook.xml": ENTITIES})),
    "entities in a document": ("a.docx", lambda: repacked(word(), **{"word/document.xml": ENTITIES})),
    "a billion laughs": ("a.docx", lambda: repacked(word(), **{"word/document.xml": LAUGHS})),
    "laughs in shared strings": ("a.xlsx", lambda: repacked(workbook(), **{"xl/sharedStrings.xml": LAUGHS})),
    "a member that climbs": ("a.xlsx", lambda: repacked(workbook(), **{"../../etc/cron.d/x": b"x"})),
    "a member from the root": ("a.docx", lambda: repacked(word(), **{"/etc/passwd": b"x"})),
    "an encrypted workbook": ("a.xlsx", lambda: encrypted_flag(workbook())),
    "an encrypted document": ("a.docx", lambda: encrypted_flag(word())),
    "a picture that is a zip too": ("a.png", lambda: picture("PNG") + repacked(word())),
    "a PDF that is a page too": ("a.pdf", lambda: pdf() + b"<script>alert(1)</script>"),
    "a PDF with a script": ("a.pdf", lambda: pdf().replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>")),
    "a workbook that is a program too": ("a.xlsx", lambda: workbook() + b"MZ\x90\0"),
    "a document without its document": ("a.docx", lambda: repacked(word(), **{"word/document.xml": b""})),
    "a workbook that points outside": (
        "a.xlsx",
        lambda: repacked(workbook(), **{"xl/externalLinks/externalLink1.xml": b'<x r="file:///etc/passwd"/>'}),
    ),
    "a text that is a page": ("a.txt", lambda: "<script>alert(1)</script>方案".encode()),
}


def as_evidence(path: Path, name: str, content: bytes) -> None:
    found = formats.recognise(path, name=name)
    pictures.check_and_draw(path, digest="0" * 64, found=found, name=name)


def as_sheet(path: Path, name: str, content: bytes) -> None:
    with Workbook(path) as book:
        for row in book.rows():
            assert row.cells is not None


def as_plan(path: Path, name: str, content: bytes) -> None:
    open_document(name=name, data=content)


DOORS = {"evidence": as_evidence, "sheet": as_sheet, "plan": as_plan}


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path / "home"


def bring(door: str, tmp_path: Path, name: str, content: bytes) -> bool:
    """Whether it was taken. Whatever is raised and is no named problem fails the test by itself."""
    path = tmp_path / "upload"
    path.write_bytes(content)
    try:
        DOORS[door](path, name, content)
    except Problem as refused:
        return not (refused.text.zh and refused.text.en)
    return True


def doors_for(name: str) -> list[str]:
    return ["evidence", *(["sheet"] if name.endswith(".xlsx") else []), "plan"]


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file_is_taken(name, tmp_path):
    content = SOUND[name]()
    assert bring("evidence", tmp_path, name, content)
    if name.endswith(".xlsx"):
        assert bring("sheet", tmp_path, name, content)
    if name.endswith((".docx", ".pdf")):
        assert bring("plan", tmp_path, name, content)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused(what, tmp_path):
    name, make = HOSTILE[what]
    content = make()
    assert not bring("evidence", tmp_path, name, content)
    if name.endswith(".xlsx"):
        assert not bring("sheet", tmp_path, name, content)


@pytest.mark.parametrize("what", ODD)
def test_an_odd_file_does_no_harm(what, tmp_path, monkeypatch):
    name, make = ODD[what]
    content = make()
    for door in doors_for(name):
        bring(door, tmp_path, name, content)
    # Nothing was written but the upload itself and pictures of our own.
    outside = [p for p in tmp_path.rglob("*") if p.is_file() and p.name != "upload" and "thumbnails" not in p.parts]
    assert outside == []


def test_no_entity_is_ever_followed():
    for name, content in (
        ("a.docx", repacked(word(), **{"word/document.xml": ENTITIES})),
        ("a.xlsx", repacked(workbook(), **{"xl/sharedStrings.xml": ENTITIES})),
    ):
        try:
            text = open_document(name=name, data=content).text
        except Problem:
            continue
        assert "root:" not in text


def mutated(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    match chance.randrange(5):
        case 0:
            for _ in range(chance.randint(1, 12)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
        case 1:
            del changed[chance.randrange(len(changed)) :]
        case 2:
            at = chance.randrange(len(changed))
            changed[at:at] = chance.randbytes(chance.randint(1, 64))
        case 3:
            at, length = chance.randrange(len(changed)), chance.randint(1, 64)
            changed[at : at + length] = b"\0" * length
        case 4:
            a, b = sorted(chance.randrange(len(changed)) for _ in range(2))
            changed[a:b] = changed[a:b][::-1]
    return bytes(changed) or b"\0"


def mutated_inside(content: bytes, chance: random.Random) -> bytes:
    """One member of an office file, packed again: the damage lies behind a sound zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = chance.choice([i.filename for i in archive.infolist() if i.file_size])
        body = archive.read(name)
    return repacked(content, **{name: mutated(body, chance)})


@pytest.mark.parametrize("name", SOUND)
def test_whatever_is_broken_is_taken_or_refused_by_name(name, tmp_path):
    chance, content = random.Random(SEED), SOUND[name]()
    for n in range(MUTATIONS):
        damaged = mutated(content, chance)
        if name.endswith((".xlsx", ".docx")) and n % 2:
            damaged = mutated_inside(content, chance)
        for door in doors_for(name) if n % 3 == 0 or name.endswith(".xlsx") else ["evidence"]:
            bring(door, tmp_path, name, damaged)
