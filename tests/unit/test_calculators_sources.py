"""Every rule's articles exist, are in force, and say what the rule says. Reads the official texts beside the repository."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from bot.knowledge.law_names import article_label
from bot.knowledge.statute_text import parse_markdown
from bot.legal.calculator_forms import CALCULATORS
from bot.legal.eligibility import AidGround, AidMatter, MediationFit, Obstacle, legal_aid, mediation_fit
from bot.legal.limitation import limitation
from bot.legal.sources import Law, Source, joined_labels
from bot.legal.topics import Topic

STATUTES = Path(__file__).parents[2] / ".." / "shared" / "statutes"
TODAY = date(2026, 11, 23)
needs_statutes = pytest.mark.skipif(not STATUTES.exists(), reason="THE LAW TEXTS (../shared/statutes) ARE MISSING: CITATIONS NOT CHECKED")

# law, article, words that our rule rests on
SAYS = (
    (Law.CIVIL_CODE, "188", "三年"), (Law.CIVIL_CODE, "188", "二十年"), (Law.CIVIL_CODE, "195", "重新计算"), (Law.CIVIL_CODE, "196", "请求支付抚养费、赡养费或者扶养费"),
    (Law.CIVIL_CODE, "201", "开始的当日不计入"), (Law.CIVIL_CODE, "202", "没有对应日的，月末日"), (Law.CIVIL_CODE, "203", "法定休假日结束的次日"),
    (Law.CIVIL_CODE, "564", "一年内不行使"), (Law.CIVIL_CODE, "586", "百分之二十"), (Law.CIVIL_CODE, "587", "双倍返还定金"), (Law.CIVIL_CODE, "588", "选择适用违约金或者定金"),
    (Law.CIVIL_CODE, "680", "视为没有利息"), (Law.CIVIL_CODE, "692", "六个月"), (Law.CIVIL_CODE, "1077", "三十日内"), (Law.CIVIL_CODE, "1124", "六十日内"),
    (Law.CIVIL_PROCEDURE, "85", "法定休假日后的第一日"), (Law.CIVIL_PROCEDURE, "171", "十五日内"), (Law.CIVIL_PROCEDURE, "171", "十日内"),
    (Law.CIVIL_PROCEDURE, "205", "三十日内"), (Law.CIVIL_PROCEDURE, "216", "六个月内"), (Law.CIVIL_PROCEDURE, "227", "十五日内"), (Law.CIVIL_PROCEDURE, "250", "二年"),
    (Law.ADMINISTRATIVE_LITIGATION, "45", "十五日内"), (Law.ADMINISTRATIVE_LITIGATION, "46", "六个月内"), (Law.RECONSIDERATION, "20", "六十日内"),
    (Law.RECONSIDERATION, "21", "超过五年"), (Law.RECONSIDERATION, "30", "五日内"), (Law.RECONSIDERATION, "88", "工作日"), (Law.MEDIATION, "33", "三十日内共同"),
    (Law.MEDIATION, "17", "明确拒绝调解的，不得调解"), (Law.LABOUR_DISPUTES, "27", "劳动关系终止之日起一年内"), (Law.LABOUR_DISPUTES, "50", "十五日内"),
    (Law.LABOUR_CONTRACT, "40", "额外支付劳动者一个月工资"), (Law.LABOUR_CONTRACT, "47", "六个月以上不满一年的，按一年计算"), (Law.LABOUR_CONTRACT, "47", "最高不超过十二年"),
    (Law.LABOUR_CONTRACT, "47", "三倍"), (Law.LABOUR_CONTRACT, "87", "二倍"), (Law.LABOUR_CONTRACT, "97", "自本法施行之日起计算"), (Law.LABOUR_CONTRACT, "82", "超过一个月不满一年"),
    (Law.LABOUR_CONTRACT_RULES, "7", "满一个月的次日至满一年的前一日"), (Law.LABOUR_CONTRACT_RULES, "20", "上一个月的工资标准"),
    (Law.LABOUR_CONTRACT_RULES, "25", "自用工之日起计算"), (Law.LABOUR_CONTRACT_RULES, "27", "最低工资标准"), (Law.LABOUR_INTERPRETATION_2, "6", "实际工作日"),
    (Law.LABOUR, "44", "百分之一百五十"), (Law.LABOUR, "44", "百分之三百"), (Law.LABOUR, "41", "三十六小时"), (Law.WORKING_HOURS, "3", "8小时"),
    (Law.ANNUAL_LEAVE, "3", "5天"), (Law.ANNUAL_LEAVE, "3", "15天"), (Law.ANNUAL_LEAVE, "5", "300%"), (Law.WORK_INJURY, "17", "30日内"), (Law.WORK_INJURY, "17", "1年内"),
    (Law.WORK_INJURY, "33", "12个月"), (Law.WORK_INJURY, "35", "一级伤残为27个月"), (Law.WORK_INJURY, "35", "四级伤残为本人工资的75%"), (Law.WORK_INJURY, "36", "六级伤残为16个月"),
    (Law.WORK_INJURY, "37", "十级伤残为7个月"), (Law.WORK_INJURY, "39", "20倍"), (Law.WORK_INJURY, "39", "配偶每月40%"), (Law.WORK_INJURY, "64", "60%"),
    (Law.FAMILY_INTERPRETATION_1, "49", "百分之二十至三十"), (Law.FAMILY_INTERPRETATION_1, "49", "百分之五十"), (Law.FAMILY_INTERPRETATION_1, "53", "十八周岁"),
    (Law.LENDING, "25", "四倍"), (Law.LENDING, "26", "实际出借的金额认定为本金"), (Law.LENDING, "31", "2020年8月20日"), (Law.LIMITATION, "12", "人民调解委员会"),
    (Law.COURT_FEES, "13", "2.5%"), (Law.COURT_FEES, "13", "劳动争议案件每件交纳10元"), (Law.COURT_FEES, "14", "最多不超过5000元"), (Law.COURT_FEES, "14", "1/3"),
    (Law.COURT_FEES, "15", "减半"), (Law.COURT_FEES, "16", "减半"), (Law.COURT_FEES, "20", "追索劳动报酬的案件可以不预交"), (Law.CONFIRMATION, "11", "不收取费用"),
    (Law.CONSUMER, "25", "七日内"), (Law.CONSUMER, "55", "三倍"), (Law.CONSUMER, "55", "五百元"), (Law.FOOD_SAFETY, "148", "一千元"), (Law.PREPAID, "14", "七日内"),
    (Law.PREPAID, "15", "扣减已兑付"), (Law.PREPAID, "22", "剩余履行期限与全部履行期限的比例"), (Law.PRODUCT_QUALITY, "45", "二年"), (Law.TOURISM, "35", "三十日内"),
    (Law.GOVERNMENT_INFORMATION, "33", "20个工作日"), (Law.MEDICAL_DISPUTES, "38", "30个工作日"), (Law.LEGAL_AID, "31", "劳动报酬"), (Law.LEGAL_AID, "32", "家庭暴力"),
    (Law.LEGAL_AID, "42", "进城务工人员"), (Law.LEGAL_AID, "43", "七日内"), (Law.LEGAL_AID, "44", "不足七日"),
)  # fmt: skip


@cache
def articles_in_force(title: str) -> dict[str, str]:
    """Label → text of the version of a law in force on the day of the test."""
    versions = [parse_markdown(path.read_text(encoding="utf-8"), path.name) for path in STATUTES.glob(f"*/{title}_*.md")]
    assert versions, f"{title} is not among the law texts"
    current = max((v for v in versions if v.effective_date <= TODAY.isoformat()), key=lambda v: v.effective_date)
    return {article.label: article.text for article in current.articles}


def all_sources() -> list[Source]:
    found = {source for known in CALCULATORS for source in known.calculate(known.example, {}, TODAY).sources}
    found |= set(limitation(TODAY).sources)
    for matter in AidMatter:
        for grounds in ((), tuple(AidGround)):
            found |= set(legal_aid(matter, grounds, 3).sources)
    for fit in MediationFit:
        found |= set(mediation_fit(Topic.NEIGHBOUR, fit.code, obstacles=(Obstacle.CRIMINAL,)).sources)
    return sorted(found, key=lambda source: (source.law, source.article))


@needs_statutes
@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.label)
def test_every_cited_article_exists_in_force(source):
    assert article_label(source.article) in articles_in_force(source.law)


@needs_statutes
@pytest.mark.parametrize("law, article, words", SAYS, ids=lambda part: part if isinstance(part, str) else part.value[1])
def test_the_article_says_what_the_rule_says(law, article, words):
    assert words in articles_in_force(law.title)[article_label(article)]


def test_sources_of_one_law_are_shown_together():
    assert joined_labels(Law.LABOUR_CONTRACT.articles("47", "87", "47") + Law.CIVIL_CODE.articles("188")) == "劳动合同法第47、87条；民法典第188条"
    assert Source("中华人民共和国刑法", "276之一").label == "中华人民共和国刑法第276条之一"
