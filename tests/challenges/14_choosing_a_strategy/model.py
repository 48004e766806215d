"""The model that a memory is put to: it replies to a talk as is written, reads well, and writes notes as it is told to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from chat_memory.scoreboard.talk import Planted, Talk
from mock_model.api import tokens
from mock_model.api.completion import Reply
from mock_model.tasks.reply import reply_to
from mock_model.tasks.summary import DROPPING, KEEPING, summary_task

from ..engine.criteria import Message
from ..engine.recording_server import RecordingServer
from ..situations.summary_server import ends_with, size_of
from ..situations.told_facts import spoken
from .notes_as_json import with_facts
from .reading import read, standing_in

INPUT, OUTPUT = 0.10, 0.50  # dollars per million tokens: gpt-6-luna's, without a prompt cache


@dataclass
class Cost:
    """What requests cost: their tokens in and out."""

    prompt: int = 0
    completion: int = 0

    @property
    def money(self) -> float:
        """In dollars."""
        return (self.prompt * INPUT + self.completion * OUTPUT) / 1_000_000

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.prompt + other.prompt, self.completion + other.completion)

    def __str__(self) -> str:
        return f"{self.prompt:,} tokens in, {self.completion:,} out: {self.money * 100:.3f} cents"


class Model(RecordingServer):
    """A server that is told what the user asks: a request that does not end with it is one of the memory's own."""

    def __init__(self, talk: Talk) -> None:
        super().__init__(reply_to=self.say)
        self.talk = talk
        self.asked, self.reply, self.planted = "", "", None
        self.asks: list[bool] = []  # of each request, whether it asks what the user asks
        self.models: list[object] = []
        self.costs: list[Cost] = []  # of each request

    def told(self, asked: str, reply: str = "", planted: Planted | None = None) -> None:
        """What the user asks next, and what is replied to it; to a question, what the request tells."""
        self.asked, self.reply, self.planted = asked, reply, planted

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else {}
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
            return super().handle(request)
        number = len(self.requests)
        self.asks.append(ends_with(body["messages"], self.asked))
        self.models.append(body.get("model"))
        self.costs.append(Cost())
        response = super().handle(request)
        self.prompt_tokens[number] = self.prompt_tokens[number] or size_of(self.requests[number])
        if response.status_code == 200:
            said = self.replies[number] or ""
            self.costs[number] = Cost(self.prompt_tokens[number], tokens.count_text(said, "o200k_base"))
        return response

    @property
    def cost(self) -> Cost:
        """Of all requests."""
        return sum(self.costs, Cost())

    def say(self, body: dict[str, Any], fits: Callable[[str], bool]) -> Reply:
        messages = body["messages"]
        if self.asks[-1]:
            return Reply(read(self.planted, messages) if self.planted else self.reply)
        asked = own_words(messages, self.talk)
        if body.get("tools") or not KEEPING.search(DROPPING.sub("", asked)):
            return reply_to(body, fits)  # the offline model: from a vague request it makes vague words
        kept = standing_in(self.talk, "\n".join(text for _, text in spoken(messages)))
        if body.get("response_format") or re.search(r"\bJSON\b", asked):
            return Reply(with_facts(reply_to(body, fits).content or "", kept))
        while kept and not fits("\n".join(kept)):
            kept.pop(0)
        return Reply("\n".join(kept) or "Nothing that has to be kept so far.")


def own_words(messages: list[Message], talk: Talk) -> str:
    """What a request for notes asks, without what was said in the talk."""
    task = summary_task(messages)
    text = task.own if task else "\n".join(text for _, text in spoken(messages))
    said = {text for turn in talk.turns for text in (turn.user, turn.reply)}
    said |= {text for planted in talk.planted for text in (planted.question, *(one.fact for one in planted.said))}
    for words in said:
        text = text.replace(words, "")
    return text
