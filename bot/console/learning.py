"""/console/learning: questions the model was not sure of or was corrected on, labelled with one key; models, and what the next would change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.orm import Session

from bot.console.access import ROOT, go, needs, now
from bot.console.pages import page
from bot.errors import CaseNotFound, ModelAltered, ModelMissing, UnknownCode
from bot.knowledge.cards import Card
from bot.ledger import audit, review
from bot.legal.permissions import Permission
from bot.legal.topics import Intent, Topic
from bot.models import released
from bot.settings import ROOT as HERE
from bot.storage.tables import ReviewQuestion
from bot.storage.threads import in_thread

bp = Blueprint("learning", url_prefix=f"{ROOT}/learning")
CHOICES, QUESTIONS = 5, 10
BANDS = {"ask_back": "拿不准，反问了", "person": "没答上来", "corrected": "工作人员更正"}
# Keys besides 1-5; what is asked most often among questions that are no question of law.
PLAIN = (("q", Intent.OUT_OF_SCOPE), ("w", Intent.ASK_HUMAN), ("e", Intent.REQUEST_ADVISOR), ("r", Intent.REQUEST_MEDIATION))
FIGURES = {
    "intent_accuracy": "意图正确", "topic_top1": "主题正确", "topic_top3": "主题在前三", "services": "办事意图正确",
    "card_right_of_shown": "给出的知识卡正确",
    "off_topic_answered": "无关的话却给了卡", "emergency_recall": "紧急情况识别出", "false_alarms": "普通问题误报紧急",
    "card_calibration_error": "知识卡把握误差",
}  # fmt: skip


@bp.get("/")
@needs(Permission.LABEL_QUESTIONS)
async def show(request: Request) -> HTTPResponse:
    """Questions that wait for a label, oldest first, with what the model guessed under the keys 1 to 5."""
    return await _show(request)


@bp.post("/<number:int>")
@needs(Permission.LABEL_QUESTIONS)
async def label(request: Request, number: int) -> HTTPResponse:
    """Say what a question meant; `meaning` is "intent", "ask_law/topic" or "ask_law/topic/card"."""
    intent, topic, card = (*str(request.form.get("meaning") or "").split("/"), "", "")[:3]
    who, cards = request.ctx.staff.code, request.app.ctx.cards

    def work(session: Session) -> None:
        review.label_question(session, number, intent, topic or None, card or None, {key: one.topic.code for key, one in cards.items()}, who)
        audit.note(session, who, "question_labelled", f"question:{number}", now())

    try:
        await in_thread(request.app, work, writing=True)
    except CaseNotFound:
        return await _show(request, "没有这个问题，可能已经按期限清理。", 404)
    except UnknownCode:
        return await _show(request, "请选一个意图或主题；法律问题要选到主题。", 422)
    return await _show(request) if request.headers.get("hx-request") else go(request, f"{ROOT}/learning")


@bp.get("/export")
@needs(Permission.LABEL_QUESTIONS)
async def export(request: Request) -> HTTPResponse:
    """The labelled questions as a training file."""
    written = await in_thread(request.app, lambda s: review.export_labelled(s, now()), writing=True)
    headers = {"Content-Disposition": 'attachment; filename="review.yml"', "Cache-Control": "no-store"}
    return response.text(written, content_type="application/x-yaml; charset=utf-8", headers=headers)


@bp.get("/models")
@needs(Permission.LABEL_QUESTIONS)
async def models(request: Request) -> HTTPResponse:
    """The models, which one answers residents, and what the newest candidate would change."""
    return await _models(request)


@bp.post("/train")
@needs(Permission.RELEASE_MODEL)
async def train(request: Request) -> HTTPResponse:
    """Start training a candidate beside serving, at low priority; one at a time."""
    if request.form.get("what") != "candidate":
        return await _models(request, "请从本页的按钮开始训练。", 422)
    if _training(_folder(request)):
        return await _models(request, "候选模型正在训练，请等它结束。", 409)
    who = request.ctx.staff.code
    await in_thread(request.app, lambda s: audit.note(s, who, "candidate_asked_for", "model", now()), writing=True)
    _start_training(request)
    return go(request, f"{ROOT}/learning/models")


@bp.post("/promote")
@needs(Permission.RELEASE_MODEL)
async def promote(request: Request) -> HTTPResponse:
    """Let a model answer residents from now on."""
    name, who = str(request.form.get("name") or ""), request.ctx.staff.code
    try:
        released.promote(_folder(request), name, who, now())
    except ModelMissing:
        return await _models(request, "没有这个模型。", 404)
    except ModelAltered:
        return await _models(request, "这个模型文件和训练出来的不一样，不能上线。", 409)
    await in_thread(request.app, lambda s: audit.note(s, who, "model_promoted", name, now()), writing=True)
    return go(request, f"{ROOT}/learning/models")


@bp.post("/rollback")
@needs(Permission.RELEASE_MODEL)
async def rollback(request: Request) -> HTTPResponse:
    """Let the model before the live one answer again."""
    who = request.ctx.staff.code
    try:
        name = released.rollback(_folder(request))
    except (ModelMissing, ModelAltered):
        return await _models(request, "没有可以退回的模型。", 409)
    await in_thread(request.app, lambda s: audit.note(s, who, "model_rolled_back", name, now()), writing=True)
    return go(request, f"{ROOT}/learning/models")


async def _show(request: Request, error: str = "", status: int = 200) -> HTTPResponse:
    cards: dict[str, Card] = request.app.ctx.cards
    shown: dict[str, Any] = await in_thread(request.app, lambda s: {
        "counts": review.counts(s),
        "questions": [_line(question, cards) for question in review.open_questions(s, QUESTIONS)],
        "labelled": [(question.text, words_of(cards, question.label_intent, question.label_topic, question.label_card), question.labelled_by)
                     for question in review.labelled_questions(s, 20)],
    })  # fmt: skip
    by_topic = [(topic, [card for card in cards.values() if card.topic is topic]) for topic in Topic]
    return page(request, "learning.html", status=status, error=error, plain=PLAIN, by_topic=by_topic, intents=list(Intent), **shown)


def _line(question: ReviewQuestion, cards: dict[str, Card]) -> dict[str, Any]:
    """Return a question with at most CHOICES meanings as (value of the form, words): the model's cards, then its topics alone."""
    guesses = json.loads(question.guesses or "{}")
    found = [f"ask_law/{cards[card].topic.code}/{card}" for card in guesses.get("cards") or [] if card in cards]
    found += [f"ask_law/{topic[0]}" for topic in guesses.get("topics") or [] if topic[0] in Topic.codes()]
    meanings = [(value, words_of(cards, *value.split("/"))) for value in dict.fromkeys(found)][:CHOICES]
    return {"number": question.id, "text": question.text, "band": BANDS.get(question.band, question.band), "asked_at": question.asked_at, "meanings": meanings}


