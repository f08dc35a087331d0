"""Taking a case in, as residents do it."""

import re

import pytest
import sqlalchemy as sa

from bot.statistics import metrics
from bot.statistics.periods import read_period
from bot.storage.tables import Case, CasePerson, CaseStatement, Consent

ALWAYS = read_period("2020-01-01", "2099-12-31")
STORY = "楼上卫生间漏水把我家天花板泡坏了,楼上不肯修怎么办"


def cases(resident):
    with resident.database.reading() as session:
        return session.execute(sa.select(Case).order_by(Case.number)).scalars().all()


def fill_in(resident, *, story=STORY, start="申请人民调解"):
    resident.says(story)
    for text in (start, "示例社区三", "同意", "楼上住户李四", "修好漏水点,赔我修天花板的钱", "张三", "13800138000"):
        resident.says(text)


def test_a_question_becomes_a_counted_case(resident):
    assert "【" in resident.says(STORY)
    assert "社区" in resident.says("申请人民调解"), "what happened is taken over from the question"
    assert "隐私告知" in resident.says("示例社区三")
    assert "对方是谁" in resident.says("同意")
    assert "怎样解决" in resident.says("楼上住户李四")
    assert "姓名" in resident.says("修好漏水点,赔我修天花板的钱")
    assert "电话" in resident.says("张三")
    summary = resident.says("13800138000")
    assert STORY in summary and "示例社区三" in summary and "张三" in summary
    assert re.search(r"GX20\d\d-00001", resident.says("确认提交"))
    [case] = cases(resident)
    assert (case.kind, case.topic, case.dispute_type, case.community, case.channel) == ("mediation", "neighbour", "neighbour", "c03", "web")
    with resident.database.reading() as session:
        assert metrics.count(session, metrics.metric("mediation_requests"), ALWAYS) == 1
        people = session.execute(sa.select(CasePerson.side, CasePerson.name, CasePerson.phone).order_by(CasePerson.id)).all()
        consent = session.execute(sa.select(Consent)).scalar_one()
    assert [tuple(p) for p in people] == [("applicant", "张三", "13800138000"), ("other", "楼上住户李四", None)]
    assert consent.version and consent.notice.startswith("为登记")


def test_a_second_tap_on_confirm_opens_no_second_case(resident):
    fill_in(resident)
    resident.says("确认提交")
    assert "已经提交成功" in resident.says("确认提交")
    assert len(cases(resident)) == 1


def test_the_same_delivery_twice_opens_no_second_case(resident):
    fill_in(resident)
    first = resident.says("确认提交", external_id="same")
    assert resident.says("确认提交", external_id="same") == first
    assert len(cases(resident)) == 1


def test_a_legal_question_in_the_form_is_answered_and_the_form_goes_on(resident):
    resident.says(STORY)
    for text in ("申请人民调解", "示例社区三", "同意", "李四", "修好并赔偿"):
        resident.says(text)
    answered = resident.says("网上买的衣服七天内能不能无理由退货?")
    assert "【" in answered and "接着登记" in answered and answered.rstrip().endswith("请写您的姓名。")
    assert "电话" in resident.says("张三")


def test_the_card_in_focus_answers_a_follow_up_inside_the_form(resident):
    resident.says(STORY)
    resident.says("申请人民调解")
    answered = resident.says("要留什么证据")
    assert "请留好" in answered and "哪个社区" in answered


def test_one_field_is_corrected_and_the_rest_stays(resident):
    fill_in(resident)
    assert "电话" in resident.says("电话写错了")
    summary = resident.says("13900139000")
    assert "13900139000" in summary and "13800138000" not in summary and "张三" in summary


def test_change_offers_the_fields_and_takes_one(resident):
    fill_in(resident)
    assert "哪一项" in resident.says("修改")
    assert "改姓名" in resident.buttons
    assert "姓名" in resident.says("修改姓名")
    assert "李小红" in resident.says("李小红")


def test_cancelling_leaves_nothing(resident):
    resident.says(STORY)
    resident.says("申请人民调解")
    assert "已取消" in resident.says("取消")
    assert cases(resident) == []
    assert "【" in resident.says("公司拖欠我三个月工资不发怎么办"), "the form is really over"


def test_without_consent_nothing_is_kept(resident):
    resident.says(STORY)
    resident.says("申请人民调解")
    resident.says("示例社区三")
    assert "不登记" in resident.says("不同意")
    assert cases(resident) == []
    with resident.database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Consent)).scalar_one() == 0


def test_a_community_that_does_not_exist_is_refused_with_the_list(resident):
    resident.says(STORY)
    resident.says("申请人民调解")
    assert "不在我们的服务名单里" in resident.says("火星社区")
    assert "示例社区九" in resident.buttons
    assert "隐私告知" in resident.says("不清楚")


