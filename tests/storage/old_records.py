"""Frozen figures as releases before batches wrote them; they still stand in closings and reports and are still checked."""

import hashlib
from dataclasses import replace

from bot.statistics.behind import behind
from bot.statistics.frozen import figures_of, told
from bot.statistics.metrics import METRICS
from bot.statistics.periods import month
from bot.statistics.registry import Shape


def whole_records(session, view):
    """One hash over all lines of a figure, which stand in the record by their ids."""
    found = behind(session, [(which, view) for which in METRICS])
    return [_record(one, now, ids=one.ids, sha256=one.sha256) for one, now in zip(found, figures_of(session, found))]


def stock_records(session, view, first, last):
    """Stocks by the months of a year, each with its ids."""
    stocks = [which for which in METRICS if which.shape is Shape.STOCK]
    found = behind(session, [(which, view) for which in stocks])
    records = []
    for one, now in zip(found, figures_of(session, found)):
        asked = [(replace(one.which, shape=Shape.SUM), view.during(month(n, view.period.first.year))) for n in range(first, last + 1)]
        parts = {f"{view.period.first.year}-{n:02d}": part for n, part in zip(range(first, last + 1), behind(session, asked))}
        months = {name: {"rows": p.rows, "sum": p.sum, "ids": p.ids, "sha256": p.sha256} for name, p in parts.items() if p.rows}
        text = "".join(f"{name} {p['rows']} {p['sum']} {p['sha256']}\n" for name, p in sorted(months.items()))
        records.append(_record(one, now, ids="", sha256=hashlib.sha256(text.encode()).hexdigest(), months=months))
    return records


def _record(one, now, **more):
    table = "fact" if one.which.shape is Shape.SNAPSHOT else "entry"
    return {"code": one.which.code, "state": now.state.value, "value": told(now), "rows": one.rows, "table": table, **more}
