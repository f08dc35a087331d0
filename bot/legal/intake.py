"""Taking a case in: which fields, in which order, and what counts as an answer to each. Pure.

Sources: 人民调解申请书 (domain.md 5.1), 企业问题登记表 (5.14), privacy notice before the first personal field (4.4).
A refusal names the response of domain.yml that tells the resident what to do.
"""

from __future__ import annotations

import re

import phonenumbers

from bot.errors import BadInput
from bot.legal import lookalikes
from bot.legal.cases import CaseKind

WHAT, COMMUNITY, CONSENT, OTHER, ENTERPRISE, CATEGORY, WISH, NAME, PHONE, CONFIRMED = (
    "what_happened", "community", "consent", "other_party", "enterprise_name", "enterprise_category", "wish", "person_name", "phone", "confirmed",
)  # fmt: skip
ALL_FIELDS = (WHAT, COMMUNITY, CONSENT, OTHER, ENTERPRISE, CATEGORY, WISH, NAME, PHONE, CONFIRMED)
LABELS = {
    WHAT: "事情经过", COMMUNITY: "所在社区", OTHER: "对方", ENTERPRISE: "企业名称", CATEGORY: "问题类别", WISH: "希望怎样解决", NAME: "姓名", PHONE: "电话",
}  # fmt: skip
UNKNOWN = "不清楚"
LONGEST_PLAIN_NAME = 8  # characters of a name that is written without a dot between its parts
_SKIPPED = {
    CaseKind.MEDIATION: {ENTERPRISE, CATEGORY},
    CaseKind.ADVICE: {OTHER, ENTERPRISE, CATEGORY},
    CaseKind.LEGAL_AID: {OTHER, ENTERPRISE, CATEGORY},
    CaseKind.ENTERPRISE: {OTHER},
}
_CANCEL = re.compile(r"^(我?(要|想)?取消(申请|登记|填写|吧|了|掉)?|不办了|不填了|不申请了|不弄了|算了吧?|退出|停止|结束填写|不想(填|办|弄)了)[。.!！]?$")
_QUESTION = re.compile(
    r"[?？]|吗[。\s]*$|呢[。\s]*$|怎么(办|弄|算|处理|赔|要|走|写)|咋(办|弄|整|说)|多少|多久|多长时间|几(?:天|年|个月|次|号)|什么时候|哪里|哪儿|谁(负责|承担)|能不能|可不可以|是不是|有没有|合法|违法|会不会|为什么|什么意思"
)
_YES = re.compile(r"^(我?(已?阅读并?)?同意|同意并继续|好的?|可以|行|中|没问题|是的?|确认(提交|无误)?|提交|对的?|没错|嗯+|ok|yes)[的吧了啊。.!！]*$", re.I)
_NO = re.compile(r"^(我?不同意|不行|不可以|不要|不用了?|否|不对|不是|拒绝|no)[的吧了啊。.!！]*$", re.I)
_FIELD_WORDS = (
    (NAME, "姓名|名字"),
    (PHONE, "电话|手机|号码|联系方式"),
    (COMMUNITY, "社区|小区|住址|地址"),
    (OTHER, "对方"),
    (CATEGORY, "类别|哪一类"),
    (ENTERPRISE, "企业名|公司名|企业|公司"),
    (WISH, "诉求|希望|要求|请求"),
    (WHAT, "经过|情况|事情|描述|内容|问题"),
)
_CHANGE = r"(?:改|修改|更正|换|重填|重写|写错|填错|错了|有误|不对|搞错)"
_CORRECTION = re.compile(
    r"^(?:请?(?:帮我)?把)?(?:我的?|登记的)*(姓名|名字|电话|手机|手机号|号码|联系电话)(?:号码?)?(?:要|请|得)?(?:更正|改|换|修改)(?:成|为|到)了?[:：]?\s*(.+)$"
)
_NAME = re.compile(r"^[\u3400-\u9fff\U00020000-\U0003ffff·•A-Za-z ]{2,30}$")
_PREFIX = re.compile(r"^(我的?(名字|姓名)?(叫|是)|我叫|姓名[:：是]?|名字[:：是]?|叫)\s*")


def fields_of(kind: CaseKind) -> tuple[str, ...]:
    """Return the fields a kind of case asks for, in order; consent comes before anything that names a person."""
    return tuple(f for f in ALL_FIELDS if f not in _SKIPPED[kind])


def next_field(kind: CaseKind, values: dict[str, object]) -> str | None:
    """Return the first field without a value, or None when all is said and confirmed."""
    return next((f for f in fields_of(kind) if values.get(f) is None), None)


def is_cancel(text: str) -> bool:
    """Whether the resident wants to stop filling in."""
    return bool(_CANCEL.match(text.strip()))


def looks_like_question(text: str) -> bool:
    """Whether a text asks rather than tells."""
    return bool(_QUESTION.search(text))


