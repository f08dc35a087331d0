"""The desk's work on a case: who has it, conflicts of interest, mediation from session to revisit, duty and absence.

What people said and agreed is encrypted. What a case counts for stands in the books, not here.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import EncryptedText, UtcTime
from bot.storage.tables import BIG_ID, Base

_OPEN = sa.text("until IS NULL")
_STANDING = sa.text("replaced_at IS NULL")


class CaseAssignment(Base):
    """That somebody had a case for a while; a case has one at a time."""

    __tablename__ = "case_assignments"
    __table_args__ = (
        sa.Index("one_in_charge", "case_number", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("assignments_of_staff", "staff", "case_number"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False)
    staff = sa.Column(sa.String(64), nullable=False)
    since = sa.Column(UtcTime, nullable=False)
    until = sa.Column(UtcTime)
    given_by = sa.Column(sa.String(64), nullable=False)
    how = sa.Column(sa.String(16), nullable=False)


class ConflictCheck(Base):
    """What was found when somebody was to get a case, and what was decided; `found` are codes and case numbers (JSON)."""

    __tablename__ = "conflict_checks"
    __table_args__ = (sa.CheckConstraint("decision IN ('clear', 'assigned_anyway')", name="conflict_decision_known"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False, index=True)
    staff = sa.Column(sa.String(64), nullable=False)
    checked_at = sa.Column(UtcTime, nullable=False)
    found = sa.Column(sa.Text, nullable=False)
    decision = sa.Column(sa.String(16), nullable=False)
    decided_by = sa.Column(sa.String(64), nullable=False)
    reason = sa.Column(EncryptedText("conflict_checks.reason"))


class PartyDetails(Base):
    """What the papers want to know of a party besides name and phone (domain.md 5.1, 5.10, 5.11); all of it personal, most may be left out."""

    __tablename__ = "party_details"

    person_id = sa.Column(BIG_ID, sa.ForeignKey("case_people.id"), primary_key=True, autoincrement=False)
    gender = sa.Column(EncryptedText("party_details.gender"))
    born = sa.Column(EncryptedText("party_details.born"))
    ethnicity = sa.Column(EncryptedText("party_details.ethnicity"))
    occupation = sa.Column(EncryptedText("party_details.occupation"))
    workplace = sa.Column(EncryptedText("party_details.workplace"))
    address = sa.Column(EncryptedText("party_details.address"))
    id_number = sa.Column(EncryptedText("party_details.id_number"))
    legal_rep = sa.Column(EncryptedText("party_details.legal_rep"))
    uscc = sa.Column(EncryptedText("party_details.uscc"))
    agent = sa.Column(EncryptedText("party_details.agent"))
    recorded_by = sa.Column(sa.String(64), nullable=False)
    recorded_at = sa.Column(UtcTime, nullable=False)


class MediationInquiry(Base):
    """What somebody was asked about a case and answered (调查笔录, domain.md 5.5); of a side, it is kept apart like a statement."""

    __tablename__ = "mediation_inquiries"
    __table_args__ = (
        sa.UniqueConstraint("case_number", "inquiry_no", name="each_inquiry_one_number"),
        sa.CheckConstraint("side IN ('applicant', 'other', 'third')", name="inquiry_side_known"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False)
    inquiry_no = sa.Column(sa.Integer, nullable=False)
    side = sa.Column(sa.String(16), nullable=False)
    asked_person = sa.Column(EncryptedText("mediation_inquiries.asked_person"), nullable=False)
    relation = sa.Column(EncryptedText("mediation_inquiries.relation"))
    asked_by = sa.Column(sa.String(200), nullable=False)
    asked_at = sa.Column(UtcTime, nullable=False)
    place = sa.Column(sa.String(100), nullable=False)
    words = sa.Column(EncryptedText("mediation_inquiries.words"), nullable=False)
    recorded_by = sa.Column(sa.String(64), nullable=False)
    recorded_at = sa.Column(UtcTime, nullable=False)


class MediationEvidence(Base):
    """One piece of evidence in a case's list (证据清单, domain.md 5.5): whose, as what, when it came and went back."""

    __tablename__ = "mediation_evidence"
    __table_args__ = (
        sa.UniqueConstraint("case_number", "evidence_no", name="each_evidence_one_number"),
        sa.CheckConstraint("form IN ('original', 'copy')", name="evidence_form_known"),
        sa.CheckConstraint("returned_on IS NULL OR returned_on >= received_on", name="returned_after_it_came"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False)
    evidence_no = sa.Column(sa.Integer, nullable=False)
    item = sa.Column(EncryptedText("mediation_evidence.item"), nullable=False)
    form = sa.Column(sa.String(8), nullable=False)
    source = sa.Column(EncryptedText("mediation_evidence.source"), nullable=False)
    received_on = sa.Column(sa.Date, nullable=False)
    returned_on = sa.Column(sa.Date)
    recorded_by = sa.Column(sa.String(64), nullable=False)
    recorded_at = sa.Column(UtcTime, nullable=False)


class MediationSession(Base):
    """One session of a mediation (调解记录, domain.md 5.4). What each side said is in statements of its own."""

    __tablename__ = "mediation_sessions"
    __table_args__ = (
        sa.UniqueConstraint("case_number", "session_no", name="each_session_one_number"),
        sa.CheckConstraint("result IN ('agreed', 'continue', 'failed')", name="session_result_known"),
        sa.CheckConstraint("mode IN ('onsite', 'online')", name="session_mode_known"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False)
    session_no = sa.Column(sa.Integer, nullable=False)
    held_at = sa.Column(UtcTime, nullable=False)
    mode = sa.Column(sa.String(8), nullable=False)
    place = sa.Column(sa.String(100))
    mediators = sa.Column(sa.String(200), nullable=False)
    attendees = sa.Column(EncryptedText("mediation_sessions.attendees"))
    rights_notified = sa.Column(sa.Boolean, nullable=False)
    # Only what both sides confirmed may be shared between them (domain.md 4.6).
    shared_facts = sa.Column(EncryptedText("mediation_sessions.shared_facts"))
    proposals = sa.Column(EncryptedText("mediation_sessions.proposals"))
    agreed_points = sa.Column(EncryptedText("mediation_sessions.agreed_points"))
    disputed_points = sa.Column(EncryptedText("mediation_sessions.disputed_points"))
    result = sa.Column(sa.String(8), nullable=False)
    recorded_by = sa.Column(sa.String(64), nullable=False)
    recorded_at = sa.Column(UtcTime, nullable=False)


class MediationStatement(Base):
    """What one side said in a session; kept apart from the other side's (domain.md 4.6)."""

    __tablename__ = "mediation_statements"
    __table_args__ = (sa.CheckConstraint("side IN ('applicant', 'other')", name="statement_side_known"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    session_id = sa.Column(BIG_ID, sa.ForeignKey("mediation_sessions.id"), nullable=False, index=True)
    side = sa.Column(sa.String(16), nullable=False)
    text = sa.Column(EncryptedText("mediation_statements.text"), nullable=False)


class MediationAgreement(Base):
    """What the sides agreed (人民调解法 28-30); a case has one that stands. An oral one may be replaced by a written one."""

    __tablename__ = "mediation_agreements"
    __table_args__ = (
        sa.CheckConstraint("form IN ('written', 'oral')", name="agreement_form_known"),
        sa.CheckConstraint("form = 'oral' OR agreement_no IS NOT NULL", name="written_has_number"),
        sa.Index("one_standing_agreement", "case_number", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False)
    form = sa.Column(sa.String(8), nullable=False)
    agreement_no = sa.Column(sa.String(60))
    effective_at = sa.Column(UtcTime, nullable=False)
    facts = sa.Column(EncryptedText("mediation_agreements.facts"), nullable=False)
    disputed_items = sa.Column(EncryptedText("mediation_agreements.disputed_items"))
    liabilities = sa.Column(EncryptedText("mediation_agreements.liabilities"))
    performance_mode = sa.Column(EncryptedText("mediation_agreements.performance_mode"), nullable=False)
    breach_clause = sa.Column(EncryptedText("mediation_agreements.breach_clause"))
    confirmation_wanted = sa.Column(sa.Boolean, nullable=False)
    checks = sa.Column(sa.String(200), nullable=False, default="")
    recorded_by = sa.Column(sa.String(64), nullable=False)
    recorded_at = sa.Column(UtcTime, nullable=False)
    replaced_at = sa.Column(UtcTime)


class AgreementTerm(Base):
    """One term of an agreement. What is paid has an amount in 分, a day and a way (domain.md 5.6)."""

    __tablename__ = "agreement_terms"
    __table_args__ = (
        sa.UniqueConstraint("agreement_id", "term_no", name="each_term_one_number"),
        sa.CheckConstraint("amount_fen IS NULL OR (amount_fen > 0 AND due_on IS NOT NULL AND method IS NOT NULL)", name="payment_is_complete"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    agreement_id = sa.Column(BIG_ID, sa.ForeignKey("mediation_agreements.id"), nullable=False)
    term_no = sa.Column(sa.Integer, nullable=False)
    content = sa.Column(EncryptedText("agreement_terms.content"), nullable=False)
    amount_fen = sa.Column(BIG_ID)
    payer = sa.Column(sa.String(16))
    due_on = sa.Column(sa.Date)
    method = sa.Column(sa.String(40))


class MediationRevisit(Base):
    """One visit after an agreement (回访记录, domain.md 5.8)."""

    __tablename__ = "mediation_revisits"
    __table_args__ = (
        sa.CheckConstraint("performance IN ('full', 'part', 'none')", name="revisit_performance_known"),
        sa.CheckConstraint("satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="revisit_satisfaction_one_to_five"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False, index=True)
    side = sa.Column(sa.String(16), nullable=False)
    visited_at = sa.Column(UtcTime, nullable=False)
    mode = sa.Column(sa.String(16), nullable=False)
    performance = sa.Column(sa.String(8), nullable=False)
    satisfaction = sa.Column(sa.Integer)
    disputes_again = sa.Column(sa.Boolean, nullable=False)
    hidden_risk = sa.Column(EncryptedText("mediation_revisits.hidden_risk"))
    measures = sa.Column(EncryptedText("mediation_revisits.measures"))
    visitor = sa.Column(sa.String(64), nullable=False)
    recorded_at = sa.Column(UtcTime, nullable=False)


class DutyShift(Base):
    """Who is on duty on a day (Beijing); community '' means for all communities."""

    __tablename__ = "duty_shifts"

    day = sa.Column(sa.Date, primary_key=True)
    community = sa.Column(sa.String(64), primary_key=True)
    staff = sa.Column(sa.String(64), nullable=False)
    entered_by = sa.Column(sa.String(64), nullable=False)
    entered_at = sa.Column(UtcTime, nullable=False)


class StaffAbsence(Base):
    """Days [first_day, back_on) on which somebody is away; taken back, never deleted."""

    __tablename__ = "staff_absences"
    __table_args__ = (sa.CheckConstraint("back_on > first_day", name="absence_has_days"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    staff = sa.Column(sa.String(64), nullable=False, index=True)
    first_day = sa.Column(sa.Date, nullable=False)
    back_on = sa.Column(sa.Date, nullable=False)
    reason = sa.Column(sa.String(40), nullable=False)
    entered_by = sa.Column(sa.String(64), nullable=False)
    entered_at = sa.Column(UtcTime, nullable=False)
    cancelled_at = sa.Column(UtcTime)
