"""The life of a mediation case: outcomes, what may follow what, what makes it complex. Pure (domain.md 2.4, 2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.legal.coded import Coded

COMPLEX_PARTIES = 10
COMPLEX_AMOUNT = Decimal(100_000)
COMPLEX_DAYS = 30


class Outcome(Coded):
    """How a mediation ended."""

    AGREED_WRITTEN = ("agreed_written", "达成书面协议")
    AGREED_ORAL = ("agreed_oral", "达成口头协议")
    FAILED = ("failed", "调解不成")
    TERMINATED = ("terminated", "终止")
    TRANSFERRED = ("transferred_out", "移送其他组织")


class Source(Coded):
    """How a case came to the committee (案件来源)."""

    APPLICATION = ("application", "依申请调解")
    PROACTIVE = ("proactive", "主动调解")
    REFERRAL = ("referral", "接受委托移送")


class TerminationReason(Coded):
    """Why a mediation was terminated."""

    PARTY_REFUSED = ("party_refused", "一方拒绝")
    WITHDRAWN = ("withdrawn", "当事人撤回")
    OUT_OF_SCOPE = ("out_of_scope", "不属受理范围")
    LOST_CONTACT = ("lost_contact", "失去联系")


class AfterAgreement(Coded):
    """What may follow an agreement."""

    CONFIRMATION_APPLIED = ("confirmation_applied", "申请司法确认")
    CONFIRMATION_ACCEPTED = ("confirmation_accepted", "法院受理司法确认")
    CONFIRMED = ("confirmed", "获司法确认")
    CONFIRMATION_REJECTED = ("confirmation_rejected", "司法确认被驳回")
    CONFIRMATION_WITHDRAWN = ("confirmation_withdrawn", "撤回司法确认申请")
    PERFORMED = ("performed", "已履行")
    BREACHED = ("breached", "未履行")


class Prevention(Coded):
    """What a timely mediation prevented; one event has one of them."""

    DISPUTE = ("prevented", "预防纠纷")
    SUICIDE = ("prevented_suicide", "防止自杀")
    CRIME = ("prevented_crime", "防止民间纠纷转化为刑事案件")
    GROUP_PETITION = ("prevented_group_petition", "防止群体性上访")
    AFFRAY = ("prevented_affray", "防止群体性械斗")


AGREED = frozenset({Outcome.AGREED_WRITTEN.code, Outcome.AGREED_ORAL.code})
CLOSED = frozenset(Outcome.codes())
# What must have happened, and what must not, before each step.
_NEEDS: dict[str, frozenset[str]] = {
    **{code: frozenset({"accepted"}) for code in (*CLOSED, "complex")},
    AfterAgreement.CONFIRMATION_APPLIED.code: AGREED,
    AfterAgreement.CONFIRMATION_ACCEPTED.code: frozenset({"confirmation_applied"}),
    AfterAgreement.CONFIRMED.code: frozenset({"confirmation_applied"}),
    AfterAgreement.CONFIRMATION_REJECTED.code: frozenset({"confirmation_applied"}),
    AfterAgreement.CONFIRMATION_WITHDRAWN.code: frozenset({"confirmation_applied"}),
    AfterAgreement.PERFORMED.code: AGREED,
    AfterAgreement.BREACHED.code: AGREED,
    "revisited": AGREED,
    "merged": frozenset({"accepted"}),
}
_CONFIRMATION_ENDS = frozenset({"confirmed", "confirmation_rejected", "confirmation_withdrawn"})
_BARS: dict[str, frozenset[str]] = {
    "accepted": frozenset({"accepted", "merged"}),
    **dict.fromkeys(CLOSED, CLOSED),
    **dict.fromkeys((*_CONFIRMATION_ENDS, "confirmation_accepted"), _CONFIRMATION_ENDS),
    "confirmation_applied": frozenset({"confirmation_applied"}),
    "performed": frozenset({"performed"}),
    "breached": frozenset({"performed", "breached"}),
    "complex": frozenset({"complex"}),
    "merged": frozenset({"merged"}),
}


def refusal(step: str, so_far: frozenset[str]) -> str | None:
    """Return why a step may not follow what has happened so far, or None where it may."""
    needs = _NEEDS.get(step, frozenset())
    if needs and not needs & so_far:
        return f"{step!r} needs {' or '.join(sorted(needs))} before it; so far: {', '.join(sorted(so_far)) or 'nothing'}"
    barred = _BARS.get(step, frozenset()) & so_far
    if barred:
        return f"{step!r} cannot follow {', '.join(sorted(barred))}; reverse that first if it was a mistake"
    return None


@dataclass(frozen=True)
class Weight:
    """What decides whether a case is complex (疑难复杂, domain.md 2.4; values set by us, the office may differ)."""

    parties: int = 2
    amount: Decimal = Decimal(0)
    days: int = 0
    death_or_grave_injury: bool = False
    across_communities: bool = False
    petition_or_police: bool = False


def complexity(weight: Weight) -> tuple[str, ...]:
    """Return the reasons that make a case complex; empty where it is ordinary."""
    reasons = (
        (weight.parties >= COMPLEX_PARTIES, f"当事人{COMPLEX_PARTIES}人以上"),
        (weight.amount >= COMPLEX_AMOUNT, "金额10万元以上"),
        (weight.death_or_grave_injury, "有死亡或重伤"),
        (weight.across_communities, "跨社区"),
        (weight.days > COMPLEX_DAYS, f"历时超过{COMPLEX_DAYS}日"),
        (weight.petition_or_police, "已引发信访或警情"),
    )
    return tuple(reason for holds, reason in reasons if holds)
