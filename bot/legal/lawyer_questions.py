"""Questions that no card can answer: how a case of one's own will end, acting for somebody, a day in court that is near.

General questions of law ("开庭要带什么") are the cards' business and stay with the assistant.
"""

from __future__ import annotations

import re

_NEAR = r"(?:今天|明天|后天|大后天|今明两天|过两天|这两天|这周|本周|下周|马上|快要|就要)"
_SIGNS = re.compile(
    rf"{_NEAR}.{{0,6}}(?:开庭|要?出庭|上庭)|开庭.{{0,4}}{_NEAR}"
    rf"|(?:上诉期|仲裁时效|诉讼时效|答辩期|举证期|起诉期|期限).{{0,4}}{_NEAR}.{{0,4}}(?:到期|截止|届满|过)|{_NEAR}.{{0,4}}(?:是)?(?:上诉|答辩|举证).{{0,6}}(?:最后一天|到期|截止)"
    r"|(?:老公|丈夫|老婆|妻子|儿子|女儿|孩子|爸|妈|哥|弟|姐|妹|家里?人|亲戚|朋友|我|他|她)(?:刚|昨天|今天|前天|已经)?(?:刚刚?)?被(?:公安|警察|派出所)?(?:刑拘|刑事拘留|批捕|逮捕)(?!.{0,4}[一二两三四五六七八九十几\d]+(?:年|个?月))"
    r"|(?:帮|替|给)(?:我|俺|我们).{0,6}(?:打官司|出庭|应诉|当代理人|做代理人|写(?!的)(?:一?份|个|下)?.{0,3}(?:起诉状|诉状|答辩状|上诉状|仲裁申请书|律师函|遗嘱))"
    r"|(?:我|俺|我们|这)(?:的|这|个)?(?:场|个)?(?:官司|案子|案件|情况|这事)?.{0,6}(?:能(?:不能)?(?:打)?赢|会(?:不会)?赢|打得赢|有(?:没有)?胜算|胜算(?:有)?(?:多大|大不大|大吗|几成)|会(?:不会)?败诉|能(?:不能)?胜诉)"
)
_CONDITION = re.compile(r"如果|假如|假设|要是|万一|电影|新闻|听说")


def needs_lawyer(text: str) -> bool:
    """Whether a message asks for what only a lawyer who sees the papers can say or do; conditions and news do not count."""
    flat = text.replace(" ", "")
    return bool(_SIGNS.search(flat)) and not _CONDITION.search(flat)
