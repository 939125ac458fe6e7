import pytest

from bihuan.core.evidence import formats, limits
from bihuan.core.evidence.formats import recognise
from bihuan.core.evidence.problems import (
    BadName,
    DamagedFile,
    DecompressionBomb,
    UnknownFormat,
    WrongExtension,
)

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


def ftyp(brand):
    return b"\x00\x00\x00\x18ftyp" + brand + bytes(64)


@pytest.fixture
def seen(tmp_path):
    def look(content, name):
        path = tmp_path / "file"
        path.write_bytes(content)
        return recognise(path, name=name).name

    return look


def test_every_accepted_format_is_known_by_its_content(seen, make_picture, make_office):
    samples = {
        "PDF": (b"%PDF-1.7\n%%EOF", "a.pdf"),
        "JPG": (make_picture("JPEG"), "a.JPEG"),
        "PNG": (make_picture("PNG"), "a.png"),
        "WebP": (make_picture("WEBP"), "a.webp"),
        "HEIC": (ftyp(b"heic"), "a.heic"),
        "DOCX": (make_office("[Content_Types].xml", "word/document.xml"), "整改方案.docx"),
        "XLSX": (make_office("[Content_Types].xml", "xl/workbook.xml"), "a.xlsx"),
        "DOC": (OLE + "WordDocument".encode("utf-16-le"), "a.doc"),
        "XLS": (OLE + "Workbook".encode("utf-16-le"), "a.xls"),
        "TXT": ("整改完成".encode("gb18030"), "a.txt"),
        "CSV": ("名称,数量\n".encode(), "a.csv"),
        "MP4": (ftyp(b"isom"), "a.mp4"),
        "MOV": (ftyp(b"qt  "), "a.mov"),
    }
    assert {name: seen(*sample) for name, sample in samples.items()} == {name: name for name in samples}
    assert set(samples) == {f.name for f in formats.FORMATS}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00\x03" + bytes(200), "整改照片.pdf"),
        (b"\x7fELF\x02\x01" + bytes(200), "a.jpg"),
        (b"Rar!\x1a\x07\x01\x00", "a.zip"),
        (bytes(300), "a.txt"),
        (OLE, "a.doc"),
        (ftyp(b"zzzz"), "a.mp4"),
    ],
)
def test_a_program_by_any_name_is_no_evidence(seen, content, name):
    with pytest.raises(UnknownFormat):
        seen(content, name)


def test_a_zip_is_taken_only_where_it_is_an_office_file_without_macros(seen, make_office):
    with pytest.raises(UnknownFormat):
        seen(make_office("photos/1.jpg"), "a.zip")
    with pytest.raises(UnknownFormat):
        seen(make_office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "a.docx")
    with pytest.raises(DamagedFile):
        seen(make_office("[Content_Types].xml", "word/document.xml")[:-30], "a.docx")


def test_a_zip_bomb_in_an_office_file_is_seen_from_its_directory(seen, make_office):
    bomb = make_office("[Content_Types].xml", "word/document.xml", content=bytes(20 * limits.MEGABYTE))
    assert len(bomb) < limits.MEGABYTE
    with pytest.raises(DecompressionBomb):
        seen(bomb, "a.docx")


def test_the_extension_must_agree_with_the_content(seen, make_picture):
    with pytest.raises(WrongExtension, match="JPG"):
        seen(make_picture("JPEG"), "a.png")
    with pytest.raises(WrongExtension):
        seen(b"MIT License: plain words", "a.exe.pdf")


@pytest.mark.parametrize(
    "name",
    ["", " ", "..", "../a.pdf", "C:\\a.pdf", "a/b.pdf", "a\x00.pdf", "a\n.pdf", "x\u202egpj.pdf", "a" * 197 + ".pdf"],
)
def test_a_name_that_is_a_path_or_a_disguise_is_refused(name):
    with pytest.raises(BadName):
        formats.checked_name(name)


def test_a_name_of_the_longest_length_and_of_any_script_is_kept():
    longest = "闭" * 196 + ".pdf"
    assert formats.checked_name(longest) == longest


def test_the_limit_goes_by_the_family_of_the_format():
    assert formats.limit_for("a.mov") == 200 * limits.MEGABYTE
    assert formats.limit_for("a.pdf") == formats.limit_for("a.jpg") == 50 * limits.MEGABYTE
    with pytest.raises(UnknownFormat):
        formats.limit_for("a.exe")
