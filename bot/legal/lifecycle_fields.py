"""What staff read for the values that steps need. Pure data; names are those of `Step.needs` and of the forms."""

from __future__ import annotations

FIELD_LABELS = {
    "advised_path": "告知的其他途径",
    "agreement_no": "协议书编号",
    "body": "单位",
    "category": "问题类别",
    "confirmed_how": "企业怎样确认",
    "court": "法院",
    "dispute_type": "纠纷类型",
    "effective_at": "协议生效时间",
    "evidence": "佐证材料（编号或存放处）",
    "facts": "纠纷主要事实",
    "happened_on": "日期",
    "held_at": "调解时间",
    "into": "并入的事项编号",
    "mediators": "调解员",
    "mode": "方式",
    "note": "办理情况",
    "owner_unit": "责任单位",
    "parties": "当事人数",
    "performance": "履行情况",
    "performance_mode": "履行方式",
    "persons": "涉及人数",
    "prevention": "防止了什么",
    "reason": "原因",
    "refusal": "不予受理的原因",
    "result": "本次结果",
    "service": "服务方式",
    "side": "回访对象",
    "source": "案件来源",
    "termination": "终止的原因",
    "to": "承办人",
    "uscc": "统一社会信用代码",
    "visited_at": "回访时间",
}
CHOSEN = frozenset({
    "advised_path", "body", "category", "confirmed_how", "dispute_type", "mode", "performance", "prevention", "refusal", "result", "service", "side",
    "source", "termination", "to",
})  # fmt: skip


def ask_for(name: str) -> str:
    """Return what somebody reads who left a value out: 请填写… or 请选择…"""
    return f"请{'选择' if name in CHOSEN else '填写'}{FIELD_LABELS.get(name, name)}。"
