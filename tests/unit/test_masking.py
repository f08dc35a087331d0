"""Before a question is kept for learning, what names or reaches a person is taken out."""

import pytest

from bot.legal.masking import without_personal_data


@pytest.mark.parametrize("said, kept", [
    ("我电话13800138000能不能联系我", "我电话〔电话〕能不能联系我"),
    ("138-0013-8000 打给我", "〔电话〕 打给我"),
    ("座机0376-6123456没人接", "座机〔电话〕没人接"),
    ("身份证411502199001011234被盗用", "身份证〔证件号〕被盗用"),
    ("我叫张三丰,邻居漏水", "我叫〔姓名〕,邻居漏水"),
    ("车牌豫S12345撞了我", "车牌〔车牌〕撞了我"),
    ("微信号abc_12345骗了我", "微信号〔账号〕骗了我"),
    ("发到a.b@example.com", "发到〔邮箱〕"),
    ("住3号楼2单元501室漏水", "住〔门牌〕漏水"),
    ("卡号6222020200112233445", "卡号〔号码〕"),
])
def test_what_reaches_a_person_goes(said, kept):
    assert without_personal_data(said) == kept


@pytest.mark.parametrize("said", ["欠我35000元三年了", "2024年3月入职干了8个月", "我是农民工工资没发", "民法典1079条是什么", "拖了120天"])
def test_amounts_and_dates_stay(said):
    assert without_personal_data(said) == said
