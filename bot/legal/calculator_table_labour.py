"""The calculators about work: their inputs in words, and how values reach the rule. Pure data."""

from __future__ import annotations

from datetime import date
from typing import Any, Mapping

from bot.legal.calculator_fields import CHOICE, DAY, MONEY, NUMBER, YES_NO, Field
from bot.legal.calculator_record import Calculator
from bot.legal.calculators.double_pay import double_pay
from bot.legal.calculators.injury import injury_benefits, work_death
from bot.legal.calculators.severance import Severance, severance
from bot.legal.calculators.working_time import annual_leave, overtime
from bot.legal.figures import Figures
from bot.legal.sums import Sum

_PAY = "月薪|工资|底薪|每个?月|一个月|月收入"
_STARTED = Field(
    "started",
    "入职日期",
    "您是哪一天开始上班的？比如2020年3月1日；记不清哪天就写那个月的1日。",
    DAY,
    after="入职|上班|进厂|进公司|开始|来的|去的|到岗",
    before="入职|从|自",
)
_MONTHLY = Field("monthly_wage", "月工资", "每月应得工资是多少元（扣社保、个税以前的）？比如6000。", MONEY, before=_PAY)
_OWN = Field("own_wage", "月工资", "受伤前12个月，平均月工资（缴费工资）是多少元？比如6000。", MONEY, before=_PAY)
_PATH = (
    ("n", "协商走人、到期不续或被迫辞职", "协商|到期|不续|被迫|裁员|欠薪|社保|^N$"),
    ("n1", "按规定解除，但没提前30天通知", r"提前|通知|不胜任|医疗期|N\s*\+\s*1"),
    ("2n", "没有正当理由被辞退", "违法|无故|没有?(正当)?理由|随便|突然|2N"),
)
_STAY = (("signed", "后来补签了", "补签|签了"), ("left", "已经离开了", "离开|离职|走了|不干|辞"), ("working", "还在上班没签", "还在|没签"))


def _figure(figures: Figures, name: str) -> Any:
    return figures[name].value if name in figures else None


def _severance(values: Mapping[str, Any], figures: Figures, today: date) -> Sum:
    return severance(
        Severance.from_code(values["kind"]), values["started"], values["ended"], values["monthly_wage"], values.get("last_month_wage"),
        _figure(figures, "local_average_wage"), _figure(figures, "minimum_wage"),
    )  # fmt: skip


def _double_pay(values: Mapping[str, Any], figures: Figures, today: date) -> Sum:
    return double_pay(values["started"], values["monthly_wage"], today, values.get("signed"), values.get("left"))


def _overtime(values: Mapping[str, Any], figures: Figures, today: date) -> Sum:
    return overtime(values["monthly_wage"], values["weekday_hours"], values["restday_hours"], values["holiday_hours"])


def _injury(values: Mapping[str, Any], figures: Figures, today: date) -> Sum:
    return injury_benefits(values["grade"], values["own_wage"], values["leave_months"], _figure(figures, "local_average_wage"))


def _death(values: Mapping[str, Any], figures: Figures, today: date) -> Sum:
    income = _figure(figures, "national_urban_income")
    return work_death(values["own_wage"], values["spouse"], values["others"], _figure(figures, "local_average_wage"), income)


LABOUR = (
    Calculator(
        "severance", "经济补偿、赔偿金（N、N+1、2N）",
        (
            Field("kind", "离开的原因：", "是怎么离开的？", CHOICE, choices=_PATH),
            _STARTED,
            Field("ended", "离职日期", "哪一天离开的（劳动关系结束的那天）？比如2024年9月15日。", DAY, future=True,
                  after="被?(辞退|开除|解除|裁|辞|开了)|离职|离开|走人|到期|通知", before="到|至"),
            Field("monthly_wage", "月平均工资", "离职前12个月平均每月应得工资是多少元（扣社保、个税以前，含奖金补贴）？比如6000。", MONEY, before=_PAY),
            Field("last_month_wage", "最后一个月工资", "最后一个整月的工资是多少元？和平均差不多就点“不清楚”。", MONEY,
                  skippable=True, when=lambda values: values.get("kind") == "n1"),
        ),
        _severance,
        ("dismissal", "resignation", "social_insurance_unpaid", "job_change", "female_worker_protection"),
        {"kind": "2n", "started": "2020-03-01", "ended": "2024-09-15", "monthly_wage": "6000"},
    ),
    Calculator(
        "double_pay", "没签劳动合同的二倍工资",
        (
            _STARTED,
            Field("state", "现在：", "现在是哪一种情况？", CHOICE, choices=_STAY),
            Field("signed", "补签日期", "哪一天补签的？比如2025年8月1日。", DAY, when=lambda values: values.get("state") == "signed"),
            Field("left", "离开日期", "最后上班是哪一天？比如2025年8月1日。", DAY, when=lambda values: values.get("state") == "left"),
            _MONTHLY,
        ),
        _double_pay,
        ("no_labour_contract",),
        {"started": "2026-03-01", "state": "left", "left": "2026-09-30", "monthly_wage": "6000"},
    ),
    Calculator(
        "overtime", "加班费",
        (
            _MONTHLY,
            Field("weekday_hours", "平时加班", "工作日一共加班多少小时？没有就写0。", NUMBER, "小时"),
            Field("restday_hours", "休息日加班", "休息日（如周末）加班、又没有补休的，一共多少小时？一天写8小时；没有就写0。", NUMBER, "小时"),
            Field("holiday_hours", "法定节日加班", "春节、国庆等法定休假日加班一共多少小时？没有就写0。", NUMBER, "小时"),
        ),
        _overtime,
        ("overtime_annual_leave",),
        {"monthly_wage": "6000", "weekday_hours": "10", "restday_hours": "16", "holiday_hours": "8"},
    ),
    Calculator(
        "annual_leave", "年休假天数和没休的工资",
        (
            Field("years", "累计工作", "从参加工作到现在，累计工作了几年（不限这一家）？比如6年。", NUMBER, "年"),
            _MONTHLY,
            Field("taken", "今年已休", "今年已经休了几天年休假？没有就写0。", NUMBER, "天"),
        ),
        lambda values, figures, today: annual_leave(values["years"], values["monthly_wage"], values["taken"]),
        ("overtime_annual_leave",),
        {"years": "12", "monthly_wage": "6000", "taken": "4"},
    ),
    Calculator(
        "injury_benefits", "工伤待遇",
        (
            Field("grade", "伤残等级", "劳动能力鉴定是几级？写一级到十级；还没鉴定就写“没鉴定”。", NUMBER, "级", skippable=True),
            _OWN,
            Field("leave_months", "停工治疗", "停工治疗了几个月？没有就写0。", NUMBER, "个月"),
        ),
        _injury,
        ("work_injury", "injury_uninsured_employer", "occupational_disease", "commute_and_sudden_illness"),
        {"grade": "9", "own_wage": "6000", "leave_months": "3"},
    ),
    Calculator(
        "work_death", "工亡待遇",
        (
            Field("own_wage", "月工资", "出事前12个月，本人平均月工资（缴费工资）是多少元？比如6000。", MONEY, before=_PAY),
            Field("spouse", "供养配偶：", "配偶是不是主要靠本人生活、又没有劳动能力？", YES_NO),
            Field("others", "其他供养亲属", "这样的孩子、老人等还有几人？没有就写0。", NUMBER, "人"),
        ),
        _death,
        ("work_death_benefits",),
        {"own_wage": "6000", "spouse": "yes", "others": "1"},
    ),
)  # fmt: skip
