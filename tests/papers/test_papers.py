"""Papers: filled from a case, opened again and read back."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest
import yaml
from docx import Document
from jinja2.exceptions import SecurityError

from bot.legal.cases import CaseKind
from bot.papers.case_file import CaseFile, Inquiry, Party
from bot.papers.fields import FIELDS_OF, fields, times_of
from bot.papers.filling import TEMPLATES, fill
from bot.papers.registry import PAPERS, papers_for
from bot.papers.words import BLANK, WITHHELD
from bot.settings import ROOT
from tests.papers.files import APPLICANT, EMPTY, MEDIATED, OTHER, make_file
from tests.storage.books import LATER, at

CASE_PAPERS = [p for p in PAPERS if p.kinds]
TAG = re.compile(r"\{[{%#]|[}%#]\}")


def words(paper: bytes) -> str:
    """All words of a document in the order they stand in its body, header and footer."""
    document = Document(io.BytesIO(paper))
    said = [node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t")]
    return "".join(said) + "".join(p.text for s in document.sections for p in (*s.header.paragraphs, *s.footer.paragraphs))


def made(code: str, file: CaseFile, office) -> str:
    return words(fill(code, fields(code, file, office, LATER, "m01"), LATER))


@pytest.mark.parametrize("code", [p.code for p in CASE_PAPERS])
def test_each_paper_is_filled_from_a_case_and_read_back(code, office):
    said = made(code, MEDIATED, office)
    assert next(p.title for p in PAPERS if p.code == code) in said
    assert "GX2026-00001" in said
    assert "张三" in said
    assert not TAG.search(said)


@pytest.mark.parametrize("code", [p.code for p in CASE_PAPERS])
def test_what_is_missing_is_marked_in_each_paper(code, office):
    said = made(code, EMPTY, office)
    assert BLANK in said and not TAG.search(said) and "None" not in said


@pytest.mark.parametrize("code", [p.code for p in PAPERS])
def test_a_template_that_gets_nothing_at_all_is_a_form_to_be_filled_in_by_hand(code):
    said = words(fill(code, {}, LATER))
    assert BLANK in said and not TAG.search(said) and next(p.title for p in PAPERS if p.code == code) in said


def test_a_template_names_values_and_runs_nothing(tmp_path, monkeypatch):
    from bot.papers import filling

    document = Document()
    document.add_paragraph("{{ ''.__class__.__mro__[1].__subclasses__() }}")
    document.save(str(tmp_path / "evil.docx"))
    monkeypatch.setattr(filling, "TEMPLATES", tmp_path)
    with pytest.raises(SecurityError):
        fill("evil", {}, LATER)


def test_a_complete_mediation_leaves_nothing_to_fill_in_its_core(office):
    for code in ("mediation_application", "mediation_record", "mediation_agreement", "revisit", "closing_report"):
        marked = made(code, MEDIATED, office).split("本文书由系统")[0]
        assert BLANK not in marked, code


@pytest.mark.parametrize("hostile", ["{{ case_no }}", "{% for x in y %}", "<w:p><w:r/></w:p>", "]]>&amp;<!--", "=cmd|' /C calc'!A0", "{#", "}} {{", "&#x0;"])
@pytest.mark.parametrize("code", [p.code for p in CASE_PAPERS])
def test_hostile_text_stays_text(code, hostile, office):
    file = make_file(
        what_happened=hostile, wish=hostile, parties=(replace(APPLICANT, name=hostile, address=hostile), replace(OTHER, name=hostile)),
        agreement=replace(MEDIATED.agreement, facts=hostile), sessions=(replace(MEDIATED.sessions[0], place=hostile),), revisits=(replace(MEDIATED.revisits[0], measures=hostile),),
    )  # fmt: skip
    assert hostile in made(code, file, office)


def test_control_characters_do_not_break_a_document(office):
    said = made("mediation_application", make_file(what_happened="第一行\n第二行\x00\x07\x0c\x0b尾\ud800"), office)
    assert "第一行" in said and "第二行尾" in said


def test_people_who_may_not_see_personal_data_get_none_of_it(office):
    for paper in CASE_PAPERS:
        said = made(paper.code, make_file(withheld=True), office)
        for secret in ("张三", "李四", "13800138000", "天花板", "水管", "1980", "教师"):
            assert secret not in said, (paper.code, secret)
        assert WITHHELD in said


def test_every_party_term_and_statement_has_a_row(office):
    third = Party("other", "王五", "13700137000")
    said = made("mediation_agreement", make_file(parties=(APPLICANT, OTHER, third)), office)
    assert said.count("被申请人") >= 2 and "王五" in said
    assert "李四修好自家水管" in said and "3,500.00元" in said and "2026年4月10日" in said
    assert "应为4份，写的是3份" in said


def test_what_was_asked_and_shown_is_printed_with_whose_it_is_and_when_it_went_back(office):
    said = made("mediation_investigation", MEDIATED, office)
    for words_ in ("第1次", "示例邻居", "楼下住户", "答：三月初。", "2026年3月19日10时00分", "漏水照片复印件张三2026年3月18日", "修理报价单原件张三2026年3月18日2026年3月26日"):
        assert words_ in said, words_
    assert BLANK not in said.replace("标“【待填】”处", "")


def test_each_session_inquiry_and_visit_has_a_paper_of_its_own(office):
    second = replace(MEDIATED.sessions[0], number=2, place="第二会议室")
    again = Inquiry(2, "示例门卫", "知情人", "示例调解员甲", at(3, 20), "示例社区一", "问：看到什么？")
    file = make_file(sessions=(*MEDIATED.sessions, second), inquiries=(*MEDIATED.inquiries, again))

    def which(code, number):
        return words(fill(code, fields(code, file, office, LATER, "m01", number), LATER))

    assert "示例社区一调解室" in which("mediation_record", 1) and "第二会议室" in which("mediation_record", 2) == which("mediation_record", None)
    assert "示例邻居" in which("mediation_investigation", 1) and "示例门卫" in which("mediation_investigation", 9)
    assert [times_of(code, file) for code in ("mediation_record", "mediation_investigation", "revisit", "closing_report")] == [2, 2, 1, 1]


def test_the_committee_is_that_of_the_community_or_of_the_subdistrict_that_took_it_over(office):
    place = office.community("c01")
    for tier, name in (("community", place.name), ("subdistrict", place.subdistrict), ("district", BLANK)):
        said = made("judicial_confirmation_application", make_file(committee=None, tier=tier), office)
        assert f"经{name}人民调解委员会调解" in said or f"经{name}调解" in said


def test_an_organisation_has_no_sex_birth_or_occupation(office):
    firm = Party("other", "示例公司", "03761234567", address="示例路1号", legal_rep="王五", uscc="91000000DEM0000006", agent="无")
    said = made("judicial_confirmation_application", make_file(parties=(APPLICANT, firm)), office)
    assert "示例公司（法定代表人或负责人：王五）性别—民族—出生日期—职业—" in said and "证件号码91000000DEM0000006" in said


def test_times_are_beijing_times_and_the_request_is_to_the_second(office):
    assert "2026年3月16日12时05分00秒" in made("mediation_application", MEDIATED, office)


def test_demonstration_papers_say_so(office):
    assert "演示数据，不作凭证" in made("mediation_application", make_file(is_demo=True), office)


def test_a_case_is_offered_the_papers_of_its_kind_and_step():
    codes = [p.code for p in papers_for(EMPTY)]
    assert codes == ["mediation_application", "mediation_registration", "rights_notice"]
    assert {"mediation_agreement", "judicial_confirmation_application", "revisit", "closing_report"} <= {p.code for p in papers_for(MEDIATED)}
    assert [p.code for p in papers_for(CaseFile("GX2026-3", CaseKind.LEGAL_AID.code))] == ["legal_aid_application", "service_record"]
    assert [p.code for p in papers_for(CaseFile("GX2026-4", CaseKind.ENTERPRISE.code))] == ["enterprise_issue"]


def test_every_paper_has_its_template_layout_and_fields():
    layouts = yaml.safe_load((ROOT / "tools" / "papers.yml").read_text(encoding="utf-8"))
    assert set(layouts) == {p.code for p in PAPERS} == {f.stem for f in TEMPLATES.glob("*.docx")}
    assert {p.code for p in CASE_PAPERS} == set(FIELDS_OF)


def test_the_committed_templates_are_those_of_the_layouts():
    import sys

    sys.path.insert(0, str(ROOT / "tools"))
    import paper_templates

    for code, layout in yaml.safe_load((ROOT / "tools" / "papers.yml").read_text(encoding="utf-8")).items():
        drawn = io.BytesIO()
        paper_templates.draw(layout).save(drawn)
        assert _body(drawn.getvalue()) == _body((TEMPLATES / f"{code}.docx").read_bytes()), f"{code}: run tools/paper_templates.py, or mend tools/papers.yml"


def test_the_same_case_makes_the_same_paper(office):
    first, second = (fill("mediation_record", fields("mediation_record", MEDIATED, office, at(5, 1), "m01"), at(5, 1)) for _ in range(2))
    assert _body(first) == _body(second)


def _body(document: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return archive.read("word/document.xml")
