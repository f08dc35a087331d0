"""What WeChat residents read that no dialogue says: welcome, a scanned code, pictures, places, waiting."""

from __future__ import annotations

from bot.channels.wechat import MENU
from bot.legal.places import Position, in_words, nearest
from bot.messages import Button, Outbound
from bot.office import Community, Office, ServicePoint

MENU_BUTTONS = tuple(Button(words, words) for words in MENU.values())
NEAREST = 3
MANY = "现在咨询的人比较多，您的消息已经收到，正在排队，答复好了会发给您（没等到请回复“继续”）；急事请拨打12348，有危险请拨打110。"
STILL_WORKING = "您的问题还在处理，请过一会儿回复“继续”查看答复。"
UNHEARD = Outbound(text="这条语音没有转成文字，我没法听懂。请打字告诉我，或者按住说话时选择“转文字”后再发。", kind="channel")
NOTHING_READABLE = Outbound(text="没有看到文字。请打字告诉我您的问题，比如“房东不退押金怎么办”。", buttons=MENU_BUTTONS, kind="channel")
UNKNOWN_KEY = Outbound(text="这个菜单项暂时用不了。您可以直接打字说事，或者选下面的一项。", buttons=MENU_BUTTONS, kind="channel")


def welcome(office: Office, community: Community | None) -> Outbound:
    """Return the greeting of a new follower, naming the community whose code was scanned."""
    place = f"已为您记下所在社区：{community.name}。" if community else ""
    text = (
        f"您好，这里是{office.name}，我是智能助手，自动回复法律问题，也可以帮您登记办事。{place}\n"
        "直接打字说事就行，比如“楼上漏水怎么办”；需要真人时说“转人工”。"
        f"{_emergency(office)}"
    )
    return Outbound(text=text, buttons=MENU_BUTTONS, kind="channel")


def scanned(community: Community | None) -> Outbound:
    """Return the answer to a scanned code: the community that was noted, or that the code is not known."""
    if community is None:
        return Outbound(text="这个二维码不是本区社区的。您可以直接打字说事，或者选下面的一项。", buttons=MENU_BUTTONS, kind="channel")
    return Outbound(text=f"已为您记下所在社区：{community.name}。有什么事要办，直接打字告诉我就行。", buttons=MENU_BUTTONS, kind="channel")


def places(office: Office, here: Position | None) -> Outbound:
    """Return the service points: the nearest three with their distance, or all of them where distances are not known."""
    near = nearest(here, office.service_points, NEAREST) if here else []
    if near:
        lines = [f"· {_place(point)}（约{in_words(metres)}）" for metres, point in near]
        return Outbound(text="位置收到了（不会保存）。离您最近的服务点：\n" + "\n".join(lines), kind="channel")
    lines = [f"· {_place(point)}" for point in office.service_points]
    if not lines:
        return Outbound(text="位置收到了（不会保存）。服务点的地址还没有登记，请说“转人工”或打字告诉我您的问题。", kind="channel")
    text = "位置收到了（不会保存）。我还不能计算远近，服务点有这些，您看哪个方便：\n" + "\n".join(lines)
    return Outbound(text=text, kind="channel")


def thing_received(name: str, case_number: str | None) -> Outbound:
    """Return the answer to a picture or the like: where that it came was noted, and to say it in words."""
    if case_number is None:
        return Outbound(text=f"收到您发来的{name}，我看不懂它的内容，也没有保存。请把要紧的内容打字告诉我；原件请留好，以后可能用得上。", kind="channel")
    return Outbound(
        text=(
            f"收到您发来的{name}，已在您的事项 {case_number} 里记了一笔，但内容我看不懂，也没有保存。"
            "原件请留好，承办人联系您时再给他看；要紧的内容请打字告诉我。"
        ),
        kind="channel",
    )


def _place(point: ServicePoint) -> str:
    about = "，".join(part for part in (point.address, point.hours, point.phone) if part)
    return f"{point.name}：{about}" if about else point.name


def _emergency(office: Office) -> str:
    shown = office.shown_hotlines(["110", "120"])
    return f"\n有危险请先拨打{'、'.join(f'{number}（{label}）' for number, label in shown)}。" if shown else ""
