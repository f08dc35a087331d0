"""Real servers on this machine: a group robot that checks signatures as DingTalk does, and a mail server with TLS."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socketserver
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Iterator

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Robot:
    """One group robot. `answers` are given in order, the last for ever; each is an HTTP status or an errcode."""

    def __init__(self, secret: str = "SECtest") -> None:
        self.secret = secret
        self.said: list[str] = []
        self.asked = 0
        self.answers: list[tuple[int, int]] = [(200, 0)]
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Robot:
        app = web.Application()
        app.router.add_post("/robot/send", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/robot/send?access_token=t0ken"
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.asked += 1
        status, code = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status != 200:
            return web.Response(status=status, text="busy")
        stamp, given = request.query.get("timestamp", "0"), request.query.get("sign", "")
        wanted = base64.b64encode(hmac.new(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), hashlib.sha256).digest()).decode()
        if request.query.get("access_token") != "t0ken" or given != wanted:
            return web.json_response({"errcode": 310000, "errmsg": "sign not match"})
        if code == 0:
            body = await request.json()
            assert body["msgtype"] == "text"
            self.said.append(body["text"]["content"])
        return web.json_response({"errcode": code, "errmsg": "ok" if code == 0 else "no"})


class MailServer:
    """Takes mail over SMTP. `refuse` is the answer to RCPT TO: "" accepts."""

    def __init__(self, folder: Path, security: str) -> None:
        self.mails: list[Any] = []
        self.signed_in: list[str] = []
        self.refuse = ""
        self.over_tls: list[bool] = []
        self.authority = str(folder / "authority.pem")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*_certificate(folder))
        self.security = security
        self.port = 0

    @contextmanager
    def running(self) -> Iterator[MailServer]:
        owner = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _talk(owner, self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address = True, True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that does not trust us hangs up."""

        with Server(("127.0.0.1", 0), Talk) as server:
            self.port = server.server_address[1]
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield self
            server.shutdown()


def _talk(owner: MailServer, handler: Any) -> None:
    link, secure = handler.request, owner.security == "tls"
    if secure:
        link = owner.context.wrap_socket(link, server_side=True)
    lines = link.makefile("rb")

    def say(text: str) -> None:
        link.sendall(text.encode() + b"\r\n")

    say("220 ready")
    while line := lines.readline():
        word = line.decode("utf-8", "replace").strip()
        verb = word.upper()
        if verb.startswith("EHLO"):
            say("250-here\r\n250-AUTH PLAIN" + ("\r\n250-STARTTLS" if owner.security == "starttls" and not secure else "") + "\r\n250 8BITMIME")
        elif verb == "STARTTLS":
            say("220 go on")
            link, secure = owner.context.wrap_socket(link, server_side=True), True
            lines = link.makefile("rb")
        elif verb.startswith("AUTH PLAIN"):
            owner.signed_in.append(base64.b64decode(word.split()[-1]).decode().replace("\0", "|"))
            say("235 welcome")
        elif verb.startswith("RCPT") and owner.refuse:
            say(owner.refuse)
        elif verb == "DATA":
            say("354 go on")
            body = b""
            while (more := lines.readline()) != b".\r\n":
                body += more[1:] if more.startswith(b"..") else more
            owner.mails.append(message_from_bytes(body, policy=default))
            owner.over_tls.append(secure)
            say("250 taken")
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 ok")


def _certificate(folder: Path) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "authority.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return str(certificate), str(secret)


def wait_until(condition: Any, seconds: float = 60) -> None:
    """Return once a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)
