"""The periods that residents ask for, each with its source. Pure data.

Sources: the statutes in force on 2026-11-23; domain.md 0.2, 2.5, section 3 (cards named in calculator_forms).
"""

from __future__ import annotations

from bot.legal.deadlines import Deadline
from bot.legal.sources import Law

_ROLL = Law.CIVIL_PROCEDURE.articles("85")
_CIVIL_ROLL = Law.CIVIL_CODE.articles("201", "203")

DEADLINES = (
    Deadline(
        "judicial_confirmation", "调解协议申请司法确认", "调解协议生效之日", 30, "calendar_day",
        Law.MEDIATION.articles("29", "30", "33") + Law.CIVIL_PROCEDURE.articles("85", "205"),
        ("要双方共同申请，法院不收费。", "书面协议自各方签名或盖章、调解员签名并加盖调委会印章之日生效，口头协议自达成之日生效。",
         "超过30日不再确认，对方不履行的，可以就协议向法院起诉。"),
    ),
    Deadline(
        "reconsideration", "申请行政复议", "知道或应当知道行政行为之日", 60, "calendar_day",
        Law.RECONSIDERATION.articles("20", "21", "88") + _ROLL,
        ("行政机关没有告知复议权利、机关和期限的，从知道这些起算，但自知道行为内容起最长1年。",
         "自行为作出之日起，不动产超过20年、其他超过5年的不受理。", "因不可抗力或其他正当理由耽误的，障碍消除后继续计算。"),
    ),
    Deadline(
        "admin_suit", "直接提起行政诉讼", "知道或应当知道作出行政行为之日", 6, "month",
        Law.ADMINISTRATIVE_LITIGATION.articles("46", "48", "101") + Law.RECONSIDERATION.articles("23") + _ROLL,
        ("对当场处罚、不履行法定职责、信息公开不予公开等不服的，要先申请行政复议。", "自行为作出之日起，不动产超过20年、其他超过5年的不受理。",
         "已经复议的，收到复议决定书之日起15日内起诉。"),
    ),
    Deadline(
        "suit_after_reconsideration", "对复议决定不服提起诉讼", "收到行政复议决定书之日", 15, "calendar_day",
        Law.ADMINISTRATIVE_LITIGATION.articles("45", "101") + _ROLL, ("复议机关逾期不作决定的，从复议期满之日起15日内起诉。",),
    ),
    Deadline(
        "enforcement", "申请强制执行", "文书规定的履行期最后一日", 2, "year", Law.CIVIL_PROCEDURE.articles("85", "250"),
        ("分期履行的从最后一期期满起算；文书没写履行期的从文书生效起算。", "催要、对方同意履行等会使期间中断，从头再算，请留好凭证。"),
    ),
    Deadline("appeal_judgment", "对一审民事判决上诉", "判决书送达之日", 15, "calendar_day", Law.CIVIL_PROCEDURE.articles("85", "171"),
             ("期满前把上诉状交邮的，不算过期。",)),
    Deadline("appeal_ruling", "对一审民事裁定上诉", "裁定书送达之日", 10, "calendar_day", Law.CIVIL_PROCEDURE.articles("85", "171"),
             ("只有法律允许上诉的裁定才能上诉，看裁定书最后一段。", "期满前把上诉状交邮的，不算过期。")),
    Deadline("retrial", "申请再审", "判决、裁定生效之日", 6, "month", Law.CIVIL_PROCEDURE.articles("85", "216"),
             ("有新证据、原证据是伪造的等四种情形，从知道或应当知道之日起6个月。",)),
    Deadline("payment_order_objection", "对支付令提出书面异议", "收到支付令之日", 15, "calendar_day", Law.CIVIL_PROCEDURE.articles("85", "227"),
             ("不提异议又不付款的，对方可以申请强制执行。",)),
    Deadline(
        "wage_arbitration", "离职后申请劳动仲裁要工资", "劳动关系终止之日", 1, "year",
        Law.LABOUR_DISPUTES.articles("27") + Law.CIVIL_CODE.articles("201", "202"),
        ("还在职时被拖欠工资，不受1年限制。", "向单位主张、向劳动监察等部门求助、单位同意支付，都会使1年从头再算，请留好凭证。"), extended=False,
    ),
    Deadline("labour_suit", "不服劳动仲裁裁决提起诉讼", "收到裁决书之日", 15, "calendar_day", Law.LABOUR_DISPUTES.articles("48", "50") + _ROLL,
             ("期满不起诉，裁决书生效。",)),
    Deadline("injury_by_employer", "单位申请工伤认定", "事故发生或确诊职业病之日", 30, "calendar_day", Law.WORK_INJURY.articles("17"),
             ("单位没按时申请的，这期间符合规定的工伤费用由单位负担。", "单位不报，本人、近亲属或工会1年内可以直接申请。"), extended=False, whose="theirs"),
    Deadline("injury_by_worker", "本人申请工伤认定", "事故发生或确诊职业病之日", 1, "year", Law.WORK_INJURY.articles("17"),
             ("近亲属、工会也可以申请，不用等单位。", "拖得越久越难取证，请早申请。"), extended=False),
    Deadline(
        "online_return", "网购7天无理由退货", "收到商品之日", 7, "calendar_day", Law.CONSUMER.articles("25") + Law.CONSUMER_RULES.articles("19") + _CIVIL_ROLL,
        ("定作的、鲜活易腐的、拆封或下载的数字商品、交付的报刊除外；其他商品要购买时确认过才可以不退。",
         "商品要完好，为查验拆开包装不影响退货；运费一般自己出。", "商家收到退货后7日内退款。"),
    ),
    Deadline(
        "prepaid_7days", "预付卡7天无理由退本金", "付款之日", 7, "calendar_day", Law.PREPAID.articles("14") + _CIVIL_ROLL,
        ("办卡时已经在这家或别家体验过同样的商品、服务的除外。", "请用能留下证据的方式提出，如书面或聊天记录。"),
    ),
    Deadline("tour_return", "旅行社安排购物、自费项目要求退", "旅游行程结束之日", 30, "calendar_day", Law.TOURISM.articles("35") + _CIVIL_ROLL,
             ("可以要求旅行社办退货并先垫付货款，或者退还自费项目的费用。",)),
    Deadline("guarantee", "要求保证人承担责任（没约定保证期间）", "主债务履行期限届满之日", 6, "month", Law.CIVIL_CODE.articles("202", "203", "692", "693"),
             ("一般保证：要在期间内对债务人起诉或申请仲裁；连带保证：要在期间内要求保证人承担责任。", "保证期间不中断、不延长；合同另有约定的按约定。")),
    Deadline("bequest", "受遗赠人表示接受遗赠", "知道受遗赠之日", 60, "calendar_day", Law.CIVIL_CODE.articles("203", "1124"),
             ("到期没有表示，视为放弃。请书面表示并留底。",)),
    Deadline("rescission", "行使合同解除权（没约定期限）", "知道或应当知道解除事由之日", 1, "year", Law.CIVIL_CODE.articles("199", "202", "203", "564"),
             ("对方催告的，要在合理期限内行使，可能更短。",)),
    Deadline("government_information", "政府信息公开答复", "行政机关收到申请之日", 20, "workday", Law.GOVERNMENT_INFORMATION.articles("33"),
             ("经负责人同意并告知您的，最多可再延长20个工作日。", "征求第三方意见的时间不算在内。"), whose="theirs"),
    Deadline("reconsideration_review", "复议机关审查是否受理", "复议机关收到申请之日", 5, "workday", Law.RECONSIDERATION.articles("30", "88"),
             ("审查期满没有作出不予受理决定的，视为受理。",), whose="theirs"),
    Deadline("medical_mediation", "医疗纠纷人民调解", "医调委受理之日", 30, "workday", Law.MEDICAL_DISPUTES.articles("38"),
             ("鉴定时间不算在内；三方可以约定延长。", "超过期限没达成协议，视为调解不成。"), whose="theirs"),
)  # fmt: skip


def deadline(code: str) -> Deadline:
    """Return the period with this code; KeyError if there is none."""
    for known in DEADLINES:
        if known.code == code:
            return known
    raise KeyError(code)
