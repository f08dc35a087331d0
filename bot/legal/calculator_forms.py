"""Which calculators there are, which inputs each asks for, and which card each belongs to. Pure.

CALCULATORS is the registry: the dialogue, docs/calculators.md and the tests all read it.
"""

from __future__ import annotations

from bot.legal.calculator_fields import DAY, Field
from bot.legal.calculator_record import Calculator
from bot.legal.calculator_table_labour import LABOUR
from bot.legal.calculator_table_life import LIFE, PROCEDURE
from bot.legal.deadline_table import DEADLINES
from bot.legal.deadlines import Deadline, deadline_sum

ASKS = ("算一算", "算一下", "帮我算一算", "帮我算一下", "帮我算算", "算算", "计算器")
# Offered when no card with a calculator is in focus.
COMMON = ("severance", "overtime", "loan_interest", "limitation", "child_support", "injury_benefits", "court_fee", "prepaid_refund")


# The cards whose question a period belongs to, in the table's order.
_DEADLINE_CARDS = {
    "judicial_confirmation": ("judicial_confirmation", "how_mediation_works", "agreement_not_kept"),
    "reconsideration": (
        "reconsideration",
        "public_security_penalty",
        "penalty_hearing",
        "traffic_fine_dispute",
        "house_expropriation",
        "illegal_building_order",
    ),  # fmt: skip
    "admin_suit": ("admin_litigation", "public_security_penalty", "house_expropriation", "illegal_building_order", "forced_demolition"),
    "suit_after_reconsideration": ("admin_litigation", "reconsideration"),
    "enforcement": ("enforcement", "agreement_not_kept"),
    "appeal_judgment": ("appeal_retrial",),
    "appeal_ruling": ("appeal_retrial",),
    "retrial": ("appeal_retrial",),
    "payment_order_objection": ("court_filing_small_claims",),
    "wage_arbitration": ("unpaid_wages", "labour_arbitration", "resignation"),
    "labour_suit": ("labour_arbitration",),
    "injury_by_employer": ("work_injury",),
    "injury_by_worker": ("work_injury", "injury_uninsured_employer", "commute_and_sudden_illness", "occupational_disease"),
    "online_return": ("online_7days",),
    "prepaid_7days": ("prepaid_card", "training_refund"),
    "tour_return": ("tourism",),
    "guarantee": ("debt_guarantor",),
    "bequest": ("will_forms_bequest",),
    "rescission": ("contract_breach",),
    "government_information": ("government_information",),
    "reconsideration_review": ("reconsideration",),
    "medical_mediation": ("medical_dispute",),
}


def _of_deadline(known: Deadline) -> Calculator:
    start = Field("start", known.start.removesuffix("之日"), f"{known.start}是哪一天？比如2026年3月5日，今天就写“今天”。", DAY)
    return Calculator(
        known.code,
        f"期限：{known.title}",
        (start,),
        lambda values, figures, today: deadline_sum(known, values["start"], today),
        _DEADLINE_CARDS[known.code],
        {"start": "2026-03-05"},
    )


CALCULATORS = (*LABOUR, *LIFE, *PROCEDURE, *map(_of_deadline, DEADLINES))


def calculator(code: str) -> Calculator:
    """Return the calculator with this code; KeyError if there is none."""
    for known in CALCULATORS:
        if known.code == code:
            return known
    raise KeyError(code)


def calculators_of(card_id: str) -> tuple[Calculator, ...]:
    """Return the calculators that belong to a card, those of money first; () if it has none."""
    return tuple(known for known in CALCULATORS if card_id in known.cards)


def is_asked_for(text: str) -> bool:
    """Whether a message asks for a calculation: the button, or the same in other words."""
    return text.strip().rstrip("。.!！?？吧") in ASKS
