"""Small builders: each takes only what a test is about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.ledger.cases import Request
from bot.legal.cases import CaseKind, Channel
from bot.legal.topics import Topic
from bot.messages import Inbound
from tests.conftest import NOON


def make_inbound(text: str = "邻居漏水怎么办", external_id: str = "m1", conversation: str = "web:a", at: datetime = NOON) -> Inbound:
    return Inbound(Channel.WEB, conversation, external_id, text, at)


def make_request(**changed: Any) -> Request:
    values: dict[str, Any] = {
        "kind": CaseKind.MEDIATION,
        "source_key": "request:a",
        "conversation": "web:a",
        "channel": Channel.WEB,
        "topic": Topic.NEIGHBOUR,
        "community": "c03",
        "what_happened": "楼上漏水泡坏了天花板。",
        "wish": "修好并赔偿。",
        "name": "张三",
        "phone": "13800138000",
        "other_party": "李四",
    }
    return Request(**{**values, **changed})
