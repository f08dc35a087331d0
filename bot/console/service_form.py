"""The form of one service, typed or read from a spreadsheet, and the record it makes. Pure, apart from the key of the pseudonym."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any

from bot.console.fields import CHECK, CHOICE, LONG, MOMENT, NUMBER, Field
from bot.errors import BadFields
from bot.ledger.advisor_services import ServiceRecord
from bot.legal.advisor_services import EVIDENCE_OF, Result, ServiceKind, Subject
from bot.legal.cases import Channel, Tier
from bot.legal.coded import Coded
from bot.legal.disputes import DisputeType
from bot.legal.permissions import Permission, Staff
from bot.office import BEIJING, Office
from bot.storage.personal_data import KeyRing

HOW = {
    ServiceKind.CONSULT_PHONE: Channel.PHONE,
    ServiceKind.CONSULT_WECHAT: Channel.WECHAT,
    ServiceKind.SCREENING: Channel.VISIT,
}
# Served to many, or for an office: there is no one person whose name would tell two matters apart.
FOR_MANY = frozenset({ServiceKind.LECTURE, ServiceKind.SCREENING, ServiceKind.VILLAGE_RULE_REVIEW, ServiceKind.LEGAL_OPINION})


def choices(taxonomy: type[Coded]) -> tuple[tuple[str, str], ...]:
    """Return a taxonomy as choices of a form."""
    return tuple((member.code, member.label) for member in taxonomy)


def places(staff: Staff, office: Office) -> tuple[tuple[str, str], ...]:
    """Return the communities that somebody works for as choices of a form."""
    return tuple((c.code, c.name) for c in office.communities if staff.may_see(c.code))


def service_fields(staff: Staff, office: Office) -> tuple[Field, ...]:
    """Return the fields of the form, the four that always matter first."""
    advisors = tuple((a.code, a.name) for a in office.advisors)
    return (
        Field("kind", "服务类型", CHOICE, True, choices(ServiceKind)),
        Field("who", "服务对象", hint="姓名或电话，只用来分辨是不是同一人，不保存；讲座、排查等可不填", longest=60),
        Field("matter", "什么事", required=True, hint="几个字，如“漏水赔偿”；同一件事写法要一样", longest=60),
        Field("community", "社区", CHOICE, staff.communities is not None, places(staff, office)),
        Field("served_at", "服务时间", MOMENT, True),
        Field("result", "结果", CHOICE, True, choices(Result)),
        Field("minutes", "时长（分钟）", NUMBER),
        Field("attendance", "人数（讲座）", NUMBER),
        Field("evidence", "凭证", hint="讲座、意见书、诉讼、村规民约审查必填：存放位置或编号", longest=200),
        Field("channel", "方式", CHOICE, choices=choices(Channel), hint="不选按服务类型定"),
        Field("subject_type", "对象类别", CHOICE, choices=choices(Subject)),
        Field("dispute_type", "纠纷类型", CHOICE, choices=choices(DisputeType)),
        Field("tier", "层级", CHOICE, choices=choices(Tier)),
        Field("new_substance", "这件事以前登记过，今天又有新的处理", CHECK),
        Field("brief", "简述", LONG, longest=500, hint="不写姓名、电话、门牌"),
        *((Field("advisor", "顾问", CHOICE, choices=advisors, hint="不选是您本人"),) if may_enter_for_others(staff) else ()),
    )


def may_enter_for_others(staff: Staff) -> bool:
    """Whether somebody may record what another advisor did: the office, from paper logs."""
    return staff.may(Permission.ASSIGN)


def as_record(values: dict[str, Any], staff: Staff, record_no: str, keys: KeyRing) -> ServiceRecord:
    """Return the record that the values of the form make.

    Args:
        values: typed, as `read_fields` returns them.
        keys: makes the pseudonym of whoever was served; the name itself goes nowhere.

    Raises:
        BadFields: something that this kind of service needs is missing.
    """
    kind = ServiceKind.from_code(values["kind"])
    _check(kind, values)
    who = f"many:{values['community'] or '-'}" if kind in FOR_MANY and not values["who"] else same_person(values["who"])
    ref, *formerly = (found[:32] for found in keys.look_up_hashes(who, "service subject"))
    return ServiceRecord(
        record_no=record_no, advisor=values.get("advisor") or staff.code, kind=kind, served_at=values["served_at"],
        subject_ref=ref, former_refs=tuple(formerly), matter=re.sub(r"\s+", "", values["matter"]),
        result=Result.from_code(values["result"]), by=staff.code, community=values["community"],
        tier=Tier.from_code(values["tier"]) if values["tier"] else Tier.COMMUNITY if values["community"] else Tier.DISTRICT,
        channel=Channel.from_code(values["channel"]) if values["channel"] else HOW.get(kind, Channel.WINDOW),
        subject_type=Subject.from_code(values["subject_type"] or Subject.RESIDENT.code), dispute_type=_dispute(values["dispute_type"]),
        minutes=values["minutes"] or 0, new_substance=values["new_substance"], attendance=values["attendance"] or 0,
        brief=values["brief"] or "", evidence_ref=values["evidence"],
    )  # fmt: skip


def same_person(who: str) -> str:
    """Return a name or phone without what is written now so, now so: spaces, dashes, +86."""
    plain = re.sub(r"[\s\-—–·•]", "", who).upper()
    return re.sub(r"^\+?86(?=1\d{10}$)", "", plain)


def number_of(token: str, served_at: datetime) -> str:
    """Return the number of a record: its Beijing day, and ten hex digits of the form it was typed in; the same form, the same number."""
    return f"FW{served_at.astimezone(BEIJING):%Y%m%d}-{hashlib.sha256(token.encode()).hexdigest()[:10].upper()}"


def _check(kind: ServiceKind, values: dict[str, Any]) -> None:
    wrong: dict[str, str] = {}
    if kind not in FOR_MANY and not values["who"]:
        wrong["who"] = "请填写“服务对象”：姓名或电话，不会保存。"
    if kind is ServiceKind.LECTURE and not values["attendance"]:
        wrong["attendance"] = "讲座要填“人数”。"
    if kind in EVIDENCE_OF and not values["evidence"]:
        wrong["evidence"] = f"“{kind.label}”要填“凭证”：{EVIDENCE_OF[kind]}。"
    if wrong:
        raise BadFields(wrong)


def _dispute(code: str | None) -> DisputeType | None:
    return DisputeType.from_code(code) if code else None
