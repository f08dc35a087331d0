from datetime import date

import pytest

from bot.understanding.entities import find_entities

TODAY = date(2026, 11, 23)


def found(text: str, kind: str, communities=()) -> list[tuple]:
    return [(entity.value, entity.unit) for entity in find_entities(text, TODAY, communities) if entity.kind == kind]


@pytest.mark.parametrize("text, value", [
    ("欠我二万三不给", "23000"), ("一个月3千5", "3500"), ("借了五万多块", "50000"), ("转了1.2万", "12000"), ("罚我三百块", "300"), ("十万八的彩礼", "108000"),
    ("欠10w", "10000" + "0"), ("五六千块钱", "5000"), ("两百五十元", "250"), ("￥1,200", "1200"), ("押金1500不退", "1500"), ("３０００元", "3000"),
    ("三块五", "3.5"), ("要价一亿三千万", "130000000"), ("几万块", "10000"), ("二十万零五百", "200500"),
])
def test_money_is_read_in_yuan(text: str, value: str) -> None:
    assert found(text, "money") == [(value, "元")]


@pytest.mark.parametrize("text", ["来了两万人", "房子120平", "三千米", "第三个月", "我35岁", "拨打12348"])
def test_other_counts_are_not_money(text: str) -> None:
    assert found(text, "money") == []


@pytest.mark.parametrize("text, value, unit", [
    ("昨天的事", "2026-11-22", "day"), ("上个月辞职的", "2026-10", "month"), ("上上个月", "2026-09", "month"), ("去年腊月借的", "2026-01", "month"),
    ("2024年3月签的", "2024-03", "month"), ("2024.3.15入职", "2024-03-15", "day"), ("前年3月15号", "2024-03-15", "day"), ("上周三", "2026-11-18", "day"),
    ("12月5号发的工资", "2025-12-05", "day"), ("三年前借的", "2023", "year"), ("半年前离的婚", "2026-05", "month"), ("二〇二三年", "2023", "year"),
    ("今年春节前", "2026-02-17", "day"), ("上个月5号", "2026-10-05", "day"),
])
def test_dates_are_seen_from_today(text: str, value: str, unit: str) -> None:
    assert found(text, "date") == [(value, unit)]


def test_a_day_that_does_not_exist_is_left_out() -> None:
    assert found("2月30号交房", "date") == []


@pytest.mark.parametrize("text, value, unit", [
    ("干了三个月", 3, "month"), ("干了两年半", 30, "month"), ("一年零三个月", 15, "month"), ("住了十来天", 10, "day"), ("48小时内", 48, "hour"),
    ("拖了两个礼拜", 2, "week"), ("工龄20年", 20, "year"), ("半个月没来", 0.5, "month"),
])
def test_spans_have_a_number_and_a_unit(text: str, value: float, unit: str) -> None:
    assert found(text, "span") == [(value, unit)]


@pytest.mark.parametrize("text, value", [
    ("13812345678", "13812345678"), ("电话138 1234 5678", "13812345678"), ("138-1234-5678", "13812345678"), ("１３８１２３４５６７８", "13812345678"),
    ("0376-6543210", "03766543210"),
])
def test_phone_numbers_are_digits_alone(text: str, value: str) -> None:
    assert found(text, "phone") == [(value, None)]


@pytest.mark.parametrize("text", ["gx2026-00001", "GX 2026 00001", "ＧＸ２０２６－００００１"])
def test_case_numbers_are_written_as_printed(text: str) -> None:
    assert found("查" + text, "case_number") == [("GX2026-00001", None)]


def test_communities_come_from_the_list_given() -> None:
    assert found("我住龙飞山社区三号楼", "community", ["龙飞山社区"]) == [("龙飞山社区", None)]
    assert found("我住龙飞山那边", "community", ["龙飞山社区"]) == [("龙飞山社区", None)]
    assert found("我住龙飞山社区", "community") == []


def test_parties_are_named_by_code() -> None:
    assert [value for value, _ in found("房东和物业公司都不管，邻居家漏水", "role")] == ["landlord", "property_company", "neighbour"]


def test_positions_point_into_the_text_as_typed() -> None:
    text = "老板　欠我２万３，电话１３８ 1234 5678，去年腊月的事"
    for entity in find_entities(text, TODAY):
        assert text[entity.start : entity.end] == entity.text


def test_entities_never_overlap() -> None:
    entities = find_entities("2024年3月15日到上个月5号，三年前借了3千5一个月，干了两年半欠12万三", TODAY)
    assert all(one.end <= other.start for one, other in zip(entities, entities[1:]))
