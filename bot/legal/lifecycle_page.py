"""docs/lifecycle.md: the states, steps and time limits of a case in words, made from the state machine.

    .venv/bin/python -m bot.legal.lifecycle_page > docs/lifecycle.md
"""

from __future__ import annotations

from bot.legal.cases import CaseKind
from bot.legal.lifecycle import Step
from bot.legal.lifecycle_fields import FIELD_LABELS
from bot.legal.lifecycle_table import STEPS
from bot.legal.time_limits import MEDICAL_SOURCE, OURS, SOURCES

HEAD = """# 办件的状态和时限

由 `bot/legal/lifecycle_table.py` 和 `bot/legal/time_limits.py` 生成，测试保证本页与程序一致；依据 domain.md 2.5、2.12。
“承办”一栏为“是”的，只有承办人、今天替他值班的人，或有分派权限的人能办。每一步都记下谁、什么时候、从哪个状态到哪个状态。
打开页面之后别人改过的，一律不写入，并告诉后来的人是谁先改的。申请时间永不改写。
"""


def lifecycle_page() -> str:
    """Return the page."""
    kinds = "".join(f"\n## {kind.label}\n\n{_TABLE}{''.join(_row(step) for step in STEPS[kind])}" for kind in CaseKind)
    limits = "".join(f"| {limit.label} | {source} | {'提醒承办人' if limit in OURS else '当事人或法院'} |\n" for limit, source in SOURCES.items())
    return f"{HEAD}{kinds}\n## 时限\n\n| 事项 | 时限和依据 | 谁的 |\n|---|---|---|\n{limits}\n医疗纠纷的调结：{MEDICAL_SOURCE}。\n"


_TABLE = "| 步骤 | 从 | 到 | 权限 | 承办 | 必填 | 条件 |\n|---|---|---|---|---|---|---|\n"


def _row(step: Step) -> str:
    before = "、".join(status.code for status in step.before)
    needs = "、".join(FIELD_LABELS[name] for name in step.needs)
    conditions = [f"先有{'或'.join(a.label for a in step.after_any)}"] * bool(step.after_any) + ["只一次"] * step.once
    after = step.after.code if step.after else "不变"
    return f"| {step.action.label} | {before} | {after} | {step.permission.label} | {'是' if step.in_charge else ''} | {needs} | {'；'.join(conditions)} |\n"


if __name__ == "__main__":
    print(lifecycle_page(), end="")
