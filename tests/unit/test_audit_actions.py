"""Every act that the program writes into the audit log has words that people read."""

import ast
import itertools

from bot.legal.audit_actions import LABELS
from bot.settings import ROOT

# Function → which argument names the act.
WRITERS = {"note": 2, "write_down": 1}


def acts():
    for path in (ROOT / "bot").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if "audit" not in source and "write_down" not in source:
            continue
        for call in ast.walk(ast.parse(source)):
            if isinstance(call, ast.Call):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                place = WRITERS.get(name)
                if place is not None and len(call.args) > place:
                    yield from ((act, path.name) for act in said(call.args[place]))


def said(node):
    """All texts an expression may be: a constant, either side of a choice, an f-string with a choice inside."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*said(node.body), *said(node.orelse)]
    if isinstance(node, ast.FormattedValue):
        return said(node.value)
    if isinstance(node, ast.JoinedStr):
        return ["".join(parts) for parts in itertools.product(*map(said, node.values))]
    return []


def test_every_act_in_the_log_has_words_that_people_read():
    written = dict(acts())
    assert len(written) > 20 and {"signed_in", "opened", "not_theirs"} <= set(written)
    assert {act: file for act, file in written.items() if act not in LABELS} == {}


def test_labels_are_short_and_different():
    assert len(set(LABELS.values())) == len(LABELS) and all(len(code) <= 32 for code in LABELS)
