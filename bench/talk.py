"""The conversations both sides are asked to hold: ten messages each, from a question of law to a filed request."""

from __future__ import annotations

QUESTIONS = (
    "楼上漏水把我家天花板泡坏了，楼上不肯修怎么办",
    "隔壁装修噪音太大影响休息怎么办",
    "邻居在楼道里堆东西堵住了路怎么办",
    "楼上空调滴水滴到我家窗台怎么办",
)
# The form's order: community, consent, the other party, what is wished for, name, phone, confirmation.
REST = ("申请人民调解", "示例社区二", "同意", "李四", "修好并且赔偿损失", "张三", "13800138000", "确认提交", "谢谢")


def conversation(number: int) -> tuple[str, ...]:
    """Return the ten messages of one conversation; the question goes round."""
    return (QUESTIONS[number % len(QUESTIONS)], *REST)
