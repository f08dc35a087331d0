"""Files that the desk gives to residents: which are allowed, judged by what is in them, never by their name alone. Pure.

Four kinds that every phone opens and that cannot run by themselves: PDF, JPEG, PNG and DOCX without macros.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from bot.errors import BadInput
from bot.legal.coded import Coded

MIB = 1024 * 1024
MAX_BYTES = 10 * MIB
MAX_UNPACKED = 100 * MIB
MAX_NAME = 80
EXPECTED = "只能发PDF、JPG、PNG图片和DOCX文档，每个不超过10MB"
TOO_BIG = "文件超过10MB，没有发出。请压缩图片、拆成几份，或请居民来取纸质件。"
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia)\b")
_DOCX_PARTS = {"[Content_Types].xml", "word/document.xml"}
_DOCX_ACTIVE = re.compile(r"vbaProject|activeX/|/embeddings/|\.(?:bin|exe|dll|js|vbs|bat|cmd|ps1)$", re.I)


class FileKind(Coded):
    """A kind of file: (code, content type)."""

    PDF = ("pdf", "application/pdf")
    JPG = ("jpg", "image/jpeg")
    PNG = ("png", "image/png")
    DOCX = ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be given out: its clean name with the right ending, its kind, its bytes."""

    name: str
    kind: FileKind
    body: bytes


def check_file(name: str, body: bytes) -> CheckedFile:
    """Return a file that may be given to a resident.

    Args:
        name: as the browser says it; may hold a path or signs of any kind.

    Raises:
        BadInput: empty, larger than 10 MiB, another kind, a name that claims another kind, or with something in it that
            runs (macros, scripts, embedded files). The hint tells the member of staff what to do.
    """
    if not body:
        raise BadInput("文件是空的，没有发出。请重新选择。")
    if len(body) > MAX_BYTES:
        raise BadInput(TOO_BIG)
    kind = _kind_of(body)
    if kind is None:
        raise BadInput(f"这个文件不能发：{EXPECTED}；程序、压缩包和其他格式一律不收。")
    clean = clean_name(name)
    stem, dot, ending = clean.rpartition(".")
    if dot and ending.lower() not in _endings(kind):
        raise BadInput(f"文件名写的是“.{ending}”，里面却是{kind.code.upper()}，没有发出。请核对文件，改好名字再发。")
    if _is_active(kind, body):
        raise BadInput("文件里带有宏、脚本或夹带的其他文件，没有发出。请另存为普通PDF再发。")
    return CheckedFile(f"{(stem if dot else clean) or '文件'}.{kind.code}", kind, body)


def clean_name(name: str) -> str:
    """Return a file name without folders, control signs and signs that systems forbid; at most 80 characters, may be ""."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    stem, dot, ending = kept.strip(" .").rpartition(".")
    return f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) <= 8 else kept.strip(" .")[:MAX_NAME]


def size_words(size: int) -> str:
    """Return a size as people read it: 320 KB, 1.4 MB."""
    return f"{size / MIB:.1f} MB" if size >= MIB else f"{max(1, round(size / 1024))} KB"


def _kind_of(body: bytes) -> FileKind | None:
    if body.startswith(b"%PDF-"):
        return FileKind.PDF
    if body.startswith(b"\xff\xd8\xff"):
        return FileKind.JPG
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    return FileKind.DOCX if body.startswith(b"PK\x03\x04") and set(_entries(body)) >= _DOCX_PARTS else None


def _entries(body: bytes) -> dict[str, int]:
    """Return the files in a zip archive with their unpacked sizes; empty where it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return {entry.filename: entry.file_size for entry in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return {}


def _is_active(kind: FileKind, body: bytes) -> bool:
    if kind is FileKind.PDF:
        return bool(_PDF_ACTIVE.search(body))
    if kind is FileKind.DOCX:
        entries = _entries(body)
        return sum(entries.values()) > MAX_UNPACKED or any(_DOCX_ACTIVE.search(name) for name in entries)
    return False


def _endings(kind: FileKind) -> tuple[str, ...]:
    return ("jpg", "jpeg") if kind is FileKind.JPG else (kind.code,)
