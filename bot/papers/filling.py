"""Filling a template: fields in, a Word document out. What is missing says 【待填】; what somebody typed stays text.

The templates are Word files in `templates/`, so that the office can change their looks in Word; the first version of each is
drawn by `tools/paper_templates.py` from `tools/papers.yml`.
"""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Undefined
from jinja2.sandbox import SandboxedEnvironment

from bot.office import BEIJING
from bot.papers.words import BLANK, printable

TEMPLATES = Path(__file__).parent / "templates"


class _Missing(Undefined):
    """A name or attribute that nobody filled."""

    def __str__(self) -> str:
        return BLANK

    def __iter__(self) -> Any:
        return iter(())

    def __getattr__(self, name: str) -> Any:
        # What hangs on a thing that is missing is missing too. Names with underscores stay Python's own.
        if name.startswith("_"):
            raise AttributeError(name)
        return self


def _shown(value: Any) -> Any:
    return BLANK if value is None or value == "" else value


def fill(code: str, fields: dict[str, Any], now: datetime) -> bytes:
    """Return the paper as a DOCX file.

    Args:
        fields: names of the template; texts, and lists of such mappings for rows that repeat.
    """
    from docxtpl import DocxTemplate  # 10 MB that the web process does without until the first paper

    # A template is a file that staff may edit: it names values, it runs nothing.
    environment = SandboxedEnvironment(autoescape=True, undefined=_Missing, finalize=_shown)
    document = DocxTemplate(str(TEMPLATES / f"{code}.docx"))
    document.render({name: _clean(value) for name, value in fields.items()}, jinja_env=environment)
    made = now.astimezone(BEIJING).replace(tzinfo=None, microsecond=0)
    document.core_properties.created = document.core_properties.modified = made
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _clean(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner) for inner in value]
    return value
