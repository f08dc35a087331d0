"""Reading a spreadsheet that somebody filled in: the columns must be ours, formulas are refused, nothing may be huge. Pure."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from bot.errors import BadInput

MOST_ROWS = 2000
LARGEST_FILE = 5 * 1024 * 1024
LARGEST_INSIDE = 60 * 1024 * 1024
LONGEST_CELL = 2000


@dataclass(frozen=True)
class Row:
    """One row that is not empty: its number in the sheet, and column → text as typed."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row; `column` is "" for the row as a whole."""

    row: int
    column: str
    said: str


def read_rows(body: bytes, columns: tuple[str, ...]) -> list[Row]:
    """Return the filled rows of the first sheet below the row of headings.

    Args:
        columns: the headings that must be there, in any order; others are refused, so that nothing is silently left out.

    Raises:
        BadInput: it is no such file; says what was expected and what was found.
    """
    from openpyxl import load_workbook  # 29 MB that the web process needs only while somebody brings a spreadsheet

    _look_inside(body)
    try:
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=False)
        sheet = book.worksheets[0]
        found = _rows(sheet, columns)
        book.close()
    except BadInput:
        raise
    except Exception as error:  # noqa: BLE001  openpyxl raises whatever a broken part makes it raise
        raise BadInput("这个文件打不开，请用 Excel 或 WPS 另存为 .xlsx 再上传。") from error
    if not found:
        raise BadInput("表里没有填写的行。请在标题行下面逐行填写。")
    return found


def _look_inside(body: bytes) -> None:
    if len(body) > LARGEST_FILE:
        raise BadInput(f"文件太大（{len(body) // 1024}KB），最多{LARGEST_FILE // 1024 // 1024}MB；请分几次上传。")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > LARGEST_INSIDE or len(parts) > 500:
                raise BadInput("文件里的内容太多，请只留要登记的一张表再上传。")
            # Entities of a DTD can grow without end; a real workbook has none.
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!" in archive.open(part).read(512).replace(b"<!--", b""):
                    raise BadInput("文件的格式不对，请用 Excel 或 WPS 另存为 .xlsx 再上传。")
            if "xl/workbook.xml" not in archive.namelist():
                raise zipfile.BadZipFile
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise BadInput("这不是 .xlsx 文件。请下载模板，填好后上传；旧的 .xls 和 .csv 请另存为 .xlsx。") from error


def _rows(sheet: Any, columns: tuple[str, ...]) -> list[Row]:
    heads: list[str] = []
    found: list[Row] = []
    for number, cells in enumerate(sheet.iter_rows(max_col=60), 1):
        texts = [_text(cell, number) for cell in cells]
        if not any(texts):
            continue
        if not heads:
            # Above the headings of our own template stand lines that explain it.
            if columns[0] in [_plain(t) for t in texts]:
                heads = _heads([_plain(t) for t in texts], columns)
            elif number > 20:
                break
            continue
        if len(found) >= MOST_ROWS:
            raise BadInput(f"一次最多{MOST_ROWS}行，请分几次上传。")
        found.append(Row(number, {head: text for head, text in zip(heads, texts) if head}))
    if not heads:
        raise BadInput(f"没有找到标题行。应有这些列：{'、'.join(columns)}。请用模板填写。")
    return found


def _heads(found: list[str], columns: tuple[str, ...]) -> list[str]:
    missing = [c for c in columns if c not in found]
    unknown = [c for c in found if c and c not in columns]
    twice = sorted({c for c in found if c and found.count(c) > 1})
    if missing or unknown or twice:
        told = (("缺少", missing), ("多出", unknown), ("重复", twice))
        said = [f"{what}：{'、'.join(names)[:200]}" for what, names in told if names]
        raise BadInput(f"列不对（{'；'.join(said)}）。应有这些列：{'、'.join(columns)}。请用模板填写，不要改标题。")
    return found


def _plain(head: str) -> str:
    return head.replace("（必填）", "").strip()


def _text(cell: Any, number: int) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        raise BadInput(f"第{number}行{getattr(cell, 'coordinate', '')}是公式或错误值，请改成文字或数字再上传。")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()[:LONGEST_CELL]
