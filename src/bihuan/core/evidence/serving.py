"""出示: the bytes of a stored file to a browser, such that nothing in them can act in our name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from bihuan.core.evidence import limits

#: A document of a stranger: no script, no form, no request, no origin.
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def serve(request: HttpRequest, path: Path, *, media_type: str, name: str, inline: bool, etag: str) -> HttpResponseBase:
    """Whole or in part (RFC 9110 14): a video is wound, a broken download goes on."""
    size = path.stat().st_size
    if request.headers.get("If-None-Match") == f'"{etag}"':
        return _dressed(HttpResponse(status=304), name=name, inline=inline, etag=etag)
    wanted = request.headers.get("Range", "")
    if wanted and request.headers.get("If-Range", f'"{etag}"') == f'"{etag}"':
        span = _span(wanted, size)
        if span is None:
            answer: HttpResponseBase = HttpResponse(status=416)
            answer["Content-Range"] = f"bytes */{size}"
            return _dressed(answer, name=name, inline=inline, etag=etag)
        first, last = span
        answer = _body(request, path, first, last, media_type)
        answer.status_code = 206
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    else:
        answer = _body(request, path, 0, size - 1, media_type)
    return _dressed(answer, name=name, inline=inline, etag=etag)


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """One range; a request for several at once is answered 416, which sends a client to asking for one."""
    match = _RANGE.fullmatch(wanted.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = int(last)
        return (max(0, size - length), size - 1) if length else None
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    return (start, end) if start <= end and start < size else None


def _body(request: HttpRequest, path: Path, first: int, last: int, media_type: str) -> HttpResponseBase:
    length = last - first + 1
    if request.method == "HEAD":
        answer: HttpResponseBase = HttpResponse(content_type=media_type)
    else:
        answer = StreamingHttpResponse(_pieces(path, first, length), content_type=media_type)
    answer["Content-Length"] = str(length)
    return answer


def _pieces(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (piece := file.read(min(limits.CHUNK, length))):
            length -= len(piece)
            yield piece


def _dressed(answer: HttpResponseBase, *, name: str, inline: bool, etag: str) -> HttpResponseBase:
    way = "inline" if inline else "attachment"
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    answer["Content-Disposition"] = f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-cache"
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = f'"{etag}"'
    return answer
