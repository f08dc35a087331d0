"""What papers are filled from: one case with its people, sessions, agreement and revisits. Plain values, no I/O.

Everything may be missing; a paper then says 【待填】 in that place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.legal.agreement_checks import Term

APPLICANT, OTHER_SIDE = "applicant", "other"


@dataclass(frozen=True)
class Party:
    """One party (当事人); `side` is applicant or other."""

    side: str
    name: str | None = None
    phone: str | None = None
    gender: str | None = None
    ethnicity: str | None = None
    born: str | None = None
    occupation: str | None = None
    address: str | None = None
    org_name: str | None = None
    legal_rep: str | None = None
    uscc: str | None = None
    agent: str | None = None
    workplace: str | None = None
    id_number: str | None = None

    @property
    def is_organisation(self) -> bool:
        """Whether it is a firm or another organisation: it has no sex, birth or occupation."""
        return bool(self.org_name or self.uscc or self.legal_rep)


@dataclass(frozen=True)
class Statement:
    """What one party said in a session; `shared` once both agreed that the other may know it (domain.md 4.6)."""

    party: str
    text: str
    shared: bool = False


@dataclass(frozen=True)
class Inquiry:
    """What somebody was asked and answered (调查笔录)."""

    number: int
    asked_person: str | None = None
    relation: str | None = None
    asked_by: str | None = None
    asked_at: datetime | None = None
    place: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence (证据); `form` is 原件 or 复印件."""

    item: str
    form: str | None = None
    source: str | None = None
    received_on: date | None = None
    returned_on: date | None = None


@dataclass(frozen=True)
class MediationSession:
    """One mediation session (调解记录)."""

    number: int
    held_at: datetime | None = None
    place: str | None = None
    attendees: tuple[str, ...] = ()
    mediators: tuple[str, ...] = ()
    recorder: str | None = None
    rights_told: bool | None = None
    statements: tuple[Statement, ...] = ()
    facts: str | None = None
    proposals: str | None = None
    agreed: str | None = None
    disputed: str | None = None
    result: str | None = None
    advised_path: str | None = None
    mode: str | None = None


@dataclass(frozen=True)
class Agreement:
    """A mediation agreement; `oral` ones have no copies and no clauses of their own."""

    oral: bool = False
    number: str | None = None
    facts: str | None = None
    disputed_items: str | None = None
    liabilities: str | None = None
    terms: tuple[Term, ...] = ()
    performance: str | None = None
    breach_clause: str | None = None
    confirmation_wanted: bool | None = None
    copies: int | None = None
    effective_on: date | None = None
    confirmation_due: date | None = None


@dataclass(frozen=True)
class Revisit:
    """One visit after the agreement (回访)."""

    visited_at: datetime | None = None
    mode: str | None = None
    party: str | None = None
    performance: str | None = None
    satisfaction: str | None = None
    again: bool | None = None
    hidden_risk: str | None = None
    measures: str | None = None
    visitor: str | None = None


@dataclass(frozen=True)
class EnterpriseWork:
    """What became of an enterprise's issue (domain.md 2.12)."""

    uscc: str | None = None
    category: str | None = None
    owner_unit: str | None = None
    status: str | None = None
    resolution: str | None = None
    confirmed_by: str | None = None
    confirmed_on: date | None = None


@dataclass(frozen=True)
class CaseFile:
    """One case as papers see it.

    Args:
        kind: CaseKind code.
        steps: codes of what has happened (requested, accepted, agreed_written, …).
        withheld: personal data was left out, because the reader may not see it.
    """

    number: str
    kind: str
    steps: frozenset[str] = frozenset()
    community: str | None = None
    channel: str | None = None
    dispute_type: str | None = None
    source: str | None = None
    referrer: str | None = None
    requested_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted: bool | None = None
    not_accepted_reason: str | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    amount: Decimal | None = None
    advised_path: str | None = None
    mediators: tuple[str, ...] = ()
    undertaker: str | None = None
    committee: str | None = None
    tier: str = "community"
    court: str | None = None
    parties: tuple[Party, ...] = ()
    what_happened: str | None = None
    wish: str | None = None
    supplements: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    sessions: tuple[MediationSession, ...] = ()
    agreement: Agreement | None = None
    revisits: tuple[Revisit, ...] = ()
    performance: str | None = None
    enterprise: EnterpriseWork = EnterpriseWork()
    withheld: bool = False
    is_demo: bool = False

    def on(self, side: str) -> tuple[Party, ...]:
        """The parties of one side."""
        return tuple(party for party in self.parties if party.side == side)
