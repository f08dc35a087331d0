"""Metrics of residents' matters, mediation and enterprise issues (domain.md 1.2 #1, #2, #10; 2.4)."""

# ruff: noqa: E501  definitions are whole sentences

from __future__ import annotations

from bot.legal.mediation import Prevention
from bot.legal.reply_times import ReplyTime
from bot.statistics.registry import COMMITTEE, DISTRICT_OFFICE, Metric, Shape

REQUEST_BOOK, MEDIATION_BOOK, SCREENING_BOOK, ENTERPRISE_BOOK = "受理事项登记", "人民调解台账", "矛盾纠纷排查台账", "企业问题台账"
_AGREED = ("mediation_agreed_written", "mediation_agreed_oral")
_COLLECTED = ("enterprise_issue", "enterprise_registered")
_ENDED = ("mediation_terminated", "mediation_transferred_out")
_RATINGS = ("rating_1", "rating_2", "rating_3", "rating_4", "rating_5")

REQUESTS = (
    Metric("mediation_requests", "人民调解申请", "件", ("mediation_request",), "居民提出的人民调解申请，按受理事项编号计一次，以提出之日计期。", REQUEST_BOOK),
    Metric("advice_requests", "法律顾问咨询申请", "件", ("advice_request",), "居民请社区法律顾问答复的申请，按受理事项编号计一次。", REQUEST_BOOK),
    Metric("legal_aid_requests", "法律援助引导", "件", ("legal_aid_request",), "居民请求法律援助引导的申请，按受理事项编号计一次。", REQUEST_BOOK),
    Metric(
        "enterprise_issues_collected", "收集企业问题", "个", _COLLECTED,
        "期内新登记的企业问题，按统一社会信用代码、类别和规范化诉求去重，重复来件挂主件；没有时须由经办人申报零。",
        ENTERPRISE_BOOK, owner=DISTRICT_OFFICE, must_be_declared=True,
    ),
    Metric(
        "requests", "受理事项登记", "件", ("mediation_request", "advice_request", "legal_aid_request", "enterprise_issue"),
        "居民经智能助手提出的四类受理事项登记之和，按受理事项编号计一次；办公室另行登记的企业问题不在内。", REQUEST_BOOK,
    ),
    Metric("bot_answers", "智能咨询自动答复", "次", ("bot_answer",), "智能助手以知识卡答复居民一次提问计一次；不计入法律服务事项。"),
    Metric("handovers", "转人工", "次", ("handover",), "居民请求人工答复而进入等候的次数；同一次等候只计一次，不计入法律服务事项。"),
    Metric("first_replies", "首次人工答复", "次", ReplyTime.codes(), "居民请求人工或提出事项后，工作人员第一次答复，一次请求、一件事项各计一次，以答复之日计期。"),
    *(Metric(f"first_{t.code}", f"首次人工答复：{t.label}", "次", (t.code,), f"从请求到首次人工答复的自然时间为{t.label}；各档之和等于首次人工答复。") for t in ReplyTime),
    Metric("ratings", "有效评价", "条", _RATINGS, "居民对一次服务的评价（一至五分），一次一条。"),
    Metric("ratings_satisfied", "满意评价", "条", _RATINGS[3:], "四分及以上的评价。"),
    *(Metric(f"ratings_{n}", f"评价{n}分", "条", (f"rating_{n}",), f"有效评价中的{n}分；各档之和等于有效评价。") for n in range(1, 6)),
    Metric("satisfaction", "满意率", "%", _RATINGS, "满意评价÷有效评价；有效评价不足30条时不出百分比。", shape=Shape.RATIO, of=("ratings_satisfied", "ratings"), smallest=30),
)  # fmt: skip


def _mediation(code: str, label: str, kinds: tuple[str, ...], definition: str, unit: str = "件", shape: Shape = Shape.SUM, minus: tuple[str, ...] = (), scale: int = 1, of: tuple[str, str] | None = None) -> Metric:
    return Metric(code, label, unit, kinds, definition, MEDIATION_BOOK, "A", COMMITTEE, shape, minus, scale=scale, of=of)


