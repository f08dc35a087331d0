"""The report as DOCX: words free to edit, every figure in a locked content control, the proof inside as custom XML."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from bot.office import BEIJING, Office
from bot.reports.content import APPENDIX_HEADS, Content, Table
from bot.reports.figures import Shown
from bot.reports.proof import FORMAT, TAG, as_xml, seal, what_it_shows
from bot.reports.table_rows import row_xml
from bot.reports.texts import Piece

SONG = "宋体"
CELL, SMALL = "表格文字", "附录文字"
PAGE_WIDTH = 15.8  # centimetres of a standing page less its margins


def write_report(path: Path, said: Content, office: Office, now: datetime, signed_by: str | None = None) -> dict[str, Any]:
    """Write the document to a file and return the proof that is inside.

    It is saved twice: what the first saving shows goes into the proof of the second.
    """
    document = _body(said, signed_by, now)
    scratch = path.with_name(f".{path.name}.draft")
    try:
        document.save(str(scratch))
        proof = seal(_proof(said, office, now, signed_by, *what_it_shows(scratch)))
        _embed(document, as_xml(proof))
        document.save(str(scratch))
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    return proof


def _proof(
    said: Content, office: Office, now: datetime, signed_by: str | None, figures: Counter[tuple[str, str]], numbers: Counter[str], pictures: Counter[str]
) -> dict[str, Any]:
    view = said.figures.view
    return {
        "format": FORMAT,
        "office": office.name,
        "title": said.title,
        "period": [view.period.first.isoformat(), view.period.end.isoformat()],
        "as_of": said.as_of.isoformat(),
        "with_demo": view.with_demo,
        "made_at": now.astimezone(BEIJING).isoformat(timespec="seconds"),
        "signed_by": signed_by,
        "figures": [{"id": f.id, "key": f.key, "label": f.label, "unit": f.unit, "opening": f.opening, **f.frozen} for f in said.figures.shown_figures],
        "batches": said.figures.batches,
        "parts": said.figures.parts,
        "shown": sorted([[i, text, n] for (i, text), n in figures.items()]),
        "numbers": dict(sorted(numbers.items())),
        "pictures": dict(sorted(pictures.items())),
        "corrections": [[c.month, c.row.id] for c in said.corrections],
    }


def _body(said: Content, signed_by: str | None, now: datetime) -> Any:
    document = Document()
    _dress(document)
    made = now.astimezone(BEIJING).replace(tzinfo=None, microsecond=0)
    document.core_properties.created = document.core_properties.modified = made
    document.core_properties.title, document.core_properties.author = said.title, ""
    document.core_properties.comments = ""
    heading = document.add_heading(said.title, level=0)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for note in said.notes:
        document.add_paragraph(note)
    for section in said.sections:
        document.add_heading(section.title, level=1)
        for pieces in section.paragraphs:
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.first_line_indent = Pt(24)
            _say(paragraph, pieces)
    for chart in said.charts:
        document.add_picture(io.BytesIO(chart), width=Cm(15))
    for n, table in enumerate(said.tables):
        _table(document, table, new_page=n == 0)
    if signed_by:
        document.add_paragraph(f"签发：{signed_by}　{made.date()}")
    _lie_down(document)
    for table in said.appendix:
        _table(document, table, small=True)
    return document


def _say(paragraph: Any, pieces: tuple[Piece, ...]) -> None:
    for piece in pieces:
        if isinstance(piece, Shown):
            _figure(paragraph, piece)
        else:
            paragraph.add_run(piece)


def _figure(paragraph: Any, shown: Shown) -> None:
    """A content control that Word neither edits nor deletes; its tag names the figure."""
    run = paragraph.add_run(shown.text)
    control, properties, inside = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:sdtContent")
    for name, value in (("w:tag", f"{TAG}{shown.figure}"), ("w:lock", "sdtContentLocked")):
        element = OxmlElement(name)
        element.set(qn("w:val"), value)
        properties.append(element)
    properties.append(OxmlElement("w:text"))
    control.append(properties)
    control.append(inside)
    run._r.addprevious(control)
    inside.append(run._r)


def _table(document: Any, table: Table, small: bool = False, new_page: bool = False) -> None:
    document.add_heading(table.title, level=2).paragraph_format.page_break_before = new_page
    grid = document.add_table(rows=1, cols=len(table.heads), style="Table Grid")
    grid.autofit = False
    widths = _widths(table.heads)
    for column, width in zip(grid.columns, widths):
        column.width = Cm(width)
    style = document.styles[SMALL if small else CELL].style_id
    grid._tbl.remove(grid.rows[0]._tr)
    for cells, is_head in [(table.heads, True), *((row, False) for row in table.rows)]:
        grid._tbl.append(parse_xml(row_xml(cells, widths, style, is_head)))


def _widths(heads: tuple[str, ...]) -> list[float]:
    """Centimetres of each column: the appendix by what stands in it, other tables evenly."""
    known = {"定义": 6.6, "编号": 1.4, "截至": 2.0, "明细行数": 1.5, "期间": 2.2, "原因": 6.0}
    if heads == APPENDIX_HEADS:
        return [known.get(head, 2.6) for head in heads]
    return [PAGE_WIDTH / len(heads)] * len(heads)


def _dress(document: Any) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.6)
    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name = SONG
        properties = style.element.get_or_add_rPr()
        fonts = properties.find(qn("w:rFonts"))
        if fonts is None:
            fonts = OxmlElement("w:rFonts")
            properties.append(fonts)
        for which in ("w:eastAsia", "w:ascii", "w:hAnsi"):
            fonts.set(qn(which), SONG)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
    for name, points in ((CELL, 10), (SMALL, 7.5)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.font.size = Pt(points)
        style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(0), 1.15
    document.styles["Normal"].font.size = Pt(12)
    document.styles["Title"].font.size = Pt(20)
    document.styles["Normal"].paragraph_format.line_spacing = 1.4


def _lie_down(document: Any) -> None:
    """The appendix has ten columns: a page lying."""
    section = document.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.5)


def _embed(document: Any, xml: bytes) -> None:
    package = document.part.package
    # Word's own template brings custom XML of its own; a number it does not use keeps both.
    part = Part(PackURI("/customXml/item701.xml"), "application/xml", xml, package)
    identity = "{" + hashlib.sha256(xml).hexdigest()[:8].upper() + "-0000-4000-8000-000000000001}"
    properties = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?><ds:datastoreItem xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml" '
        f'ds:itemID="{identity}"><ds:schemaRefs/></ds:datastoreItem>'
    )
    kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    described = Part(PackURI("/customXml/itemProps701.xml"), kind, properties.encode(), package)
    part.relate_to(described, RELATIONSHIP_TYPE.CUSTOM_XML_PROPS)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)
