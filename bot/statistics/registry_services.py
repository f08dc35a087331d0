"""Metrics of the advisors: services by kind, coverage, service points, work for offices (domain.md 1.2 #3-#8; 2.7)."""

# ruff: noqa: E501  definitions are whole sentences

from __future__ import annotations

from bot.legal.advisor_services import ServiceKind
from bot.statistics.registry import OFFICE, Metric, Shape

LOG, ENGAGEMENTS, POINTS, WORK = "法律顾问服务日志", "法律顾问聘任登记", "公共法律服务站点登记", "区级法律顾问工作台账"
ADVISORS = "三级法律顾问"
SNAPSHOTS = ("advisor_coverage", "service_points_by_tier")
_ONLINE = (ServiceKind.CONSULT_PHONE.book, ServiceKind.CONSULT_WECHAT.book)

SERVICES = (
    Metric(
        "advisor_service_items", "法律服务事项", "次", tuple(kind.book for kind in ServiceKind),
        "一名顾问、对一个服务对象、一件事、同一日计一次；同一事跨日且有新的实质处理再计一次。智能助手自动答复、群发、未接通、只确认收到不计；与调解案件各按各的规则计，不相加。",
        LOG, "A", ADVISORS,
    ),
    *(Metric(kind.book, f"法律服务：{kind.label}", "次", (kind.book,), f"法律服务事项中的{kind.label}；各类之和等于法律服务事项。", LOG, "A", ADVISORS) for kind in ServiceKind),
    Metric("svc_online", "线上人工服务", "次", _ONLINE, "电话咨询与线上人工咨询之和。", LOG, "A", ADVISORS),
    Metric("lecture_attendance", "法治讲座听众", "人次", ("lecture_attendance",), "面向居民的法治讲座人次，另记，不计入法律服务事项。", LOG, "B", ADVISORS),
    Metric(
        "advisor_coverage", "法律顾问入驻社区", "个", (), "期末有有效聘任且近90日内有现场或线上服务记录的社区数；同一顾问服务多个社区按社区计。",
        ENGAGEMENTS, "B", OFFICE, Shape.SNAPSHOT, must_be_declared=True,
    ),
    Metric(
        "service_points_by_tier", "公共法律服务站点", "个", (), "期末开放的区级中心、街道工作站、社区工作室；撤并的保留历史。",
        POINTS, "B", OFFICE, Shape.SNAPSHOT, must_be_declared=True,
    ),
    Metric("litigation_cases", "办理诉讼案件", "件", ("litigation_case",), "区级法律顾问期内新接的机关诉讼案件，按委托事项编号计，同一纠纷全程计一件；不是居民案件。", WORK, "B", OFFICE, must_be_declared=True),
    Metric("legal_opinions", "出具法律建议书", "份", ("legal_opinion_issued",), "期内出具的编号文书；修订版不另计，口头答复计入法律服务事项。", WORK, "B", OFFICE, must_be_declared=True),
    Metric("advisor_discussions", "参与工作讨论", "次", ("meeting",), "区级法律顾问参与的会议，同一会议多名顾问参加计一次；与法律服务事项是两个数。", WORK, "B", OFFICE, must_be_declared=True),
    Metric("advisor_discussion_attendance", "参与工作讨论（人次）", "人次", ("meeting_attendance",), "参加会议的顾问人次。", WORK, "B", OFFICE),
)  # fmt: skip
