"""Law texts made up for tests, in the format of the official collection."""

from __future__ import annotations

from pathlib import Path

GUEST_LAW = """
- **第一条**　　为了保护旅客的合法权益，制定本法。

- **第二条**　　旅店应当在三十日内退还押金。

  押金不得超过一日房价。

- **第二条之一**　　旅店不得扣留旅客的行李。
"""


def law_text(
    title: str = "中华人民共和国旅店法", published: str = "2020-01-10", effective: str = "2020-03-01", status: str = "有效", body: str = GUEST_LAW
) -> str:
    """Return one document as Markdown with front matter."""
    return (
        f"---\ntitle: {title}\nauthor: 试验机关\npublication_date: '{published}'\neffective_date: '{effective}'\n"
        f"status: {status}\ngroup: 法律\nurl: https://example.invalid/{published}\n---\n\n**{title}**\n{body}"
    )


def write_laws(folder: Path, **texts: str) -> Path:
    """Write name.md files into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def card_file(citation: str = '{law: 中华人民共和国旅店法, article: "2", keywords: [三十日, 押金]}', until: str = "null") -> str:
    """Return a card file (as far as the citation check reads it) with one card and one citation."""
    return (
        "topic: other\ncards:\n- card_id: deposit\n  title: 旅店押金\n  points: [旅店30日内退押金。]\n"
        f"  law_citation:\n  - {citation}\n  reviewed_by: null\n  reviewed_on: null\n  valid_until: {until}\n"
    )
