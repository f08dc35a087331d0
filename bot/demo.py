"""A fictional year: cases and answers of nobody, marked `is_demo`, the same for the same seed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.demo_books import write_books
from bot.ledger.cases import Request, open_case
from bot.ledger.services import Service, record_many
from bot.legal.cases import CaseKind, Channel
from bot.legal.topics import Topic
from bot.office import Office
from bot.statistics.periods import year as whole_year
from bot.storage.tables import Case

MATTERS = (
    (Topic.NEIGHBOUR, CaseKind.MEDIATION, "楼上卫生间漏水，泡坏了我家的天花板。", "修好漏点并赔偿。"),
    (Topic.LABOUR, CaseKind.ADVICE, "工地干了四个月，工资一直没有结清。", "想知道怎样要回工资。"),
    (Topic.PROPERTY_MANAGEMENT, CaseKind.MEDIATION, "电梯坏了两个月，物业还催交物业费。", "修好电梯，减免部分费用。"),
    (Topic.TENANCY, CaseKind.MEDIATION, "退租以后房东一直不退押金。", "退还押金。"),
    (Topic.MARRIAGE_FAMILY, CaseKind.ADVICE, "想协议离婚，孩子的抚养费谈不拢。", "弄清抚养费怎么算。"),
    (Topic.DEBT, CaseKind.MEDIATION, "亲戚借了两万元，过了还款日不还。", "按月还清。"),
    (Topic.CONSUMER, CaseKind.MEDIATION, "健身房关门了，卡里还有钱。", "退还余额。"),
    (Topic.ELDER_GUARDIANSHIP, CaseKind.LEGAL_AID, "几个子女都不愿意出赡养费。", "申请法律援助起诉。"),
    (Topic.ENTERPRISE, CaseKind.ENTERPRISE, "供货款拖了半年没有付。", "协调付款。"),
)
CHANNELS = (Channel.WEB, Channel.WEB, Channel.WECHAT, Channel.WECHAT, Channel.PHONE, Channel.WINDOW)
ANSWERS_A_CASE = 6


def write_demo_year(session: Session, office: Office, year: int, cases: int, seed: int, now: datetime) -> int:
    """Write the cases, automatic answers and office books of a fictional year, up to now, and return how many cases; does not commit.

    Running it twice with the same seed and year adds nothing.
    """
    chance = random.Random(f"{seed}-{year}")
    period = whole_year(year)
    seconds = max(1, int((min(period.end_utc, now) - period.start_utc).total_seconds()))
    times = sorted(period.start_utc + timedelta(seconds=chance.randrange(seconds)) for _ in range(cases))
    opened = [_one_case(session, office, chance, f"demo:{seed}:{year}:{n}", at) for n, at in enumerate(times)]
    write_books(session, office, year, cases, seed, now, requests=opened)
    return cases


def _one_case(session: Session, office: Office, chance: random.Random, key: str, at: datetime) -> Case:
    topic, kind, story, wish = chance.choice(MATTERS)
    channel, community = chance.choice(CHANNELS), chance.choice(office.communities).code
    request = Request(
        kind=kind,
        source_key=key,
        conversation="demo",
        channel=channel,
        topic=topic,
        community=community,
        what_happened=story,
        wish=wish,
        name="演示居民",
        phone="13800138000",
        other_party="演示对方" if kind is CaseKind.MEDIATION else None,
        is_demo=True,
    )
    case = open_case(session, request, f"{office.case_prefix}D", at)
    answers = [
        Service(
            kind="bot_answer",
            happened_at=at - timedelta(minutes=n + 1),
            source_key=f"{key}:answer:{n}",
            channel=Channel.WEB,
            topic=topic.code,
            dispute_type=topic.default_dispute_type.code,
            is_demo=True,
        )
        for n in range(chance.randrange(ANSWERS_A_CASE))
    ]
    record_many(session, answers, at)
    return case
