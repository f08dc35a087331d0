"""我的信息: what we hold, a copy, deletion, withdrawal of consent."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.wiring import Events, apologise, now, reading, said, say, transaction
from bot.ledger.privacy import erase_conversation, what_we_hold, withdraw_consent
from bot.messages import Button, Outbound

CONFIRM_ERASE, CONFIRM_WITHDRAW = "确认删除我的对话", "确认撤回同意"


class ActionMyData(Action):
    """Show what is held and do what is asked; deletion and withdrawal only after a second tap."""

    def name(self) -> str:
        return "action_my_data"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        text = said(tracker)
        if text == CONFIRM_ERASE:
            _erase(dispatcher, tracker)
        elif text == CONFIRM_WITHDRAW:
            _withdraw(dispatcher, tracker)
        elif re.search("删除|清除|清空|注销|抹掉", text):
            dispatcher.utter_message(response="utter_confirm_erase")
        elif re.search("撤回|撤销|收回|不同意", text):
            dispatcher.utter_message(response="utter_confirm_withdraw")
        else:
            _show(dispatcher, tracker)
        return []


def _show(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    with reading() as session:
        held = what_we_hold(session, tracker.sender_id)
    lines = [
        "这里存着您的这些信息，都加密保存：",
        f"· 您说过的话 {held.messages} 条",
        f"· 登记的事项 {len(held.cases)} 件" + (f"（{'、'.join(held.cases)}）" if held.cases else ""),
        f"· 有效的隐私同意 {held.consents} 次",
        "登记的姓名或电话有错，直接说“电话改成……”“名字改成……”；要补充事情经过，说“补充材料”；网页上可以点“下载我的信息”拿到一份完整的副本。",
    ]
    buttons = (Button("删除我的对话", "删除我的对话"), Button("撤回同意", "撤回同意"))
    say(dispatcher, Outbound("\n".join(lines), buttons, kind="my_data", data={"download": "/api/chat/mine"}))


def _erase(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    with transaction() as session:
        done = erase_conversation(session, tracker.sender_id, now(), keep_message=tracker.latest_message.get("message_id"))
    kept = f"人民调解申请 {'、'.join(done.cases_kept)} 依法保留提出申请的记录，只限制使用，不再展示。" if done.cases_kept else ""
    say(dispatcher, Outbound(f"已删除 {done.messages} 条对话。{kept}", kind="erased"))


def _withdraw(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    with transaction() as session:
        numbers = withdraw_consent(session, tracker.sender_id, now())
    stopped = f"{'、'.join(numbers)} 已停止办理。" if numbers else "目前没有正在办理的事项。"
    say(dispatcher, Outbound(f"已撤回同意。{stopped}您仍可继续咨询。"))
