"""限值: how large a document may be. Shown to users and in the docs; a test compares both."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024

#: Bytes of a file; checked before a byte of it is read.
MAX_FILE = 50 * MEBIBYTE
#: Bytes a .docx or .xlsx may unpack to, over all its parts.
MAX_UNPACKED = 200 * MEBIBYTE
#: How many times larger a part may be unpacked than packed, once it is larger than RATIO_FROM.
MAX_RATIO = 200
RATIO_FROM = MEBIBYTE
#: Parts in one archive.
MAX_PARTS = 5000
#: Pages of a PDF.
MAX_PAGES = 500
#: Characters of text in one document.
MAX_CHARACTERS = 500_000
#: Rows and columns read from a sheet.
MAX_ROWS = 20_000
MAX_COLUMNS = 100
