"""The address that WeChat calls: verification, messages, events. Mounted only when WECHAT_TOKEN is set.

The platform cuts a delivery after five seconds and tries three times in all. An answer that is ready in time goes back in
the HTTP answer (被动回复). Otherwise the platform gets `success` and the answer is pushed; an account that may not push
lets the first deliveries run out, so that a later one can carry the same answer.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from datetime import datetime, timezone
from typing import Any, Coroutine

from prometheus_client import Counter
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.channels import wechat, wechat_crypto, wechat_words
from bot.channels.wechat import Account, Delivered
from bot.channels.wechat_api import WeChatApi
from bot.channels.wechat_crypto import NotFromWeChat
from bot.channels.wechat_xml import Unreadable
from bot.errors import BadSetting
from bot.inbox import store, wechat_intake, wechat_names, wechat_outbox, wechat_store
from bot.inbox.wechat_delivery import Delivery
from bot.inbox.wechat_intake import Admitted
from bot.settings import WeChatSettings
from bot.storage import personal_data
from bot.storage.database import AWAY
from bot.storage.threads import in_thread

log = logging.getLogger(__name__)
bp = Blueprint("wechat")
NOTHING = "success"
ECHO_LIMIT = 200
# With 4.3 s of waiting, six seconds: the platform has cut the delivery by then and comes again.
LET_GO_AFTER = 1.4
AFTER_PASSIVE = 0.5
API_SECONDS = 8.0
DELIVERED = Counter("wechat_deliveries", "Deliveries from WeChat, by what became of them", ["result"])


class Caller:
    """The platform at the other end of one delivery; once it hung up, nothing can be carried back through it."""

    def __init__(self) -> None:
        self.is_gone = False


class Desk:
    """What the endpoint works with: the account, the pusher, and the deliveries in hand."""

    def __init__(self, settings: WeChatSettings, delivery: Delivery) -> None:
        self.account = Account(settings.token, settings.app_id, tuple(wechat_crypto.read_key(key) for key in settings.aes_keys))
        self.wait = settings.answer_wait
        self.delivery = delivery
        self._in_hand: set[asyncio.Task[Any]] = set()

    async def keep(self, work: Coroutine[Any, Any, str | None], caller: Caller) -> str | None:
        """Run work to its end even when the platform hangs up; Sanic cancels the handler then."""
        task = asyncio.ensure_future(work)
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            caller.is_gone = True
            raise


def mount(app: Sanic, settings: WeChatSettings) -> None:
    """Add the channel to the application.

    Raises:
        BadSetting: an AES key cannot be read, or the AppID it needs is missing.
    """
    if settings.aes_keys and not settings.app_id:
        raise BadSetting("WECHAT_AES_KEYS is set, but WECHAT_APP_ID is not; the envelope cannot be checked without it.")
    pushes = settings.app_id and settings.app_secret
    api = WeChatApi(settings.api_base, settings.app_id, settings.app_secret, API_SECONDS) if pushes else None
    app.ctx.wechat = Desk(settings, Delivery(app.ctx.database, app.ctx.threads, api))
    app.blueprint(bp)


def answered(app: Any, conversation: str) -> None:
    """Say that an answer was stored; one that no delivery waits for is pushed at once."""
    if conversation.startswith(wechat.PREFIX) and hasattr(app.ctx, "wechat"):
        app.ctx.wechat.delivery.wake(conversation)


@bp.listener("before_server_start")
async def _start(app: Sanic, _loop: Any) -> None:
    await app.ctx.wechat.delivery.start()


@bp.listener("before_server_stop")
async def _stop(app: Sanic, _loop: Any) -> None:
    await app.ctx.wechat.delivery.stop()


@bp.get("/wechat")
async def verify(request: Request) -> HTTPResponse:
    """Prove to the platform's page that this is the address of the account: gives `echostr` back."""
    account, echo = request.app.ctx.wechat.account, _query(request, "echostr")
    timestamp, nonce = _query(request, "timestamp"), _query(request, "nonce")
    try:
        wechat_crypto.check_signature(_query(request, "signature"), account.token, timestamp, nonce)
        wechat_crypto.check_time(timestamp, datetime.now(timezone.utc))
    except NotFromWeChat as refusal:
        return _refuse(refusal.reason, 403)
    return response.text(echo) if 0 < len(echo) <= ECHO_LIMIT else _refuse("echostr", 400)


@bp.post("/wechat")
async def take(request: Request) -> HTTPResponse:
    """Take a delivery: the passive reply, or `success`; 403 for what WeChat did not send, 400 for what cannot be read."""
    desk, now = request.app.ctx.wechat, datetime.now(timezone.utc)
    try:
        fields, key = wechat.open_envelope(desk.account, lambda name: _query(request, name), request.body, now)
        delivered = wechat.parse(fields, lambda name: _query(request, name), key, personal_data.keys())
        delivered = await _settle_name(request.app, delivered, now) if delivered.formerly else delivered
        caller = Caller()
        text = await desk.keep(_answer(request.app, delivered, now, caller), caller)
    except NotFromWeChat as refusal:
        return _refuse(refusal.reason, 403)
    except Unreadable as refusal:
        log.info("%s", refusal)
        return _refuse("unreadable", 400)
    except AWAY:
        # The platform comes again; until then nothing is lost, because nothing was promised.
        log.exception("the database did not take a delivery")
        return _refuse("database", 503)
    if text is None:
        return response.text(NOTHING)
    reply = wechat.passive_reply(delivered, text, desk.account, datetime.now(timezone.utc), secrets.token_hex(8))
    return response.text(reply, content_type="application/xml; charset=utf-8")