def test_the_community_of_a_scanned_poster_is_taken_over_and_can_be_changed(resident):
    resident.community = "c05"
    resident.says(STORY)
    said = resident.says("申请人民调解")
    assert "示例社区五" in said and "隐私告知" in said, "the community is not asked for again"
    for text in ("同意", "楼上住户李四", "修好漏水点", "张三"):
        resident.says(text)
    assert "示例社区五" in resident.says("13800138000")
    resident.says("改社区")
    assert "示例社区二" in resident.says("示例社区二")
    resident.says("确认提交")
    assert [case.community for case in cases(resident)] == ["c02"]


@pytest.mark.parametrize("wrong", ["1380013abcd", "12345", "电话不方便留"])
def test_a_wrong_phone_is_refused_and_asked_again(resident, wrong):
    fill_in(resident)
    resident.says("改电话")
    assert "电话" in resident.says(wrong)
    assert "13700137000" in resident.says("13700137000")


def test_an_emergency_ends_the_form_and_comes_first(resident):
    resident.says(STORY)
    resident.says("申请人民调解")
    said = resident.says("救命 他现在拿刀砍门要杀我")
    assert "110" in said[:20] and "社区？" not in said
    assert cases(resident) == []


def test_a_menu_button_in_the_middle_is_no_name(resident):
    fill_in(resident)
    resident.says("改姓名")
    assert "正在登记" in resident.says("查进度")


def test_an_advisor_is_asked_for_without_naming_the_other_side(resident):
    resident.says("找社区法律顾问")
    assert "哪个社区" in resident.says("老板三个月没有发工资了,我想弄清楚怎么要"), "what happened is not taken for a question"
    resident.says("示例社区一")
    assert "怎样解决" in resident.says("同意"), "the other party is not asked for"
    for text in ("想知道怎么要回工资", "王五", "13800138000"):
        resident.says(text)
    assert "GX" in resident.says("确认提交")
    [case] = cases(resident)
    assert case.kind == "advice"


def test_an_enterprise_names_itself(resident):
    resident.says("反映企业问题")
    resident.says("厂门口的路一直没有修好,货车进不来")
    resident.says("示例社区二")
    assert "企业" in resident.says("同意")
    assert "哪一类" in resident.says("示例五金厂")
    assert "没有看出是哪一类" in resident.says("说不上来的那种事情呀")
    assert "怎样解决" in resident.says("是修路的事")
    for text in ("希望把路修好", "赵六"):
        resident.says(text)
    summary = resident.says("13800138000")
    assert "企业名称：示例五金厂" in summary and "问题类别：物流道路" in summary and "赵六" in summary
    assert "哪一类" in resident.says("改类别")
    resident.says("水电气")
    assert "企业问题已登记" in resident.says("确认提交")
    [case] = cases(resident)
    assert case.kind == "enterprise"
    with resident.database.reading() as session:
        told = dict(session.execute(sa.select(CaseStatement.about, CaseStatement.text)).all())
        people = session.execute(sa.select(CasePerson.side, CasePerson.name).order_by(CasePerson.id)).all()
        assert session.execute(sa.select(Consent)).scalar_one().version
    assert told["category"] == "水电气" and told["what_happened"].startswith("厂门口") and told["wish"] == "希望把路修好"
    assert [tuple(p) for p in people] == [("applicant", "赵六"), ("other", "示例五金厂")]


def test_what_was_typed_is_kept_as_it_was_said(resident):
    fill_in(resident)
    resident.says("确认提交")
    with resident.database.reading() as session:
        texts = session.execute(sa.select(CaseStatement.about, CaseStatement.text).order_by(CaseStatement.id)).all()
    assert [tuple(t) for t in texts] == [("what_happened", STORY), ("wish", "修好漏水点,赔我修天花板的钱")]


def test_what_speaks_against_mediation_is_told_before_the_form(resident):
    resident.says("邻居欠我三万块钱,法院已经判决了,他还是不给怎么办")
    said = resident.says("申请人民调解")
    assert "法院" in said and "不适合人民调解" in said and "哪个社区" in said
    assert "只是参考，不是决定" in said


def test_a_dispute_that_fits_gets_no_warning(resident):
    resident.says(STORY)
    assert "不适合" not in resident.says("申请人民调解")


def test_what_the_model_made_of_the_story_is_kept_with_the_case_for_the_desk(resident):
    from bot.ledger.suggestions import suggestion_of

    fill_in(resident, story="2026年3月1日邻居装修把我家水管打断了，天花板泡坏了，怎么办")
    resident.says("确认提交")
    [case] = cases(resident)
    with resident.database.reading() as session:
        kept = suggestion_of(session, case.number)
    assert kept.topics[0][0].code == case.topic and 0 < kept.topics[0][1] <= 1
    assert [day.isoformat() for day in kept.days] == ["2026-03-01"]
