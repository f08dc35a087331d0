"""Phone numbers, case numbers, communities, and who the parties are."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from bot.understanding.entities.entity import Entity

_MOBILE = re.compile(r"(?<!\d)(?:\+?86[-\s]?)?(1[3-9]\d[-\s.]?\d{4}[-\s.]?\d{4}|1[3-9]\d[-\s]?\d{3}[-\s]?\d{5}|1[3-9](?:[-\s]?\d){9})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[-\s](\d{7,8})(?!\d)")
_CASE = re.compile(r"(?<![a-zA-Z])([a-zA-Z]{2})\s*-?\s*(20\d{2})\s*-?\s*(\d{5})(?!\d)")

_ROLES = {
    "landlord": "房东 二房东 出租方 出租人 包租婆",
    "tenant": "租客 租户 承租人 房客",
    "employer": "老板 公司 单位 用人单位 雇主 厂里 厂家 工厂 东家",
    "contractor": "包工头 工头 施工队 承包商 总包 劳务公司 分包",
    "employee": "员工 工人 职工 农民工 保姆 学徒",
    "neighbour": "邻居 隔壁 楼上 楼下 对门",
    "spouse": "老公 老婆 丈夫 妻子 媳妇 配偶 爱人 男人 婆娘 俺当家的",
    "former_spouse": "前夫 前妻 前任",
    "partner": "男朋友 女朋友 对象 未婚夫 未婚妻 男友 女友",
    "parent": "父亲 母亲 爸爸 妈妈 爸 妈 爹 娘 老人 父母",
    "child": "孩子 儿子 女儿 闺女 小孩 娃",
    "sibling": "哥哥 弟弟 姐姐 妹妹 兄弟 姐妹 大哥 大姐",
    "in_law": "婆婆 公公 岳父 岳母 丈母娘 女婿 儿媳",
    "property_company": "物业 物业公司",
    "owners_committee": "业委会 业主委员会",
    "developer": "开发商 房地产商",
    "agent": "中介 房产中介",
    "bank": "银行 信用社",
    "lender": "债主 小贷公司 网贷平台 催收 催收公司",
    "debtor": "借款人 欠债人 老赖",
    "guarantor": "担保人 保证人",
    "merchant": "商家 卖家 店家 店主 网店 平台",
    "buyer": "买家 顾客 客户",
    "driver": "司机 肇事者 肇事司机 车主",
    "insurer": "保险公司",
    "hospital": "医院 医生 诊所",
    "school": "学校 老师 幼儿园 培训机构",
    "police": "警察 派出所 民警",
    "village": "村委会 村里 村支书 村主任 村干部",
    "shareholder": "股东 合伙人",
    "stepparent": "后妈 后爸 继父 继母",
}
_ROLE_OF = {word: code for code, words in _ROLES.items() for word in words.split()}
_ROLE = re.compile("|".join(sorted(_ROLE_OF, key=len, reverse=True)))


def find_phones(text: str) -> Iterator[Entity]:
    """Yield mobile numbers (with spaces or dashes too) and land lines with their area code; `value` is digits alone."""
    for match in _MOBILE.finditer(text):
        yield Entity("phone", match.group(), match.start(), match.end(), re.sub(r"\D", "", match.group(1)))
    for match in _LANDLINE.finditer(text):
        yield Entity("phone", match.group(), match.start(), match.end(), match[1] + match[2])


def find_case_numbers(text: str) -> Iterator[Entity]:
    """Yield case numbers however spaced; `value` is the number as printed (GX2026-00001)."""
    for match in _CASE.finditer(text):
        yield Entity("case_number", match.group(), match.start(), match.end(), f"{match[1].upper()}{match[2]}-{match[3]}")


def find_communities(text: str, communities: Sequence[str]) -> Iterator[Entity]:
    """Yield listed communities, also named without 社区 when at least three characters are left; `value` is the listed name."""
    names, pattern = _named(tuple(communities))
    for match in pattern.finditer(text) if names else ():
        yield Entity("community", match.group(), match.start(), match.end(), names[match.group()])


@lru_cache(maxsize=4)
def _named(communities: tuple[str, ...]) -> tuple[dict[str, str], "re.Pattern[str]"]:
    """Return how people call a community → its listed name, and a pattern for all of them; a province has thousands."""
    names = {name: name for name in communities if name}
    for name in communities:
        short = re.sub(r"(?:社区|小区|居委会|村委会)$", "", name)
        if len(short) >= 3:
            names.setdefault(short, name)
    return names, re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))


def find_roles(text: str) -> Iterator[Entity]:
    """Yield the parties named (房东, 老板, 邻居 …); `value` is a code such as landlord, employer, neighbour."""
    for match in _ROLE.finditer(text):
        yield Entity("role", match.group(), match.start(), match.end(), _ROLE_OF[match.group()])
