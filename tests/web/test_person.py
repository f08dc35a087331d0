"""A person takes over on the running product: from the resident's page to the member of staff and back."""

import subprocess

import pytest

from tests.web.talk import Listener, Speaker


def number_of(served, speaker):
    """The newest place in the queue is this resident's: other tests leave theirs as they are."""
    speaker.says("转人工")
    return max(int(line.split("\t")[0]) for line in served.bot("person", "list").splitlines())


def heard(served, speaker, enough, act):
    last = max((r["id"] for r in speaker.history()["replies"]), default=0)
    listener = Listener(served.url, speaker.conversation, enough, after=last)
    listener.start()
    listener.listening.wait(10)
    act()
    listener.join(30)
    return listener.events


def test_a_resident_is_served_by_a_person_and_rates_once(served):
    speaker = Speaker(served.url)
    number = str(number_of(served, speaker))
    talk = ("--by", "a01", "--role", "advisor")

    taken, said = heard(served, speaker, 2, lambda: (served.bot("person", "take", number, *talk), served.bot("person", "say", number, "请把合同带来。", *talk)))
    assert (taken["said_by"], said["said_by"]) == ("advisor", "advisor") and "社区法律顾问" in taken["text"]
    assert said["text"] == "请把合同带来。" and said["data"] == {"role": "社区法律顾问"} and said["message"] is None

    silent = speaker.says("楼上漏水把我家泡了怎么办")
    assert (silent["messages"], silent["pending"]) == ([], False)
    danger = speaker.says("救命，他拿着菜刀在门外砸门")
    assert [m["said_by"] for m in danger["messages"]] == ["bot"] and "110" in danger["messages"][0]["text"]
    assert "楼上漏水" in served.bot("person", "show", number)

    [back] = heard(served, speaker, 1, lambda: served.bot("person", "back", number, "--by", "a01", "--note", "周三见面"))
    assert back["said_by"] == "bot" and [b["payload"] for b in back["buttons"]] == ["5分", "4分", "3分", "2分", "1分"]
    assert "谢谢您的评价" in speaker.text("5分") and "评过分" in speaker.text("5分")
    assert speaker.says("楼上漏水把我家泡了怎么办")["messages"][0]["citations"]

    history = speaker.history()
    assert len({(r["message"], r["text"]) for r in history["replies"]}) == len(history["replies"])


def test_two_members_of_staff_cannot_take_the_same_resident(served):
    number = str(number_of(served, Speaker(served.url)))
    served.bot("person", "take", number, "--by", "a01")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        served.bot("person", "take", number, "--by", "m01", "--role", "mediator")
    assert refused.value.returncode == 1 and "a01 took this conversation first" in refused.value.stderr and "Traceback" not in refused.value.stderr


@pytest.mark.parametrize("arguments, named", [
    (("take", "99999", "--by", "a01"), "no hand-over 99999"),
    (("take", "1", "--by", "a01", "--role", "moon"), "moon"),
])
def test_what_staff_types_wrong_is_explained(served, arguments, named):
    number_of(served, Speaker(served.url))
    with pytest.raises(subprocess.CalledProcessError) as refused:
        served.bot("person", *arguments)
    assert named in refused.value.stderr and refused.value.stdout == ""
