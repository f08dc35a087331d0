"""What advisors do, and what of it counts as a 法律服务事项. Pure (domain.md 1.2 #4, 2.7, 2.8)."""

from __future__ import annotations

from bot.legal.coded import Coded


class ServiceKind(Coded):
    """What kind of service an advisor gave."""

    CONSULT_PHONE = ("consult_phone", "电话咨询")
    CONSULT_WECHAT = ("consult_wechat", "线上人工咨询")
    CONSULT_ONSITE = ("consult_onsite", "现场咨询")
    DRAFT_DOCUMENT = ("draft_document", "代写文书")
    LEGAL_OPINION = ("legal_opinion", "重大决策意见")
    MEDIATION_SUPPORT = ("mediation_support", "参与调解")
    LECTURE = ("lecture", "法治讲座")
    LITIGATION_SUPPORT = ("litigation_support", "诉讼指引代理")
    LEGAL_AID_REFERRAL = ("legal_aid_referral", "法律援助转介")
    CONTRACT_REVIEW = ("contract_review", "合同审查")
    VILLAGE_RULE_REVIEW = ("village_rule_review", "村规民约审查")
    SCREENING = ("screening", "参与排查")
    EMERGENCY_SUPPORT = ("emergency_support", "应急法律支持")

    @property
    def book(self) -> str:
        """The kind of line it writes in the books."""
        return f"svc_{self.code}"


class Result(Coded):
    """What came of a service; the last three never count."""

    ANSWERED = ("answered", "已答复")
    DOCUMENT_DRAFTED = ("document_drafted", "已出文书")
    REFERRED = ("referred", "已转介")
    MEDIATION_TRANSFERRED = ("mediation_transferred", "已转调解")
    FOLLOW_UP = ("followup", "待跟进")
    NOT_CONNECTED = ("not_connected", "未接通")
    MASS_MESSAGE = ("mass_message", "群发")
    RECEIPT_ONLY = ("receipt_only", "只确认收到")


class Subject(Coded):
    """Who was served."""

    RESIDENT = ("resident", "居民")
    ENTERPRISE = ("enterprise", "企业")
    COMMITTEE = ("committee", "居（村）委会")
    OFFICE = ("office", "机关单位")


# What must be shown by a paper or picture, and which.
EVIDENCE_OF = {
    ServiceKind.LECTURE: "签到表或照片（无人脸）",
    ServiceKind.LEGAL_OPINION: "意见书编号",
    ServiceKind.LITIGATION_SUPPORT: "委托书或法院文书编号",
    ServiceKind.VILLAGE_RULE_REVIEW: "审查意见编号",
}
NEVER_COUNTED = frozenset({Result.NOT_CONNECTED, Result.MASS_MESSAGE, Result.RECEIPT_ONLY})
# The eight published items of the province's community advisors (domain.md 2.7) and the kinds behind each.
EIGHT_ITEMS: tuple[tuple[str, tuple[ServiceKind, ...]], ...] = (
    ("接受咨询提供意见", (ServiceKind.CONSULT_PHONE, ServiceKind.CONSULT_WECHAT, ServiceKind.CONTRACT_REVIEW, ServiceKind.LEGAL_AID_REFERRAL)),
    ("代写文书", (ServiceKind.DRAFT_DOCUMENT,)),
    ("法治讲座", (ServiceKind.LECTURE,)),
    ("参与调解", (ServiceKind.MEDIATION_SUPPORT,)),
    ("参与诉讼", (ServiceKind.LITIGATION_SUPPORT,)),
    ("现场服务", (ServiceKind.CONSULT_ONSITE, ServiceKind.SCREENING, ServiceKind.EMERGENCY_SUPPORT)),
    ("重大决策意见", (ServiceKind.LEGAL_OPINION,)),
    ("协助起草修订村规民约", (ServiceKind.VILLAGE_RULE_REVIEW,)),
)
