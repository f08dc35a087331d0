"""The calculators about family, money, purchases, courts and legal aid: inputs in words, and how values reach the rule. Pure data."""

from __future__ import annotations

from datetime import date
from typing import Any, Mapping

from bot.legal.calculator_fields import CHOICE, DAY, DAYS, MONEY, NUMBER, RATE, YES_NO, Field
from bot.legal.calculator_record import Calculator
from bot.legal.calculators.consumer import Broke, Fraud, deposit, prepaid_refund, punitive_damages, unlimited_card_refund
from bot.legal.calculators.courts import ApplicationFee, CaseFee, application_fee, court_fee
from bot.legal.calculators.family import child_support, divorce_window
from bot.legal.calculators.loans import loan_interest
from bot.legal.coded import Coded
from bot.legal.eligibility import AidGround, AidMatter, PreCheck, legal_aid
from bot.legal.figures import Figures
from bot.legal.limitation import limitation
from bot.legal.sums import Sum


def _choices(kind: type[Coded], **patterns: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((member.code, member.label, patterns.get(member.code, "")) for member in kind)


def _loan(values: Mapping[str, Any], figures: Figures, today: date) -> Sum:
    return loan_interest(values["principal"], values["yearly_rate"], values["lent"], values["until"], figures.get("lpr_1y"))


def _legal_aid(values: Mapping[str, Any], figures: Figures, today: date) -> PreCheck:
    ground = values["ground"]
    return legal_aid(AidMatter.from_code(values["matter"]), (AidGround.from_code(ground),) if ground else ())


LIFE = (
    Calculator(
        "child_support", "抚养费",
        (
            Field("children", "孩子", "要负担几个孩子的抚养费？比如1个。", NUMBER, "个"),
            Field("fixed", "固定收入：", "给抚养费的一方有没有固定收入（上班、退休金等）？", YES_NO),
            Field("monthly_income", "月收入", "给抚养费的一方每月总收入是多少元？没有固定收入的，写全年收入除以12。", MONEY,
                  before="月薪|工资|每个?月|一个月|月收入|收入"),
        ),
        lambda values, figures, today: child_support(values["monthly_income"], values["children"], values["fixed"]),
        ("custody_support", "divorce_litigation", "unmarried_cohabitation"),
        {"children": "1", "fixed": "yes", "monthly_income": "8000"},
    ),
    Calculator(
        "divorce_window", "离婚冷静期和领证时间",
        (Field("received", "收到申请的日期", "婚姻登记机关哪一天收下离婚申请的？看回执，比如2026年3月5日。", DAY),),
        lambda values, figures, today: divorce_window(values["received"], today),
        ("divorce_registration",),
        {"received": "2026-03-05"},
    ),
    Calculator(
        "loan_interest", "借款利息",
        (
            Field("principal", "本金", "实际借出（到账）多少元？预先扣掉的利息不算。比如50000。", MONEY, before="借[了给出]*|借款|本金|借他|借她"),
            Field("yearly_rate", "年利率", "约定的利息是多少？比如“年利率12%”“月息1分”，没有约定就写“没约定”。", RATE),
            Field("lent", "出借日期", "哪一天把钱给出去的？比如2025年1月15日。", DAY, after="借|转|给|打"),
            Field("until", "算到", "利息算到哪一天？算到今天就写“今天”。", DAY, future=True),
        ),
        _loan,
        ("private_loan", "debt_borrower_gone"),
        {"principal": "50000", "yearly_rate": "24", "lent": "2025-01-15", "until": "2026-03-16"},
    ),
    Calculator(
        "limitation", "诉讼时效（3年）",
        (
            Field("due", "到期日", "约定哪一天还（或付）？没有约定的，写对方明确不还、或知道权利受损和对方是谁的那天。比如2023年5月10日。",
                  DAY, future=True, after="到期|还款|还清|之前还|前还"),
            Field("asked", "催要的日子：", "之后哪几天催要过、起诉过或申请过调解，并且有凭证？可以写几个日期；没有就写“没有”。", DAYS, skippable=True),
        ),
        lambda values, figures, today: limitation(values["due"], values["asked"], None if values["due"] > today else today),
        ("iou_limitation", "private_loan", "debt_borrower_gone", "contract_breach", "contract_goods", "personal_injury", "enterprise_receivables", "rental"),
        {"due": "2023-05-10", "asked": "2024-08-01"},
    ),
    Calculator(
        "prepaid_refund", "预付卡、课程退款",
        (
            Field("paid", "预付的钱", "一共预付了多少元？比如3000。", MONEY, before="充[了值]*|办卡|交[了]*|预付|付[了款]*|花[了]*"),
            Field("used", "用掉的钱", "已经用掉的按价格算是多少元？没用过就写0。", MONEY),
            Field("paid_on", "付款日期", "哪一天付的钱？比如2026年3月5日。", DAY, after="办|充|交|付|买"),
            Field("asked_on", "要求退款的日期", "哪一天要求退款的？还没提就写“今天”。", DAY),
            Field("tried", "办卡前体验过：", "办卡之前，是不是已经在这家或别家做过同样的？", YES_NO),
        ),
        lambda values, figures, today: prepaid_refund(values["paid"], values["used"], values["paid_on"], values["asked_on"], values["tried"]),
        ("prepaid_card", "training_refund"),
        {"paid": "3000", "used": "500", "paid_on": "2026-03-02", "asked_on": "2026-03-06", "tried": "no"},
    ),
    Calculator(
        "unlimited_card", "不限次卡按时间退款",
        (
            Field("paid", "预付的钱", "一共付了多少元？比如2400。", MONEY, before="充[了值]*|办卡|交[了]*|预付|付[了款]*|花[了]*"),
            Field("starts", "开卡日期", "卡从哪一天开始算？比如2026年1月1日。", DAY),
            Field("ends", "到期日期", "卡到哪一天到期？比如2026年12月31日。", DAY, future=True),
            Field("stopped", "停止的日期", "哪一天停业或解除合同的？还没有就写“今天”。", DAY),
        ),
        lambda values, figures, today: unlimited_card_refund(values["paid"], values["starts"], values["ends"], values["stopped"]),
        ("prepaid_card",),
        {"paid": "3650", "starts": "2025-01-01", "ends": "2025-12-31", "stopped": "2025-07-01"},
    ),
    Calculator(
        "punitive_damages", "退一赔三、退一赔十",
        (
            Field("kind", "买到的是：", "买到的是哪一种？", CHOICE, choices=_choices(Fraud, goods="假|欺诈|虚假|调表|宣传", food="食品|吃|过期|饭|菜|药")),
            Field("price", "价款", "花了多少元？比如299。", MONEY, before="花[了]*|买[了]*|付[了]*|价"),
            Field("loss", "损失", "因此看病等损失了多少元？没有就写“没有”。", MONEY, skippable=True, when=lambda values: values.get("kind") == "food"),
        ),
        lambda values, figures, today: punitive_damages(Fraud.from_code(values["kind"]), values["price"], values.get("loss")),
        ("consumer_fraud", "food_poisoning", "car_purchase"),
        {"kind": "food", "price": "60", "loss": ""},
    ),
    Calculator(
        "deposit", "定金退多少",
        (
            Field("price", "合同总价", "合同总价是多少元？比如100000。", MONEY, before="总价|价款|一共"),
            Field("paid", "交的定金", "交了多少定金（元）？比如20000。", MONEY, before="定金"),
            Field("broke", "违约的是：", "是哪一方违约？", CHOICE, choices=_choices(Broke, payer="我不|买家|交的", taker="对方|卖家|商家|房东|收的")),
        ),
        lambda values, figures, today: deposit(values["price"], values["paid"], Broke.from_code(values["broke"])),
        ("contract_deposit", "house_deposit_agency"),
        {"price": "100000", "paid": "30000", "broke": "taker"},
    ),
)  # fmt: skip

PROCEDURE = (
    Calculator(
        "court_fee", "打官司的诉讼费",
        (
            Field("kind", "案件：", "是哪一类案件？", CHOICE, choices=_choices(
                CaseFee, property="钱|债|欠|借|赔偿|合同|房", divorce="离婚", personality="名誉|肖像|隐私|人格", labour="劳动|工资|工伤",
                administrative="行政|政府|机关|处罚", other="其他")),
            Field("amount", "金额", "要对方给多少元（离婚写要分割的财产总额）？没有就写“没有”。", MONEY, skippable=True,
                  when=lambda values: values.get("kind") in ("property", "divorce", "personality")),
        ),
        lambda values, figures, today: court_fee(CaseFee.from_code(values["kind"]), values.get("amount")),
        ("litigation_cost_lawyer", "court_filing_small_claims", "divorce_litigation"),
        {"kind": "property", "amount": "150000"},
    ),
    Calculator(
        "application_fee", "执行、保全、支付令的申请费",
        (
            Field("kind", "申请：", "要申请哪一种？", CHOICE, choices=_choices(
                ApplicationFee, enforcement="执行", preservation="保全|冻结|查封", payment_order="支付令")),
            Field("amount", "金额", "金额是多少元？比如50000。", MONEY),
        ),
        lambda values, figures, today: application_fee(ApplicationFee.from_code(values["kind"]), values["amount"]),
        ("litigation_cost_lawyer", "enforcement", "property_preservation", "court_filing_small_claims"),
        {"kind": "enforcement", "amount": "150000"},
    ),
    Calculator(
        "legal_aid", "看看可能符不符合法律援助",
        (
            Field("matter", "事项：", "是为了哪一类事？", CHOICE, choices=_choices(
                AidMatter, support_maintenance="赡养|抚养|扶养", labour_relation_or_pay="工资|欠薪|劳动关系|报酬",
                injury="工伤|车祸|交通事故|医疗", criminal="刑事|拘留|逮捕|坐牢", other_by_law="其他")),
            Field("ground", "情形：", "有没有下面的情形？都没有就点“不清楚”。", CHOICE, choices=_choices(
                AidGround, abuse_victim="家暴|虐待|遗弃|打我", no_income="残疾|老年|老人|未成年|没有收入|没有固定",
                on_relief="低保|特困|优抚|救助", migrant_worker="农民工|打工|务工"), skippable=True),
        ),
        _legal_aid,
        ("legal_aid",),
        {"matter": "labour_relation_or_pay", "ground": "migrant_worker"},
    ),
)  # fmt: skip
