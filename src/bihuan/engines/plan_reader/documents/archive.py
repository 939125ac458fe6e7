"""压缩包防护: the parts of a .docx or .xlsx, unpacked under limits, its XML without DTD or entities."""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bihuan.engines.plan_reader.documents import limits
from bihuan.engines.plan_reader.documents.problems import ArchiveBomb, Encrypted, UnsafeXml, corrupt
from bihuan.kernel.text import Text

_CHUNK = 64 * 1024


class Parts:
    """The parts of an Office archive. Sizes are counted while unpacking: what the archive claims is not
    believed.
    """

    def __init__(self, data: bytes, kind: str) -> None:
        self.kind = kind
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise corrupt(kind, type(error).__name__) from error
        if len(self._archive.infolist()) > limits.MAX_PARTS:
            raise _bomb(Text(f"内含 {len(self._archive.infolist())} 个部件", "too many parts"))
        self._unpacked = 0

    def names(self) -> list[str]:
        return self._archive.namelist()

    def read(self, name: str) -> bytes:
        """One part, or a problem where it grows beyond the limits."""
        try:
            info = self._archive.getinfo(name)
            with self._archive.open(info) as part:
                return self._bounded(part, info)
        except KeyError as error:
            raise corrupt(self.kind, f"{name} ?") from error
        except RuntimeError as error:
            raise Encrypted(
                Text(
                    "压缩包内的内容设有密码，无法读取。请取消密码后重新上传。",
                    "The content is protected by a password. Remove it and retry.",
                )
            ) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise corrupt(self.kind, f"{name}: {type(error).__name__}") from error

    def _bounded(self, part: object, info: zipfile.ZipInfo) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while chunk := part.read(_CHUNK):  # type: ignore[attr-defined]
            size += len(chunk)
            self._unpacked += len(chunk)
            chunks.append(chunk)
            if self._unpacked > limits.MAX_UNPACKED:
                raise _bomb(
                    Text(
                        f"解压后超过 {limits.MAX_UNPACKED // limits.MEBIBYTE} MB",
                        f"it unpacks to more than {limits.MAX_UNPACKED // limits.MEBIBYTE} MB",
                    )
                )
            if size > limits.RATIO_FROM and size > limits.MAX_RATIO * max(1, info.compress_size):
                raise _bomb(
                    Text(
                        f"部件 {info.filename} 的压缩比超过 {limits.MAX_RATIO}",
                        f"{info.filename} is packed over {limits.MAX_RATIO} times",
                    )
                )
        return b"".join(chunks)

    def check_all(self) -> None:
        """Unpack every part once under the limits, before a library that has none opens the file."""
        for info in self._archive.infolist():
            data = self.read(info.filename)
            if info.filename.endswith((".xml", ".rels")):
                parse_xml(data, self.kind, info.filename)

    def xml(self, name: str) -> Element:
        return parse_xml(self.read(name), self.kind, name)


def parse_xml(data: bytes, kind: str, name: str) -> Element:
    """XML without DTD, entities or anything fetched from elsewhere."""
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnsafeXml(
            Text(
                f"文件部件 {name} 含有 DTD 或外部实体，可能是攻击文件，已拒绝。请用 Word、WPS 或 Excel 另存后重试。",
                f"Part {name} holds a DTD or an external entity, which may be an attack; refused. Save the file again in its program.",
            )
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise corrupt(kind, f"{name}: {type(error).__name__}") from error
    return root


def _bomb(why: Text) -> ArchiveBomb:
    return ArchiveBomb(
        Text(
            f"文件解压后异常庞大（{why.zh}），可能是压缩炸弹，已拒绝。请删去多余内容后另存再上传。",
            f"The file unpacks to an unreasonable size ({why.en}), which may be an attack; refused. Remove what is not needed, save and retry.",
        )
    )
