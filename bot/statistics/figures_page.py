"""docs/figures.md: every metric in words, made from the registry. `bot stats --figures` prints it."""

from __future__ import annotations

from bot.statistics.registry import FLOWS, Metric, Shape, all_metrics

HEAD = """# Figures

Every figure the office may quote, made from `METRICS` by `bot stats --figures`; a test keeps this page equal to it.
范围 A：由居民事项自然产生；B：顾问与调解员登记；C：办公室凭证登记。“须申报”：台账里没有时，要有人申报零，否则是未报，不是零。

| 代码 | 名称 | 单位 | 范围 | 算法 | 零 | 台账 | 责任单位 | 定义 |
|---|---|---|---|---|---|---|---|---|
"""
SHAPES = {Shape.SUM: "合计", Shape.STOCK: "期末存量", Shape.RATIO: "比率", Shape.SNAPSHOT: "期末快照"}


def figures_page() -> str:
    """Return the page."""
    rows = "".join(_row(m) for m in all_metrics())
    flows = "".join(f"* {f.label}：期初在办＋{'＋'.join(f.received)}－（{'＋'.join(f.done)}）＝`{f.stock}`\n" for f in FLOWS)
    return f"{HEAD}{rows}\n## 平衡\n\n{flows}"


def _row(m: Metric) -> str:
    zero = "须申报" if m.must_be_declared else "有排查报告为零" if m.known_by else "按台账"
    return f"| `{m.code}` | {m.label} | {m.unit} | {m.scope} | {SHAPES[m.shape]} | {zero} | {m.source} | {m.owner} | {m.definition} |\n"
