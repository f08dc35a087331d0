"""Text in, meaning out: the trained model."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Optional

import numpy as np

from bot.understanding import emergencies, storing, vectors, words
from bot.understanding.calibration import Calibration, surer
from bot.understanding.cards import NO_CARD, CardHeads
from bot.understanding.entities import find_entities
from bot.understanding.examples import Example
from bot.understanding.heads import Array, Head, Hidden
from bot.understanding.memory import Memory
from bot.understanding.normalise import normalise, readable_share, without_courtesies
from bot.understanding.terms import TermRows, Vocabulary, terms_of
from bot.understanding.understood import ANSWER, ASK_BACK, PERSON, Understood

ASK_LAW, EMERGENCY, OUT_OF_SCOPE = "ask_law", "emergency", "out_of_scope"
NO_DANGER = "none"
_KNOWN = 0.99  # confidence in a sentence that is in the training data word for word
_ANSWER_CARD, _ASK_BACK_CARDS = 0.5, 0.35
_ANSWER_INTENT, _ASK_BACK_INTENT = 0.5, 0.3
_BATCH = 256


class Understander:
    """A trained model; made by `train` or `load`, safe to share between threads once made.

    `communities` may be set to the names that entities of that kind are looked for by.
    """

    def __init__(self, vocabulary: Vocabulary, hidden: Hidden, intent: Head, topic: Head, danger: Head, cards: CardHeads, memory: Memory,
                 card_topics: dict[str, str]) -> None:
        self.vocabulary, self.hidden, self.intent, self.topic, self.danger = vocabulary, hidden, intent, topic, danger
        self.cards, self.memory, self.card_topics = cards, memory, card_topics
        self.communities: Sequence[str] = ()

    @classmethod
    def train(cls, examples: Sequence[Example], card_topics: dict[str, str],
              progress: Optional[Callable[[str], None]] = None, card_words: Optional[dict[str, list[str]]] = None,
              store: Optional[Path] = None) -> "Understander":
        """Return a model fitted on examples.

        Args:
            examples: at least two intents and two topics; the same text may come twice.
            card_topics: card id → topic code; a card the examples name must be in it, under the example's topic.
            progress: told in a few words what is being done.
            card_words: card id → sentences of the card itself: they teach topics words that no resident happened to use.
            store: file that keeps sentence vectors for the next training.

        Raises:
            BadTrainingData: too little variety to train on, or a card outside card_topics.
        """
        from bot.understanding.learning import learn

        return cls(*learn(examples, card_topics, progress or (lambda step: None), card_words or {}, store), dict(card_topics))

    def calibrate(self, calibration: Calibration) -> None:
        """Believe the voices as far as this says, not as far as when the model was trained."""
        for name in ("intent", "topic", "danger"):
            head = getattr(self, name)
            setattr(self, name, replace(head, belief=calibration.belief(name, head.labels)))
        self.cards = replace(self.cards, belief=calibration.belief("card", ()), sureness=np.array(calibration.card, dtype=np.float32))

    def warm_up(self) -> None:
        """Load dictionary, vectors and rules now, about three seconds, rather than at the first message."""
        words.warm_up()
        vectors.warm_up(self.hidden.tokens)
        emergencies.warm_up()
        self.understand("预热一下")

    def understand(self, text: str, today: Optional[date] = None) -> Understood:
        """Return what one text means; any text at all, and never an exception. Dates are seen from `today` (Beijing)."""
        return self.understand_many([text], today)[0]

    def understand_many(self, texts: Sequence[str], today: Optional[date] = None) -> list[Understood]:
        """Return what each text means, in the same order; much faster than one by one."""
        found: list[Understood] = []
        for start in range(0, len(texts), _BATCH):
            found.extend(self._batch(list(texts[start : start + _BATCH]), today))
        return found

    def _batch(self, texts: list[str], today: Optional[date]) -> list[Understood]:
        normal = [normalise(text) for text in texts]
        read = [index for index, text in enumerate(normal) if readable(text) or self.memory.recall(text)]
        found = [unreadable(text) for text in texts]
        if read:
            terms, hidden = self._seen([normal[index] for index in read])
            voices = self._voices(terms, hidden)
            judged = self.judge([texts[index] for index in read], [normal[index] for index in read], voices,
                                lambda row: self.cards.voices(terms.row(row), hidden[row : row + 1])[:, 0], today)
            for index, understood in zip(read, judged, strict=True):
                found[index] = understood
        return found

    def hear(self, normal: Sequence[str]) -> dict[str, Array]:
        """Return what the voices say of normalised texts, under "intent", "topic", "danger" and "card", as (voice, text, label)."""
        terms, hidden = self._seen(normal)
        return {**self._voices(terms, hidden), "card": self.cards.voices(terms, hidden)}

    def _seen(self, normal: Sequence[str]) -> tuple[TermRows, Array]:
        """Return what every head goes by: the terms of normalised texts, and what the hidden layer makes of their sentence vectors."""
        terms = self.vocabulary.rows([terms_of(text) for text in normal])
        return terms, self.hidden.seen(vectors.sentence_vectors([without_courtesies(text) for text in normal]))

    def _voices(self, terms: TermRows, hidden: Array) -> dict[str, Array]:
        """Return what is asked of every text; the cards are not."""
        return {"intent": self.intent.voices(terms, hidden), "topic": self.topic.voices(terms, hidden), "danger": self.danger.voices(terms, hidden)}

    def judge(self, texts: Sequence[str], normal: Sequence[str], voices: dict[str, Array], cards: Callable[[int], Array],
              today: Optional[date] = None) -> list[Understood]:
        """Return what is made of readable texts and what the voices said of them.

        Args:
            cards: returns what the voices say of the cards of a text, given by its row; asked only about questions of law.
        """
        intents, topics, dangers = (np.exp(head.log_probabilities(voices[name]))
                                    for name, head in (("intent", self.intent), ("topic", self.topic), ("danger", self.danger)))
        return [self._one(text, normal[row], intents[row], topics[row], dangers[row], partial(cards, row), today) for row, text in enumerate(texts)]

    def _one(self, text: str, normal: str, intents: Array, topics: Array, dangers: Array, card_voices: Callable[[], Array],
             today: Optional[date]) -> Understood:
        known = self.memory.recall(normal)
        code, level = self._danger(normal, dangers, known, self._service(intents))
        ranking = best(self.topic, topics, 3)
        law = float(intents[self.intent.labels.index(ASK_LAW)]) if ASK_LAW in self.intent.labels else 0.0
        intent, confidence = best(self.intent, intents, 1)[0]
        if known and known.intent != EMERGENCY:
            intent, confidence, law = known.intent, _KNOWN, _KNOWN if known.intent == ASK_LAW else 0.0
        if level == emergencies.NOW:
            intent, confidence = EMERGENCY, max(1 - float(dangers[self.danger.labels.index(NO_DANGER)]), 0.5)
        cards = self.cards.of_topics(card_voices(), [topic for topic, _ in ranking]) if intent == ASK_LAW else []
        if known and known.topic:
            ranking = [(known.topic, _KNOWN)] + [(topic, round((1 - _KNOWN) * share, 4)) for topic, share in ranking if topic != known.topic][:2]
            cards = [(known.topic, known.card or NO_CARD, 1.0)] if known.intent == ASK_LAW else cards
        card, card_confidence, choices, band = decide(intent, confidence, law, ranking, cards, self.cards.sureness)
        others = [(label, share) for label, share in best(self.intent, intents, 4) if label != intent][:3]
        return Understood(text, intent, round(confidence, 4), ranking[0][0], ranking, card, card_confidence, choices, band, code, level,
                          find_entities(text, today, self.communities), [(intent, round(confidence, 4)), *others])

    def _danger(self, normal: str, dangers: Array, known: Optional[Example], service: float) -> tuple[Optional[str], Optional[str]]:
        if known and known.intent == EMERGENCY and known.emergency:
            return known.emergency, emergencies.NOW
        ranked = best(self.danger, dangers, 2)
        likeliest = next(label for label, _ in ranked if label != NO_DANGER)
        danger = 1 - float(dangers[self.danger.labels.index(NO_DANGER)])
        if known:  # an ordinary sentence of the training data: the rules alone may still see a subject of danger
            danger = 0.0
        return emergencies.judge(emergencies.read_signs(normal), danger, likeliest, service)

    def _service(self, intents: Array) -> float:
        return max((float(share) for label, share in zip(self.intent.labels, intents, strict=True) if label not in (ASK_LAW, OUT_OF_SCOPE)), default=0.0)

    def save(self, folder: Path) -> None:
        """Write the model into a folder, as .npz and JSON; the folder is made if it is missing."""
        storing.save(self, Path(folder))

    @classmethod
    def load(cls, folder: Path) -> "Understander":
        """Return the model in a folder.

        Raises:
            ModelMissing: there is none, or it was made by a release that stored it otherwise.
        """
        return cls(*storing.load(Path(folder)))


def readable(normal: str) -> bool:
    """Say whether a normalised text has anything to understand: at least one Chinese character or two letters or digits."""
    han = any("\u4e00" <= c <= "\u9fff" for c in normal)
    return han or (sum(c.isascii() and c.isalnum() for c in normal) >= 2 and readable_share(normal) > 0.3)


def unreadable(text: str) -> Understood:
    """Return what is said of a text in which there is nothing to read."""
    return Understood(text, OUT_OF_SCOPE, 0.1, band=PERSON)


def best(head: Head, probabilities: Array, most: int) -> list[tuple[str, float]]:
    """Return the likeliest labels with their probabilities, best first."""
    order = np.argsort(-probabilities)[:most]
    return [(head.labels[index], round(float(probabilities[index]), 4)) for index in order]


def decide(intent: str, confidence: float, law: float, topics: list[tuple[str, float]],
           cards: list[tuple[str, str, float]], sureness: Array) -> tuple[Optional[str], float, list[str], str]:
    """Return (card, its confidence, choices for asking back, band).

    Args:
        law: probability that the text is a question of law at all.
        topics: the best topics with probabilities.
        cards: (topic, card or NO_CARD, share within its topic) for those topics.
        sureness: slope and offset on the log odds of a card (bot.understanding.calibration).
    """
    if intent != ASK_LAW:
        band = ANSWER if confidence >= _ANSWER_INTENT else ASK_BACK if confidence >= _ASK_BACK_INTENT else PERSON
        return None, 0.0, [], band if intent != EMERGENCY else ANSWER
    weight = dict(topics)
    ranked = sorted(((law * weight[topic] * share, topic, card) for topic, card, share in cards if card != NO_CARD), reverse=True)
    choices = [card for _, _, card in ranked[:3]]
    own = [(share, card) for share, topic, card in ranked if topic == topics[0][0]]
    nothing = law * sum(weight[topic] * share for topic, card, share in cards if card == NO_CARD and topic == topics[0][0])
    sure = surer(own[0][0], sureness) if own else 0.0
    if own and sure >= _ANSWER_CARD and own[0][0] > nothing:
        return own[0][1], round(sure, 4), choices, ANSWER
    some = sum(share for share, _, _ in ranked[:3])
    card = own[0][1] if own and own[0][0] > nothing else None
    band = ASK_BACK if some >= _ASK_BACK_CARDS and len(choices) > 1 else PERSON
    return card, round(sure, 4) if card else 0.0, choices, band
