"""The addresses of evidence: files in, in one go or in pieces; files and thumbnails out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.problems import InvalidInput, NotFound
from bihuan.core.evidence import actions, formats, limits, queries, receiving, serving, store
from bihuan.core.evidence.models import Upload
from bihuan.core.evidence.problems import EmptyFile, LengthNeeded, OffsetMismatch, TooLarge
from bihuan.core.pages import problems
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

View = Callable[..., HttpResponseBase]


def context_of(request: HttpRequest) -> Context:
    """The edge's middleware made it; every view of ours starts from it."""
    ctx: Context = request.ctx  # type: ignore[attr-defined]
    return ctx


def with_headers(view: View) -> View:
    """A refusal says in headers what a client in the middle of a file needs: where to go on, or to stop sending."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            answer = problems.answer(request, problem)
            if isinstance(problem, OffsetMismatch):
                answer["Upload-Offset"] = str(problem.offset)
            if isinstance(problem, TooLarge):
                answer["Connection"] = "close"  # the rest of the body is not wanted
            return answer

    return answering


def _length(request: HttpRequest) -> int:
    raw = request.META.get("CONTENT_LENGTH") or ""
    if not raw.isdigit():
        raise LengthNeeded
    return int(raw)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    while piece := request.read(limits.CHUNK):
        yield piece


class _StraightToStore(FileUploadHandler):
    """One file of a multipart body, straight to the disk, hashed as it comes; never held in memory."""

    chunk_size = limits.CHUNK

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.arriving: store.Arriving | None = None
        self.refused: Problem | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.arriving is not None:
            self._refuse(InvalidInput(Text("一次请求只收一个文件。", "One request takes one file.")))
        try:
            name = formats.checked_name(self.file_name or "")
            self.arriving = store.Arriving(limit=formats.limit_for(name), expected=self.content_length)
        except Problem as problem:
            self._refuse(problem)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.arriving is not None
        try:
            self.arriving.write(raw_data)
        except Problem as problem:
            self._refuse(problem)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        assert self.file_name is not None
        return UploadedFile(name=self.file_name, size=file_size)

    def _refuse(self, problem: Problem) -> None:
        self.refused = problem
        raise StopUpload(connection_reset=True)


@csrf_exempt
@require_POST
@with_headers
def take_file(request: HttpRequest) -> HttpResponseBase:
    """`POST /api/evidence/files`: multipart with one `file`, or the bytes themselves with `X-File-Name` (percent-encoded).

    A multipart body that also says a `title` or `add=1` is made evidence in the same breath.
    """
    receiving.require_may_upload(context_of(request))
    length = _length(request)
    if length > limits.LARGEST_FILE_BYTES + limits.MULTIPART_EXTRA_BYTES:
        raise TooLarge(limit=limits.LARGEST_FILE_BYTES)
    if request.content_type == "multipart/form-data":
        handler = _StraightToStore(request)
        request.upload_handlers = [handler]  # before anything, CSRF too, reads the body
        try:
            return _guarded_multipart(request)
        finally:
            if handler.arriving is not None:
                handler.arriving.discard()
    return _guarded_raw(request)


@csrf_protect
def _guarded_multipart(request: HttpRequest) -> HttpResponseBase:
    handler = request.upload_handlers[0]
    assert isinstance(handler, _StraightToStore)
    form = request.POST
    if handler.refused is not None:
        raise handler.refused
    if handler.arriving is None:
        raise EmptyFile
    ctx = context_of(request)
    name = formats.checked_name(handler.file_name or "")
    upload = receiving.take_arrived(ctx=ctx, arriving=handler.arriving, name=name)
    said = _said(upload)
    if form.get("title") or form.get("add"):
        done = runner.run(
            actions.add,
            ctx=ctx,
            inputs={
                "upload": {"id": str(upload.pk)},
                "title": form.get("title", ""),
                **{n: form[n] for n in ("kind", "effective_on", "expires_on", "organisation_code") if form.get(n)},
            },
        )
        said["evidence"] = done.result
    return JsonResponse(said, status=201)


@csrf_protect
def _guarded_raw(request: HttpRequest) -> HttpResponseBase:
    name = unquote(request.headers.get("X-File-Name", ""))
    upload = receiving.receive_whole(
        ctx=context_of(request), name=name, pieces=_pieces(request), expected=_length(request)
    )
    return JsonResponse(_said(upload), status=201)


def _said(upload: Upload) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": str(upload.pk),
        "name": upload.name,
        "size": upload.size,
        "sha256": upload.digest,
        "offset": receiving.offset_of(upload),
        "finished": upload.file_id is not None,
    }
    if upload.file is not None:
        said["media_type"] = upload.file.media_type
    return said


@require_POST
def begin_upload(request: HttpRequest) -> HttpResponseBase:
    """`POST /api/evidence/uploads` {name, size, sha256}: where to go on. Said again, it answers the same upload."""
    try:
        body = json.loads(request.body)
        name, size, digest = str(body["name"]), int(body["size"]), str(body["sha256"])
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(
            Text(
                "请以 JSON 给出 name、size、sha256 三项。",
                "Say name, size and sha256 as JSON.",
            )
        ) from None
    upload = receiving.begin(ctx=context_of(request), name=name, size=size, digest=digest)
    return JsonResponse(_said(upload), status=201)


@require_http_methods(["HEAD", "GET", "PATCH"])
@with_headers
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
    """`HEAD` tells how much has arrived; `PATCH` with `Upload-Offset` goes on from there."""
    ctx = context_of(request)
    found = queries.get_upload(ctx=ctx, upload_id=upload_id)
    if request.method == "PATCH":
        return _go_on(request, ctx, found)
    answer: HttpResponse = HttpResponse() if request.method == "HEAD" else JsonResponse(_said(found))
    answer["Upload-Offset"] = str(receiving.offset_of(found))
    answer["Upload-Length"] = str(found.size)
    answer["Cache-Control"] = "no-store"
    return answer


def _go_on(request: HttpRequest, ctx: Context, found: Upload) -> HttpResponseBase:
    receiving.require_may_upload(ctx)
    offset = request.headers.get("Upload-Offset", "")
    if not offset.isdigit():
        raise InvalidInput(Text("请求头须带 Upload-Offset。", "The request must say its Upload-Offset."))
    length = _length(request)
    if int(offset) + length > found.size:
        raise TooLarge(limit=found.size)
    now = receiving.go_on(ctx=ctx, upload=found, offset=int(offset), pieces=_pieces(request))
    answer = JsonResponse(_said(queries.get_upload(ctx=ctx, upload_id=found.pk)))
    answer["Upload-Offset"] = str(now)
    return answer


@require_safe
def evidence_file(request: HttpRequest, evidence_id: UUID) -> HttpResponseBase:
    """The file of a piece this actor may see. `?download=1` saves it even where a browser could show it."""
    evidence = queries.get_evidence(ctx=context_of(request), evidence_id=evidence_id)
    path = store.require_unaltered(evidence.file_id)
    return serving.serve(
        request,
        path,
        media_type=evidence.file.media_type + ("; charset=utf-8" if evidence.file.media_type == "text/plain" else ""),
        name=evidence.file_name,
        inline=evidence.file.format.inline and "download" not in request.GET,
        etag=evidence.file_id,
    )


@require_safe
def thumbnail(request: HttpRequest, evidence_id: UUID) -> HttpResponseBase:
    """The small picture; 404 for what has none, where pages show an icon of the format."""
    evidence = queries.get_evidence(ctx=context_of(request), evidence_id=evidence_id)
    path = store.thumbnail_path(evidence.file_id)
    if not evidence.file.has_thumbnail or not path.exists():
        raise NotFound
    return serving.serve(
        request, path, media_type="image/webp", name="thumbnail.webp", inline=True, etag=f"{evidence.file_id}-s"
    )


@require_GET
def about(request: HttpRequest, evidence_id: UUID) -> HttpResponseBase:
    """`GET /api/evidence/<id>`: what is known of a piece, and its revisions."""
    ctx = context_of(request)
    evidence = queries.get_evidence(ctx=ctx, evidence_id=evidence_id)
    return JsonResponse(
        {
            "id": str(evidence.pk),
            "version": evidence.version,
            "title": evidence.title,
            "kind": evidence.kind,
            "file_name": evidence.file_name,
            "sha256": evidence.file_id,
            "size": evidence.file.size,
            "media_type": evidence.file.media_type,
            "effective_on": _iso(evidence.effective_on),
            "expires_on": _iso(evidence.expires_on),
            "organisation_code": evidence.organisation_code,
            "uploaded_at": evidence.created_at.isoformat(),
            "superseded_at": evidence.superseded_at.isoformat() if evidence.superseded_at else None,
            "url": evidence.get_absolute_url(),
            "thumbnail": evidence.thumbnail_url if evidence.file.has_thumbnail else None,
            "revisions": [str(e.pk) for e in queries.revisions_of(ctx=ctx, evidence=evidence)],
        }
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
