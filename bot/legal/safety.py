"""What to say first in an emergency (domain.md 4.1): the number in front, at most 120 characters, nothing asked.

Numbers are those that domain.md 4.2 marks as generally known. Nobody is promised who is not there.
"""

from __future__ import annotations

from bot.legal.coded import Coded


class Emergency(Coded):
    """Kinds of emergency: (code, first words)."""

    VIOLENCE_NOW = ("violence_now", "请马上拨打110。能离开就先离开，去有人的地方；不方便说话，就让电话通着，让接警员听见。人有受伤拨打120。")
    DV = ("dv", "请拨打110，先保护好自己和孩子，能离开就先离开。家暴不是家务事：可以报警、验伤，也可以向法院申请人身安全保护令。")
    SUICIDE = ("suicide", "请现在就拨打12356心理援助热线，情况紧急拨打110或120。您的感受很重要，先别一个人待着，叫一位信得过的人来陪您。")
    CHILD_HARM = ("child_harm", "请马上拨打110，孩子受伤同时拨打120。先让孩子离开危险，不要让孩子反复讲经过，保留衣物和聊天记录。")
    ELDER_NEGLECT = ("elder_neglect", "老人有危险请马上拨打110或120，并告诉所在社区居委会。请先确认老人能喝水、吃药、有人陪。")
    TRAFFICKING_UNLAWFUL_DETENTION = (
        "trafficking_unlawful_detention",
        "请马上拨打110，说清您在哪里；不方便说话，就让电话通着，或请信得过的人替您报警。先保证自身安全。",
    )
    FRAUD_IN_PROGRESS = ("fraud_in_progress", "请立刻停止转账，马上拨打110；挂断对方电话，关掉屏幕共享。咨询可拨打96110，同时联系银行尝试止付，保留记录。")
    FIRE_GAS = ("fire_gas", "请先撤到安全的地方，再拨打119或110。闻到燃气味不要开关电器、不要点火；有人受伤拨打120。")
    ACCIDENT_INJURY = ("accident_injury", "有人受伤请先拨打120，再拨打110。打开双闪，人到安全处；不要随意移动伤者，保护现场并拍照。")
    REVENGE_THREAT = ("revenge_threat", "有人有危险请马上拨打110，先到安全、有人的地方。事情再难也有办法解决，想说说怎么办，我可以帮您联系调解员或法律顾问。")
    MASS_EVENT = ("mass_event", "出现冲突请拨打110，先保证大家安全。建议推选几位代表反映情况，不堵门、不堵路；诉求可以通过社区、12345或依法信访提出。")
    MEDICAL_CRISIS = ("medical_crisis", "请马上拨打120，说清地点和症状，按急救人员的指导做，派人到路口接救护车。")


MENTION = "如果您或家人现在有危险，请先拨打110。"
BUTTONS = ("我现在安全", "需要人联系我", "清空本页")
KINDS = {
    "violence_now": "正在发生的暴力",
    "dv": "家庭暴力",
    "suicide": "轻生危险",
    "child_harm": "伤害未成年人",
    "elder_neglect": "老人无人照料",
    "trafficking_unlawful_detention": "被拐卖或非法拘禁",
    "fraud_in_progress": "正在被骗",
    "fire_gas": "火灾或燃气泄漏",
    "accident_injury": "事故受伤",
    "revenge_threat": "扬言报复",
    "mass_event": "群体性事件",
    "medical_crisis": "突发疾病",
}
