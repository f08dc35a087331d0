"""Charts as PNG, from figures that stand in the report's tables; left out where matplotlib or a Chinese font is missing."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei")
INK = "#1f5f8b"


def bars(title: str, labels: list[str], series: list[tuple[str, list[float]]], lying: bool = False) -> bytes | None:
    """Return a bar chart, or None where it cannot be drawn with Chinese letters."""
    font = _font()
    if font is None or not labels or not any(any(values) for _, values in series):
        return None
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.3, 0.6 + 0.26 * len(labels) if lying else 2.8), dpi=160)
    axes = figure.add_subplot()
    width = 0.8 / len(series)
    for n, (name, values) in enumerate(series):
        places = [i + n * width for i in range(len(labels))]
        draw = axes.barh if lying else axes.bar
        drawn = draw(places, values, width, label=name, color=INK, alpha=1 - 0.55 * n)
        if lying:
            axes.bar_label(drawn, fontproperties=font, padding=2)
    _dress(axes, title, labels, lying, len(series), width, font)
    out = io.BytesIO()
    figure.tight_layout()
    FigureCanvasAgg(figure).print_png(out, metadata={"Software": None})
    return out.getvalue()


def _dress(axes: Any, title: str, labels: list[str], lying: bool, many: int, width: float, font: Any) -> None:
    places = [i + width * (many - 1) / 2 for i in range(len(labels))]
    if lying:
        axes.set_yticks(places)
        axes.set_yticklabels(labels, fontproperties=font)
        axes.invert_yaxis()
    else:
        axes.set_xticks(places)
        axes.set_xticklabels(labels, fontproperties=font)
    # Cases are whole: no 2.5 on the axis.
    (axes.xaxis if lying else axes.yaxis).get_major_locator().set_params(integer=True)
    axes.set_title(title, fontproperties=font, fontsize=11)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if many > 1:
        axes.legend(prop=font, frameon=False)


@lru_cache(maxsize=1)
def _font() -> Any:
    """The first font with Chinese letters, or None: a chart of empty boxes says nothing."""
    try:
        from matplotlib import font_manager
    except ImportError:
        return None
    known = {font.name: font.fname for font in font_manager.fontManager.ttflist}
    name = next((n for n in FONTS if n in known), None)
    return font_manager.FontProperties(fname=known[name], size=8) if name else None
