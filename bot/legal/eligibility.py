"""Pre-checks: legal aid, whether people's mediation fits, and which office is competent. Pure; never a decision.

Sources: 法律援助法 arts. 24, 25, 31, 32, 34, 38, 42-44; 人民调解法 arts. 8, 17, 18, 25, 26; domain.md 2.5, 2.9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Collection, Protocol, Sequence, TypeVar

from bot.legal.cases import Tier
from bot.legal.coded import Coded
from bot.legal.sources import Law, Source, joined_labels
from bot.legal.sums import CLOSING
from bot.legal.topics import Topic

URGENT_DAYS = 7  # 法律援助法 art. 44


class Verdict(Coded):
    """What a pre-check can say at most."""

    LIKELY = ("likely", "可能符合")
    VERIFY = ("verify", "需核实")


class AidMatter(Coded):
    """Matters of 法律援助法 art. 31, and what is outside its list."""

    STATE_COMPENSATION = ("state_compensation", "请求国家赔偿")
    SOCIAL_INSURANCE_OR_RELIEF = ("social_insurance_or_relief", "要社会保险待遇或社会救助")
    PENSION_BEREAVEMENT = ("pension_bereavement", "要抚恤金")
    SUPPORT_MAINTENANCE = ("support_maintenance", "要赡养费、抚养费、扶养费")
    LABOUR_RELATION_OR_PAY = ("labour_relation_or_pay", "确认劳动关系或要劳动报酬")
    CAPACITY_DETERMINATION = ("capacity_determination", "认定无或限制民事行为能力")
    INJURY = ("injury", "工伤、交通、食药、医疗事故受伤要赔偿")
    ENVIRONMENT = ("environment", "环境污染、生态破坏要赔偿")
    CRIMINAL = ("criminal", "刑事案件要律师辩护")
    OTHER = ("other_by_law", "其他的事")


class AidGround(Coded):
    """Who is not asked, or not checked, for means: 法律援助法 arts. 32 and 42."""

    MARTYR_KIN = ("martyr_kin", "英雄烈士近亲属维护英烈人格权益")
    GOOD_SAMARITAN = ("good_samaritan", "因见义勇为主张权益")
    RETRIAL_ACQUITTAL = ("retrial_acquittal", "再审改判无罪请求国家赔偿")
    ABUSE_VICTIM = ("abuse_victim", "受虐待、遗弃或家庭暴力的受害人")
    NO_INCOME = ("no_income", "没有固定生活来源的未成年人、老年人、残疾人等")
    ON_RELIEF = ("on_relief", "社会救助、司法救助或优抚对象")
    MIGRANT_WORKER = ("migrant_worker", "进城务工人员要劳动报酬或工伤赔偿")


NO_MEANS_TEST = (AidGround.MARTYR_KIN, AidGround.GOOD_SAMARITAN, AidGround.RETRIAL_ACQUITTAL, AidGround.ABUSE_VICTIM)
MEANS_NOT_CHECKED = (AidGround.NO_INCOME, AidGround.ON_RELIEF, AidGround.MIGRANT_WORKER)
_MIGRANT_MATTERS = (AidMatter.LABOUR_RELATION_OR_PAY, AidMatter.INJURY)
_LISTED = tuple(matter for matter in AidMatter if matter not in (AidMatter.CRIMINAL, AidMatter.OTHER))


@dataclass(frozen=True)
class PreCheck:
    """What a pre-check found, why, and what to do; `verdict` is a Verdict or a MediationFit."""

    title: str
    verdict: Coded
    reasons: tuple[str, ...]
    next_steps: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def text(self) -> str:
        """The pre-check for residents, at most 600 characters."""
        lines = [f"【{self.title}】", f"初步看：{self.verdict.label}（只是参考，不是决定）", *(f"· {reason}" for reason in self.reasons)]
        lines += ["接下来：", *(f"{n}. {step}" for n, step in enumerate(self.next_steps, start=1))]
        if self.sources:
            lines.append(f"依据：{joined_labels(self.sources)}")
        return "\n".join([*lines, f"以上只供参考，{CLOSING}"])


def legal_aid(matter: AidMatter, grounds: Collection[AidGround] = (), days_left: int | None = None) -> PreCheck:
    """Return whether legal aid may be had, with reasons; only the legal-aid institution decides.

    可能符合: no means test applies, or a listed matter of somebody whose means are not checked. Everything else is
    需核实: the line of poverty is the province's and not known here.

    Args:
        grounds: what the applicant says applies.
        days_left: until a limitation or another legal period ends; at most 7 allows aid before the decision.

    Source: 法律援助法 arts. 24, 25, 31, 32, 34, 38, 42, 43, 44.
    """
    free = [ground for ground in NO_MEANS_TEST if ground in grounds]
    unchecked = [ground for ground in MEANS_NOT_CHECKED if ground in grounds and (ground is not AidGround.MIGRANT_WORKER or matter in _MIGRANT_MATTERS)]
    if free:
        verdict, reasons = Verdict.LIKELY, [f"{ground.label}：申请不受经济困难条件限制。" for ground in free]
    elif matter is AidMatter.CRIMINAL:
        verdict, reasons = Verdict.VERIFY, ["因经济困难等没请辩护人的，本人和近亲属可以申请；未成年人、盲聋哑人等应由办案机关通知指派律师。"]
    elif matter not in _LISTED:
        verdict, reasons = Verdict.VERIFY, ["不在法律列明的事项里；地方可能有补充规定，要问法律援助机构。"]
    else:
        verdict = Verdict.LIKELY if unchecked else Verdict.VERIFY
        reasons = [f"{matter.label}，属于法律列明的事项。"]
        reasons += [f"{ground.label}：有材料证明，免查经济状况。" for ground in unchecked] or ["还要看是否经济困难，标准由省政府定，这里判断不了。"]
    urgent = days_left is not None and days_left < URGENT_DAYS
    if urgent:
        reasons.append("离时效或期限届满不足7日，法律援助机构可以先提供援助、后补手续。")
    sources = Law.LEGAL_AID.articles(*_aid_articles(matter, bool(free), bool(unchecked), urgent))
    return PreCheck("法律援助初步看看", verdict, tuple(reasons), _AID_STEPS, sources)


_AID_STEPS = (
    "打官司的，向办案机关所在地的法律援助机构申请；不打官司的，向争议处理机关所在地或事情发生地的申请。不清楚就拨打12348。",
    "带身份证、案件材料，和经济困难或免查的证明材料。",
    "收到申请后7日内审查，同意的3日内指派；不同意会书面说明理由，可以提出异议。",
)


def _aid_articles(matter: AidMatter, free: bool, unchecked: bool, urgent: bool) -> tuple[str, ...]:
    first = ("32",) if free else ("24", "25") if matter is AidMatter.CRIMINAL else ("31", "42") if unchecked else ("31", "34")
    return (*first, "38", "43", *(("44",) if urgent else ()), "49")


class MediationFit(Coded):
    """Whether people's mediation fits a dispute."""

    FITS = ("yes", "适合人民调解")
    PARTLY = ("partly", "部分适合人民调解")
    UNFIT = ("no", "不适合人民调解")


