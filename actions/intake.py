"""Taking a case in: start, ask for the summary's confirmation, file."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.wiring import Events, apologise, cards, channel, now, office, reading, said, say, source_key, transaction, understood
from bot.inbox import model_in_use, store
from bot.ledger.cases import Request, open_case
from bot.ledger.suggestions import keep_suggestion
from bot.legal import intake
from bot.legal.cases import CaseKind
from bot.legal.eligibility import MediationFit, mediation_fit, obstacles_in
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.topics import Intent, Topic
from bot.messages import Button, Outbound

KIND_OF_INTENT = {
    Intent.REQUEST_MEDIATION.code: CaseKind.MEDIATION,
    Intent.REQUEST_ADVISOR.code: CaseKind.ADVICE,
    Intent.REQUEST_LEGAL_AID.code: CaseKind.LEGAL_AID,
    Intent.RAISE_ENTERPRISE_ISSUE.code: CaseKind.ENTERPRISE,
}
MATTER_LENGTH = 14
FORM_SLOTS = (*intake.ALL_FIELDS, "case_kind", "intake_end")


class ActionStartIntake(Action):
    """Open the form for the kind of case asked for, with what was already told."""

    def name(self) -> str:
        return "action_start_intake"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        intent = tracker.latest_message.get("intent", {}).get("name")
        kind = KIND_OF_INTENT.get(intent, CaseKind.ADVICE)
        dispatcher.utter_message(response=f"utter_start_{kind.code}")
        told = _already_told(tracker)
        if kind is CaseKind.MEDIATION and told:
            _say_whether_it_fits(dispatcher, tracker, told)
        fresh = [SlotSet(slot, None) for slot in FORM_SLOTS]
        known = [SlotSet(intake.WHAT, told), SlotSet(intake.COMMUNITY, _scanned_community(dispatcher, tracker))]
        return [*fresh, SlotSet("case_kind", kind.code), *known, SlotSet("topic", _topic(tracker))]


class ActionAskConfirmed(Action):
    """Show the summary and ask whether it may be filed."""

    def name(self) -> str:
        return "action_ask_confirmed"

    @apologise
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        buttons = (Button("确认提交", "确认提交"), Button("修改", "修改"), Button("取消", "取消"))
        say(dispatcher, Outbound(summary(tracker), buttons, kind="summary"))
        return []


class ActionSubmitIntake(Action):
    """File the case once everything is confirmed; otherwise say how the form ended. Forgets what was typed."""

    def name(self) -> str:
        return "action_submit_intake"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        forget = [SlotSet(slot, None) for slot in FORM_SLOTS]
        if tracker.get_slot("intake_end"):
            return forget
        kind = CaseKind.from_code(tracker.get_slot("case_kind"))
        if intake.next_field(kind, tracker.slots) is not None:
            # A slot that was set while validation was away is not trusted (rasa.md, hazard 5).
            dispatcher.utter_message(response="utter_try_later")
            return forget
        with transaction() as session:
            number = open_case(session, _request(tracker, kind), office().case_prefix, now(), office().weekday_hours).number
            keep_suggestion(session, number, model_in_use.read(str(tracker.get_slot(intake.WHAT))), now())
        dispatcher.utter_message(response=f"utter_filed_{kind.code}", number=number)
        dispatcher.utter_message(response="utter_what_next" if office().is_staffed(now()) else "utter_what_next_unstaffed", hours=office_hours())
        # What was asked is with the case now, and no longer in the dialogue's memory (domain.md 4.4).
        return [*forget, SlotSet("question", None), SlotSet("case_number", number)]


def _say_whether_it_fits(dispatcher: CollectingDispatcher, tracker: Tracker, told: str) -> None:
    """Tell what speaks against mediation before the form is filled in; whether to go on stays the resident's choice."""
    card = cards().get(tracker.get_slot("card") or "")
    fit = mediation_fit(Topic.from_code(_topic(tracker)), card.mediation_fit if card else None, card.mediation_note if card else "", obstacles_in(told))
    if fit.verdict is MediationFit.UNFIT:
        say(dispatcher, Outbound(f"{fit.text}\n不想申请了就说“取消”，仍要申请就接着填。", kind="precheck"))


