"""Amounts of money."""

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.understanding.entities.entity import Entity
from bot.understanding.entities.numbers import NUMBER, number_value

_UNIT = r"(?:元|块钱?|圆|人民币|大洋|rmb|刀)"
_WITH_UNIT = re.compile(rf"(?:[¥￥]\s*)?(?P<number>{NUMBER})\s*(?P<unit>{_UNIT})(?P<tail>[一二三四五六七八九1-9](?![{NUMBER[1:3]}0-9月年天]))?", re.I)
_WITH_SIGN = re.compile(r"[¥￥]\s*(?P<number>\d[\d,]*(?:\.\d+)?[万千wk]?)", re.I)
# 二万三, 三千 and 10w are money unless something else is being counted.
_LARGE = re.compile(
    r"(?P<number>(?:[0-9一二两三四五六七八九十几][0-9.一二两三四五六七八九十百千多来余几]*[万千亿wk]|上[万千])[0-9一二三四五六七八九十百千万零多来余]*)"
    r"(?![0-9a-z元块圆]|\s*(?:人|名|户|平|亩|公里|里路|字|次|步|米|斤|吨|克|瓦|粉丝|条|个(?!月工资)|瓶|件|只|头|年|天|转|股|票|张|棵|度))", re.I)
# 借了300, 押金1500: a bare figure after a word of paying.
_AFTER_PAYING = re.compile(
    r"(?:工资|月薪|底薪|押金|定金|订金|房租|租金|货款|欠款|彩礼|借款|本金|利息|罚款|学费|医药费|物业费|赔偿?|借[了我他她给]*|欠[了我他她着]*|花[了费]*"
    r"|付[了款给]*|转[了账给]*|交[了给]*|给[了我他她]*|收[了我他她]*|扣[了我]*|要[了我]?|骗[了我走]*|贷[了款]*|充[了值]*)"
    r"\s*(?P<number>\d{2,9}(?:\.\d{1,2})?)(?![0-9.\-年月号日天个人岁点平米斤公度%万千百wk：:次/])")


def find_money(text: str) -> Iterator[Entity]:
    """Yield the amounts in a width-narrowed text; `value` is 元 as decimal text, vague amounts at what is certain."""
    for pattern in (_WITH_UNIT, _WITH_SIGN, _LARGE, _AFTER_PAYING):
        for match in pattern.finditer(text):
            number = match["number"]
            if number.startswith("上"):
                number = "一" + number[1:]
            tail = match.groupdict().get("tail")
            value = number_value(number)
            if value is None or value <= 0:
                continue
            if tail:
                value += (number_value(tail) or Decimal(0)) / 10
            start = match.start() if pattern is _WITH_UNIT or pattern is _WITH_SIGN else match.start("number")
            yield Entity("money", match.group()[start - match.start():], start, match.end(), format(value.normalize(), "f"), "元")