MEDIATION = (
    _mediation("cases_total", "受理民间纠纷", ("mediation_accepted",), "期内调解组织受理的案件，按案号计一次；被合并的不计。"),
    _mediation(
        "mediation_resolved", "调解成功", _AGREED,
        "期内达成书面或口头协议的案件，按案号计一次，协议达成即计，不等履行；被合并的不计，移送别的组织的由调成方计，失败、终止、撤回不计。",
    ),
    _mediation("parties_total", "涉及当事人", ("mediation_parties",), "期内受理各案的自然人与组织数之和，案内去重，案间不去重。", "人次"),
    _mediation("agreements_written", "书面协议", ("mediation_agreed_written",), "期内达成的书面调解协议。", "份"),
    _mediation("agreements_oral", "口头协议", ("mediation_agreed_oral",), "期内达成的口头调解协议。"),
    _mediation("agreement_amount", "协议涉及金额", ("mediation_amount",), "协议明确载明的给付金额合计；没有金额的协议按零并注明。", "元", scale=100),
    _mediation("mediation_failed", "调解不成", ("mediation_failed",), "期内已开展调解而未达成协议的案件，须写明告知的其他途径。"),
    _mediation("mediation_terminated", "调解终止", _ENDED, "期内终止的案件：一方拒绝、撤回、不属范围、失联、移送。"),
    _mediation("transferred_out", "移送其他组织", ("mediation_transferred_out",), "终止案件中移送其他组织的；由最终调成方计调解成功。"),
    _mediation(
        "success_rate", "调解成功率", (*_AGREED, "mediation_failed"), "调解成功÷（调解成功＋调解不成）；终止不入分母。", "%", Shape.RATIO,
        of=("mediation_resolved", "mediation_decided"),
    ),
    _mediation("mediation_decided", "调解有结果", (*_AGREED, "mediation_failed"), "调解成功与调解不成之和，是成功率的分母。"),
    _mediation(
        "success_rate_of_accepted", "调解成功占受理", (*_AGREED, "mediation_accepted"), "调解成功÷受理；与成功率是两个口径，并列给出。", "%", Shape.RATIO,
        of=("mediation_resolved", "cases_total"),
    ),
    _mediation("agreements_performed", "协议已履行", ("agreement_performed",), "期内以回访或凭证确认履行的协议。"),
    _mediation("agreements_breached", "协议未履行", ("agreement_breached",), "期内确认未履行的协议。"),
    _mediation(
        "performance_rate", "协议履行率", ("agreement_performed", "agreement_breached"), "已履行÷（已履行＋未履行），未到期和未回访的不入分母。", "%", Shape.RATIO,
        of=("agreements_performed", "agreements_checked"),
    ),
    _mediation("agreements_checked", "履行已核实", ("agreement_performed", "agreement_breached"), "已履行与未履行之和，是履行率的分母。"),
    _mediation("confirmations_applied", "申请司法确认", ("agreement_confirmation_applied",), "期内双方共同申请司法确认的协议。"),
    _mediation("confirmations_accepted", "法院受理司法确认", ("agreement_confirmation_accepted",), "期内人民法院受理司法确认申请的协议。"),
    _mediation("judicial_confirmations", "获司法确认", ("agreement_confirmed",), "期内经人民法院裁定确认有效的协议。"),
    _mediation("confirmations_rejected", "司法确认被驳回", ("agreement_confirmation_rejected",), "期内司法确认申请被人民法院驳回的协议。"),
    _mediation("confirmations_withdrawn", "撤回司法确认", ("agreement_confirmation_withdrawn",), "期内双方撤回司法确认申请的协议。"),
    _mediation("revisits", "回访", ("mediation_revisited",), "协议达成后的回访，一次计一次。", "次"),
    _mediation("complex_cases", "疑难复杂案件", ("mediation_complex",), "期内标为疑难复杂且写明理由的案件。"),
    _mediation("mediation_open", "在办案件（期末）", ("mediation_accepted",), "期末尚未结案的案件：上期结转＋受理－结案。", shape=Shape.STOCK, minus=(*_AGREED, "mediation_failed", *_ENDED)),
    *(_mediation(p.code, p.label, (p.code,), f"{p.label}，一事只计一类，须有事由、处置人、日期和佐证。") for p in Prevention),
    *(_mediation(f"{p.code}_people", f"{p.label}（人数）", (f"{p.code}_people",), f"{p.label}涉及的人数。", "人") for p in Prevention if p is not Prevention.DISPUTE),
    _mediation("prevented_total", "预防激化合计", Prevention.codes(), "五类预防之和，一事只计一类。"),
    _mediation("referred_police", "移送公安及有关部门", ("referred_police",), "期内由调解或排查移送公安机关及有关部门处置的事项。"),
)  # fmt: skip


