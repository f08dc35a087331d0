"""Rasa's agent and message processor, doing per message only what our dialogue needs.

Everything here overrides methods Rasa offers for overriding; where it offers none, see patches.py. What is left out, and
why nothing is lost by it, stands at each place.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, AsyncGenerator, Sequence

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock import TicketLock
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.processor import MessageProcessor
from rasa.engine import loader
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.slot_mappings import SlotMappingType
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from bot.dialogue.meanings import Meanings, meaning_for_a_case
from bot.inbox import model_in_use
from bot.storage.unit import timed


class PreparedRunner(DaskGraphRunner):
    """Runs the model's nodes in an order worked out once for each target; Dask would plan anew at every call."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._plans: dict[tuple[str, ...], list[str]] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Return target → output (see the parent class)."""
        wanted = tuple(targets or self._graph_schema.target_names)
        plan = self._plans.get(wanted) or self._plan(wanted)
        done: dict[str, tuple[str, Any]] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name in plan:
            needs = self._graph_schema.nodes[name].needs.values()
            done[name] = self._instantiated_nodes[name](*(done[need] for need in needs))
        return {target: done[target][1] for target in wanted}

    def _plan(self, targets: tuple[str, ...]) -> list[str]:
        nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
        plan: list[str] = []

        def visit(name: str) -> None:
            if name in nodes and name not in plan:
                for need in nodes[name].needs.values():
                    visit(need)
                plan.append(name)

        for target in targets:
            visit(target)
        self._plans[targets] = plan
        return plan


class NoLock(InMemoryLockStore):
    """Exclusion comes from the database (tracker versions, `answered` once); tickets would only be written and read."""

    @asynccontextmanager
    async def lock(self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0) -> AsyncGenerator[TicketLock, None]:
        """Yield at once."""
        yield TicketLock(conversation_id)


class Processor(MessageProcessor):
    """The processor of our workers."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._meanings = Meanings()

    @staticmethod
    def _load_model(model_path: str | Path) -> Any:
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = loader.load_predict_graph_runner(Path(folder), Path(model_path), LocalModelStorage, PreparedRunner)
        return Path(model_path).name, metadata, runner

    async def parse_message(
        self, message: UserMessage, tracker: DialogueStateTracker | None = None, only_output_properties: bool = True
    ) -> dict[str, Any]:
        """Return what the pipeline makes of a message; without the copies that Rasa makes for its debug log."""
        seen = tracker or DialogueStateTracker.from_events(message.sender_id, [])
        with timed("nlu"):
            parsed = self._parse_message_with_graph(message, seen, only_output_properties)
            self._meanings.keep(message.text or "", parsed.get("understood") or {})
            return parsed

    def understood(self, text: str) -> dict[str, Any]:
        """Return what our component makes of a text that is no message, as far as a case wants to know it; {} where another pipeline runs."""
        known = self._meanings.of(text)
        if known is not None:
            return known
        parsed = self._parse_message_with_graph(UserMessage(text), DialogueStateTracker.from_events("-", []), True)
        return meaning_for_a_case(parsed.get("understood") or {})

    def understand_ahead(self, texts: Sequence[str]) -> None:
        """Let our component read the texts of the messages that come next."""
        for node in self.graph_runner._instantiated_nodes.values():
            if hasattr(node._component, "understand_ahead"):
                node._component.understand_ahead(texts)

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> Any:
        with timed("policy"):
            return super()._predict_next_with_tracker(tracker)

    async def _run_action(self, *arguments: Any, **named: Any) -> bool:
        with timed("action"):
            return await super()._run_action(*arguments, **named)

    async def run_action_extract_slots(self, output_channel: OutputChannel, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """Fill slots from mappings; nothing to look through where our actions fill them all."""
        if not _maps_slots(self.domain):
            return tracker
        return await super().run_action_extract_slots(output_channel, tracker)


class DialogueAgent(Agent):
    """An agent with our processor."""

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Load a model archive.

        Raises:
            ModelMissing, or what Rasa raises for a broken archive.
        """
        self.processor = Processor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
            http_interpreter=self.http_interpreter,
        )
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
        if hasattr(self.nlg, "responses"):
            self.nlg.responses = self.domain.responses


def load_agent(model: str, tracker_store: Any, action_endpoint: Any) -> DialogueAgent:
    """Return an agent with this model, ready to handle messages."""
    agent = DialogueAgent(tracker_store=tracker_store, lock_store=NoLock(), action_endpoint=action_endpoint)
    agent.load_model(model)
    model_in_use.use(agent.processor.understood, agent.processor.understand_ahead)
    return agent


def _maps_slots(domain: Domain) -> bool:
    """Say whether any slot is filled by Rasa itself, or by an action named in its mapping."""
    known = domain.__dict__.get("_maps_slots")
    if known is None:
        custom = SlotMappingType.CUSTOM.value
        mappings = [m for slot in domain.slots for m in slot.mappings]
        known = any(m.get("type") != custom or m.get("action") for m in mappings)
        domain.__dict__["_maps_slots"] = known
    return bool(known)