def summary(tracker: Tracker) -> str:
    """Return what will be filed, for the resident to check; the phone is shown in full to its owner."""
    kind = CaseKind.from_code(tracker.get_slot("case_kind"))
    lines = [f"请核对（{kind.label}）："]
    for field in intake.fields_of(kind):
        if field not in (intake.CONSENT, intake.CONFIRMED):
            lines.append(f"{intake.LABELS[field]}：{_shown(field, str(tracker.get_slot(field)))}")
    return "\n".join([*lines, "都对就点“确认提交”，要改就点“修改”。"])


def office_hours() -> str:
    """Return the hours in which people answer, in words."""
    return office().hours_in_words()


def _shown(field: str, value: str) -> str:
    if field == intake.COMMUNITY:
        known = office().community(value)
        return known.name if known else value
    if field == intake.CATEGORY:
        return EnterpriseCategory.from_code(value).label
    return value if len(value) <= 160 else value[:160] + "……"


def _already_told(tracker: Tracker) -> str | None:
    """What happened, if this message tells it or the question before did; asked only otherwise."""
    text = said(tracker)
    if len(text) >= MATTER_LENGTH:
        return text
    question = tracker.get_slot("question")
    return question if question and len(question) >= 6 else None


def _scanned_community(dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """Return the community whose poster was scanned, after saying that it was taken over; it can be changed in the summary."""
    with reading() as session:
        code = store.community_of(session, tracker.sender_id)
    community = office().community(code) if code else None
    if community is None:
        return None
    dispatcher.utter_message(response="utter_community_known", community=community.name)
    return community.code


def _topic(tracker: Tracker) -> str:
    meaning = understood(tracker)
    if len(said(tracker)) >= MATTER_LENGTH and meaning.get("topic"):
        return str(meaning["topic"])
    return str(tracker.get_slot("topic") or Topic.OTHER.code)


def _request(tracker: Tracker, kind: CaseKind) -> Request:
    values = {field: tracker.get_slot(field) for field in intake.ALL_FIELDS}
    community = None if values[intake.COMMUNITY] == intake.UNKNOWN else values[intake.COMMUNITY]
    topic = Topic.ENTERPRISE if kind is CaseKind.ENTERPRISE else Topic.from_code(tracker.get_slot("topic") or Topic.OTHER.code)
    return Request(
        kind=kind,
        source_key=f"request:{source_key(tracker)}",
        conversation=tracker.sender_id,
        channel=channel(tracker),
        topic=topic,
        community=community,
        what_happened=values[intake.WHAT],
        wish=values[intake.WISH],
        name=values[intake.NAME],
        phone=values[intake.PHONE],
        other_party=values[intake.OTHER] or values[intake.ENTERPRISE],
        category=EnterpriseCategory.from_code(values[intake.CATEGORY]) if values[intake.CATEGORY] else None,
    )


class ActionAskCommunity(Action):
    """Ask for the community with a button for each of the office's list."""

    def name(self) -> str:
        return "action_ask_community"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        buttons = [Button(c.name, c.name) for c in office().communities]
        say(dispatcher, Outbound("您住在（或单位在）哪个社区？", (*buttons, Button(intake.UNKNOWN, intake.UNKNOWN)), kind="choose"))
        return []


class ActionAskConsent(Action):
    """Show the privacy notice of the office and ask for consent, before anything that names a person."""

    def name(self) -> str:
        return "action_ask_consent"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        notice = office().privacy_notice
        buttons = (Button("同意", "同意"), Button("不同意", "不同意"))
        say(dispatcher, Outbound(f"隐私告知（{notice.version}版）：{notice.short}", buttons, kind="consent", data={"version": notice.version}))
        return []
