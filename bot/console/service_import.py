"""Services from a spreadsheet: every row is read like the form; all rows are written, or none."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.console.fields import Field, read_fields
from bot.console.service_form import as_record, number_of, service_fields
from bot.console.spreadsheet import Problem, Row, read_rows
from bot.errors import BadFields, BadRecord
from bot.ledger.advisor_services import ServiceRecord, record_service
from bot.ledger.service_log import Logged, find_logged
from bot.legal.permissions import Staff
from bot.office import Office
from bot.reports.sheets import Sheet, as_xlsx
from bot.storage.personal_data import KeyRing

NUMBER = "记录编号"
_NUMBER = re.compile(r"[0-9A-Za-z\u4e00-\u9fff_〔〕()（）/-]{1,40}")


@dataclass(frozen=True)
class Imported:
    """What came of a file: problems (then nothing was written), or how many rows are new, counted, and known from before."""

    problems: tuple[Problem, ...] = ()
    new: int = 0
    counted: int = 0
    known: int = 0


def columns(staff: Staff, office: Office) -> tuple[str, ...]:
    """Return the headings of the spreadsheet."""
    return (*(field.label for field in service_fields(staff, office)), NUMBER)


def template(staff: Staff, office: Office) -> bytes:
    """Return the empty spreadsheet, with a second sheet that says what may stand in each column."""
    fields = service_fields(staff, office)
    heads = tuple(f"{f.label}（必填）" if f.required else f.label for f in fields)
    first = Sheet("服务记录", (("填写", "标题不要改；一行一次服务；姓名、电话不会保存"),), (*heads, NUMBER), ())
    rows = tuple((f.label, "是" if f.required else "否", _allowed(f), f.hint) for f in fields)
    rows += ((NUMBER, "否", "文字", "纸质台账的编号；不填由系统编。同样的行再传一次不会重复登记"),)
    return as_xlsx([first, Sheet("填写说明", (), ("列", "必填", "可填", "说明"), rows)])


def read_file(body: bytes, staff: Staff, office: Office, now: datetime, keys: KeyRing) -> tuple[list[tuple[int, ServiceRecord]], list[Problem]]:
    """Return the records of a file with their row numbers, and what is wrong with it.

    Raises:
        BadInput: it is no such spreadsheet.
    """
    fields = service_fields(staff, office)
    records: list[tuple[int, ServiceRecord]] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for row in read_rows(body, columns(staff, office)):
        try:
            record = _record(row, fields, staff, now, keys)
            if record.record_no in seen:
                raise BadFields({"": f"和第{seen[record.record_no]}行相同；确实是两次服务，请写不同的{NUMBER}。"})
            seen[record.record_no] = row.number
            records.append((row.number, record))
        except BadFields as wrong:
            labels = {f.name: f.label for f in fields}
            problems += [Problem(row.number, labels.get(name, ""), said) for name, said in wrong.fields.items()]
    return records, problems


def write_all(session: Session, records: list[tuple[int, ServiceRecord]], now: datetime) -> Imported:
    """Write all records, or raise so that the caller's transaction writes none.

    Raises:
        Refused: says which rows stand against what is in the books.
    """
    problems, new, counted, known = [], 0, 0, 0
    for number, record in records:
        before = next(filter(None, (find_logged(session, no) for no in (record.record_no, *record.former_nos))), None)
        if before is not None:
            problems += _against(number, record, before)
            known += 1
            continue
        try:
            record_service(session, record, now)
        except BadRecord as error:
            problems.append(Problem(number, "", f"台账不收这一行：{error}"))
            continue
        new += 1
        written = find_logged(session, record.record_no)
        counted += int(bool(written and written.counted))
    if problems:
        raise Refused(problems)
    return Imported((), new, counted, known)


class Refused(Exception):
    """Rows that the books do not take; nothing of the file is written."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} rows refused")
        self.problems = problems


def _record(row: Row, fields: tuple[Field, ...], staff: Staff, now: datetime, keys: KeyRing) -> ServiceRecord:
    given = {field.name: row.cells.get(field.label, "") for field in fields}
    values = read_fields(fields, given, now)
    number = row.cells.get(NUMBER, "")
    if number and not _NUMBER.fullmatch(number):
        raise BadFields({"": f"{NUMBER}最多40字，只用字母、数字、汉字和短横线，现在是“{number[:20]}”。"})
    if number:
        return as_record(values, staff, number, keys)
    current, *formerly = (number_of(content, values["served_at"]) for content in _contents(values, staff, keys))
    return replace(as_record(values, staff, current, keys), former_nos=tuple(formerly))


def _contents(values: dict[str, Any], staff: Staff, keys: KeyRing) -> tuple[str, ...]:
    """What makes two rows the same row, whoever of one office brings the file; a name in it cannot be guessed from it."""
    told = {name: str(value) for name, value in values.items()}
    told["advisor"] = values.get("advisor") or staff.code
    return keys.look_up_hashes(json.dumps(told, sort_keys=True, ensure_ascii=False), "service row")


def _against(number: int, record: ServiceRecord, before: Logged) -> list[Problem]:
    if before.taken_back is not None:
        return [Problem(number, NUMBER, f"“{record.record_no}”登记后被撤销过，请换一个{NUMBER}。")]
    same = (before.kind, before.advisor, before.served_at, before.result) == (record.kind, record.advisor, record.served_at, record.result)
    return [] if same else [Problem(number, NUMBER, f"“{record.record_no}”已经登记为另一次服务（{before.kind.label}），请换一个{NUMBER}，或先更正原来那条。")]


def _allowed(field: Field) -> str:
    if field.choices:
        return "、".join(label for _, label in field.choices)
    return {"number": "整数", "moment": "日期时间，如 2026-03-16 10:30", "day": "日期，如 2026-03-16", "check": "是或否"}.get(field.kind, "文字")
