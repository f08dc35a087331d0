"""Short questions that go on about the card in focus: 那去哪里办? 要什么材料? 多久?"""

from __future__ import annotations

import re

_PARTS = (
    ("evidence", r"(什么|哪些|啥|要带|准备|需要).{0,3}(材料|证据|手续|证件|资料|凭证)|证据(要|怎么|咋)留|留什么证据"),
    ("where", r"(哪里|哪儿|哪|什么地方|啥地方|哪个部门|什么部门|谁)(能|可以)?(办|申请|告|投诉|反映|起诉|管|受理)"),
    ("deadline", r"多久|多长时间|几天|有效期|时效|期限|来得及|时限"),
    ("steps", r"下一步|接下来|流程|步骤|怎么(办|操作|申请|走)|咋(办|弄)"),
)
# A follow-up holds nothing but the question itself; any other word makes it a new question.
_FILLERS = re.compile(
    r"那么|请问|还有|另外|然后|具体|应该|需要|一般|大概|这个|这种|这事|事情|是什么|有没有|有|那|我"
    r"|该|要|得|去|到|找|向|办|申请|是|的|呢|啊|吗|呀|了|么|吧|什么|会|能|可以|怎样|怎么|[，,、\s]"
)


def follow_up_part(text: str) -> str | None:
    """Return which part of the card a short question is about ("steps", "where", "evidence", "deadline"), or None."""
    said = text.strip().strip("?？。!！ ")
    for part, pattern in _PARTS:
        rest, times = re.subn(pattern, "", said)
        if times and not _FILLERS.sub("", rest):
            return part
    return None
