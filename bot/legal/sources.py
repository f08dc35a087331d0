"""The laws that our rules rest on, by official title and by the short name residents read, and citing them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Iterable


@dataclass(frozen=True)
class Source:
    """One article: `law` is the official title as in the statute store, `article` an Arabic number ("47", "276之一")."""

    law: str
    article: str

    @property
    def label(self) -> str:
        """What residents read: 劳动合同法第47条."""
        return f"{short_name(self.law)}{_article_words(self.article)}"


class Law(Enum):
    """A law that a rule cites: (official title, short name)."""

    CIVIL_CODE = ("中华人民共和国民法典", "民法典")
    CIVIL_PROCEDURE = ("中华人民共和国民事诉讼法", "民事诉讼法")
    ADMINISTRATIVE_LITIGATION = ("中华人民共和国行政诉讼法", "行政诉讼法")
    RECONSIDERATION = ("中华人民共和国行政复议法", "行政复议法")
    MEDIATION = ("中华人民共和国人民调解法", "人民调解法")
    LEGAL_AID = ("中华人民共和国法律援助法", "法律援助法")
    LABOUR = ("中华人民共和国劳动法", "劳动法")
    LABOUR_CONTRACT = ("中华人民共和国劳动合同法", "劳动合同法")
    LABOUR_CONTRACT_RULES = ("中华人民共和国劳动合同法实施条例", "劳动合同法实施条例")
    LABOUR_DISPUTES = ("中华人民共和国劳动争议调解仲裁法", "劳动争议调解仲裁法")
    LABOUR_INTERPRETATION_2 = ("最高人民法院关于审理劳动争议案件适用法律问题的解释（二）", "劳动争议解释（二）")
    WORKING_HOURS = ("国务院关于职工工作时间的规定", "国务院关于职工工作时间的规定")
    ANNUAL_LEAVE = ("职工带薪年休假条例", "职工带薪年休假条例")
    WORK_INJURY = ("工伤保险条例", "工伤保险条例")
    FAMILY_INTERPRETATION_1 = ("最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（一）", "婚姻家庭编解释（一）")
    LENDING = ("最高人民法院关于审理民间借贷案件适用法律若干问题的规定", "民间借贷规定")
    LIMITATION = ("最高人民法院关于审理民事案件适用诉讼时效制度若干问题的规定", "诉讼时效规定")
    COURT_FEES = ("诉讼费用交纳办法", "诉讼费用交纳办法")
    CONFIRMATION = ("最高人民法院关于人民调解协议司法确认程序的若干规定", "司法确认程序规定")
    CONSUMER = ("中华人民共和国消费者权益保护法", "消费者权益保护法")
    CONSUMER_RULES = ("中华人民共和国消费者权益保护法实施条例", "消费者权益保护法实施条例")
    PREPAID = ("最高人民法院关于审理预付式消费民事纠纷案件适用法律若干问题的解释", "预付式消费解释")
    FOOD_SAFETY = ("中华人民共和国食品安全法", "食品安全法")
    PRODUCT_QUALITY = ("中华人民共和国产品质量法", "产品质量法")
    TOURISM = ("中华人民共和国旅游法", "旅游法")
    GOVERNMENT_INFORMATION = ("中华人民共和国政府信息公开条例", "政府信息公开条例")
    MEDICAL_DISPUTES = ("医疗纠纷预防和处理条例", "医疗纠纷预防和处理条例")

    @property
    def title(self) -> str:
        """The official title."""
        return str(self.value[0])

    def articles(self, *numbers: str) -> tuple[Source, ...]:
        """Return these articles of this law as sources."""
        return tuple(Source(self.title, number) for number in numbers)


_SHORT = {law.value[0]: law.value[1] for law in Law}


def short_name(title: str) -> str:
    """Return the name residents read; a title we have no short name for is returned as it is."""
    return _SHORT.get(title, title)


def joined_labels(sources: Iterable[Source]) -> str:
    """Return sources in one line, articles of a law together: 劳动合同法第47、87条；民法典第188条."""
    numbers: dict[str, list[str]] = {}
    for source in sources:
        kept = numbers.setdefault(source.law, [])
        if source.article not in kept:
            kept.append(source.article)
    return "；".join(short_name(law) + _together(articles) for law, articles in numbers.items())


def _together(articles: list[str]) -> str:
    if any("之" in article for article in articles):
        return "、".join(_article_words(article) for article in articles)
    return f"第{'、'.join(articles)}条"


def _article_words(article: str) -> str:
    number, _, after = article.partition("之")
    return f"第{number}条" + (f"之{after}" if after else "")
