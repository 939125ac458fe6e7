"""图片检查与缩略图: a picture must decode in full, and stays within a number of pixels."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from PIL import Image, ImageOps

from bihuan.core.evidence import formats, limits
from bihuan.core.evidence.problems import DamagedFile, DecompressionBomb
from bihuan.core.evidence.store import thumbnail_path

#: Pillow has no decoder for HEIC; its pages show an icon.
DRAWN = {formats.JPEG: "JPEG", formats.PNG: "PNG", formats.WEBP: "WEBP"}


def check_and_draw(path: Path, *, digest: str, found: formats.Format, name: str) -> tuple[int, int] | None:
    """Decode the whole picture, so that a truncated one is noticed now and not before a court; leave a thumbnail.

    Answers width and height as seen, that is after the turn that EXIF asks for; None for what isn't drawn.
    """
    if found not in DRAWN:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own number is checked below
            with Image.open(path, formats=[DRAWN[found]]) as picture:
                if picture.width * picture.height > limits.PICTURE_PIXELS:
                    raise DecompressionBomb(name=name)
                turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
                seen = (picture.height, picture.width) if turned else picture.size
                _draw(picture, thumbnail_path(digest))
    except Image.DecompressionBombError:
        raise DecompressionBomb(name=name) from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError):
        raise DamagedFile(name=name) from None
    return seen


def _draw(picture: Image.Image, target: Path) -> None:
    picture.load()
    small = ImageOps.exif_transpose(picture)
    small.thumbnail((limits.THUMBNAIL_SIDE, limits.THUMBNAIL_SIDE))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    # A new picture from the pixels: no place, camera or author of the original goes along.
    small.convert("RGBA" if "A" in small.getbands() else "RGB").save(temporary, "WEBP", quality=80, exif=b"")
    temporary.replace(target)
