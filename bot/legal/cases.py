"""Words about cases, channels and people that everything agrees on (taxonomy.yml)."""

from __future__ import annotations

from bot.legal.coded import Coded


class CaseKind(Coded):
    """What a case (受理事项) is."""

    ADVICE = ("advice", "法律顾问咨询")
    MEDIATION = ("mediation", "人民调解")
    LEGAL_AID = ("legal_aid", "法律援助引导")
    ENTERPRISE = ("enterprise", "企业问题")


class Tier(Coded):
    """Level of the public legal service platform."""

    DISTRICT = ("district", "区")
    SUBDISTRICT = ("subdistrict", "街道")
    COMMUNITY = ("community", "社区")


class Channel(Coded):
    """How a matter reached us."""

    WECHAT = ("wechat", "微信")
    WEB = ("web", "网页")
    PHONE = ("phone", "电话")
    WINDOW = ("window", "窗口")
    VISIT = ("visit", "走访排查")


class Role(Coded):
    """Who a member of staff is."""

    ADVISOR = ("advisor", "社区法律顾问")
    MEDIATOR = ("mediator", "人民调解员")
    OFFICE = ("office", "区法制办")
    ADMIN = ("admin", "管理员")
