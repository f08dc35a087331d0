"""A person answers on the page: who speaks is always visible, and the service is rated once."""

from playwright.sync_api import expect


def test_who_speaks_is_always_visible_and_the_service_is_rated_once(resident, served):
    page = resident.page
    resident.says("转人工")
    number = str(max(int(line.split("\t")[0]) for line in served.bot("person", "list").splitlines()))
    speaker = page.locator("#speaker")
    expect(speaker).to_contain_text("智能助手")

    served.bot("person", "take", number, "--by", "a01")
    served.bot("person", "say", number, "请把合同带来。", "--by", "a01")
    expect(page.locator(".by-person .bubble").last).to_contain_text("请把合同带来。")
    expect(page.locator(".by-person .by").first).to_contain_text("人工回复 · 社区法律顾问")
    expect(speaker).to_contain_text("人工回复 · 社区法律顾问")

    page.fill("#say", "好的我明天带")
    page.keyboard.press("Enter")
    expect(page.locator(".said .bubble").last).to_contain_text("好的我明天带")
    expect(page.locator(".said .state").last).to_have_text("")
    expect(page.locator("#typing")).to_be_hidden()
    expect(page.locator("#log > .entry").last).to_contain_text("好的我明天带")

    page.reload()
    expect(page.locator(".by-person .bubble").last).to_contain_text("请把合同带来。")
    served.bot("person", "back", number, "--by", "a01")
    expect(page.locator(".kind-rating").last).to_contain_text("打个分")
    expect(speaker).to_contain_text("智能助手")
    assert "谢谢您的评价" in resident.taps("5分")
    assert resident.overflow() <= 0
