"""Anger at the assistant: insults and complaints aimed at it, in short sentences, more than once.

A resident who tells what somebody else shouted is not angry with us; a single sigh is none of our business.
"""

from __future__ import annotations

import re
from typing import Sequence

LOOK_BACK = 4
ENOUGH = 2
# Longer texts tell a story.
LONGEST = 40

_INSULT = re.compile(
    r"(?:^|[你真太就是纯这个什么，,。！!\s])(?:大|个|一个)?(?:垃圾|废物)(?:$|[吧啊了呀，,。！!\s]|系统|机器人|平台|软件|玩意|东西)|智障|弱智|脑残|白痴|蠢货|傻[逼叉屌比缺瓜]|(?<![a-z])(?:sb|tmd|cnm|nmsl|wtf)(?![a-z])|狗屁|放屁|扯淡|滚(?:蛋|开|远|$|[!！。吧])"
    r"|去死吧|(?:^|[，,。！!\s]|真|真是|你)(?:他妈的?|妈的)(?:$|[，,。！!\s]|什么|怎么|到底|听)|你妹|没用的东西"
    r"|什么破|破(?:机器人|系统|玩意|软件|公众号)|烂(?:机器人|系统|软件)|人工智障"
)
_COMPLAINT = re.compile(
    r"答非所问|听不懂人话|(?:听|看)不懂(?:吗|我说)|不会说人话|说人话|废话|胡说八?道?|瞎(?:说|扯|答)|糊弄|敷衍|踢皮球"
    r"|(?:一点|根本|完全|毫)(?:都)?(?:没|不|无)(?:有)?(?:用|管用|帮助)|一点用(?:都|也)没|有(?:什么|个)(?:屁|鬼)?用|要你(?:有)?(?:何|什么)用|没(?:一句|句)有用"
    r"|气死我?了?|烦死|受够了|太差劲|(?:说|问|讲)了(?:多少|几|好几|八百)遍|你(?:到底)?(?:会不会(?:说话|听|看|答)|懂不懂(?:我|$|[啊呀?？])|行不行$|有没有脑子)|老是(?:这|重复)|又是这(?:句|些|个)|投诉你"
)
_SOMEBODY_ELSE = re.compile(
    r"(?:他|她|他们|老板|房东|邻居|对方|物业|同事|领导|老公|老婆|丈夫|妻子|婆婆|公公|孩子|儿子|女儿|公司|商家|卖家|客服|中介|医院|保安|城管|有人|别人|室友|主管)"
    r".{0,12}(?:骂|说|喊|叫|发|倒|扔|丢|堆|敷衍|糊弄|踢皮球|骗)|骂(?:我|人|了)|垃圾(?:桶|站|费|袋|分类|房|车|短信|堆|清)|(?:扔|倒|丢|堆|清|运)(?:了|的)?.{0,2}垃圾|废物(?:利用|处理|回收)"
)


def is_angry_sentence(text: str) -> bool:
    """Whether one message sounds angry at the assistant itself."""
    flat = text.replace(" ", "").lower()
    if not flat or len(flat) > LONGEST or _SOMEBODY_ELSE.search(flat):
        return False
    return bool(_INSULT.search(flat) or _COMPLAINT.search(flat))


def is_angry(texts: Sequence[str]) -> bool:
    """Whether a resident is angry: the newest message sounds so, and another of the last four did.

    Args:
        texts: what the resident said, oldest first.
    """
    latest = list(texts)[-LOOK_BACK:]
    return bool(latest) and is_angry_sentence(latest[-1]) and sum(map(is_angry_sentence, latest)) >= ENOUGH