class Obstacle(Coded):
    """What keeps a dispute from people's mediation: (code, why, in words)."""

    REFUSED = ("refused", "一方已经明确拒绝调解，就不能再调解。")
    IN_COURT = ("in_court", "法院已经受理或已经判决，由法院处理；可以请法院调解。")
    IN_ARBITRATION = ("in_arbitration", "仲裁机构已经受理或裁决，由仲裁处理。")
    WITH_AUTHORITY = ("with_authority", "行政机关正在处理或已经处理，先按那边的程序走。")
    SPECIAL_AUTHORITY = ("special_authority", "权属确认、工伤认定、征收是否合法这类事，法律规定由专门机关处理。")
    CRIMINAL = ("criminal", "涉嫌犯罪的部分由公安依法处理，不能私了。")


_BLOCKS_ALL = (Obstacle.REFUSED, Obstacle.IN_COURT, Obstacle.IN_ARBITRATION, Obstacle.WITH_AUTHORITY)
_UNFIT_TOPICS = (Topic.CRIMINAL, Topic.FRAUD, Topic.TRAFFIC_VIOLATION, Topic.ADMINISTRATIVE)
_SAID = (
    (Obstacle.REFUSED, r"(对方|他们?|她们?|人家|老板|房东|物业|单位|公司).{0,6}(不同意|不肯|不愿意?|拒绝|不接受)(参加|来|做)?调解"),
    (Obstacle.IN_COURT, r"法院(已经?|都|也|那边)?(受理|立案|开庭|判)(了|下来|过)|(已经|已|都|刚)(起诉|立案|开庭|判决)"),
    (Obstacle.IN_COURT, r"判决书?(下来|生效)|收到.{0,4}(传票|判决书)"),
    (Obstacle.IN_ARBITRATION, r"(已经|已|都|刚)(申请|提起|去)?仲裁|仲裁(委|庭)?.{0,4}(受理|裁决|开庭)|收到.{0,4}裁决书"),
    (Obstacle.WITH_AUTHORITY, r"(派出所|公安|劳动监察|监察大队|市监|市场监管|城管|住建|街道).{0,4}(已经|正在|在)(处理|调查|受理|立案)"),
)
_DENIED = re.compile(r"(还没有?|没有?|未|想|要|让|去|等|准备|打算|能不能|可以|是不是要)[^，。,.]{0,4}$")


