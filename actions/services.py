"""Small services: the menu, where and when, a person, a rating, one's own data."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import NONE_OF_THESE, answer_question
from actions.intake import office_hours
from actions.person import ask_for_person, told
from actions.wiring import Events, apologise, now, office, said, say, transaction
from bot.inbox.ratings import KIND, Took, rate
from bot.knowledge.follow_ups import follow_up_part
from bot.legal.eligibility import competent_points
from bot.legal.handover import Rating, Reason, read_rating
from bot.legal.topics import Intent
from bot.messages import Button, Outbound
from bot.office import ServicePoint

WAYS = (Button("找社区法律顾问", "找社区法律顾问"), Button("申请人民调解", "申请人民调解"))
STARS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}


class ActionOfficeInfo(Action):
    """Tell addresses, hours or numbers from the office's file; what is not in it is said to be unknown."""

    def name(self) -> str:
        return "action_office_info"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        intent = tracker.latest_message.get("intent", {}).get("name")
        if tracker.get_slot("card") and follow_up_part(said(tracker)):
            return answer_question(dispatcher, tracker)
        if intent == Intent.ASK_PHONE.code:
            lines = [f"{number}：{label}" for number, label in office().hotlines.items()]
            say(dispatcher, Outbound("\n".join(["可以拨打这些电话（点号码即可拨打）：", *lines])))
        elif intent == Intent.ASK_HOURS.code:
            dispatcher.utter_message(response="utter_hours", hours=office_hours())
        else:
            say(dispatcher, Outbound("\n".join(["公共法律服务站点：", *map(_place, _points_for(said(tracker)))])))
        return []


class ActionHandover(Action):
    """Ask for a person, say when people answer, and offer to leave the matter; never promise anybody at once."""

    def name(self) -> str:
        return "action_handover"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        reason = Reason.UNSURE_TWICE if said(tracker).startswith(NONE_OF_THESE) else Reason.ASKED
        asked = ask_for_person(tracker, reason)
        say(dispatcher, Outbound(told(reason, again=asked is not None and not asked.is_new), WAYS, kind="handover"))
        return []


class ActionRate(Action):
    """Take a rating of one to five; words count as a note nobody has to fit in."""

    def name(self) -> str:
        return "action_rate"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        stars = rating(said(tracker))
        if stars is None:
            dispatcher.utter_message(response="utter_ask_rating")
            return []
        with transaction() as session:
            # Of the assistant's own answers nobody is asked for stars; a number of them said again and again would make any rate.
            took = rate(session, tracker.sender_id, read_rating(said(tracker)) or Rating(stars, ""), now())
            if took is not Took.NONE:
                say(dispatcher, Outbound(took.value, kind=KIND))
                return []
        dispatcher.utter_message(response="utter_rated")
        return []


class ActionAffirm(Action):
    """A yes outside a form: a second tap on 确认 is told that the case is filed already."""

    def name(self) -> str:
        return "action_affirm"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        number = tracker.get_slot("case_number")
        if number and re.search("确认|提交", said(tracker)):
            dispatcher.utter_message(response="utter_filed_already", number=number)
        else:
            dispatcher.utter_message(response="utter_menu")
        return []


def rating(text: str) -> int | None:
    """Return the stars in a text ("5星", "给四分", "非常满意"), or None."""
    found = re.search(r"([1-5一二两三四五])\s*(?:颗?星|分)|^\s*([1-5])\s*$", text)
    if found:
        sign = found[1] or found[2]
        return STARS.get(sign) or int(sign)
    words = ((r"非常满意|很满意|特别好", 5), (r"不满意|很差|太差", 1), (r"一般|凑合", 3), (r"满意|挺好|不错", 4))
    return next((stars for pattern, stars in words if re.search(pattern, text)), None)


def _points_for(text: str) -> tuple[ServicePoint, ...]:
    """A community that is named gets its own points, else the district's; without one all are told."""
    community = office().find_community(text)
    if community is None:
        return office().service_points
    return competent_points(community.code, office().service_points) or office().service_points


def _place(point: ServicePoint) -> str:
    known = [point.address, point.hours, f"电话{point.phone}" if point.phone else None]
    return f"· {point.name}：" + ("；".join(k for k in known if k) or "地址待办公室公布")
