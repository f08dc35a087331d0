"""Text as the model reads it: one width, one case, numbers alike, courtesies gone.

Two strengths. `narrow` keeps every character in its place, so that what is found
in it can be cut out of the resident's own text. `normalise` may shorten.
"""

import re
import unicodedata

LONGEST = 480  # characters the model reads; the rest of a longer story is cut from its middle

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROW.update({0x3000: 0x20, 0xA0: 0x20, 0x2014: 0x2D, 0x2013: 0x2D})

_CONTROL = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\ud800-\udfff\ufeff\ufffd]")
_SPACE = re.compile(r"\s+")
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff，。！？、；：]) (?=[\u4e00-\u9fff，。！？、；：])")
_REPEATED = re.compile(r"(.)\1{2,}")
_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_HAN_NUMBER = re.compile(r"[一二两三四五六七八九十百千万]+(?=(?:个?多?(?:月|星期|礼拜|小时)|多?[年天块元岁万亿]|百|千))")
_MASK = re.compile(r"0[多来几余]?(?=[万千百亿])|(?<=0)[万千百亿]+")
_COURTESY = re.compile(
    r"(?:尊敬的)?(?:各位|律师|老师|专家|法律顾问|同志|领导|大神|朋友们?|小姐姐|亲)*(?:您好|你好|大家好|早上好|下午好|晚上好|您们好|你们好|hello|hi)[啊呀吗]?"
    r"|(?:请问|想问|请教|咨询|求助|麻烦)(?:一下)?(?:各位|你们|下)?(?:律师|老师|专家|大神)?(?:一下)?"
    r"|(?:我)?(?:想|要)(?:咨询|请教|问|了解)(?:一下|下)?(?:律师|你们|您|各位)?(?:一个问题|个问题|个事|一件事|个事情)?"
    r"|(?:谢谢|多谢|感谢|拜托)(?:各位|律师|大家|您|你)?(?:了|啦|解答|回复|老师)*|求(?:解答|帮助|指点|回复)|在线等(?:挺?急的?)?|急{2,}|急求"
)
_TRADITIONAL = str.maketrans(
    "離婚錢債還財產繼爺奶嗎們這個嗎沒說麼樣會買賣車禍傷賠償勞動險資簽約違辭職開業費壓訴訟請問題誰給電話騙網銀貸擔證據園醫療險樓層鄰漏電報警詐騙當時間幾歲後來對應該處罰刑審強執遺囑讓與號碼過從發現義務權責權頭買賣東農鄉戶寫誤點闆聽覺氣壞無舊長門鎖媽兒孫養撫",
    "离婚钱债还财产继爷奶吗们这个吗没说么样会买卖车祸伤赔偿劳动险资签约违辞职开业费压诉讼请问题谁给电话骗网银贷担证据园医疗险楼层邻漏电报警诈骗当时间几岁后来对应该处罚刑审强执遗嘱让与号码过从发现义务权责权头买卖东农乡户写误点板听觉气坏无旧长门锁妈儿孙养抚",
)


def narrow(text: str) -> str:
    """Return the text with full-width letters, digits and signs made half-width, each in its old place."""
    return text.translate(_NARROW)


def normalise(text: str) -> str:
    """Return the text as the model reads it: NFKC, lower case, simplified, no control characters, at most LONGEST long.

    Empty when nothing readable is left.
    """
    if len(text) > 4 * LONGEST:
        text = text[: 3 * LONGEST] + " " + text[-LONGEST:]
    text = unicodedata.normalize("NFKC", _CONTROL.sub(" ", text)).lower().translate(_TRADITIONAL)
    text = _REPEATED.sub(r"\1\1", _SPACE.sub(" ", text)).strip()
    text = _BETWEEN_HAN.sub("", text)
    if len(text) > LONGEST:
        text = text[: LONGEST * 2 // 3] + " " + text[-LONGEST // 3 :]
    return text


def without_courtesies(text: str) -> str:
    """Return a normalised text without greetings, salutations and thanks.

    A text with fewer than 12 characters besides is returned as it is: there the courtesy may be what is meant.
    """
    bare = _COURTESY.sub(" ", text).strip(" ,.!?;:、，。！？；：~")
    return bare if len(bare) >= 12 else text


def with_numbers_alike(text: str) -> str:
    """Return the text with every amount, date and count written as one zero, units kept: "3万5" and "两万" both read "0万"."""
    text = _HAN_NUMBER.sub("0", _DIGITS.sub("0", text))
    return re.sub(r"0+", "0", _MASK.sub("0", text))


def readable_share(text: str) -> float:
    """Return which share of the characters are Chinese, letters or digits: 0.0 for an empty text or bare emoji."""
    return sum(c.isalnum() for c in text) / len(text) if text else 0.0


def sentences(text: str) -> list[str]:
    """Return the sentences of a normalised text, cut at full stops, question marks and line ends; never empty strings."""
    return [part.strip(" ,，") for part in re.split(r"[。!?！？;；\n]+", text) if part.strip(" ,，")]
