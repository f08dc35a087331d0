import io
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.cli_understanding import answer_lines, nlu, understand
from bot.understanding import Understander, load_from_archive

KEYS = {"text", "intent", "confidence", "topic", "topics", "card", "emergency", "answered"}


def answers(model: Understander, *lines: bytes) -> list[dict]:
    out = io.StringIO()
    answer_lines(model, list(lines), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_line_is_answered_in_order_and_a_bad_one_does_not_stop_the_rest(small_model: Understander) -> None:
    lines = ['{"text": "老板拖欠工资三个月不给"}\n'.encode(), b"{broken\n", b"\n", b"[1]\n", b'{"text": 5}\n', b"\xff\xfe\n", '{"text": "你好"}'.encode()]
    found = answers(small_model, *lines)
    assert [("error" in answer) for answer in found] == [False, True, True, True, True, True, False]
    assert [answer["line"] for answer in found if "error" in answer] == [2, 3, 4, 5, 6]
    assert set(found[0]) >= KEYS
    assert (found[0]["card"], found[0]["answered"], found[0]["emergency"]) == ("unpaid_wages", True, False)
    assert found[-1]["intent"] == "greet"


def test_only_danger_now_is_an_emergency_on_the_outside(small_model: Understander) -> None:
    now, mention = answers(small_model, '{"text": "救命他正在打我"}'.encode(), '{"text": "家暴怎么取证"}'.encode())
    assert (now["emergency"], now["emergency_code"]) == (True, "violence_now")
    assert (mention["emergency"], mention["emergency_level"]) == (False, "mention")


def test_a_lone_surrogate_can_be_printed(small_model: Understander) -> None:
    assert answers(small_model, b'{"text": "\\ud83d"}')[0]["text"] == "\ud83d"


def test_hundreds_of_lines_come_back_one_for_one(small_model: Understander) -> None:
    lines = [json.dumps({"text": f"押金{number}元不退"}).encode() for number in range(300)]
    assert [answer["text"] for answer in answers(small_model, *lines)] == [f"押金{number}元不退" for number in range(300)]


def app() -> typer.Typer:
    mounted = typer.Typer()
    mounted.command("understand")(understand)
    mounted.add_typer(nlu, name="nlu")
    return mounted


def test_a_missing_model_ends_with_an_error_and_advice(tmp_path: Path) -> None:
    result = CliRunner().invoke(app(), ["understand", "--model", str(tmp_path / "none.tar.gz"), "你好"])
    assert result.exit_code == 1
    assert "bot train" in result.stderr and result.stdout == ""


def test_texts_on_the_command_line_are_answered_one_a_line(small_model: Understander, archive: Path) -> None:
    result = CliRunner().invoke(app(), ["understand", "--model", str(archive), "你好", "房东不退押金"])
    assert [json.loads(line)["intent"] for line in result.stdout.splitlines()] == ["greet", "ask_law"]


def test_the_archive_gives_back_the_model(small_model: Understander, archive: Path) -> None:
    assert load_from_archive(archive).understand("房东不退押金").card == "rental_deposit"


@pytest.fixture
def archive(small_model: Understander, tmp_path: Path) -> Path:
    import tarfile

    small_model.save(tmp_path / "LegalUnderstanding0")
    with tarfile.open(tmp_path / "m.tar.gz", "w:gz") as packed:
        packed.add(tmp_path / "LegalUnderstanding0", "components/train_LegalUnderstanding0")
    return tmp_path / "m.tar.gz"


def test_near_duplicates_in_the_data_end_with_an_error(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text('nlu:\n- intent: greet\n  examples: |\n    - 早上好呀各位老师傅们\n    - 早上好呀各位老师傅们。\n', encoding="utf-8")
    result = CliRunner().invoke(app(), ["nlu", "check", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "near-duplicates" in result.stderr
