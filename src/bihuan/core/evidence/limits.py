"""限额: every limit on evidence, in numbers, in one place. docs/domains/evidence.md repeats them."""

from __future__ import annotations

from datetime import timedelta

MEGABYTE = 1024 * 1024

#: The largest file by family of format.
FILE_BYTES = {"image": 50 * MEGABYTE, "document": 50 * MEGABYTE, "video": 200 * MEGABYTE}
LARGEST_FILE_BYTES = max(FILE_BYTES.values())

#: What surrounds the file in a multipart body: field names, boundaries, a title.
MULTIPART_EXTRA_BYTES = MEGABYTE

NAME_CHARACTERS = 200
TITLE_CHARACTERS = 200

#: A picture of more pixels than this is refused: 100 million is twice what telephones take.
PICTURE_PIXELS = 100_000_000
THUMBNAIL_SIDE = 480

#: An Office file is a zip: what its directory may promise.
ARCHIVE_MEMBERS = 10_000
ARCHIVE_BYTES = 1024 * MEGABYTE
ARCHIVE_RATIO = 200

#: What one person may have begun and not finished.
UNFINISHED_UPLOADS = 200
UNFINISHED_BYTES = 4 * 1024 * MEGABYTE
UNFINISHED_KEPT = timedelta(days=7)

#: Space that must stay free on the disk after a file was taken.
SPARE_BYTES = 512 * MEGABYTE

CHUNK = 256 * 1024
