"""Who may do what at the desk: named permissions by role, and the communities somebody works for. Pure.

A role gives permissions; the communities of an account limit whose cases they reach. The administrator keeps accounts
and sees no case: whoever runs the machine needs no resident's story (domain.md 4.4, least privilege).
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.legal.cases import Role
from bot.legal.coded import Coded


class Permission(Coded):
    """What a page or an act needs; the code stands in the audit log."""

    ACCOUNT = ("account", "管理自己的账号")
    SEE_CASES = ("see_cases", "查看办件")
    WORK_CASES = ("work_cases", "办理办件")
    MEDIATE = ("mediate", "主持调解")
    ASSIGN = ("assign", "分派和改派")
    OPEN_PERSONAL = ("open_personal", "查看个人信息原文")
    TALK = ("talk", "与居民对话")
    RECORD_SERVICES = ("record_services", "登记服务")
    DECLARE = ("declare", "月度排查申报")
    WORK_ENTERPRISE = ("work_enterprise", "办理企业问题")
    RECORD_OFFICE = ("record_office", "登记办公室台账")
    LABEL_QUESTIONS = ("label_questions", "标注学习问题")
    RELEASE_MODEL = ("release_model", "上线或退回模型")
    SEE_FIGURES = ("see_figures", "查看统计")
    MAKE_REPORTS = ("make_reports", "出具报告")
    CLOSE_PERIODS = ("close_periods", "月度关账")
    SEE_AUDIT = ("see_audit", "查看审计日志")
    MANAGE_STAFF = ("manage_staff", "管理账号")
    MANAGE_TOKENS = ("manage_tokens", "管理接口令牌")


_P = Permission
_CASEWORK = {_P.ACCOUNT, _P.SEE_CASES, _P.WORK_CASES, _P.OPEN_PERSONAL, _P.TALK, _P.RECORD_SERVICES, _P.DECLARE, _P.LABEL_QUESTIONS, _P.SEE_FIGURES}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADVISOR: frozenset(_CASEWORK | {_P.MEDIATE, _P.WORK_ENTERPRISE}),
    Role.MEDIATOR: frozenset(_CASEWORK | {_P.MEDIATE}),
    Role.OFFICE: frozenset(
        _CASEWORK
        | {_P.MEDIATE, _P.ASSIGN, _P.WORK_ENTERPRISE, _P.RECORD_OFFICE, _P.RELEASE_MODEL, _P.MAKE_REPORTS, _P.CLOSE_PERIODS, _P.SEE_AUDIT, _P.MANAGE_TOKENS}
    ),
    Role.ADMIN: frozenset({_P.ACCOUNT, _P.MANAGE_STAFF, _P.MANAGE_TOKENS, _P.SEE_AUDIT, _P.RELEASE_MODEL}),
}
SECOND_FACTOR_ROLES = frozenset({Role.OFFICE, Role.ADMIN})


@dataclass(frozen=True)
class Staff:
    """A signed-in member of staff.

    Args:
        communities: codes of those they work for; None means all.
    """

    id: int
    code: str
    name: str
    roles: frozenset[Role]
    communities: frozenset[str] | None
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles gives this permission."""
        return permission in self.permissions

    def may_see(self, community: str | None) -> bool:
        """Whether a community is theirs; what belongs to no community is for those who see all."""
        return self.communities is None or (community is not None and community in self.communities)


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return the union of what the roles give."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


def needs_second_factor(roles: frozenset[Role]) -> bool:
    """Whether an account with these roles must sign in with a second factor."""
    return bool(roles & SECOND_FACTOR_ROLES)