def corrected_field(text: str) -> str | None:
    """Return the field a resident wants to change ("电话写错了", "改一下社区"), or None."""
    if len(text) > 40:
        return None
    for field, words in _FIELD_WORDS:
        if re.search(rf"{_CHANGE}.{{0,5}}(?:{words})|(?:{words}).{{0,6}}{_CHANGE}", text):
            return field
    return None


def wants_change(text: str) -> bool:
    """Whether a resident wants to change something without saying what."""
    return bool(re.match(rf"^(我?(要|想))?{_CHANGE}(一下|吧|下)?$", text.strip()))


def read_story(text: str) -> str:
    """Return what happened, or the wish, as told.

    Raises:
        BadInput: too short to act on.
    """
    if len(re.findall(r"[\w\u3400-\u9fff]", text)) < 4:
        raise BadInput("utter_bad_story")
    return text


def read_wish(text: str) -> str:
    """Return the wish as told; one word such as 赔偿 is enough.

    Raises:
        BadInput: no words in it.
    """
    if len(re.findall(r"[\w\u3400-\u9fff]", text)) < 2:
        raise BadInput("utter_bad_wish")
    return text


def read_party(text: str) -> str:
    """Return the other party (person or organisation) as named; 不清楚 is an answer.

    Raises:
        BadInput: no name in it, or too long for one.
    """
    text = re.sub(r"^(对方)?(是|叫)", "", text).strip()
    if not re.search(r"[A-Za-z\u3400-\u9fff]", text) or len(text) > 60:
        raise BadInput("utter_bad_party")
    return text


def read_name(text: str) -> str:
    """Return a person's name of 2 to 30 letters; no digits, no questions.

    Raises:
        BadInput: not a name.
    """
    name = _PREFIX.sub("", text).strip(" 。.，,")
    too_long = len(re.findall(r"[\u3400-\u9fff]", name)) > LONGEST_PLAIN_NAME and not re.search("[·•]", name)
    if not _NAME.match(name) or too_long or looks_like_question(text):
        raise BadInput("utter_bad_name")
    return name


def read_phone(text: str) -> str:
    """Return a Chinese phone number in digits (mobile, or landline with area code).

    Raises:
        BadInput: letters in it, or not a possible number.
    """
    said = re.sub(r"^(我的?)?(电话|手机)?(号码?)?(是|[:：])?", "", lookalikes.plain(text).strip())
    if re.search(r"[A-Za-z]", said):
        raise BadInput("utter_bad_phone")
    digits = re.sub(r"[^\d+]", "", said)
    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException as error:
        raise BadInput("utter_bad_phone") from error
    if number.country_code != 86 or not phonenumbers.is_valid_number(number):
        raise BadInput("utter_bad_phone")
    national = str(number.national_number)
    return national if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE else f"0{national}"


def correction_in(text: str) -> tuple[str, str] | None:
    """Return (field, value) of "电话改成…" or "名字更正为…": a person's own name or phone, read as in the form; None for anything else.

    Raises:
        BadInput: it corrects something, but the new value is no name or no phone number.
    """
    found = _CORRECTION.match(text.strip())
    if not found:
        return None
    return (NAME, read_name(found[2])) if found[1] in ("姓名", "名字") else (PHONE, read_phone(found[2]))


def read_yes(text: str) -> bool:
    """Return True for yes and False for no.

    Raises:
        BadInput: neither.
    """
    if _YES.match(text.strip()):
        return True
    if _NO.match(text.strip()):
        return False
    raise BadInput("utter_bad_yes_no")


def read_case_number(text: str, prefix: str) -> str:
    """Return the case number in a text in its one written form: GX2026-00001.

    Any width, case, spaces, kind of dash or none, and look-alike letters (O for 0, Cyrillic Х for X) are read.

    Raises:
        BadInput: there is none.
    """
    like = "[0-9OoQIl|]"
    found = re.search(rf"{prefix}\s*(2{like}{{3}})\s*[-_]?\s*({like}{{1,5}})(?![0-9A-Za-z]|-\s*[0-9])", lookalikes.dashes(lookalikes.plain(text)), re.I)
    year, number = (lookalikes.digits(part) for part in found.groups()) if found else ("", "")
    if not year.startswith("20"):
        raise BadInput("utter_bad_case_number")
    return f"{prefix}{year}-{int(number):05d}"


def read_phone_tail(text: str) -> str:
    """Return the last four digits of a phone number; a whole number is cut to them.

    Raises:
        BadInput: fewer than four digits.
    """
    digits = re.sub(r"\D", "", lookalikes.plain(text))
    if len(digits) not in (4, 11, 12) and not (len(digits) == 13 and digits.startswith("86")):
        raise BadInput("utter_bad_phone_tail")
    return digits[-4:]


def masked_phone(phone: str) -> str:
    """Return a phone number with its middle hidden."""
    return f"{phone[:3]}****{phone[-4:]}"