def obstacles_in(text: str) -> frozenset[Obstacle]:
    """Return the obstacles a resident's own words name; 还没起诉 and 想申请仲裁 name none."""
    found = set()
    for obstacle, pattern in _SAID:
        for match in re.finditer(pattern, text):
            if not _DENIED.search(text[max(0, match.start() - 6) : match.start()]):
                found.add(obstacle)
    return frozenset(found)


def mediation_fit(topic: Topic, card_fit: str | None = None, card_note: str = "", obstacles: Collection[Obstacle] = ()) -> PreCheck:
    """Return whether people's mediation fits, from the card, the topic and what already happened.

    Args:
        card_fit: yes, partly or no of the card in focus; None judges by the topic alone.
        card_note: the card's own words about it.

    Source: 人民调解法 arts. 17, 18, 25, 26; that courts, arbitration and authorities come first is common practice
    (domain.md 2.5 marks only the refusal as written law).
    """
    known = [obstacle for obstacle in Obstacle if obstacle in obstacles]
    reasons = [obstacle.label for obstacle in known]
    if any(obstacle in _BLOCKS_ALL for obstacle in known):
        fit = MediationFit.UNFIT
    else:
        fit = MediationFit.from_code(card_fit or ("no" if topic in _UNFIT_TOPICS else "yes"))
        if known and fit is MediationFit.FITS:
            fit = MediationFit.PARTLY
        reasons.append(card_note or _FIT_REASON[fit])
    sources = Law.MEDIATION.articles("17", *(("26",) if fit is MediationFit.UNFIT else ("18",)), *(("25",) if Obstacle.CRIMINAL in known else ()))
    return PreCheck("这件事适不适合调解", fit, tuple(reasons), _FIT_STEPS[fit], sources)


_FIT_REASON = {
    MediationFit.FITS: "双方自愿就可以申请，不收费。",
    MediationFit.PARTLY: "能商量的部分可以调解，其余的走法定途径。",
    MediationFit.UNFIT: "这类事不由人民调解处理。",
}
_FIT_STEPS = {
    MediationFit.FITS: ("点“申请人民调解”登记，提出申请之日诉讼时效中断。", "调解不成，还可以仲裁、起诉。"),
    MediationFit.PARTLY: ("赔偿、给付等能商量的，可以申请人民调解。", "其余的问社区法律顾问或12348该找哪个机关。"),
    MediationFit.UNFIT: ("点“找社区法律顾问”，或拨打12348，问该走哪条路。",),
}


class Point(Protocol):
    """A service point of the office's file, as far as the choice needs it."""

    @property
    def tier(self) -> Tier: ...

    @property
    def community(self) -> str | None: ...


P = TypeVar("P", bound=Point)


def competent_points(community: str | None, points: Sequence[P]) -> tuple[P, ...]:
    """Return where residents of a community go: its own service points, else the district's; () when the office has none.

    Committees are set up by the residents' committee itself (人民调解法 art. 8), so the community comes first.

    Args:
        community: code of the office's file; None when the resident does not know it.
    """
    own = tuple(point for point in points if community is not None and point.tier is Tier.COMMUNITY and point.community == community)
    return own or tuple(point for point in points if point.tier is Tier.DISTRICT)
