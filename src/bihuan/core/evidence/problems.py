"""What the door of evidence answers to a file it can't take."""

from __future__ import annotations

from bihuan.core.evidence import limits
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class EmptyFile(Problem):
    code = "evidence_empty"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "文件是空的（0 字节）。请确认文件能打开后重新上传。",
                "The file is empty (0 bytes). Check that it opens, then send it again.",
            )
        )


class TooLarge(Problem):
    """Said before the body is read, where its length is known."""

    code = "evidence_too_large"
    status = 413

    def __init__(self, *, limit: int) -> None:
        super().__init__(
            Text(
                "文件超过上限 {mb} MB，没有接收。请压缩或拆分后再传。",
                "The file is over the limit of {mb} MB and was not taken. Compress or split it.",
            ).format(mb=limit // limits.MEGABYTE)
        )


class UnknownFormat(Problem):
    code = "evidence_unknown_format"
    status = 415

    def __init__(self, *, name: str) -> None:
        super().__init__(
            Text(
                "“{name}”的内容不是可接受的格式。可接受：PDF、JPG、PNG、WebP、HEIC、DOCX、XLSX、DOC、XLS、TXT、CSV、MP4、MOV。",
                "The content of “{name}” is of no accepted format. Accepted: PDF, JPG, PNG, WebP, HEIC, DOCX, XLSX, DOC, XLS, TXT, CSV, MP4, MOV.",
            ).format(name=name)
        )


class WrongExtension(Problem):
    code = "evidence_wrong_extension"
    status = 415

    def __init__(self, *, name: str, found: str) -> None:
        super().__init__(
            Text(
                "“{name}”的扩展名与内容不符：内容是 {found}。请改正文件名，或重新导出文件。",
                "The extension of “{name}” does not fit its content, which is {found}. Correct the name or export the file again.",
            ).format(name=name, found=found)
        )


class BadName(Problem):
    code = "evidence_bad_name"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "文件名不可用：不能为空，不能含路径分隔符、控制字符或文字方向控制符，不超过 {n} 个字符。",
                "The file name can't be used: not empty, no path separators, control or direction characters, at most {n} characters.",
            ).format(n=limits.NAME_CHARACTERS)
        )


class DamagedFile(Problem):
    """A truncated picture, an Office file whose archive is broken."""

    code = "evidence_damaged"

    def __init__(self, *, name: str) -> None:
        super().__init__(
            Text(
                "“{name}”不完整或已损坏，无法打开。请重新拍摄或导出后再传。",
                "“{name}” is incomplete or damaged and can't be opened. Take or export it again.",
            ).format(name=name)
        )


class DecompressionBomb(Problem):
    code = "evidence_bomb"

    def __init__(self, *, name: str) -> None:
        super().__init__(
            Text(
                "“{name}”展开后远大于允许的尺寸，没有接收。图片请缩小到一亿像素以内。",
                "“{name}” unfolds to far more than is allowed and was not taken. Scale pictures below 100 million pixels.",
            ).format(name=name)
        )


class DigestMismatch(Problem):
    code = "evidence_digest_mismatch"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "收到的内容与声明的摘要不符，传输中出错。已清除，请从头重传。",
                "What arrived does not match the stated digest. It was discarded; send it again from the start.",
            )
        )


class OffsetMismatch(Problem):
    """The client and the disk disagree on how much has arrived; the disk is right."""

    code = "evidence_offset_mismatch"
    status = 409

    def __init__(self, *, offset: int) -> None:
        self.offset = offset
        super().__init__(
            Text(
                "续传位置不符：已收到 {n} 字节，请从那里继续。",
                "Wrong offset: {n} bytes have arrived; go on from there.",
            ).format(n=offset)
        )


class TooManyUploads(Problem):
    code = "evidence_too_many_uploads"
    status = 429

    def __init__(self) -> None:
        super().__init__(
            Text(
                "未完成的上传太多。请先完成已有的上传；七天未完成的会自动清除。",
                "Too many unfinished uploads. Finish those first; after seven days they are cleared.",
            )
        )


class DiskFull(Problem):
    code = "evidence_disk_full"
    status = 507

    def __init__(self) -> None:
        super().__init__(
            Text("服务器磁盘空间不足，请联系运维人员。", "The server is short of disk space; tell the operator.")
        )


class AlteredFile(Problem):
    """A stored file no longer has the digest it is stored under."""

    code = "evidence_altered"
    status = 500

    def __init__(self) -> None:
        super().__init__(
            Text(
                "这份证据在磁盘上的内容与其摘要不符，不能作为证据出示。请立即告知运维人员和审计管理员。",
                "The stored bytes of this piece no longer match its digest, so it is not shown as evidence. Tell the operator and the audit administrator at once.",
            )
        )


class LengthNeeded(Problem):
    code = "length_needed"
    status = 411

    def __init__(self) -> None:
        super().__init__(Text("请求须带 Content-Length。", "The request must carry a Content-Length."))


class NotFinished(Problem):
    code = "evidence_upload_not_finished"
    status = 409

    def __init__(self) -> None:
        super().__init__(Text("文件还没有传完。", "The file has not arrived in full yet."))


class BadPeriod(Problem):
    code = "evidence_bad_period"

    def __init__(self) -> None:
        super().__init__(
            Text("到期日应在生效日之后。", "The day of expiry must lie after the day it takes effect."),
            where={"expires_on": Text("应在生效日之后。", "Must lie after the effective day.")},
        )


class Superseded(Problem):
    code = "evidence_superseded"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            Text(
                "这份证据已有更新的版本，请在最新版本上操作。",
                "This piece has a newer revision; work on the newest.",
            )
        )


class UnknownOrganisation(Problem):
    code = "unknown_organisation"

    def __init__(self) -> None:
        super().__init__(
            Text("没有这个编码的单位。", "There is no organisation of this code."),
            where={"organisation_code": Text("没有这个单位。", "No such organisation.")},
        )
