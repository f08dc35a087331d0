"""The life of a case: its states, who may take which step, and what a step needs. Pure; the one place for all four kinds.

Source: domain.md 2.5 (mediation), 2.12 (enterprise issues); 人民调解法 16-18, 23, 25-33. The steps are in `lifecycle_table`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.legal.cases import CaseKind, Tier
from bot.legal.coded import Coded
from bot.legal.permissions import Permission


class Status(Coded):
    """Where a case stands: (code, what residents and staff read)."""

    REQUESTED = ("requested", "已登记，等待工作人员确认")
    SCREENED = ("screened_for_scope", "工作人员已收到，正在审查能否受理")
    NOT_ACCEPTED = ("not_accepted", "未受理（工作人员会说明其他途径）")
    ACCEPTED = ("accepted", "已受理")
    ASSIGNED = ("assigned", "已指派承办人")
    IN_MEDIATION = ("in_mediation", "正在调解")
    AGREED_WRITTEN = ("agreed_written", "已达成书面协议")
    AGREED_ORAL = ("agreed_oral", "已达成口头协议")
    CONFIRMATION_APPLIED = ("confirmation_applied", "已申请司法确认，等待法院决定")
    CONFIRMED = ("confirmed", "协议已获司法确认")
    CONFIRMATION_REJECTED = ("confirmation_rejected", "司法确认申请被驳回")
    CONFIRMATION_WITHDRAWN = ("confirmation_withdrawn", "已撤回司法确认申请")
    PERFORMING = ("performing", "协议正在履行")
    PERFORMED = ("performed", "协议已履行")
    BREACHED = ("breached", "协议未履行（可以向法院起诉或申请执行）")
    FAILED = ("failed", "调解未成（工作人员会说明其他途径）")
    TERMINATED = ("terminated", "已终止")
    TRANSFERRED = ("transferred_out", "已移送其他单位办理")
    ANSWERED = ("answered", "已答复")
    GUIDED = ("guided", "已引导至法律援助机构")
    DISPATCHED = ("dispatched", "已转责任单位")
    PROCESSING = ("processing", "责任单位正在办理")
    RESOLVED = ("resolved", "责任单位已办结，等待企业确认")
    EXPLAINED = ("explained", "已作政策解释")
    UNRESOLVED = ("unresolved_with_reason", "暂不能解决（已说明理由）")
    ENTERPRISE_CONFIRMED = ("confirmed_by_enterprise", "企业已确认")
    WITHDRAWN = ("withdrawn", "已撤回")
    MERGED = ("merged", "已并入同一件事的另一编号")
    ARCHIVED = ("archived", "已办结归档")


class Action(Coded):
    """A step: (code stored as the event, label of the button)."""

    RECEIVED = ("received", "确认收到")
    ACCEPTED = ("accepted", "受理")
    NOT_ACCEPTED = ("not_accepted", "不予受理")
    ASSIGNED = ("assigned", "分派／改派")
    TAKEN = ("taken", "我来承办")
    SUBSTITUTED = ("substituted", "转给值班人")
    ESCALATED = ("escalated", "提级办理")
    WHISTLED = ("whistled", "吹哨（请部门到场）")
    NOTED = ("noted", "办理备注")
    SESSION_HELD = ("session_held", "记录一次调解")
    AGREED_WRITTEN = ("agreed_written", "达成书面协议")
    AGREED_ORAL = ("agreed_oral", "达成口头协议")
    WRITTEN_DOWN = ("written_down", "口头协议补成书面")
    FAILED = ("failed", "调解不成")
    TERMINATED = ("terminated", "终止")
    TRANSFERRED = ("transferred_out", "移送其他单位")
    CONFIRMATION_APPLIED = ("confirmation_applied", "已申请司法确认")
    CONFIRMATION_ACCEPTED = ("confirmation_accepted", "法院已受理确认申请")
    CONFIRMED = ("confirmed", "法院裁定确认")
    CONFIRMATION_REJECTED = ("confirmation_rejected", "法院驳回确认申请")
    CONFIRMATION_WITHDRAWN = ("confirmation_withdrawn", "撤回确认申请")
    PERFORMING = ("performing", "进入履行")
    PERFORMED = ("performed", "已履行")
    BREACHED = ("breached", "未履行")
    REVISITED = ("revisited", "记录回访")
    COMPLEX = ("complex", "标为疑难复杂")
    PREVENTION = ("prevention", "登记预防")
    ANSWERED = ("answered", "登记答复")
    ASKED_AGAIN = ("asked_again", "居民再问")
    GUIDED = ("guided", "引导至法律援助机构")
    DISPATCHED = ("dispatched", "登记并转责任单位")
    PROCESSING = ("processing", "责任单位开始办理")
    RESOLVED = ("resolved", "责任单位办结")
    EXPLAINED = ("explained", "政策解释")
    UNRESOLVED = ("unresolved_with_reason", "暂不能解决")
    ENTERPRISE_CONFIRMED = ("confirmed_by_enterprise", "企业确认")
    CONTESTED = ("contested", "企业不认可，退回办理")
    MERGED = ("merged", "并入另一件")
    REOPENED = ("reopened", "更正：退回办理")
    WITHDRAWN = ("withdrawn", "居民撤回")
    ARCHIVED = ("archived", "归档")


class Body(Coded):
    """Who a case is referred to, who is called to a site, or what other path is advised."""

    COURT = ("court", "人民法院")
    PROCURATORATE = ("procuratorate", "人民检察院")
    POLICE = ("police", "公安机关")
    PETITION_OFFICE = ("petition_office", "信访部门")
    HOTLINE_12345 = ("hotline_12345", "12345政务服务便民热线")
    LABOUR = ("labour", "人社（劳动监察、劳动仲裁）")
    MARKET_REGULATION = ("market_reg", "市场监管")
    HOUSING = ("housing", "住建（房管）")
    OTHER = ("other", "其他单位")


class Path(Coded):
    """What is advised where mediation is refused or fails (人民调解法 26)."""

    ARBITRATION = ("arbitration", "仲裁")
    ADMINISTRATIVE = ("administrative", "行政途径（投诉、裁决、复议等）")
    COURT = ("court", "向人民法院起诉")
    POLICE = ("police", "报警或向公安机关反映")
    LEGAL_AID = ("legal_aid", "申请法律援助")


class Refusal(Coded):
    """Why a request is not taken in (domain.md 2.5; the first is 人民调解法 17)."""

    PARTY_REFUSED = ("party_refused", "一方明确拒绝调解")
    PENDING_ELSEWHERE = ("pending_elsewhere", "法院、仲裁或行政机关已受理或已处理")
    OTHER_AUTHORITY = ("other_authority", "法律规定须由专门机关处理")
    OUT_OF_AREA = ("out_of_area", "不属于本辖区")
    OUT_OF_SCOPE = ("out_of_scope", "不属于本项服务的范围")


NEXT_TIER = {Tier.COMMUNITY: Tier.SUBDISTRICT, Tier.SUBDISTRICT: Tier.DISTRICT}
EVENT_LABELS = {
    "requested": "居民提出申请", "supplemented": "居民补充情况", "name_corrected": "居民更正姓名", "phone_corrected": "居民更正电话",
    "reclassified": "更正类别", "community_set": "更正社区", **{action.code: action.label for action in Action},
}  # fmt: skip
STATUS_LABELS = {status.code: status.label for status in Status}
AGREEMENTS = (Status.AGREED_WRITTEN, Status.AGREED_ORAL)
AFTER_AGREEMENT = (
    *AGREEMENTS, Status.CONFIRMATION_APPLIED, Status.CONFIRMED, Status.CONFIRMATION_REJECTED, Status.CONFIRMATION_WITHDRAWN,
    Status.PERFORMING, Status.PERFORMED, Status.BREACHED,
)  # fmt: skip
FINAL = (Status.WITHDRAWN, Status.MERGED, Status.ARCHIVED)


@dataclass(frozen=True)
class Step:
    """One allowed change.

    Args:
        after: the state it leads to; None where it stays.
        needs: names of the values without which it is refused.
        once: it cannot follow itself.
        after_any: one of these actions must have been before it; empty means none needed.
        in_charge: only for whoever has the case, or who may assign.
    """

    action: Action
    before: tuple[Status, ...]
    after: Status | None
    permission: Permission
    needs: tuple[str, ...] = ()
    once: bool = False
    after_any: tuple[Action, ...] = ()
    in_charge: bool = True


@dataclass(frozen=True)
class Life:
    """What decides which steps a case may take.

    Args:
        done: codes of the events so far.
        in_charge: code of who has it, None where nobody has.
    """

    kind: CaseKind
    status: Status
    done: frozenset[str] = field(default_factory=frozenset)
    in_charge: str | None = None
    tier: Tier = Tier.COMMUNITY


@dataclass(frozen=True)
class Actor:
    """Who wants to take a step; `substitutes` are colleagues who are away and whom they stand in for today."""

    code: str
    permissions: frozenset[Permission]
    substitutes: frozenset[str] = frozenset()


RESIDENT = Actor("resident", frozenset())


def step_of(life: Life, action: Action) -> Step | None:
    """Return the step an action takes from this state, or None where there is none."""
    from bot.legal.lifecycle_table import STEPS

    return next((s for s in STEPS[life.kind] if s.action is action and life.status in s.before), None)


def why_not(life: Life, action: Action, actor: Actor) -> str | None:
    """Return in Chinese why somebody may not take a step now, or None where they may."""
    step = step_of(life, action)
    if step is None:
        return f"事项现在是“{life.status.label}”，不能“{action.label}”。"
    if action is Action.WITHDRAWN:
        return None if actor is RESIDENT else "只有居民本人能撤回；工作人员请用“终止”并选“当事人撤回”。"
    if step.permission not in actor.permissions:
        return f"“{action.label}”需要“{step.permission.label}”的权限，您的账号没有。"
    return _not_in_charge(life, step, actor) or _out_of_order(life, step)


def allowed(life: Life, actor: Actor) -> tuple[Action, ...]:
    """Return the steps somebody may take now, in the order of the life of a case."""
    return tuple(action for action in Action if why_not(life, action, actor) is None)


def missing(step: Step, given: dict[str, str]) -> tuple[str, ...]:
    """Return which of the values a step needs are not given, or are empty."""
    return tuple(name for name in step.needs if not (given.get(name) or "").strip())


def is_open(status: Status) -> bool:
    """Whether the desk still has to do something about a case."""
    return status not in FINAL


def _not_in_charge(life: Life, step: Step, actor: Actor) -> str | None:
    if step.action is Action.TAKEN and life.in_charge == actor.code:
        return "这件事已经由您承办。"
    if not step.in_charge or Permission.ASSIGN in actor.permissions:
        return None
    if life.in_charge is None or life.in_charge in {actor.code, *actor.substitutes}:
        return None
    return f"这件事由 {life.in_charge} 承办；要办理请先“{Action.TAKEN.label}”并写明原因。"


def _out_of_order(life: Life, step: Step) -> str | None:
    if step.once and step.action.code in life.done:
        return f"“{step.action.label}”已经登记过，一件事只登记一次。"
    if step.after_any and not life.done & {action.code for action in step.after_any}:
        return f"“{step.action.label}”之前要先有：{'或'.join(action.label for action in step.after_any)}。"
    if step.action is Action.ESCALATED and life.tier not in NEXT_TIER:
        return "已经在区一级，不能再提级；可以移送或吹哨。"
    return None
