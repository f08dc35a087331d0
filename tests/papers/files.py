"""Fictional case files for the papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.legal.agreement_checks import Term
from bot.papers.case_file import Agreement, CaseFile, Evidence, Inquiry, MediationSession, Party, Revisit, Statement
from tests.storage.books import at

APPLICANT = Party("applicant", "张三", "13800138000", "男", "汉族", "1980年1月1日", "职员", "示例社区一", agent="无", workplace="示例公司")
OTHER = Party("other", "李四", "13900139000", "女", "汉族", "1982年2月2日", "教师", "示例社区一")
TERMS = (
    Term(1, "李四赔偿张三天花板修理费。", Decimal("3500.00"), "李四", "张三", "银行转账", date(2026, 4, 10)),
    Term(2, "李四修好自家水管。", method="自行修理", due_on=date(2026, 4, 1)),
)
MEDIATED = CaseFile(
    number="GX2026-00001", kind="mediation", steps=frozenset({"requested", "accepted", "in_mediation", "agreed_written", "performed", "revisited"}),
    community="c01", channel="web", dispute_type="neighbour", source="application", requested_at=at(3, 16, 12, 5), accepted_at=at(3, 17), accepted=True,
    closed_at=at(3, 26), outcome="agreed_written", amount=Decimal("3500.00"), mediators=("示例调解员甲",), undertaker="示例调解员甲", committee="示例社区一人民调解委员会",
    parties=(APPLICANT, OTHER), what_happened="楼上漏水泡坏了天花板。", wish="修好并赔偿。", evidence=(Evidence("漏水照片", "复印件", "张三", date(2026, 3, 18)), Evidence("修理报价单", "原件", "张三", date(2026, 3, 18), date(2026, 3, 26))),
    inquiries=(Inquiry(1, "示例邻居", "楼下住户", "示例调解员甲", at(3, 19), "示例社区一", "问：什么时候开始漏水？\n答：三月初。"),),
    sessions=(
        MediationSession(1, at(3, 25), "示例社区一调解室", ("张三", "李四"), ("示例调解员甲",), "示例记录员", True,
            (Statement("张三", "天花板泡坏了。"), Statement("李四", "水管老化。")), "水从李四家水管渗出。", "各退一步。", "赔偿修理费。", "无", "agreed"),
    ),
    agreement=Agreement(False, "示例人调字〔2026〕第1号", "漏水属实。", "赔偿金额", "李四承担修理责任。", TERMS, "一次付清", "逾期按日支付违约金10元。", True, 3, date(2026, 3, 26), date(2026, 4, 25)),
    revisits=(Revisit(at(4, 13), "电话", "张三", "全部履行", "5", False, "无", "无", "示例调解员甲"),), performance="全部履行",
)  # fmt: skip
EMPTY = CaseFile("GX2026-00002", "mediation", frozenset({"requested"}))


def make_file(**changed: Any) -> CaseFile:
    return replace(MEDIATED, **changed)
