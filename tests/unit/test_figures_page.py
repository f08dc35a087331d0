"""docs/figures.md says what METRICS says."""

from bot.settings import ROOT
from bot.statistics.figures_page import figures_page
from bot.statistics.metrics import METRICS
from bot.statistics.registry import FLOWS, Shape, metric

DOMAIN_ROWS = (  # domain.md 1.2, rows 1 to 19
    "mediation_resolved", "screening_rounds", "screening_findings", "advisor_coverage", "advisor_service_items", "service_points_by_tier", "litigation_cases",
    "legal_opinions", "advisor_discussions", "reconsideration_cases", "enterprise_issues_collected", "enterprise_issues_resolved", "publicity_activities",
    "legal_lectures_officials", "premeeting_study", "thematic_study", "pre_appointment_reports", "repealed_documents", "enforcers_certified", "site_pageviews",
    "document_cleanup_rounds",
)  # fmt: skip


def test_the_page_is_made_from_the_registry():
    page = ROOT / "docs" / "figures.md"
    assert page.read_text(encoding="utf-8") == figures_page(), "run: bot stats --figures > docs/figures.md"


def test_every_row_of_the_domain_is_a_metric():
    assert set(DOMAIN_ROWS) <= {m.code for m in METRICS}


def test_every_metric_is_complete_and_named_once():
    assert len({m.code for m in METRICS}) == len(METRICS) == len({m.label for m in METRICS})
    for m in METRICS:
        assert m.unit and m.definition.endswith("。") and m.scope in "ABC" and m.owner
        assert (m.of is not None) == (m.shape is Shape.RATIO) and bool(m.minus) == (m.shape is Shape.STOCK)
        for code in m.of or ():
            assert set(metric(code).kinds) <= set(m.kinds)


def test_every_flow_balances_the_kinds_of_its_stock():
    for flow in FLOWS:
        stock = metric(flow.stock)
        assert {k for code in flow.received for k in metric(code).kinds} == set(stock.kinds)
        assert {k for code in flow.done for k in metric(code).kinds} == set(stock.minus)
