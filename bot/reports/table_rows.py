"""Rows of the document's tables, written as XML at once: a district has ten communities, a province thousands."""

from __future__ import annotations

from typing import Sequence
from xml.sax.saxutils import escape, quoteattr

from bot.reports.figures import Shown
from bot.reports.proof import TAG
from bot.reports.texts import Piece

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TWIPS = 1440 / 2.54  # twentieths of a point in a centimetre
# What XML cannot hold at all.
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def row_xml(cells: Sequence[Piece], widths: Sequence[float], style: str, is_head: bool) -> str:
    """Return a `w:tr`: figures in locked controls and to the right, heads bold and repeated on every page; no row breaks over two pages.

    Args:
        widths: centimetres of the columns.
        style: id of the paragraphs' style.
    """
    inside = "".join(_cell(piece, width, style, is_head) for piece, width in zip(cells, widths))
    repeated = "<w:tblHeader/>" if is_head else ""
    return f'<w:tr xmlns:w="{W}"><w:trPr><w:cantSplit/>{repeated}</w:trPr>{inside}</w:tr>'


def _cell(piece: Piece, width: float, style: str, is_head: bool) -> str:
    right = '<w:jc w:val="right"/>' if isinstance(piece, Shown) else ""
    said = _control(piece, is_head) if isinstance(piece, Shown) else _run(piece, is_head)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{round(width * TWIPS)}" w:type="dxa"/></w:tcPr>'
        f"<w:p><w:pPr><w:pStyle w:val={quoteattr(style)}/>{right}</w:pPr>{said}</w:p></w:tc>"
    )


def _control(shown: Shown, bold: bool) -> str:
    """A content control that Word neither edits nor deletes; its tag names the figure."""
    locked = f'<w:sdtPr><w:tag w:val={quoteattr(TAG + shown.figure)}/><w:lock w:val="sdtContentLocked"/><w:text/></w:sdtPr>'
    return f"<w:sdt>{locked}<w:sdtContent>{_run(shown.text, bold)}</w:sdtContent></w:sdt>"


def _run(text: str, bold: bool) -> str:
    style = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{style}<w:t xml:space="preserve">{escape(text.translate(_CONTROL))}</w:t></w:r>'
