"""Metrics the office counts by hand, each record with its evidence (domain.md 1.2 #9, #11-#19)."""

# ruff: noqa: E501  definitions are whole sentences

from __future__ import annotations

from bot.statistics.registry import DISTRICT_OFFICE, OFFICE, Metric

REGISTER = "办公室凭证登记"
PUBLICITY_OFFICE, ENFORCEMENT_BUREAU = "区普法办", "区执法局"


def _counted(code: str, label: str, unit: str, definition: str, owner: str) -> Metric:
    return Metric(code, label, unit, (code,), f"{definition}每一条须有凭证；没有时须由经办人申报零，不申报是缺报。", REGISTER, "C", owner, must_be_declared=True)


OFFICE_METRICS = (
    _counted("reconsideration_cases", "行政复议案件", "件", "以复议机构受理日计。", OFFICE),
    _counted("reconsideration_closed", "办结行政复议案件", "件", "以办结日计。", OFFICE),
    _counted("publicity_activities", "专项普法工作", "次", "线下每场一次；线上以一个主题一个推送周期计一次；与讲座、学法互斥。", PUBLICITY_OFFICE),
    _counted("legal_lectures_officials", "机关法治专题讲座", "次", "对象为机关工作人员；面向居民的法治讲座另列。", PUBLICITY_OFFICE),
    _counted("premeeting_study", "会前学法", "次", "一次会议计一次。", DISTRICT_OFFICE),
    _counted("thematic_study", "专题学法活动", "次", "与讲座、会前学法互斥。", DISTRICT_OFFICE),
    _counted("pre_appointment_reports", "任前法律知识报告", "人次", "同一人两次任职计二。", DISTRICT_OFFICE),
    _counted("repealed_documents", "废除失效文件", "件", "以废止或宣布失效的决定载明的文号计。", OFFICE),
    _counted("enforcers_certified", "行政执法人员资格认证备案", "名", "当年完成培训并备案的在册人员，按名册计，不存个人档案。", ENFORCEMENT_BUREAU),
    _counted("site_pageviews", "官方网站阅读量", "次", "网站统计系统导出的页面浏览量；智能助手网页另计，不并入。", DISTRICT_OFFICE),
    _counted("document_cleanup_rounds", "规范性文件清理", "次", "每年定期清理，一次计一次。", OFFICE),
)
