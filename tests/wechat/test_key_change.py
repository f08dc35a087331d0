"""The key that names conversations changes while residents write on WeChat."""

import pytest
import sqlalchemy as sa

from bot.storage import personal_data
from bot.storage.look_up_keys import key_of
from bot.storage.look_up_rotation import rotate_look_up
from bot.storage.personal_data import FILE
from bot.storage.tables import Message


@pytest.mark.parametrize("world", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_who_wrote_before_goes_on_in_the_same_conversation_and_newcomers_get_the_new_key(running):
    var = running.settings.var
    assert running.says("o1", "楼上漏水") == ["答：楼上漏水"]
    rotate_look_up(var / FILE, lambda: personal_data.load("", var), settle=0)
    assert running.says("o1", "然后呢") == ["答：楼上漏水", "答：然后呢"]
    assert running.says("o2", "你好") == ["答：你好"] and running.says("o2", "在吗") == ["答：你好", "答：在吗"]
    said = running.product.read(lambda s: s.execute(sa.select(Message.conversation_id).order_by(Message.id)).scalars().all())
    assert said[0] == said[1] and said[2] == said[3] and [key_of(said[n]) for n in (0, 2)] == ["look-up", "look-up-2"]
