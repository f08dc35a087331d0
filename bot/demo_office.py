"""The office's side of a fictional year: work of the advisors for offices, enterprise issues, what is counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

from bot.demo_year import BY, EVIDENCE, FictionalYear
from bot.ledger.advisors import record_litigation, record_meeting, record_opinion
from bot.ledger.counters import Counter, Record, record_counter
from bot.ledger.declarations import ZERO, declare
from bot.ledger.enterprise import Issue, IssueEnd, confirm_issue, end_issue, register_issue
from bot.legal.enterprise import CHARACTER_WEIGHTS, EnterpriseCategory
from bot.office import BEIJING
from bot.storage.tables import Case

COUNTS = (
    (Counter.PUBLICITY, 23),
    (Counter.OFFICIAL_LECTURE, 2),
    (Counter.PREMEETING_STUDY, 4),
    (Counter.THEMATIC_STUDY, 2),
    (Counter.PRE_APPOINTMENT, 2),
    (Counter.REPEALED, 6),
    (Counter.CLEANUP, 1),
)



def work_for_offices(made: FictionalYear, size: int) -> None:
    """Write litigation, opinions and discussions; `size` 120 is a whole district's year."""
    advisor = made.office.advisors[0].code
    for _ in range(_share(13, size)):
        number, at = made.next("L"), made.some_day()
        if at <= made.now:
            record_litigation(made.session, number, at, "示例管委会", advisor, made.paper, made.known(at))
    for n in range(_share(104, size)):
        number, at = made.next("O"), made.some_day()
        if at <= made.now:
            record_opinion(
                made.session, number, at, "示例单位", ("contract", "decision", "enforcement", "petition", "other")[n % 5], advisor, made.paper, made.known(at)
            )
    for _ in range(_share(217, size)):
        number, at = made.next("T"), made.some_day()
        if at <= made.now:
            record_meeting(made.session, number, at, "工作讨论", (advisor,), made.paper, made.known(at))


def register_issues(made: FictionalYear, size: int, asked: list[Case]) -> None:
    """Write enterprise issues, first those that residents raised in the chat."""
    for n in range(_share(37, size)):
        number, at, category = made.next("Q"), made.some_day(), made.chance.choice(tuple(EnterpriseCategory))
        case, community = (asked[n] if n < len(asked) else None), made.community()
        at = case.requested_at if case else at
        if at > made.now:
            continue
        issue = Issue(
            number,
            fictional_uscc(n),
            category,
            f"演示诉求{number}",
            at,
            "示例责任单位",
            BY,
            community=community,
            case_number=case.number if case else None,
            is_demo=made.is_demo,
        )
        register_issue(made.session, issue, made.known(at))
        done = at + timedelta(days=20)
        if done > made.now:
            continue
        end = IssueEnd.EXPLAINED if n % 12 == 0 else IssueEnd.DONE
        end_issue(made.session, number, end, done, BY, made.known(done), "已协调", EVIDENCE)
        agreed = done + timedelta(days=5)
        if end is IssueEnd.DONE and agreed <= made.now:
            confirm_issue(made.session, number, agreed, BY, made.known(agreed), evidence_ref=EVIDENCE)


def count_by_hand(made: FictionalYear) -> None:
    """Write the counters with their evidence, and the zeros that are declared."""
    for counter, times in COUNTS:
        for n in range(times):
            ref, at = made.next("C"), made.some_day()
            if at <= made.now:
                record_counter(
                    made.session, Record(counter, ref, at, f"{counter.label}（演示{n + 1}）", EVIDENCE, BY, attendance=30, is_demo=made.is_demo), made.known(at)
                )
    for month in range(1, 13):
        at = made.at(month, 28)
        views = made.chance.randrange(80_000, 95_000)
        if at <= made.now:
            record_counter(
                made.session,
                Record(Counter.PAGEVIEWS, f"{made.prefix}{made.year}-{month:02d}", at, "网站统计导出", EVIDENCE, BY, views, is_demo=made.is_demo),
                made.known(at),
            )
    roster = made.at(11, 20)
    if roster <= made.now:
        record_counter(
            made.session,
            Record(Counter.ENFORCERS, f"{made.prefix}{made.year}", roster, "在册人员名册", EVIDENCE, BY, 48, is_demo=made.is_demo),
            made.known(roster),
        )
    over = min(date(made.year + 1, 1, 1), made.now.astimezone(BEIJING).date())
    for metric in ("reconsideration_cases", "reconsideration_closed"):
        if over > date(made.year, 1, 1):
            declare(made.session, metric, date(made.year, 1, 1), over, ZERO, BY, "全年无行政复议案件", made.now, EVIDENCE, made.is_demo)


def _share(whole: int, size: int) -> int:
    return max(1, min(whole, whole * size // 120))


def fictional_uscc(n: int) -> str:
    """Return a made-up credit code with a right check character; the division code 000000 belongs to nobody."""
    body = f"91000000DEM{n:06d}"
    total = sum(CHARACTER_WEIGHTS[c] * pow(3, i, 31) for i, c in enumerate(body))
    return body + next(c for c, w in CHARACTER_WEIGHTS.items() if w == (31 - total % 31) % 31)
