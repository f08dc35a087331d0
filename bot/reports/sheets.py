"""A sheet: one table with what it is about, written as XLSX, CSV, JSON or text. Cells keep their types."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Union

from bot.office import BEIJING

Cell = Union[str, int, Decimal, date, datetime, None]
BOM = "\ufeff"
# What a spreadsheet program would run as a formula (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNSEEN = " \u00a0\u200b\u3000\ufeff"


@dataclass(frozen=True)
class Sheet:
    """One table.

    Args:
        about: (label, value) lines above the table: period, as-of, definition, filter.
        rows: cells; the last `totals` of them are sums.
        data: what JSON says; rows under column names if left out.
    """

    title: str
    about: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: int = 0
    data: dict[str, Any] | None = field(default=None, compare=False)


def as_bytes(sheets: list[Sheet], form: str) -> bytes:
    """Return sheets as a file: xlsx holds all of them, csv and json one after the other, JSON of several as a list."""
    if form == "xlsx":
        return as_xlsx(sheets)
    if form == "csv":
        # Excel reads Chinese in a CSV only behind a BOM.
        return (BOM + "\r\n".join(as_csv(sheet) for sheet in sheets)).encode()
    texts = [as_json(sheet) for sheet in sheets]
    return (texts[0] if len(texts) == 1 else "[\n" + ",\n".join(texts) + "\n]").encode() + b"\n"


def as_xlsx(sheets: list[Sheet]) -> bytes:
    """Return a workbook: numbers as numbers, times as Beijing times, everything else as text; never a formula."""
    import xlsxwriter  # loaded by the first workbook

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    # The same figures make the same file: no time of making inside.
    book.set_properties({"created": datetime(2000, 1, 1)})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True}),
        "total": book.add_format({"bold": True, "top": 1}),
        "whole": book.add_format({"num_format": "#,##0"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "share": book.add_format({"num_format": "0.0"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    names: set[str] = set()
    for sheet in sheets:
        page = book.add_worksheet(_page_name(sheet.title, names))
        _fill(page, sheet, styles)
    book.close()
    return out.getvalue()


def as_csv(sheet: Sheet) -> str:
    """Return the table as CSV text without a BOM; a cell that a spreadsheet would run as a formula gets a leading apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_plain(c) for c in sheet.columns])
    writer.writerows([[_plain(cell) for cell in row] for row in sheet.rows])
    return out.getvalue()


def as_json(sheet: Sheet) -> str:
    """Return the table, or its `data`, as JSON; sums stand apart from the rows."""
    rows = [dict(zip(sheet.columns, (_jsonable(c) for c in row))) for row in sheet.rows]
    parts, sums = rows[: len(rows) - sheet.totals], rows[len(rows) - sheet.totals :]
    data = sheet.data if sheet.data is not None else {"title": sheet.title, **dict(sheet.about), "rows": parts, **({"totals": sums} if sums else {})}
    return json.dumps(data, ensure_ascii=False, indent=2, default=_jsonable)


def as_text(sheet: Sheet) -> str:
    """Return the table for a terminal: columns padded, a Chinese character two wide."""
    lines = [[str(c) for c in sheet.columns], *([_shown(cell) for cell in row] for row in sheet.rows)]
    widths = [max(_width(row[i]) for row in lines) for i in range(len(sheet.columns))]
    return "\n".join("  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths)).rstrip() for row in lines)


def _fill(page: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    page.write_string(0, 0, sheet.title, styles["title"])
    for n, (label, value) in enumerate(sheet.about, start=1):
        page.write_string(n, 0, label)
        page.write_string(n, 1, value)
    head = len(sheet.about) + 2
    for column, name in enumerate(sheet.columns):
        page.write_string(head, column, name, styles["head"])
    for n, row in enumerate(sheet.rows, start=1):
        last = n > len(sheet.rows) - sheet.totals
        for column, cell in enumerate(row):
            _write(page, head + n, column, cell, styles, last)
    page.freeze_panes(head + 1, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(head)
    for column in range(len(sheet.columns)):
        widest = max([_width(sheet.columns[column]), *(_width(_shown(row[column])) for row in sheet.rows)], default=8)
        page.set_column(column, column, min(max(widest + 2, 8), 40))


def _write(page: Any, row: int, column: int, cell: Cell, styles: dict[str, Any], total: bool) -> None:
    if cell is None:
        page.write_blank(row, column, None)
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, cell.astimezone(BEIJING).replace(tzinfo=None), styles["time"])
    elif isinstance(cell, date):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), styles["day"])
    elif isinstance(cell, Decimal):
        page.write_number(row, column, float(cell), styles["money" if cell.as_tuple().exponent == -2 else "share"])
    elif isinstance(cell, int):
        page.write_number(row, column, cell, styles["total"] if total else styles["whole"])
    else:
        page.write_string(row, column, cell, styles["total"] if total else None)


def _page_name(title: str, taken: set[str]) -> str:
    """A worksheet's name: at most 31 characters, without those Excel refuses, once."""
    clean = "".join(c for c in title if c not in "[]:*?/\\")[:28] or "表"
    name, n = clean, 1
    while name in taken:
        n += 1
        name = f"{clean}{n}"
    taken.add(name)
    return name


def _plain(cell: Cell) -> str:
    text = _shown(cell)
    # Some programs drop blanks before they look: both the text and what is left of it are judged.
    runs = isinstance(cell, str) and (text.startswith(DANGEROUS) or text.lstrip(_UNSEEN).startswith(DANGEROUS))
    return f"'{text}" if runs else text


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S") if isinstance(cell, datetime) else str(cell)


def _jsonable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return _shown(value) if isinstance(value, (date, datetime)) else value


def _width(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
