"""Which papers there are, and which of them a case has use for (domain.md section 5). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import UnknownCode
from bot.legal.cases import CaseKind
from bot.papers.case_file import CaseFile


@dataclass(frozen=True)
class Paper:
    """One paper.

    Args:
        code: name of its template, and of the file people download.
        kinds: kinds of case it belongs to; empty for reports over many.
        after: steps of which one must have happened, before it makes sense; empty: at any time.
    """

    code: str
    title: str
    kinds: tuple[CaseKind, ...] = ()
    after: frozenset[str] = frozenset()


_AGREED = frozenset({"agreed_written", "agreed_oral"})
_WRITTEN = frozenset({"in_mediation", "agreed_written"})
_MEDIATION, _ACCEPTED = (CaseKind.MEDIATION,), frozenset({"accepted"})
PAPERS = (
    Paper("mediation_application", "人民调解申请书", _MEDIATION),
    Paper("mediation_registration", "人民调解受理登记表", _MEDIATION),
    Paper("rights_notice", "当事人权利义务告知书", _MEDIATION),
    Paper("mediation_investigation", "调查笔录与证据清单", _MEDIATION, _ACCEPTED),
    Paper("mediation_record", "调解记录", _MEDIATION, _ACCEPTED),
    Paper("mediation_agreement", "人民调解协议书", _MEDIATION, _WRITTEN),
    Paper("oral_agreement", "口头协议登记表", _MEDIATION, frozenset({"in_mediation", "agreed_oral"})),
    Paper("judicial_confirmation_application", "司法确认申请书", _MEDIATION, frozenset({"agreed_written"})),
    Paper("revisit", "回访记录", _MEDIATION, _AGREED),
    Paper("closing_report", "结案报告", _MEDIATION, _AGREED | {"failed", "terminated", "transferred_out"}),
    Paper("legal_aid_application", "法律援助申请表", (CaseKind.LEGAL_AID, CaseKind.ADVICE)),
    Paper("enterprise_issue", "企业问题登记表", (CaseKind.ENTERPRISE,)),
    Paper("service_record", "法律顾问服务记录", (CaseKind.ADVICE, CaseKind.LEGAL_AID)),
    Paper("service_log", "法律顾问工作日志"),
    Paper("screening_report", "矛盾纠纷排查月报表"),
)


def paper(code: str) -> Paper:
    """Return a paper by its code.

    Raises:
        UnknownCode: there is none.
    """
    found = next((p for p in PAPERS if p.code == code), None)
    if found is None:
        raise UnknownCode(f"Unknown paper {code!r}; expected one of: {', '.join(p.code for p in PAPERS)}.")
    return found


def papers_for(file: CaseFile) -> list[Paper]:
    """Return the papers that a case has use for now, in the order of its life."""
    mine = [p for p in PAPERS if any(kind.code == file.kind for kind in p.kinds)]
    return [p for p in mine if not p.after or p.after & file.steps]
