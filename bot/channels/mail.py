"""E-mail to staff over SMTP with TLS. No SQL. Blocking: call it on a thread."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from bot.errors import NoticeNotSent

SECONDS = 20.0
TLS, STARTTLS, NONE = "tls", "starttls", "none"


@dataclass(frozen=True)
class Mailbox:
    """Where mail is handed in, and from whom to whom.

    Args:
        security: tls (from the first byte), starttls, or none (a relay on this machine).
        authority: file of the certificate authority, for an office with one of its own; "" for those the system trusts.
    """

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    sender: str
    to: tuple[str, ...]
    authority: str = ""


def send(box: Mailbox, subject: str, text: str, at: datetime) -> None:
    """Hand one mail in.

    Raises:
        NoticeNotSent: it was not taken by anybody; says why, without addresses.
    """
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, box.sender, ", ".join(box.to)
    message["Date"], message["Message-ID"] = format_datetime(at), make_msgid(domain=box.sender.rpartition("@")[2].rstrip(">"))
    # Out-of-office replies to a machine help nobody (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        with _connection(box) as server:
            if box.user:
                server.login(box.user, box.password)
            server.send_message(message)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        code = f" {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""
        raise NoticeNotSent(f"The mail server did not take it: {type(error).__name__}{code}") from None


def _connection(box: Mailbox) -> smtplib.SMTP:
    trusted = ssl.create_default_context(cafile=box.authority or None)
    if box.security == TLS:
        return smtplib.SMTP_SSL(box.host, box.port, timeout=SECONDS, context=trusted)
    server = smtplib.SMTP(box.host, box.port, timeout=SECONDS)
    if box.security == STARTTLS:
        try:
            # A server that offers no TLS raises here: nothing is said in the clear.
            server.starttls(context=trusted)
        except BaseException:
            server.close()
            raise
    return server
