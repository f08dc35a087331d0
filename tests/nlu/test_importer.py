"""Our importer gives Rasa what Rasa's own gives it."""

from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, TEXT

from bot.dialogue.importer import OnceImporter, Sentence

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "labour.yml": 'version: "3.1"\nnlu:\n- intent: ask_law\n  metadata: {topic: labour, card: unpaid_wages}\n  examples: |\n    - 老板欠薪\n    -   工钱不给  \n    - 老板欠薪\n',
    "greet.yml": 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 你好\n- intent: ask_law\n  examples: |\n    - 欠我"三万",怎么要?\n',
    "marked.yml": 'version: "3.1"\nnlu:\n- intent: check_case\n  examples: |\n    - 查 [GX2026-00003](case_number)\n',
    "long.yml": 'version: "3.1"\nnlu:\n- intent: thank\n  examples:\n  - text: |\n      谢谢\n    metadata: {topic: labour}\n',
    "rules.yml": 'version: "3.1"\nrules:\n- rule: r\n  steps:\n  - intent: greet\n  - action: action_listen\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> str:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return str(tmp_path)


def said(importer: TrainingDataImporter) -> list[tuple[object, ...]]:
    return sorted((message.get(TEXT), message.get(INTENT), str(message.get(METADATA)), str(message.get(ENTITIES)))
                  for message in importer.get_nlu_data("zh").training_examples)


def test_sentences_metadata_and_entities_are_those_of_rasas_importer(folder: str) -> None:
    ours, rasas = (kind(None, None, [folder]) for kind in (OnceImporter, RasaFileImporter))
    assert said(ours) == said(rasas)
    assert ("老板欠薪", "ask_law", "{'intent': {'topic': 'labour', 'card': 'unpaid_wages'}}", "None") in said(ours)
    assert [step.block_name for step in ours.get_stories().story_steps] == [step.block_name for step in rasas.get_stories().story_steps]


def test_sentences_survive_rasas_merging_and_stay_one_of_each(folder: str) -> None:
    merged = OnceImporter(None, None, [folder]).get_nlu_data().merge(OnceImporter(None, None, [folder]).get_nlu_data())
    assert [message.get(TEXT) for message in merged.training_examples].count("老板欠薪") == 1
    assert any(isinstance(message, Sentence) for message in merged.training_examples)


def test_what_a_component_adds_to_a_sentence_changes_its_fingerprint() -> None:
    sentence = Sentence.build("老板欠薪", "ask_law")
    before = sentence.fingerprint()
    sentence.set("tokens", ["老板", "欠薪"])
    assert sentence.fingerprint() != before


def test_a_broken_file_is_left_to_rasa_to_complain_of(tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text("nlu: [", encoding="utf-8")
    with pytest.raises(Exception, match="broken.yml"):
        OnceImporter(None, None, [str(tmp_path)]).get_nlu_data()


def test_config_names_it() -> None:
    importer = TrainingDataImporter.load_from_config(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [])
    assert isinstance(importer.importer._importer._importers[0], OnceImporter)  # type: ignore[attr-defined]
