"""Draws the Word templates of the papers from tools/papers.yml.

    python tools/paper_templates.py [FOLDER]

Written to bot/papers/templates unless another folder is named. A template that the office has changed in Word is kept by not
running this again, or by changing the layout here instead.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

ROOT = Path(__file__).resolve().parents[1]
LAYOUTS, TEMPLATES = ROOT / "tools" / "papers.yml", ROOT / "bot" / "papers" / "templates"
SONG, HEI = "宋体", "黑体"
COLUMNS, LINE = 6, 0.75  # of a form; cm of a line of writing
STARTS = {2: (0, 1), 4: (0, 1, 3, 4), 6: (0, 1, 2, 3, 4, 5)}  # where the cells of a row begin, by how many there are
SHARES = (2.6, 3.2, 1.9, 3.1, 1.9, 3.3)  # cm of the columns of a form, 16.0 together
FOOT = "本文书由系统按登记内容填写，签署前请逐项核对；标“【待填】”处由承办人补写。"


def main() -> None:
    """Draw all templates."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TEMPLATES
    folder.mkdir(parents=True, exist_ok=True)
    for code, layout in yaml.safe_load(LAYOUTS.read_text(encoding="utf-8")).items():
        draw(layout).save(str(folder / f"{code}.docx"))
    print(f"{len(list(folder.glob('*.docx')))} templates in {folder.name}")


def draw(layout: dict[str, Any]) -> Any:
    """Return the template of one paper."""
    document = Document()
    _dress(document, bool(layout.get("lying")))
    document.core_properties.title, document.core_properties.author, document.core_properties.comments = layout["title"], "", ""
    _line(document, layout["title"], size=20, font=HEI, align=WD_ALIGN_PARAGRAPH.CENTER, after=4)
    _line(document, layout["source"], size=9, align=WD_ALIGN_PARAGRAPH.CENTER, after=6)
    width = sum(SHARES) if not layout.get("lying") else 25.7
    for part in layout["parts"]:
        _part(document, part, width)
    _foot(document)
    return document


def _part(document: Any, part: dict[str, Any], width: float) -> None:
    if "line" in part:
        align = WD_ALIGN_PARAGRAPH.RIGHT if part.get("right") else None
        _line(document, part["line"], size=9 if part.get("small") else 12, font=HEI if part.get("head") else SONG, align=align)
    elif "text" in part:
        for words in part["text"]:
            _line(document, words, indent=True)
    elif "form" in part:
        _form(document, part["form"])
    elif "table" in part:
        _table(document, part["table"], width)
    elif "signs" in part:
        _signs(document, part["signs"], width)
    elif "break" in part:
        document.add_page_break()
    else:
        raise SystemExit(f"Unknown part {part}; expected line, text, form, table, signs or break.")


def _form(document: Any, rows: list[Any]) -> None:
    grid = _grid(document, SHARES)
    for row in rows:
        if isinstance(row, dict):
            _tag(grid, "{%tr endfor %}" if "end" in row else "{%tr for " + _loop(row["each"]) + " %}")
            continue
        tall = row[-1]["tall"] if isinstance(row[-1], dict) else 1
        words = [w for w in row if not isinstance(w, dict)]
        cells = grid.add_row().cells
        _height(grid.rows[-1], tall)
        starts = STARTS[len(words)]
        for n, (text, start) in enumerate(zip(words, starts)):
            end = starts[n + 1] - 1 if n + 1 < len(starts) else COLUMNS - 1
            _write(cells[start] if start == end else cells[start].merge(cells[end]), text, head=n % 2 == 0, middle=tall < 3)
    _gap(document)


def _loop(words: str) -> str:
    name, _, each = words.partition(" as ")
    return f"{each} in {name}"


def _table(document: Any, table: dict[str, Any], width: float) -> None:
    parts = sum(table["widths"])
    grid = _grid(document, tuple(width * share / parts for share in table["widths"]))
    for cell, text in zip(grid.add_row().cells, table["heads"]):
        _write(cell, text, head=True)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeat)
    _tag(grid, "{%tr for " + f"{table['as']} in {table['over']}" + " %}")
    for cell, text in zip(grid.add_row().cells, table["cells"]):
        _write(cell, text, size=10.5)
    _tag(grid, "{%tr endfor %}")
    _gap(document)


def _signs(document: Any, places: list[str], width: float) -> None:
    """Two places a line, with room to write, without borders."""
    _gap(document)
    grid = document.add_table(rows=0, cols=2)
    for n in range(0, len(places), 2):
        row = grid.add_row()
        _height(row, 2)
        for cell, place in zip(row.cells, places[n : n + 2]):
            cell.width = Cm(width / 2)
            _write(cell, f"{place}：" if "：" not in place else place)


def _grid(document: Any, widths: tuple[float, ...]) -> Any:
    grid = document.add_table(rows=0, cols=len(widths), style="Table Grid")
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, share in zip(grid.columns, widths):
        column.width = Cm(share)
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 40), ("left", 85), ("bottom", 40), ("right", 85)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(width))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    grid._tbl.tblPr.append(margins)
    return grid


def _tag(grid: Any, tag: str) -> None:
    """A row that only says where repetition begins or ends; filling removes it."""
    grid.add_row().cells[0].paragraphs[0].add_run(tag)


def _height(row: Any, lines: int) -> None:
    row.height, row.height_rule = Cm(LINE * lines + 0.15), WD_ROW_HEIGHT_RULE.AT_LEAST
    keep = OxmlElement("w:cantSplit")
    if lines <= 2:
        row._tr.get_or_add_trPr().append(keep)


def _write(cell: Any, text: str, head: bool = False, size: float = 11, middle: bool = True) -> None:
    paragraph = cell.paragraphs[0]
    if head or middle:
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.2
    for n, line in enumerate(text.split("\n")):
        run = paragraph.add_run(line)
        _font(run, HEI if head else SONG, 10.5 if head else size)
        if n < text.count("\n"):
            run.add_break()
    if head:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _line(document: Any, text: str, size: float = 12, font: str = SONG, align: Any = None, indent: bool = False, after: float = 3) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(after)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(24)
    _font(paragraph.add_run(text), font, size)


def _gap(document: Any) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = 0.5


def _font(run: Any, font: str, size: float) -> None:
    run.font.size, run.font.name = Pt(size), font
    run._r.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), font)


def _dress(document: Any, lying: bool) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = (Cm(29.7), Cm(21)) if lying else (Cm(21), Cm(29.7))
    page.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    page.left_margin = page.right_margin = Cm(2 if lying else 2.5)
    page.top_margin = page.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = SONG, Pt(12)
    normal.element.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), SONG)
    normal.paragraph_format.line_spacing = 1.3
    normal.paragraph_format.space_after = Pt(3)


def _foot(document: Any) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(paragraph.add_run(f"{FOOT}　第"), SONG, 8)
    run = paragraph.add_run()
    _font(run, SONG, 8)
    for kind, words in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = words
        run._r.append(element)
    _font(paragraph.add_run("页"), SONG, 8)


if __name__ == "__main__":
    main()
