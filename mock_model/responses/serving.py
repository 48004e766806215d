"""Serving: what all requests to one server share: who replies, what is kept, and what has been asked to fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mock_model.api.answering import ReplyFunction
from mock_model.api.caching import PromptCache
from mock_model.api.failures import Failures
from mock_model.responses.conversations import Conversations
from mock_model.responses.kept import Kept

Keeps = Literal["all", "nothing", "refuses"]
KEEPS = ("all", "nothing", "refuses")


@dataclass(frozen=True)
class Serving:
    """`keeps` is "all" as at OpenAI; "nothing" or "refuses" as at servers without a state: see `reading`."""

    reply_to: ReplyFunction
    cache: PromptCache
    failures: Failures
    kept: Kept
    context_window: int | None = None  # tokens, in the place of each model's own
    keeps: Keeps = "all"
    any_model: bool = False  # whether families of models are known, besides the catalogue
    conversations: Conversations = field(default_factory=Conversations)
