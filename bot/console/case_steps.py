"""From a form's values to the ledger's use case. One line a step."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Callable

from sqlalchemy.orm import Session

from bot.console.case_forms import CHECK_CODES, EVIDENCE, EVIDENCE_RETURNED, INQUIRY, PARTY, TERMS
from bot.ledger import casework_after as after
from bot.ledger import casework_ends as ends
from bot.ledger import casework_evidence as evidence
from bot.ledger import casework_mediation as mediation
from bot.ledger import casework_people as people
from bot.ledger import casework_services as services
from bot.ledger import casework_start as start
from bot.ledger.casework import Act, case_of
from bot.legal.advisor_services import ServiceKind
from bot.legal.agreement_checks import Term
from bot.legal.coded import Coded
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.lifecycle import Action, Body, Path, Refusal
from bot.legal.mediation import Prevention, Source, TerminationReason

Values = dict[str, Any]
Run = Callable[[Session, Act, Values, datetime], Any]


def run_step(code: str, session: Session, act: Act, values: Values, now: datetime) -> None:
    """Take a step with the values of its form; what the ledger refuses it raises."""
    _RUNS[code](session, act, values, now)


def _words(values: Values, name: str) -> str:
    return values.get(name) or ""


def _one(coded: type[Coded], values: Values, name: str) -> Any:
    code = values.get(name)
    return coded.from_code(code) if code else None


def _accept(session: Session, act: Act, v: Values, now: datetime) -> None:
    source = _one(Source, v, "source") or Source.APPLICATION
    how = start.Acceptance(source, _one(Body, v, "referrer"), v.get("parties"), v.get("other_note"), bool(v.get("to_me")), v.get("conflict_reason"))
    start.accept(session, act, how, now)


def _hold(session: Session, act: Act, v: Values, now: datetime) -> None:
    texts = {name: _words(v, name) for name in ("place", "attendees", "shared_facts", "proposals", "agreed_points", "disputed_points")}
    said = (("applicant", _words(v, "applicant_said")), ("other", _words(v, "other_said")))
    held = mediation.Held(
        v["held_at"], _words(v, "mediators"), v["result"], bool(v["rights_notified"]), v.get("mode") or "onsite", statements=said, **texts
    )
    mediation.hold_session(session, act, held, now)


def _agree(written: bool) -> Run:
    def run(session: Session, act: Act, v: Values, now: datetime) -> None:
        made = mediation.Agreement(
            v["effective_at"], v["facts"], v["performance_mode"], terms_in(v), _words(v, "agreement_no"), _words(v, "breach_clause"),
            bool(v.get("confirmation_wanted")), _checked(v), _words(v, "disputed_items"), _words(v, "liabilities"),
        )  # fmt: skip
        mediation.agree(session, act, made, written, now)

    return run


def terms_in(v: Values) -> tuple[Term, ...]:
    """Return the terms that a form holds; a row without content is left out, its number too."""
    rows = [n for n in range(1, TERMS + 1) if v.get(f"term_{n}")]
    return tuple(
        Term(no, v[f"term_{n}"], v.get(f"amount_{n}"), v.get(f"payer_{n}"), None, v.get(f"method_{n}"), v.get(f"due_{n}")) for no, n in enumerate(rows, 1)
    )


def _checked(v: Values) -> frozenset[str]:
    return frozenset(code for code in CHECK_CODES if v.get(f"check_{code}"))


def _follow(action: Action) -> Run:
    def run(session: Session, act: Act, v: Values, now: datetime) -> None:
        after.follow(session, act, action, v["happened_on"], now, court=_words(v, "court"), evidence=_words(v, "evidence"), reason=_words(v, "reason"))

    return run


def _end(action: Action) -> Run:
    def run(session: Session, act: Act, v: Values, now: datetime) -> None:
        services.end_enterprise(session, act, action, v["happened_on"], _words(v, "note"), now, _words(v, "evidence"))

    return run


def _visit(session: Session, act: Act, v: Values, now: datetime) -> None:
    stars = int(v["satisfaction"]) if v.get("satisfaction") else None
    done = after.Visit(
        v["visited_at"], v["side"], v["mode"], v["performance"], stars, bool(v["disputes_again"]), _words(v, "hidden_risk"), _words(v, "measures")
    )
    after.visit(session, act, done, now)


def _inquire(session: Session, act: Act, v: Values, now: datetime) -> None:
    texts = [_words(v, name) for name in ("place", "words", "relation")]
    held = evidence.Inquiry(_words(v, "side"), _words(v, "asked_person"), _words(v, "asked_by"), v["asked_at"], *texts)
    evidence.record_inquiry(session, act, held, now)


def _receive_evidence(session: Session, act: Act, v: Values, now: datetime) -> None:
    evidence.record_evidence(session, act, evidence.Evidence(_words(v, "item"), _words(v, "form"), _words(v, "brought_by"), v["received_on"]), now)


def _complex(session: Session, act: Act, v: Values, now: datetime) -> None:
    case = case_of(session, act.number)
    weight = after.weight_of(session, case, now, grave=v["grave"], across=v["across"], petition=v["petition"])
    after.mark(session, act, weight, _words(v, "evidence"), now, reason=_words(v, "reason"))


_RUNS: dict[str, Run] = {
    "received": lambda s, a, v, now: start.receive(s, a, now),
    "accepted": _accept,
    "not_accepted": lambda s, a, v, now: start.refuse(s, a, _one(Refusal, v, "refusal"), _one(Path, v, "advised_path"), _words(v, "note"), now),
    "noted": lambda s, a, v, now: start.note_work(s, a, _words(v, "note"), now),
    "whistled": lambda s, a, v, now: start.whistle(s, a, _one(Body, v, "body"), _words(v, "reason"), now),
    "assigned": lambda s, a, v, now: people.assign(s, a, _words(v, "to"), now, _words(v, "reason"), v.get("conflict_reason")),
    "taken": lambda s, a, v, now: people.take(s, a, now, _words(v, "reason"), v.get("conflict_reason")),
    "substituted": lambda s, a, v, now: people.substitute(s, a, now, v.get("conflict_reason")),
    "escalated": lambda s, a, v, now: people.escalate(s, a, _words(v, "reason"), now),
    PARTY: lambda s, a, v, now: people.add_party(s, a, _words(v, "side"), _words(v, "name"), _words(v, "phone"), now),
    INQUIRY: _inquire,
    EVIDENCE: _receive_evidence,
    EVIDENCE_RETURNED: lambda s, a, v, now: evidence.return_evidence(s, a, int(v["evidence_no"]), v["returned_on"], now),
    "session_held": _hold,
    "agreed_written": _agree(True),
    "agreed_oral": _agree(False),
    "written_down": lambda s, a, v, now: mediation.write_down(s, a, v["agreement_no"], v["effective_at"], _checked(v), now),
    "failed": lambda s, a, v, now: mediation.fail(s, a, _one(Path, v, "advised_path"), _words(v, "note"), now),
    **{action.code: _follow(action) for action in after.AFTER_ACTIONS},
    "performing": lambda s, a, v, now: after.start_performing(s, a, now),
    "revisited": _visit,
    "complex": _complex,
    "prevention": lambda s, a, v, now: after.prevent(
        s, a, _one(Prevention, v, "prevention"), v.get("persons") or 0, _words(v, "reason"), _words(v, "evidence"), bool(v.get("police")), now
    ),
    "answered": lambda s, a, v, now: services.answer(s, a, _one(ServiceKind, v, "service"), _words(v, "note"), now, v.get("minutes") or 0),
    "asked_again": lambda s, a, v, now: services.ask_again(s, a, _words(v, "note"), now),
    "guided": lambda s, a, v, now: services.guide(s, a, _words(v, "to"), _words(v, "note"), now),
    "dispatched": lambda s, a, v, now: services.dispatch(s, a, _words(v, "uscc"), _one(EnterpriseCategory, v, "category"), _words(v, "owner_unit"), now),
    "processing": lambda s, a, v, now: services.start_processing(s, a, now),
    **{action.code: _end(action) for action in (Action.RESOLVED, Action.EXPLAINED, Action.UNRESOLVED)},
    "confirmed_by_enterprise": lambda s, a, v, now: services.confirm_enterprise(s, a, v["happened_on"], v["confirmed_how"], now, _words(v, "evidence")),
    "contested": lambda s, a, v, now: services.contest(s, a, _words(v, "reason"), now),
    "merged": lambda s, a, v, now: ends.merge(s, a, _words(v, "into"), _words(v, "reason"), now),
    "terminated": lambda s, a, v, now: ends.terminate(s, a, _one(TerminationReason, v, "termination"), _words(v, "note"), now),
    "transferred_out": lambda s, a, v, now: ends.transfer(s, a, _one(Body, v, "body"), _words(v, "reason"), now, _words(v, "evidence")),
    "reopened": lambda s, a, v, now: ends.reopen(s, a, _words(v, "reason"), now),
    "archived": lambda s, a, v, now: ends.archive(s, a, now),
}
STEPS_WITH_FORM = frozenset(_RUNS)