def words_of(cards: dict[str, Card], intent: str | None, topic: str | None = None, card: str | None = None) -> str:
    """Return a meaning as people read it."""
    if card and card in cards:
        return f"{cards[card].topic.label}：{cards[card].title}"
    if topic and topic in Topic.codes():
        return f"{Topic.from_code(topic).label}（没有合适的卡）"
    return Intent.from_code(intent).label if intent in Intent.codes() else str(intent)


async def _models(request: Request, error: str = "", status: int = 200) -> HTTPResponse:
    folder, cards = _folder(request), request.app.ctx.cards
    listed = released.listed(folder)
    candidate = next((model for model in listed if not model.is_live and released.kept_comparison(folder, model.name)), None)
    found = released.kept_comparison(folder, candidate.name) if candidate else None
    texts = dict(await in_thread(request.app, review.texts_for_comparison)) if found else {}
    changes = [(change["text"], change, words_of(cards, *change["wanted"])) for change in (found or {}).get("changed", [])]
    changes += [(texts[change["number"]], change, "") for change in (found or {}).get("questions", []) if change["number"] in texts]
    return page(request, "learning_models.html", status=status, error=error, models=listed, candidate=candidate, sets=(found or {}).get("sets", {}),
                figures=FIGURES, changes=[(text, _said(c["before"], cards), _said(c["after"], cards), wanted) for text, c, wanted in changes],
                 is_training=_training(folder), log=_last_words(folder))


def _said(answer: list[str | None], cards: dict[str, Card]) -> str:
    intent, topic, card, band = answer
    return words_of(cards, intent, topic, card) if band == "answer" else f"{words_of(cards, intent, topic)}，{BANDS.get(band or '', band)}"


def _folder(request: Request) -> Path:
    return Path(request.app.ctx.settings.var) / "models"


def _start_training(request: Request) -> None:
    folder = _folder(request)
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "BOT_VAR": str(request.app.ctx.settings.var)}
    with (folder / ".candidate.log").open("wb") as log:
        command = [sys.executable, "-m", "bot.cli", "model", "train-candidate"]
        process = subprocess.Popen(command, env=environment, cwd=HERE, stdout=log, stderr=log, start_new_session=True, preexec_fn=lambda: os.nice(10))  # noqa: PLW1509
    _processes[folder] = process


_processes: dict[Path, subprocess.Popen[bytes]] = {}


def _training(folder: Path) -> bool:
    return folder in _processes and _processes[folder].poll() is None


def _last_words(folder: Path) -> str:
    """Return why the last training failed, "" when it did not."""
    process = _processes.get(folder)
    if process is None or not process.poll():
        return ""
    return (folder / ".candidate.log").read_text(encoding="utf-8", errors="replace")[-600:]


