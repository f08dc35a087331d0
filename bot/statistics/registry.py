"""What a metric is, and all of them. A metric is defined once; the figures page (docs/figures.md) is made from here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.errors import UnknownMetric

COMMITTEE, OFFICE, DISTRICT_OFFICE = "街道和社区人民调解组织", "区法制办", "区办公室"


class Shape(Enum):
    """How a metric is made of lines."""

    SUM = "sum"  # of the quantities of its lines
    STOCK = "stock"  # of everything up to the end of the period, what left taken off
    RATIO = "ratio"  # of two other metrics, in percent
    SNAPSHOT = "snapshot"  # what stands on the last day of the period


@dataclass(frozen=True)
class Metric:
    """One figure the office may quote.

    Args:
        kinds: the kinds of lines it is made of.
        definition: what counts, when and how often, in the office's words.
        source: which book.
        scope: A from residents' matters, B from advisors and mediators, C counted by the office with evidence (domain.md 1.1).
        owner: the unit that answers for it.
        minus: kinds that leave a stock.
        must_be_declared: nothing in the books is a missing figure until somebody declares a zero.
        known_by: kinds that show that somebody looked, so that nothing found is a zero and not a missing figure.
        scale: lines hold this many parts of the unit (100 for 元).
        of: numerator and denominator of a ratio.
        smallest: a ratio over fewer than this is not shown.
    """

    code: str
    label: str
    unit: str
    kinds: tuple[str, ...]
    definition: str
    source: str = "服务台账"
    scope: str = "A"
    owner: str = OFFICE
    shape: Shape = Shape.SUM
    minus: tuple[str, ...] = ()
    must_be_declared: bool = False
    known_by: tuple[str, ...] = ()
    scale: int = 1
    of: tuple[str, str] | None = None
    smallest: int = 1

    @property
    def reads_days(self) -> bool:
        """Whether its figure is a plain sum, so that the daily roll-ups give it."""
        return self.shape in (Shape.SUM, Shape.STOCK)


def metric(code: str) -> Metric:
    """Return the metric with this code.

    Raises:
        UnknownMetric: names all that exist.
    """
    if code not in _by_code():
        raise UnknownMetric(f"Unknown metric {code!r}; expected one of: {', '.join(_by_code())}.")
    return _by_code()[code]


def all_metrics() -> tuple[Metric, ...]:
    """Return every metric, in the order of the figures page."""
    from bot.statistics.registry_cases import CASES
    from bot.statistics.registry_office import OFFICE_METRICS
    from bot.statistics.registry_services import SERVICES

    return (*CASES, *SERVICES, *OFFICE_METRICS)


def _by_code() -> dict[str, Metric]:
    return {m.code: m for m in all_metrics()}


@dataclass(frozen=True)
class Flow:
    """Stock and flow of one book: carried over + received − done = open, each a metric."""

    code: str
    label: str
    stock: str
    received: tuple[str, ...]
    done: tuple[str, ...]


FLOWS = (
    Flow("mediation", "人民调解案件", "mediation_open", ("cases_total",), ("mediation_resolved", "mediation_failed", "mediation_terminated")),
    Flow(
        "enterprise", "企业问题", "enterprise_open", ("enterprise_issues_collected",),
        ("enterprise_issues_resolved", "enterprise_carried_over_resolved", "enterprise_explained", "enterprise_unresolved"),
    ),
    Flow("screening", "排查发现纠纷", "findings_open", ("screening_findings",), ("findings_settled", "findings_to_mediation", "findings_to_police")),
)  # fmt: skip