def _screening(code: str, label: str, kinds: tuple[str, ...], definition: str, unit: str = "件", shape: Shape = Shape.SUM, minus: tuple[str, ...] = ()) -> Metric:
    return Metric(code, label, unit, kinds, definition, SCREENING_BOOK, "B", COMMITTEE, shape, minus, known_by=("screening_round",))


_FINDING_ENDS = ("finding_settled", "finding_to_mediation", "finding_to_police")
SCREENING = (
    Metric("screening_rounds", "矛盾纠纷排查", "轮", ("screening_round",), "期内提交的排查报告，按社区、月份、轮次计一次；不提交是缺报，不是零。", SCREENING_BOOK, "B", COMMITTEE, must_be_declared=True),
    _screening("screening_findings", "排查发现纠纷", ("screening_finding",), "排查发现的纠纷；“无纠纷”须在报告中写明。转为调解案件后不与调解成功相加。"),
    _screening("findings_settled", "排查就地化解", ("finding_settled",), "排查发现后就地化解、未成案的纠纷。"),
    _screening("findings_to_mediation", "排查转人民调解", ("finding_to_mediation",), "排查发现后转为人民调解案件的纠纷。"),
    _screening("findings_to_police", "排查移送", ("finding_to_police",), "排查发现后移送公安及有关部门的纠纷。"),
    _screening("findings_open", "排查未化解（期末）", ("screening_finding",), "期末尚未化解、转办的纠纷：上期结转＋发现－化解转办。", shape=Shape.STOCK, minus=_FINDING_ENDS),
    _screening("findings_group_risk", "有群体性风险", ("finding_group_risk",), "排查发现时判断有群体性风险的纠纷。"),
    _screening("households_visited", "排查走访", ("households_visited",), "各轮排查走访户数之和。", "户次"),
)  # fmt: skip


def _enterprise(code: str, label: str, kinds: tuple[str, ...], definition: str, unit: str = "个", shape: Shape = Shape.SUM, minus: tuple[str, ...] = (), declared: bool = False, of: tuple[str, str] | None = None) -> Metric:
    return Metric(code, label, unit, kinds, definition, ENTERPRISE_BOOK, "A", DISTRICT_OFFICE, shape, minus, must_be_declared=declared, of=of)


_RESOLVED = "由责任单位办结且企业确认，或办结满15日企业未异议"
ENTERPRISE = (
    _enterprise("enterprise_issues_resolved", "解决企业问题", ("enterprise_resolved",), f"当年登记、期内{_RESOLVED}的企业问题；没有时须申报零。", declared=True),
    _enterprise("enterprise_carried_over_resolved", "上年结转办结", ("enterprise_resolved_carried",), f"以前年度登记、期内{_RESOLVED}的企业问题；不混入当年解决。"),
    _enterprise("enterprise_explained", "政策解释", ("enterprise_explained", "enterprise_explained_carried"), "以政策解释答复、未作解决的企业问题；单列，不计入解决。"),
    _enterprise("enterprise_unresolved", "暂不能解决", ("enterprise_unresolved", "enterprise_unresolved_carried"), "写明理由暂不能解决的企业问题。"),
    _enterprise("enterprise_rate", "企业问题办结率", ("enterprise_resolved", *_COLLECTED), "当年解决÷当年收集。", "%", Shape.RATIO, of=("enterprise_issues_resolved", "enterprise_issues_collected")),
    _enterprise(
        "enterprise_open", "企业问题在办（期末）", _COLLECTED, "期末尚未办结的企业问题：上年结转＋收集－办结－解释－不能解决。", shape=Shape.STOCK,
        minus=("enterprise_resolved", "enterprise_resolved_carried", "enterprise_explained", "enterprise_explained_carried", "enterprise_unresolved", "enterprise_unresolved_carried"),
    ),
)  # fmt: skip
CASES = (*REQUESTS, *MEDIATION, *SCREENING, *ENTERPRISE)
