"""Accounts of staff, their sessions, failed sign-ins, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import EncryptedText, UtcTime
from bot.storage.tables import BIG_ID, Base


class StaffAccount(Base):
    """One member of staff. The code is what books and logs name; it stays when the account is closed."""

    __tablename__ = "staff"

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    code = sa.Column(sa.String(32), nullable=False, unique=True)
    name = sa.Column(EncryptedText("staff.name"), nullable=False)
    # Encrypted besides: whoever has a copy of the database alone cannot even begin to guess (ASVS 4.0.3, 2.4.5).
    password_hash = sa.Column(EncryptedText("staff.password_hash"), nullable=False)
    must_change_password = sa.Column(sa.Boolean, nullable=False)
    password_changed_at = sa.Column(UtcTime, nullable=False)
    second_factor = sa.Column(EncryptedText("staff.second_factor"))
    second_factor_at = sa.Column(UtcTime)  # null while only being set up
    second_factor_step = sa.Column(sa.BigInteger)  # the last code used: none counts twice
    all_communities = sa.Column(sa.Boolean, nullable=False)
    created_at = sa.Column(UtcTime, nullable=False)
    disabled_at = sa.Column(UtcTime)


class StaffRole(Base):
    """A role of an account."""

    __tablename__ = "staff_roles"

    staff_id = sa.Column(BIG_ID, sa.ForeignKey("staff.id"), primary_key=True)
    role = sa.Column(sa.String(16), primary_key=True)


class StaffCommunity(Base):
    """A community that an account works for."""

    __tablename__ = "staff_communities"

    staff_id = sa.Column(BIG_ID, sa.ForeignKey("staff.id"), primary_key=True)
    community = sa.Column(sa.String(16), primary_key=True)


class StaffSession(Base):
    """A signed-in browser. Only a hash of its token is kept, so that a copy of the database opens no session."""

    __tablename__ = "staff_sessions"

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    token_hash = sa.Column(sa.String(64), nullable=False, unique=True)
    staff_id = sa.Column(BIG_ID, sa.ForeignKey("staff.id"), nullable=False, index=True)
    agent = sa.Column(sa.String(64), nullable=False)
    created_at = sa.Column(UtcTime, nullable=False)
    seen_at = sa.Column(UtcTime, nullable=False)
    ends_at = sa.Column(UtcTime, nullable=False)
    proven_at = sa.Column(UtcTime)  # when the second factor was shown


class SignInFailure(Base):
    """A failed sign-in; account and address as keyed hashes. Kept for a day."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (sa.Index("failures_of", "who", "at"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    who = sa.Column(sa.String(64), nullable=False)
    at = sa.Column(UtcTime, nullable=False)


class AuditEntry(Base):
    """Who did what to what, and why. Append-only; each entry's hash covers the one before. No personal data of residents."""

    __tablename__ = "audit_log"

    number = sa.Column(BIG_ID, primary_key=True, autoincrement=False)
    at = sa.Column(UtcTime, nullable=False)
    actor = sa.Column(sa.String(64), nullable=False, index=True)
    action = sa.Column(sa.String(32), nullable=False)
    subject = sa.Column(sa.String(80), nullable=False, index=True)
    reason = sa.Column(sa.String(200))
    previous = sa.Column(sa.String(64), nullable=False)
    hash = sa.Column(sa.String(64), nullable=False, unique=True)
