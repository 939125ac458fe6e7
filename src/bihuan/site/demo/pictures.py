"""Evidence of the demo: small drawn pictures of a plant and one-page records, no two alike."""

from __future__ import annotations

import io
import random
from datetime import date

from docx import Document
from PIL import Image, ImageDraw


def photo(*, seed: int) -> bytes:
    """A tank farm in a few strokes, as a JPEG."""
    chance = random.Random(seed)  # noqa: S311  # a drawing, not a secret
    picture = Image.new("RGB", (960, 640), (196, 215, 230))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 430, 960, 640), fill=(150, 152, 140))
    for n in range(chance.randint(3, 5)):
        left = 60 + n * 180 + chance.randint(-15, 15)
        top = 430 - chance.randint(150, 250)
        draw.rectangle((left, top, left + 130, 440), fill=(222, 225, 228), outline=(120, 125, 130), width=3)
        draw.ellipse((left, top - 22, left + 130, top + 22), fill=(236, 238, 240), outline=(120, 125, 130), width=3)
        draw.line((left + 20, top, left + 20, 440), fill=(90, 95, 100), width=4)
        valve = chance.choice([(190, 60, 50), (210, 150, 40), (60, 130, 90)])
        draw.rectangle((left + 50, 415, left + 80, 440), fill=valve)
    draw.rectangle((0, 470, 960, 480), fill=(120, 90, 60))
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=82)
    return made.getvalue()


def record(*, title: str, unit: str, on: date, lines: list[str]) -> bytes:
    """A record of an inspection, as a Word document."""
    document = Document()
    document.add_heading(title, level=1)
    document.add_paragraph(f"单位：{unit}")
    document.add_paragraph(f"日期：{on.isoformat()}")
    for line in lines:
        document.add_paragraph(line, style="List Number")
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()
