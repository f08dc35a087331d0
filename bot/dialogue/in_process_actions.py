"""Actions run inside the worker: no action server that could be down, no HTTP between.

Rasa asks an endpoint for each action; this one calls the rasa-sdk executor directly. A failing action is remembered by
the unit of the message (Rasa would go on as if it had worked), and the whole message is then tried again.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.storage.unit import current_unit

log = logging.getLogger(__name__)


class InProcessActions(EndpointConfig):
    """An action endpoint without a network.

    Args:
        package: the package whose actions are run.
    """

    def __init__(self, package: str = "actions") -> None:
        # The domain is not sent along: our actions do not read it.
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(
        self, method: str = "post", subpath: str | None = None, content_type: str | None = None, compress: bool = False, **kwargs: Any
    ) -> dict[str, Any]:
        """Run the action that the call names and return its events and responses."""
        try:
            return await self._executor.run(kwargs["json"]) or {}
        except ActionExecutionRejection:
            raise
        except Exception as error:
            unit = current_unit()
            if unit is not None:
                unit.fail(error)
            raise