async def _settle_name(app: Any, delivered: Delivered, now: datetime) -> Delivered:
    """Only while a former look-up key is kept."""
    known = await in_thread(app, lambda session: wechat_names.known_name(session, delivered))
    if known is None:
        known = await in_thread(app, lambda session: wechat_names.give_name(session, delivered, now), writing=True)
    return delivered.called(known)


async def _answer(app: Any, delivered: Delivered, now: datetime, caller: Caller) -> str | None:
    """Return the text that this delivery carries back, None for `success`."""
    desk: Desk = app.ctx.wechat
    conversation = delivered.conversation
    event = app.ctx.live.listen(conversation)

    def admit(session: Session) -> tuple[Admitted, bool | None]:
        return wechat_intake.admit(session, delivered, app.ctx.office, now, desk.wait), desk.delivery.may_push(session, now)

    try:
        admitted, may_push = await in_thread(app, admit, writing=True, point="wechat.store")
        if admitted.message_id is None:
            DELIVERED.labels("nothing_to_say").inc()
            return None
        if not admitted.answered:
            app.ctx.dispatcher.wake(conversation)
            if may_push is None:
                desk.delivery.ask_for_permission(delivered.openid)
        # Where the queue is full, waiting brings no answer: the resident is told at once, and the platform's next tries are spared.
        full = not admitted.answered and app.ctx.dispatcher.is_full and may_push is not False
        ready = not full and await _is_ready(app, conversation, admitted.message_id, event)
        if caller.is_gone:
            # The next try carries the answer; if none comes, it is pushed when nobody waits for it any more.
            DELIVERED.labels("cut").inc()
            return None
        if ready:
            return await _carry(app, conversation, admitted.message_id)
        return await _without_answer(app, conversation, admitted, full)
    finally:
        app.ctx.live.leave(conversation, event)


async def _is_ready(app: Any, conversation: str, message_id: int, event: asyncio.Event) -> bool:
    """Wait for the answer; returns whether it came in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + app.ctx.wechat.wait

    def look(session: Session) -> bool:
        message = store.find(session, message_id)
        return message is not None and message.answered and wechat_outbox.can_carry(session, conversation, message_id)

    while True:
        event.clear()
        if await in_thread(app, look):
            return True
        left = end - loop.time()
        if left <= 0:
            return False
        try:
            await asyncio.wait_for(event.wait(), left)
        except asyncio.TimeoutError:
            pass


async def _carry(app: Any, conversation: str, message_id: int) -> str | None:
    delivery: Delivery = app.ctx.wechat.delivery
    now = datetime.now(timezone.utc)

    def settle(session: Session) -> str | None:
        return wechat_outbox.take_passive(session, conversation, message_id, now, delivery.may_push(session, now) is not False)

    text = await in_thread(app, settle, writing=True, point="wechat.passive")
    delivery.wake_later(conversation, AFTER_PASSIVE)
    DELIVERED.labels("passive" if text else "nothing_to_carry").inc()
    return text


async def _without_answer(app: Any, conversation: str, admitted: Admitted, full: bool) -> str | None:
    """The answer is not ready: promise it (`success`, in words when the queue is full), or leave it to the next delivery, or say so in the last."""
    desk: Desk = app.ctx.wechat
    message_id = int(admitted.message_id or 0)

    def settle(session: Session) -> tuple[bool, str | None]:
        pushing = desk.delivery.may_push(session, datetime.now(timezone.utc)) is not False
        if pushing and full:
            return True, wechat_outbox.say_passively(session, message_id, wechat_words.MANY)
        if pushing:
            return True, wechat_store.acknowledge(session, message_id)
        last = admitted.delivery >= wechat_store.DELIVERIES
        return False, wechat_outbox.say_passively(session, message_id, wechat_words.STILL_WORKING) if last else None

    pushing, text = await in_thread(app, settle, writing=True, point="wechat.later")
    if pushing:
        DELIVERED.labels("acknowledged").inc()
        desk.delivery.wake(conversation)
        return text
    if text is None:
        DELIVERED.labels("left_to_run_out").inc()
        await asyncio.sleep(desk.wait * (LET_GO_AFTER - 1))
    return text


def _query(request: Request, name: str) -> str:
    return str(request.args.get(name) or "")


def _refuse(reason: str, status: int) -> HTTPResponse:
    log.info("a delivery to the WeChat address was refused: %s", reason)
    DELIVERED.labels(f"refused_{reason}").inc()
    return response.text("refused", status=status)
