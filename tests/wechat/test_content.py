"""What residents send besides text, what they choose, and who speaks."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest
import sqlalchemy as sa
import yaml

from bot.channels.wechat import MENU
from bot.inbox import handover
from bot.inbox.notices import notify
from bot.ledger import cases
from bot.legal.cases import Channel, Role
from bot.legal.handover import RATED, Reason
from bot.legal.notices import NoticeKind
from bot.messages import Button, CitedArticle, Outbound
from bot.settings import ROOT
from bot.storage.handover_tables import Handover
from bot.storage.tables import Case, CaseStatement, Conversation
from bot.storage.wechat_tables import WeChatResident
from tests.builders import make_request

OFFER = [Outbound("您可以：", (Button("申请人民调解", "申请人民调解"), Button("找顾问", "找社区法律顾问")))]
OFFERED = "您可以：\n\n回复数字选择：\n1. 申请人民调解\n2. 找顾问"


def resident(world):
    return world.product.read(lambda s: s.execute(sa.select(WeChatResident)).scalars().one())


def community(world):
    return world.product.read(lambda s: s.execute(sa.select(Conversation.community)).scalars().one())


def with_open_case(world, openid):
    """Give a resident who spoke already a case in progress, and return its number."""
    world.says(openid, "你好")

    def write(session):
        conversation = session.execute(sa.select(Conversation.id)).scalars().one()
        request = make_request(conversation=conversation, channel=Channel.WECHAT)
        return cases.open_case(session, request, "GX", datetime.now(timezone.utc)).number

    return world.product.write(write)


def notes(world):
    query = sa.select(CaseStatement.text).where(CaseStatement.about == "supplement")
    return world.product.read(lambda s: list(s.execute(query).scalars()))


@pytest.mark.parametrize("typed, meant", [("1", "申请人民调解"), ("一", "申请人民调解"), ("２", "找社区法律顾问"), ("第二个", "找社区法律顾问"), ("选2", "找社区法律顾问"), ("找顾问", "找社区法律顾问"), ("3", "3"), ("我要离婚", "我要离婚")])
def test_offered_choices_are_numbered_and_a_number_or_the_words_choose(running, typed, meant):
    running.worker.script["怎么办"] = OFFER
    assert running.says("o1", "怎么办") == [OFFERED]
    running.says("o1", typed)
    assert running.worker.asked == ["怎么办", meant]


def test_choices_end_with_the_next_answer(running):
    running.worker.script["怎么办"] = OFFER
    for said in ("怎么办", "算了", "1"):
        running.says("o1", said)
    assert running.worker.asked == ["怎么办", "算了", "1"]


def test_choices_are_those_of_the_answer_that_reached_the_phone(impatient):
    impatient.worker.script["怎么办"] = OFFER
    impatient.platform.troubles = [45015]
    impatient.slowly("o1", "怎么办")
    impatient.product.quiet()
    assert resident(impatient).choices is None
    [said] = impatient.says("o1", "继续")
    assert said.endswith(OFFERED)
    impatient.says("o1", "2")
    assert impatient.worker.asked[-1] == "找社区法律顾问"


def test_a_late_answer_does_not_bring_a_second_list_with_a_one(impatient):
    impatient.worker.script["怎么办"] = OFFER
    impatient.worker.script["另外"] = [Outbound("还可以：", (Button("查进度", "查进度"),))]
    impatient.platform.troubles = [45047]
    impatient.slowly("o1", "怎么办")
    impatient.product.quiet()
    [said] = impatient.says("o1", "另外")
    assert said.count("1. ") == 1 and "1. 查进度" in said and "您可以：" in said
    impatient.says("o1", "1")
    assert impatient.worker.asked[-1] == "查进度"


def test_a_retry_does_not_choose_again(running):
    running.worker.script["怎么办"] = OFFER
    running.says("o1", "怎么办")
    message = running.platform.text("o1", "1")
    running.platform.deliver(message)
    running.platform.deliver(message)
    running.product.quiet()
    assert running.product.stored() == ["怎么办", "申请人民调解"]


def test_articles_that_an_answer_cites_are_named(running):
    running.worker.script["问"] = [Outbound("要赔。", citations=(CitedArticle("中华人民共和国民法典", "第一千一百六十五条", "民法典 第一千一百六十五条"),))]
    assert running.says("o1", "问") == ["要赔。\n依据：民法典 第一千一百六十五条。"]


def test_speech_that_was_recognised_is_answered_like_text(running):
    running.platform.deliver(running.platform.message("o1", "voice", MediaId="m", Format="amr", Recognition="房东不退押金。"))
    assert running.platform.texts("o1") == ["答：房东不退押金。"]


@pytest.mark.parametrize("heard", [{}, {"Recognition": ""}, {"Recognition": None}])
def test_speech_that_was_not_recognised_asks_to_type(running, heard):
    running.platform.deliver(running.platform.message("o1", "voice", MediaId="m", Format="amr", **heard))
    [said] = running.platform.texts("o1")
    assert "请打字" in said and running.worker.asked == []


@pytest.mark.parametrize("kind, name", [("image", "一张图片"), ("video", "一段视频"), ("shortvideo", "一段小视频"), ("file", "一个文件"), ("link", "一个链接")])
def test_a_picture_or_the_like_is_answered_politely(running, kind, name):
    running.platform.deliver(running.platform.message("o1", kind, MediaId="m", PicUrl="http://x/secret.jpg"))
    [said] = running.platform.texts("o1")
    assert name in said and "打字" in said and running.worker.asked == []
    assert running.product.stored() == [f"（发来{name}）"]


def test_with_a_case_in_progress_a_picture_is_noted_there_once(running):
    number = with_open_case(running, "o1")
    picture = running.platform.message("o1", "image", MediaId="m", PicUrl="http://x")
    running.platform.deliver(picture)
    running.platform.deliver(picture)
    assert number in running.platform.texts("o1")[-1]
    assert len(notes(running)) == 1 and "一张图片" in notes(running)[0]


def test_a_position_gets_the_service_points_and_is_not_kept(running):
    running.platform.deliver(running.platform.message("o1", "location", Location_X="32.1", Location_Y="114.0", Scale="16", Label="某小区3号楼"))
    [said] = running.platform.texts("o1")
    assert "示例区公共法律服务中心" in said and running.product.stored() == ["（发来一个位置）"]


def test_a_position_is_told_the_nearest_points_first_with_their_distance(world, tmp_path):
    points = [{"tier": "community", "name": f"示例点{n}", "position": [32.1 + n / 100, 114.0]} for n in (3, 1, 2, 4)]
    sample = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    office = tmp_path / "office.yml"
    office.write_text(yaml.safe_dump({**sample, "service_points": points}, allow_unicode=True), encoding="utf-8")
    world.product.settings = replace(world.product.settings, office=office)
    world.start()
    world.platform.deliver(world.platform.message("o1", "location", Location_X="32.1", Location_Y="114.0", Scale="16", Label="某小区"))
    [said] = world.platform.texts("o1")
    assert said.index("示例点1（约1.1公里）") < said.index("示例点2（约2.2公里）") < said.index("示例点3") and "示例点4" not in said
    assert not any("32.1" in text or "114" in text for text in world.product.stored())


def test_a_new_follower_is_welcomed_with_the_menu_once(running):
    event = running.platform.event("o1", "subscribe")
    body = running.platform.deliver(event).bodies[0]
    assert running.platform.deliver(event).bodies[0][:-40] == body[:-40]
    running.product.quiet()
    said = running.platform.texts("o1")[0]
    assert "智能助手" in said and all(words in said for words in MENU.values()) and "（110" not in said and "110（报警）" in said
    assert running.product.stored() == ["（关注了公众号）"] and running.platform.pushed("o1") == []


def test_a_number_after_the_welcome_chooses_from_the_menu(running):
    running.platform.deliver(running.platform.event("o1", "subscribe"))
    running.says("o1", "3")
    assert running.worker.asked == ["申请人民调解"]


def test_a_follower_who_came_by_a_communitys_code_belongs_to_it(running):
    running.platform.deliver(running.platform.event("o1", "subscribe", "qrscene_c03", Ticket="t"))
    assert community(running) == "c03" and "示例社区三" in running.platform.texts("o1")[0]


@pytest.mark.parametrize("code, noted, says", [("c05", "c05", "示例社区五"), ("zz", None, "不是本区社区")])
def test_scanning_a_code_later_notes_the_community(running, code, noted, says):
    running.platform.deliver(running.platform.event("o1", "SCAN", code, Ticket="t"))
    assert community(running) == noted and says in running.platform.texts("o1")[0]


@pytest.mark.parametrize("code, words", MENU.items())
def test_a_menu_key_says_what_a_resident_would_type(running, code, words):
    running.platform.deliver(running.platform.event("o1", "CLICK", code))
    assert running.platform.texts("o1") == [f"答：{words}"]


def test_a_menu_key_of_another_release_offers_the_menu(running):
    running.platform.deliver(running.platform.event("o1", "CLICK", "old_key"))
    [said] = running.platform.texts("o1")
    assert "1. 问法律问题" in said and running.worker.asked == []


def test_two_clicks_of_one_second_on_two_keys_are_two_messages(running):
    for key in ("ask_law", "check_case"):
        running.platform.deliver(running.platform.event("o1", "CLICK", key, CreateTime=1_700_000_000))
    assert running.product.stored() == ["问法律问题", "查进度"]


def test_a_person_is_named_by_role_and_the_assistant_again_afterwards(running):
    running.says("o1", "你好")
    running.person_says("我是您社区的顾问，明天给您回电话。")
    running.product.quiet()
    assert running.platform.pushed("o1") == ["【社区法律顾问】\n我是您社区的顾问，明天给您回电话。"]
    assert running.says("o1", "谢谢")[-1] == "【智能助手】\n答：谢谢"


def test_a_picture_for_a_person_in_charge_is_stored_and_not_answered_by_the_bot(running):
    running.says("o1", "转人工")
    running.product.write(lambda s: s.execute(sa.update(Conversation).values(mode="person")))
    delivery = running.platform.deliver(running.platform.message("o1", "image", MediaId="m"))
    assert delivery.bodies == ["success"] and running.product.stored() == ["转人工", "（发来一张图片）"]


def with_person(world, openid):
    """Put an advisor in charge of the one conversation, and return its id."""
    world.says(openid, "转人工")
    now = datetime.now(timezone.utc)

    def write(session):
        conversation = session.execute(sa.select(Conversation.id)).scalars().one()
        handover.ask_for_person(session, conversation, Reason.ASKED, now, "asked")
        handover.take(session, conversation, "a01", Role.ADVISOR, now)
        return conversation

    conversation = world.product.write(write)
    world.product.quiet()
    return conversation


def test_a_conversation_with_a_person_is_carried_both_ways_and_rated_once(running):
    conversation, now = with_person(running, "o1"), datetime.now(timezone.utc)
    assert running.platform.deliver(running.platform.text("o1", "我在")).bodies == ["success"]
    running.product.write(lambda s: handover.say(s, conversation, "a01", Role.ADVISOR, "请带上合同来。", now))
    running.product.quiet()
    assert running.platform.pushed("o1")[-1] == "【社区法律顾问】\n请带上合同来。"
    running.product.write(lambda s: handover.give_back(s, conversation, "a01", "已约见", now))
    running.product.quiet()
    assert running.platform.pushed("o1")[-1].startswith("【智能助手】") and "5分\n4分" in running.platform.pushed("o1")[-1]
    assert RATED in running.says("o1", "5")[-1]
    assert running.product.read(lambda s: s.execute(sa.select(Handover.stars)).scalar_one()) == 5
    assert running.worker.asked == ["转人工"]


def test_danger_is_answered_at_once_while_a_person_is_in_charge(running):
    with_person(running, "o1")
    running.platform.deliver(running.platform.text("o1", "他正拿刀砍门，快救我"))
    assert running.platform.phones["o1"][-1].how == "passive" and "110" in running.platform.texts("o1")[-1]
    assert running.worker.asked == ["转人工"]


def test_a_notice_about_a_case_is_pushed(running):
    number = with_open_case(running, "o1")

    def write(session):
        case = session.execute(sa.select(Case).where(Case.number == number)).scalar_one()
        notify(session, case, NoticeKind.ASSIGNED, datetime.now(timezone.utc), "n1")

    running.product.write(write)
    running.product.quiet()
    [notice] = running.platform.pushed("o1")
    assert number in notice and "1. 查进度" in notice


def test_erasing_a_resident_leaves_nothing_of_this_channel(running):
    from bot.inbox import wechat_store
    from bot.storage.wechat_tables import WeChatMessage, WeChatPart, WeChatWindow

    running.says("o1", "你好")
    running.product.write(lambda s: wechat_store.forget(s, resident(running).conversation_id))
    for table in (WeChatResident, WeChatMessage, WeChatPart, WeChatWindow):
        assert running.product.read(lambda s: s.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()) == 0
