"""Files that the desk gives a resident: stored encrypted, opened only in the conversation they were given in.

On the web page a file opens with the resident's own cookie. On WeChat, where there is none, the message carries a pick-up code:
the first browser that shows it within a week owns the file, no other ever opens it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadInput
from bot.inbox import handover
from bot.legal.attachments import CheckedFile, FileKind, size_words
from bot.legal.cases import Channel, Role
from bot.messages import Outbound
from bot.storage.desk_tables import Attachment, AttachmentPart
from bot.storage.personal_data import keys
from bot.storage.tables import Conversation, Reply

PART = 384 * 1024
CODE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without what is mistaken for another
CODE_LENGTH = 10
MOST_A_DAY = 100  # an account that was taken over shall not fill the disk
CLAIM_WITHIN = timedelta(days=7)
KIND = "attachment"
GIVEN = "给您发了一份文件（{kind}，{size}），点下面的文件名打开。"
GIVEN_ELSEWHERE = (
    "给您准备了一份文件（{kind}，{size}），这里发不了。请用手机浏览器打开本平台网页，点“更多服务”里的“领取文件”，"
    "输入领取码 {code}。领取码7天内有效，只能在您自己的手机上用，请不要转给别人。"
)


@dataclass(frozen=True)
class Given:
    """A file as it is opened."""

    name: str
    kind: FileKind
    body: bytes


def give_file(session: Session, conversation: str, staff: str, role: Role, file: CheckedFile, now: datetime, case: str | None = None) -> Reply:
    """Store a checked file and tell the resident, signed with the role.

    Raises:
        HandoverRefused: not in charge of the conversation.
        BadInput: as many as an account may give in a day.
    """
    given_today = sa.select(sa.func.count()).select_from(Attachment).where(Attachment.sent_by == staff, Attachment.sent_at > now - timedelta(days=1))
    if session.execute(given_today).scalar_one() >= MOST_A_DAY:
        raise BadInput(f"一天最多给居民发{MOST_A_DAY}份文件，请明天再发；急需时请当面或邮寄送达。")
    token, code = secrets.token_urlsafe(24), _code()
    on_web = session.execute(sa.select(Conversation.channel).where(Conversation.id == conversation)).scalar_one_or_none() == Channel.WEB.code
    words = (GIVEN if on_web else GIVEN_ELSEWHERE).format(kind=file.kind.code.upper(), size=size_words(len(file.body)), code=code)
    data = {"role": role.label, "file": {"token": token, "name": file.name, "kind": file.kind.code, "size": size_words(len(file.body))}}
    said = handover.say_this(session, conversation, staff, role, Outbound(words, kind=KIND, data=data), now)
    stored = Attachment(
        token=token,
        conversation_id=conversation,
        case_number=case,
        name=file.name,
        kind=file.kind.code,
        size=len(file.body),
        sha256=hashlib.sha256(file.body).hexdigest(),
        claim_key=None if on_web else _claim_keys(code)[0],
        sent_by=staff,
        sent_at=now,
    )
    session.add(stored)
    session.flush()
    for part, start in enumerate(range(0, len(file.body), PART)):
        text = base64.b64encode(file.body[start : start + PART]).decode()
        session.add(AttachmentPart(attachment_id=stored.id, part=part, body=text))
    return said


def open_file(session: Session, token: str, conversation: str) -> Given | None:
    """Return a file that was given in this conversation; None where it is another's or there is none."""
    found = find_file(session, token)
    return _given(session, found) if found is not None and found.conversation_id == conversation else None


def find_file(session: Session, token: str) -> Attachment | None:
    """Return a file's row for the desk, which checks itself whether the conversation is theirs."""
    return session.execute(sa.select(Attachment).where(Attachment.token == token[:40])).scalar_one_or_none()


def read_file(session: Session, attachment: Attachment) -> Given:
    """Return the contents of a stored file."""
    return _given(session, attachment)


def claim_file(session: Session, code: str, visitor: str, now: datetime) -> str | None:
    """Bind the file behind a pick-up code to this browser and return its token; None for a wrong, old or foreign code.

    Args:
        visitor: who the signed cookie says this is; never "".
    """
    plain = "".join(c for c in code.upper() if c.isalnum())
    if not visitor or len(plain) != CODE_LENGTH:
        return None
    owners = _owners(visitor)
    found = session.execute(sa.select(Attachment).where(Attachment.claim_key.in_(_claim_keys(plain))).with_for_update()).scalar_one_or_none()
    if found is None or found.claimed_by not in (None, *owners) or now - found.sent_at > CLAIM_WITHIN:
        return None
    found.claimed_by = owners[0]
    return str(found.token)


def open_claimed(session: Session, token: str, visitor: str) -> Given | None:
    """Return a file that this browser claimed, or None."""
    found = find_file(session, token)
    return _given(session, found) if visitor and found is not None and found.claimed_by in _owners(visitor) else None


def files_of(session: Session, conversation: str) -> list[Attachment]:
    """Return the files given in a conversation, oldest first, without their contents."""
    return list(session.execute(sa.select(Attachment).where(Attachment.conversation_id == conversation).order_by(Attachment.id)).scalars())


def _given(session: Session, attachment: Attachment) -> Given:
    parts = sa.select(AttachmentPart.body).where(AttachmentPart.attachment_id == attachment.id).order_by(AttachmentPart.part)
    body = b"".join(base64.b64decode(text) for text in session.execute(parts).scalars())
    if hashlib.sha256(body).hexdigest() != attachment.sha256:
        raise ValueError(f"file {attachment.id} is not what was stored; restore it from a backup")
    return Given(attachment.name, FileKind.from_code(attachment.kind), body)


def _code() -> str:
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


def _owners(visitor: str) -> tuple[str, ...]:
    return keys().look_up_hashes(visitor, "file owner")


def _claim_keys(code: str) -> tuple[str, ...]:
    return keys().look_up_hashes(code, "file claim")
