"""The forms of the steps of a case: which fields each has. What is required comes from the state machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterable

from bot.console.fields import CHECK, CHOICE, DAY, LONG, MOMENT, MONEY, NUMBER, Field
from bot.ledger.casework_after import PERFORMANCE, VISIT_MODES
from bot.ledger.casework_evidence import ASKED
from bot.ledger.casework_evidence import FORMS as EVIDENCE_FORMS
from bot.ledger.casework_mediation import RESULTS, SIDES
from bot.ledger.casework_services import ANSWERING, CONFIRMED_HOW
from bot.legal.cases import CaseKind
from bot.legal.coded import Coded
from bot.legal.enterprise import EnterpriseCategory
from bot.legal.lifecycle import Action, Body, Path, Refusal, Step
from bot.legal.lifecycle_fields import FIELD_LABELS
from bot.legal.mediation import Prevention, Source, TerminationReason

TERMS = 4
# Notes to the state machine, with a form of their own each: what it has to hold.
PARTY, INQUIRY, EVIDENCE, EVIDENCE_RETURNED = "party", "inquiry", "evidence", "evidence_returned"
NOTES = {
    PARTY: ("side", "name"),
    INQUIRY: ("side", "asked_person", "asked_by", "asked_at", "place", "words"),
    EVIDENCE: ("item", "form", "brought_by", "received_on"),
    EVIDENCE_RETURNED: ("evidence_no", "returned_on"),
}


@dataclass(frozen=True)
class Form:
    """A form of one step.

    Args:
        code: the action's code, or one of NOTES.
        group: next (the way to the end), people, or more.
    """

    code: str
    label: str
    group: str
    fields: tuple[Field, ...]
    hint: str = ""

    @property
    def folded(self) -> frozenset[str]:
        """Names of the fields of the second and further terms of an agreement."""
        return frozenset(f.name for n in range(2, TERMS + 1) for f in _term(n))

    def but(self, **changed: Field) -> Form:
        """Return the form with some fields replaced."""
        return replace(self, fields=tuple(changed.get(f.name, f) for f in self.fields))


def _f(name: str, kind: str = "text", label: str = "", hint: str = "", longest: int = 200, choices: Iterable[tuple[str, str]] = ()) -> Field:
    return Field(name, label or FIELD_LABELS[name], kind, hint=hint, longest=longest, choices=tuple(choices), smallest=1 if kind == NUMBER else 0)


def _of(coded: type[Coded]) -> tuple[tuple[str, str], ...]:
    return tuple((member.code, member.label) for member in coded)


_REASON = _f("reason", LONG, longest=500)
_NOTE = _f("note", LONG, longest=2000)
_ON = _f("happened_on", DAY)
_EVIDENCE = _f("evidence")
_CONFLICT = _f("conflict_reason", LONG, "有可能的利益冲突、仍由其承办的理由", "系统提示冲突时才填写，会记入审计日志。", 300)
_TO_ME = _f("to_me", CHECK, "受理后由我承办")
_BODY = _f("body", CHOICE, choices=_of(Body))
_CHECKS = (
    ("voluntary", "各方自愿，没有欺诈、胁迫、恶意串通"), ("others", "不损害国家利益、社会公共利益和他人合法权益"), ("morals", "不违背公序良俗"),
    ("identity", "不含确认、变更、解除身份关系的内容"), ("property", "不含物权、知识产权确权的内容"), ("lawful", "不违反法律、行政法规的强制性规定"),
    ("clear", "内容明确，能够执行"),
)  # fmt: skip
CHECK_CODES = tuple(code for code, _ in _CHECKS)
_SELF_CHECK = tuple(_f(f"check_{code}", CHECK, f"已核对：{words}") for code, words in _CHECKS)


def _term(n: int) -> tuple[Field, ...]:
    return (
        _f(f"term_{n}", LONG, f"第{n}条内容", longest=1000),
        _f(f"amount_{n}", MONEY, f"第{n}条金额（元）", "没有给付的不填。"),
        replace(_f(f"due_{n}", DAY, f"第{n}条履行日期"), past=False),
        _f(f"payer_{n}", CHOICE, f"第{n}条由谁履行", choices=SIDES.items()),
        _f(f"method_{n}", label=f"第{n}条付款或履行方式", longest=40),
    )


_AGREEMENT = (
    _f("effective_at", MOMENT), _f("facts", LONG, longest=2000), _f("disputed_items", LONG, "争议事项", longest=500),
    _f("liabilities", LONG, "各方责任", longest=500), *(field for n in range(1, TERMS + 1) for field in _term(n)),
    _f("performance_mode", longest=200), _f("breach_clause", LONG, "违约责任", longest=500), _f("confirmation_wanted", CHECK, "双方想申请司法确认"),
)  # fmt: skip
_FORMS = (
    Form("received", "确认收到", "next", (), "居民会看到“工作人员已收到”。"),
    Form("accepted", "受理", "next", (_TO_ME, _CONFLICT)),
    Form("session_held", "记录一次调解", "next", (
        _f("held_at", MOMENT), _f("mode", CHOICE, "调解方式", choices=(("onsite", "当面"), ("online", "线上"))), _f("place", label="地点"),
        _f("mediators"), _f("attendees", LONG, "到场人", longest=500), _f("rights_notified", CHECK, "已告知当事人权利义务"),
        _f("applicant_said", LONG, "申请人一方的陈述（只归这一方）", longest=4000), _f("other_said", LONG, "对方的陈述（只归这一方）", longest=4000),
        _f("shared_facts", LONG, "双方确认、可以互相看的事实", longest=2000), _f("proposals", LONG, "调解方案", longest=2000),
        _f("agreed_points", LONG, "已谈拢的", longest=2000), _f("disputed_points", LONG, "还没谈拢的", longest=2000),
        _f("result", CHOICE, choices=RESULTS.items()),
    ), "两边的陈述分开保存、分开打印，不会给对方看（人民调解法第23条）。"),
    Form("agreed_written", "达成书面协议", "next", (_f("agreement_no"), *_AGREEMENT, *_SELF_CHECK), "各方签名、调解员签名并盖章之日生效（人民调解法第29条）。"),
    Form("agreed_oral", "达成口头协议", "next", _AGREEMENT, "达成之日生效（人民调解法第30条）；要司法确认的，须先补成书面。"),
    Form("written_down", "口头协议补成书面", "next", (_f("agreement_no"), _f("effective_at", MOMENT), *_SELF_CHECK)),
    Form("failed", "调解不成", "next", (
        _f("advised_path", CHOICE, choices=_of(Path)), _f("note", LONG, "说明", longest=500),
    ), "要告知当事人还可以走什么途径（人民调解法第26条）。"),
    Form("confirmation_applied", "已申请司法确认", "next", (_ON, _f("court")), "协议生效起30日内，双方共同申请（人民调解法第33条）。"),
    Form("confirmation_accepted", "法院已受理确认申请", "next", (_ON,)),
    Form("confirmed", "法院裁定确认", "next", (_ON, _f("evidence", label="裁定书编号"))),
    Form("confirmation_rejected", "法院驳回确认申请", "next", (_ON, _REASON)),
    Form("confirmation_withdrawn", "撤回确认申请", "next", (_ON, _f("reason", LONG, "说明", longest=500))),
    Form("performing", "进入履行", "next", ()),
    Form("performed", "已履行", "next", (_ON, _EVIDENCE)),
    Form("breached", "未履行", "next", (_ON, _REASON)),
    Form("revisited", "记录回访", "next", (
        _f("visited_at", MOMENT), _f("side", CHOICE, choices=SIDES.items()), _f("mode", CHOICE, choices=VISIT_MODES.items()),
        _f("performance", CHOICE, choices=PERFORMANCE.items()), _f("satisfaction", CHOICE, "满意度", choices=[(str(n), f"{n}分") for n in range(5, 0, -1)]),
        _f("disputes_again", CHECK, "又起纠纷"), _f("hidden_risk", LONG, "隐患", longest=500), _f("measures", LONG, "措施", longest=500),
    )),
    Form("answered", "登记答复", "next", (_f("service", CHOICE, choices=[(k.code, k.label) for k in ANSWERING]), _NOTE, _f("minutes", NUMBER, "用时（分钟）"))),
    Form("asked_again", "居民再问", "next", (_NOTE,)),
    Form("guided", "引导至法律援助机构", "next", (_f("to", label="法律援助机构"), _NOTE), "是否符合条件由法律援助机构决定。"),
    Form("dispatched", "登记并转责任单位", "next", (_f("uscc"), _f("category", CHOICE, choices=_of(EnterpriseCategory)), _f("owner_unit"))),
    Form("processing", "责任单位开始办理", "next", ()),
    Form("resolved", "责任单位办结", "next", (_ON, _NOTE, _EVIDENCE), "企业认可，或满15日未异议，才算解决。"),
    Form("explained", "政策解释", "next", (_ON, _NOTE, _EVIDENCE), "单列，不计入“解决”。"),
    Form("unresolved_with_reason", "暂不能解决", "next", (_ON, _NOTE)),
    Form("confirmed_by_enterprise", "企业确认", "next", (_ON, _f("confirmed_how", CHOICE, choices=CONFIRMED_HOW.items()), _EVIDENCE)),
    Form("contested", "企业不认可，退回办理", "next", (_REASON,)),
    Form("archived", "归档", "next", ()),
    Form("taken", "我来承办", "people", (_f("reason", LONG, "从同事手里接过来的原因", longest=300), _CONFLICT)),
    Form("assigned", "分派／改派", "people", (_f("to", CHOICE), _f("reason", LONG, "换人的原因", longest=300), _CONFLICT)),
    Form("substituted", "转给值班人", "people", (_CONFLICT,), "承办人今天离岗时，转给值班表上的人。"),
    Form("escalated", "提级办理", "people", (_REASON,), "社区 → 街道 → 区。"),
    Form(PARTY, "补登当事人", "people", (
        _f("side", CHOICE, "哪一方", choices=SIDES.items()), _f("name", label="姓名或单位名称", longest=60), _f("phone", label="电话", longest=20),
    )),
    Form(INQUIRY, "登记调查笔录", "more", (
        _f("side", CHOICE, "是哪一方的人", choices=ASKED.items()), _f("asked_person", label="被调查人", longest=60),
        _f("relation", label="与当事人的关系", longest=60), _f("asked_by", label="调查人", longest=200), _f("asked_at", MOMENT, "调查时间"),
        _f("place", label="地点", longest=100), _f("words", LONG, "问答", "一问一答各起一行。", 8000),
    ), "一方的人说的，只归这一方，不给对方看。"),
    Form(EVIDENCE, "登记证据", "more", (
        _f("item", label="证据名称", longest=100), _f("form", CHOICE, "原件还是复印件", choices=EVIDENCE_FORMS.items()),
        _f("brought_by", label="提供人", longest=60), _f("received_on", DAY, "收到日期"),
    )),
    Form(EVIDENCE_RETURNED, "退还证据", "more", (_f("evidence_no", CHOICE, "哪一份"), _f("returned_on", DAY, "退还日期"))),
    Form("not_accepted", "不予受理", "more", (
        _f("refusal", CHOICE, choices=_of(Refusal)), _f("advised_path", CHOICE, choices=_of(Path)), _f("note", LONG, "说明", longest=500),
    )),
    Form("noted", "办理备注", "more", (_NOTE,)),
    Form("whistled", "吹哨（请部门到场）", "more", (_BODY, _REASON), "事项仍由我们办理。"),
    Form("transferred_out", "移送其他单位", "more", (_BODY, _REASON, _f("evidence", label="移送函编号"))),
    Form("complex", "标为疑难复杂", "more", (
        _f("grave", CHECK, "有死亡或重伤"), _f("across", CHECK, "跨社区"), _f("petition", CHECK, "已引发信访或警情"), _REASON, _EVIDENCE,
    ), "当事人10人以上、金额10万元以上、历时超过30日，系统按本件自行计算。"),
    Form("prevention", "登记预防", "more", (
        _f("prevention", CHOICE, choices=_of(Prevention)), _f("persons", NUMBER), _REASON, _EVIDENCE, _f("police", CHECK, "已移送公安及有关部门"),
    ), "一件事只能选一类，须有事由和佐证。"),
    Form("merged", "并入另一件", "more", (_f("into"), _REASON), "同一件事登记了两次时用；申请时间都保留，只计一次。"),
    Form("terminated", "终止", "more", (_f("termination", CHOICE, choices=_of(TerminationReason)), _NOTE)),
    Form("reopened", "更正：退回办理", "more", (_REASON,), "结果登记错了时用；台账会写冲正行，不会抹掉。"),
)  # fmt: skip
FORMS = {form.code: form for form in _FORMS}
_MEDIATION_ACCEPTANCE = (
    _f("source", CHOICE, choices=_of(Source)), _f("referrer", CHOICE, "移送单位（接受委托移送的）", choices=_of(Body)), _f("parties", NUMBER),
    _f("other_note", label="是什么纠纷（纠纷类型为“其他”时）"),
)  # fmt: skip


def form_of(code: str, kind: CaseKind, step: Step, people: Iterable[tuple[str, str]], evidence: Iterable[tuple[str, str]] = ()) -> Form:
    """Return the form of a step for a kind of case, its required fields marked.

    Args:
        people: (code, name) of those a case may be given to.
        evidence: (number, words) of what was not given back yet.
    """
    form = FORMS[code]
    if code == Action.ACCEPTED.code and kind is CaseKind.MEDIATION:
        form = replace(form, fields=(*_MEDIATION_ACCEPTANCE, *form.fields))
    if code == Action.ASSIGNED.code:
        form = form.but(to=replace(form.fields[0], choices=tuple(people)))
    if code == EVIDENCE_RETURNED:
        form = form.but(evidence_no=replace(form.fields[0], choices=tuple(evidence)))
    required = NOTES.get(code, step.needs)
    return replace(form, fields=tuple(replace(f, required=f.name in required) for f in form.fields))
